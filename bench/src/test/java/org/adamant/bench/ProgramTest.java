package org.adamant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.adamant.bench.Shell.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program in its own JVMs, in environments that differ from the build's. */
class ProgramTest {

  @TempDir
  private Path directory;

  /** As by {@code java -jar}: the measured JVMs have the module all the same. Digits stay digits. */
  @Test
  void lanesMeasuresVectorsWithoutTheModuleAndInAnyLanguage() throws Exception {
    final Result result =
        shell(Map.of())
            .program(
                List.of("-Duser.language=ar", "-Duser.country=EG"), "lanes", "--quick", "--rounds",
                "1", "--sizes", "1000", "--widths", "scalar,128");
    assertThat(result.status()).as(result.text()).isZero();
    assertThat(result.text())
        .contains("lanes: 5 to do", "One step, float", "auto-vectorised", "128 bits")
        .doesNotContain(": right")
        .doesNotContainPattern("\\p{IsArabic}");
    assertThat(directory.resolve("target/lanes.json")).content().contains("BITS_128");
  }

  /** With tables, not only a file. */
  @Test
  void suitePrintsWhatItFound() throws Exception {
    final Result result =
        shell(Map.of())
            .program(
                List.of(), "suite", "--quick", "--only", "variants,first", "--sizes", "100",
                "--variant", "basic,adamw");
    assertThat(result.status()).as(result.text()).isZero();
    assertThat(result.text())
        .containsPattern("variant +float, 100\n")
        .containsPattern("adamw +\\d+\\.\\d{3} \\(\\d+\\.\\d\\d\\)")
        .containsPattern(
            "First step: ms .*\nelements +plain loop +preferred kernel\nfloat, 100 +\\d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lanes", "suite", "regress"})
  void aWrongOptionOfTheJvmComesWithItsReason(String command) throws Exception {
    final Result result =
        shell(Map.of()).program(List.of(), command, "--jvm-arg=-XX:+Nonsense");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.text().lines()).hasSize(1);
    assertThat(result.text())
        .contains("--jvm-arg -XX:+Nonsense: ", "Unrecognized VM option 'Nonsense'");
  }

  @Test
  void regressSaysWhatGitSays() throws Exception {
    assertThat(regress(Map.of())).contains("not a git repository");
    assertThat(regress(Map.of("PATH", directory.toString())))
        .contains("Cannot run program \"git\"");
    final Result made =
        shell(Map.of())
            .run(
                "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a"
                    + " GIT_COMMITTER_EMAIL=a; git init -q origin; cd origin;"
                    + " for i in 1 2; do git commit -q --allow-empty -m $i; done; cd ..;"
                    + " git clone -q --depth 1 file://$PWD/origin clone");
    assertThat(made.status()).as(made.text()).isZero();
    final Path clone = directory.resolve("clone");
    Files.createDirectories(clone);
    assertThat(regress(clone, Map.of())).contains("fatal: ", "the clone is shallow",
        "fetch-depth: 0");
    assertThat(regress(clone, Map.of("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")))
        .contains("dubious ownership", "git config --global --add safe.directory " + clone);
  }

  private String regress(Map<String, String> environment)
      throws IOException, InterruptedException {
    return regress(directory, environment);
  }

  private static String regress(Path directory, Map<String, String> environment)
      throws IOException, InterruptedException {
    final Result result = new Shell(directory, environment).program(List.of(), "regress");
    assertThat(result.status()).as(result.text()).isEqualTo(2);
    assertThat(result.text().lines()).hasSize(1);
    return result.text();
  }

  private Shell shell(Map<String, String> environment) {
    return new Shell(directory, environment);
  }
}
