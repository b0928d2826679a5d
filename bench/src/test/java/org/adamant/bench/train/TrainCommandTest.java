package org.adamant.bench.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.adamant.bench.train.program.Context;
import org.adamant.bench.train.program.Program;
import org.adamant.bench.train.program.ProgramName;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

class TrainCommandTest {

  @TempDir
  private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpShowsOptionsProgramsAndExamples() {
    assertThat(run(new TrainCommand(), "--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("--only", "--report", "--verbose", "Exit status", "Examples")
        .contains(
            "linear, diabetes, network, digits, sparse, outliers, noisy, formats, schedules, large,"
                + " speed")
        .contains("target/train-report.html");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--only=juggling, 'juggling'",
    "--colour, '--colour'",
    "--report, '--report'",
    "extra, 'extra'",
    "--report=., '--report .: is a directory'"
  })
  void wrongArgumentsGetOneLine(String argument, String named) {
    assertThat(run(new TrainCommand(), argument)).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains(named);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anUnknownProgramIsToldTheKnownOnes() {
    run(new TrainCommand(), "--only", "linear,juggling");
    assertThat(err.toString()).contains("linear, diabetes, network");
  }

  @Test
  void runsTheChosenProgramsOnceInTheirOrder() {
    final Path report = directory.resolve("new/report.html");
    final int status =
        run(command(true), "--only", "speed,linear,speed", "--report", report.toString());
    assertThat(status).isZero();
    assertThat(out.toString().lines().filter(line -> line.endsWith(": done LINEAR"))).hasSize(1);
    assertThat(out.toString()).containsSubsequence("linear:", "speed:", "report: " + report);
    assertThat(out.toString()).doesNotContain("digits", "FAILED");
    assertThat(report).content().contains("done LINEAR", "done SPEED").doesNotContain("DIGITS");
  }

  @Test
  void measuresBeforeItTrainsAndShowsItLast() {
    final List<ProgramName> created = new ArrayList<>();
    final TrainCommand command = new TrainCommand(name -> {
      created.add(name);
      return new Claimant(name, true);
    });
    run(command, "--report", directory.resolve("report.html").toString());
    assertThat(created).startsWith(ProgramName.SPEED).hasSameSizeAs(ProgramName.values());
    assertThat(out.toString()).containsSubsequence("done LINEAR", "done LARGE", "done SPEED");
  }

  @Test
  void runsEveryProgramByDefault() {
    run(command(true), "--report", directory.resolve("report.html").toString());
    for (ProgramName name : ProgramName.values()) {
      assertThat(out.toString()).contains("done " + name);
    }
  }

  @Test
  void aClaimThatDoesNotHoldFailsAndIsNamed() {
    final Path report = directory.resolve("report.html");
    assertThat(run(command(false), "--only", "noisy", "--report", report.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("FAILED noisy: the claim");
    assertThat(report).content().contains("FAILS");
  }

  @Test
  void aReportThatCannotBeWrittenIsOneLine() throws Exception {
    final Path report = directory.resolve("report.html");
    // In the way of the file that is written beside.
    Files.createDirectories(directory.resolve("report.html.part/full"));
    assertThat(run(command(true), "--only", "noisy", "--report", report.toString())).isEqualTo(1);
    assertThat(err.toString()).startsWith("cannot write " + report);
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void verboseShowsLosses() {
    final Path report = directory.resolve("report.html");
    final int status =
        run(new TrainCommand(), "--only", "network", "--verbose", "--report", report.toString());
    assertThat(status).isZero();
    assertThat(out.toString()).contains("3-64-64-1: epoch 1, loss", "3-64-64-1: epoch 10, loss");
    assertThat(out.toString()).doesNotContain("\r[", "\u001b");
    assertThat(report).content().contains("<svg", "</html>");
  }

  /** As the program does, with a hint after it. */
  private static int printMessage(ParameterException e, String[] args) {
    e.getCommandLine().getErr().println(e.getMessage());
    return ExitCode.USAGE;
  }

  private int run(TrainCommand command, String... arguments) {
    return new CommandLine(command)
        .setParameterExceptionHandler(TrainCommandTest::printMessage)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  /** A command whose programs do nothing but claim. */
  private static TrainCommand command(boolean holds) {
    return new TrainCommand(name -> new Claimant(name, holds));
  }

  /** A program that only makes a claim. */
  private record Claimant(ProgramName name, boolean holds) implements Program {

    @Override
    public String title() {
      return "done " + name;
    }

    @Override
    public String introduction() {
      return "";
    }

    @Override
    public Findings run(Context context) {
      return new Findings(
          List.of(new Claim("the claim", holds)), List.of(), List.of(), List.of());
    }
  }
}
