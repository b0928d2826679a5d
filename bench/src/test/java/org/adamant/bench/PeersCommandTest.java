package org.adamant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command in an ordinary build, which has no peers. */
class PeersCommandTest {

  @TempDir
  private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpShowsPeersKindsAndExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("pytorch, tensorflow, nd4j, djl, tribuo")
        .contains("array, one-pass, bfloat16, small-network, gpt2")
        .contains("Exit status", "Examples", "mvn -q -Prun,peers -Dargs=\"peers --quick\"");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void withoutThePeersItSaysHowToGetThem() {
    final Path file = directory.resolve("peers.json");
    assertThat(run("--out", file.toString())).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("mvn -q -Prun,peers -Dargs=\"peers\"");
    assertThat(out.toString()).isEmpty();
    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "--peers=keras | keras",
    "--peers= | --peers",
    "--kinds=bert | bert' is no kind; expected some of array, one-pass, bfloat16, small-network, gpt2",
    "--sizes=1000,0 | --sizes 0: expected 1 to 268435456 elements",
    "--sizes=268435457 | --sizes 268435457: expected 1 to 268435456 elements",
    "--sizes=many | many",
    "--sizes=3000000000 | 3000000000",
    "--element=half | half",
    "--threads=0 | --threads 0: expected 1 to",
    "--threads=1000000 | --threads 1000000: expected 1 to",
    "--seconds=0 | --seconds 0.0: expected more than 0",
    "--seconds=NaN | --seconds NaN: expected more than 0",
    "--quick --seconds=1 | --quick with --seconds 1.0: expected one of them",
    "--peers=tribuo --element=float | --peers tribuo: has nothing to measure",
    "--kinds=bfloat16 --element=double | has nothing to measure",
    "--peers=djl --kinds=gpt2 | --peers djl: has nothing to measure",
    "--colour | --colour",
    "extra | extra"
  })
  void wrongArgumentsGetOneLine(String arguments, String named) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains(named);
    assertThat(out.toString()).isEmpty();
  }

  private int run(String... arguments) {
    final CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    final String[] all = new String[arguments.length + 1];
    all[0] = "peers";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return commandLine.execute(all);
  }
}
