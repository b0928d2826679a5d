package org.adamant.bench.regress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.adamant.bench.support.Machine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

class RegressCommandTest {

  @TempDir
  private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpShowsOptionsAndExamples() {
    assertThat(run(new SyntheticForks(1, 1)::next, "--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("--base", "--save-baseline", "--threshold", "Exit status", "Examples");
  }

  @BeforeEach
  void acceptNothing() throws IOException {
    Files.writeString(directory.resolve("a.json"), "[]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--threshold=0 | --threshold 0.0: expected a percentage above 0",
        "--threshold=nonsense | nonsense",
        "--forks=7 | --forks 7: expected from 8 to 200",
        "--sizes=1000,0 | --sizes 0: expected from 1 to 16777216",
        "--sizes=1000,1000 | --sizes [1000, 1000]: expected different ones",
        "--base=no-such-thing | --base no-such-thing: expected a commit, a jar, a directory or none",
        "--base=src | --base src: holds no kernel; expected",
        "--kernel=pom.xml | --kernel pom.xml: is not a jar",
        "--json=. | --json .: is a directory",
        "--accepted=pom.xml | --accepted pom.xml: ",
        "--accepted=no-such-file | --accepted no-such-file: expected a file",
        "--baseline=pom.xml | --baseline pom.xml: ",
        "--nonsense | --nonsense"
      })
  void nonsenseGetsOneLine(String argument, String message) {
    final CommandLine line = line(new SyntheticForks(1, 1)::next);
    assertThat(line.execute(argument)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void anUnchangedKernelPasses() {
    assertThat(run(new SyntheticForks(1, 1)::next)).isZero();
    assertThat(out.toString()).contains("float 1000", "not slower", "written: ");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aSlowKernelDoesNot() throws IOException {
    assertThat(run(new SyntheticForks(1, 1.1)::next)).isEqualTo(1);
    assertThat(out.toString()).contains("SLOWER: float 1000: ");
    assertThat(directory.resolve("r.json")).content().contains("\"status\" : 1");
    assertThat(directory.resolve("r.md"))
        .content()
        .startsWith("### Speed of the kernel: slower\n\n- **slower:** float 1000: ")
        .contains("| case | to base |");
  }

  @Test
  void failingForksAreNoMeasurementAndSayWhy() {
    final ForkSource failing =
        () -> {
          throw new IOException("ended with status 134");
        };
    assertThat(run(failing)).isEqualTo(2);
    assertThat(out.toString()).contains("could not be measured", "JVM ended with status 134");
  }

  @Test
  void aFailingForkOrTwoDoNotMatter() {
    final SyntheticForks forks = new SyntheticForks(1, 1);
    final List<Integer> calls = new ArrayList<>();
    final ForkSource source =
        () -> {
          calls.add(1);
          if (calls.size() == 3) {
            throw new IOException("ended with status 134");
          }
          return forks.next();
        };
    assertThat(run(source)).isZero();
    assertThat(out.toString()).contains("medians of 11 JVMs", "JVM ended with status 134");
  }

  @Test
  void aDoubtIsMeasuredTwiceAsLongAndCertaintyStops() {
    final SyntheticForks doubtful = new SyntheticForks(1, 1.04).noise(0.03);
    run(doubtful::next);
    assertThat(out.toString()).contains("medians of 24 JVMs");
    run(new SyntheticForks(1, 1).bytes(64)::next);
    assertThat(out.toString()).contains("medians of 3 JVMs");
  }

  @Test
  void aSavedBaselineIsComparedWith() {
    assertThat(run(new SyntheticForks(1, 1)::next, "--save-baseline")).isZero();
    assertThat(run(new SyntheticForks(2, 1)::next, "--base=none")).isZero();
    assertThat(run(new SyntheticForks(2, 1.3)::next, "--base=none")).isEqualTo(1);
    assertThat(out.toString()).contains("than the baseline");
  }

  /** Whatever was not compared may not pass, not even if other cases were. */
  @Test
  void aCaseThatTheBaselineLacksDoesNotPass() throws IOException {
    final Path baseline = directory.resolve("b.json");
    assertThat(run(new SyntheticForks(1, 1)::next, "--save-baseline")).isZero();
    Files.writeString(baseline,
        Files.readString(baseline).replace("\"float 1000\"", "\"float 4000\""));
    assertThat(run(new SyntheticForks(2, 1)::next, "--base=none")).isEqualTo(2);
    assertThat(out.toString())
        .contains(
            "note: float 1000: not compared, as the baseline of this machine does not have it")
        .contains("not everything was compared")
        .doesNotContain(SyntheticForks.OTHER + ": not compared");
    // With a base all were.
    assertThat(run(new SyntheticForks(2, 1)::next)).isZero();
  }

  @Test
  void savingTheFirstBaselineSucceeds() {
    assertThat(run(new SyntheticForks(1, 1)::next, "--base=none", "--save-baseline")).isZero();
    assertThat(out.toString())
        .contains("nothing to compare", "this run is now the baseline of this machine")
        .doesNotContain("not slower");
    assertThat(run(new SyntheticForks(2, 1)::next, "--base=none")).isZero();
  }

  @Test
  void theBaselineOfAnotherGenerationIsNone() throws IOException {
    final Path baseline = directory.resolve("b.json");
    assertThat(run(new SyntheticForks(1, 1)::next, "--save-baseline")).isZero();
    final String text = Files.readString(baseline);
    assertThat(text).contains(Machine.processor());
    Files.writeString(baseline, text.replace(Machine.processor(), Machine.processor() + "0"));
    assertThat(run(new SyntheticForks(2, 1)::next, "--base=none")).isEqualTo(2);
  }

  @Test
  void withoutBaseAndBaselineThereIsNothingToSay() {
    assertThat(run(new SyntheticForks(1, 1)::next, "--base=none")).isEqualTo(2);
    assertThat(out.toString()).contains("nothing to compare the time with");
  }

  @Test
  void anAcceptedJumpPasses() throws IOException {
    Files.writeString(
        directory.resolve("a.json"),
        "[{\"date\": \"2026-11-23\", \"what\": \"TIME\", \"cases\": \"float 1000\", \"factor\": 1.1,"
            + " \"reason\": \"a safer root\"}]");
    assertThat(run(new SyntheticForks(1, 1.1)::next)).isZero();
    assertThat(directory.resolve("r.json")).content().contains("a safer root");
  }

  @Test
  void aFileThatCannotBeWrittenIsOneLine() throws IOException {
    // In the way of the file that is written beside.
    Files.createDirectories(directory.resolve("r.json.part/full"));
    assertThat(run(new SyntheticForks(1, 1)::next)).isEqualTo(2);
    assertThat(err.toString()).startsWith("cannot write ");
    assertThat(err.toString().lines()).hasSize(1);
  }

  /** The real thing, once. */
  @Test
  void aProbeMeasuresBothKernels() throws IOException {
    final Path kernel = KernelClasses.running();
    final Fork fork = new ProbeRunner(kernel, kernel, List.of(100, 1000), List.of()).run();
    assertThat(fork.headBits()).isEqualTo(fork.baseBits());
    assertThat(fork.samples().keySet())
        .containsExactly("float 100", "double 100", "float 1000", "double 1000");
    assertThat(fork.samples().values())
        .allSatisfy(
            sample -> {
              assertThat(sample.nanos()).isBetween(0.001, 1000.0);
              assertThat(sample.toBase()).isBetween(0.1, 10.0);
              assertThat(sample.toPlain()).isBetween(0.01, 100.0);
              assertThat(sample.toTraffic()).isBetween(0.01, 1000.0);
              assertThat(sample.bytes()).isZero();
            });
  }

  @Test
  void aProbeThatFailsSaysWhy() throws IOException {
    final Path kernel = KernelClasses.running();
    final ProbeRunner runner = new ProbeRunner(directory, kernel, List.of(100), List.of());
    assertThat(catchThrowable(runner::run))
        .hasMessageContaining("ended with status 1: ")
        .hasMessageContaining("ClassNotFoundException: org.adamant.");
  }

  private int run(ForkSource source, String... arguments) {
    final List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json=" + directory.resolve("r.json"));
    all.add("--markdown=" + directory.resolve("r.md"));
    all.add("--baseline=" + directory.resolve("b.json"));
    all.add("--accepted=" + directory.resolve("a.json"));
    if (all.stream().noneMatch(argument -> argument.startsWith("--base="))) {
      all.add("--base=" + KernelClasses.running());
    }
    return line(source).execute(all.toArray(String[]::new));
  }

  private CommandLine line(ForkSource source) {
    return new CommandLine(new RegressCommand(Optional.of(source)))
        .setParameterExceptionHandler(RegressCommandTest::printMessage)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }

  /** As the program does, with a hint after it. */
  private static int printMessage(ParameterException e, String[] args) {
    e.getCommandLine().getErr().println(e.getMessage());
    return ExitCode.USAGE;
  }
}
