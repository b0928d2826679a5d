package org.adamant.bench.train;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.adamant.AdamKernel;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.support.AtomicFile;
import org.adamant.bench.support.HelpOption;
import org.adamant.bench.support.Machine;
import org.adamant.bench.support.Outputs;
import org.adamant.bench.support.Progress;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.program.Context;
import org.adamant.bench.train.program.Program;
import org.adamant.bench.train.program.ProgramName;
import org.adamant.bench.train.report.Chapter;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.report.HtmlReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the training programs, prints their results, and writes a report. */
@Command(
    name = "train",
    showDefaultValues = true,
    description = {
      "Trains with the Adam kernel: regressions, small networks, sparse, noisy and very large cases, in 32"
          + " bits and fewer, on data with known answers; and shows schedules. Every program checks its own"
          + " claims.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every claim holds",
      "1:a claim does not hold, or the report could not be written",
      "2:wrong arguments"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  train                                   everything",
      "  train --only digits --verbose           one program, with its losses",
      "  train --only linear,speed --report r.html",
      "With Maven: mvn -q -Ptrain -Dargs=\"--only digits --verbose\""
    })
public final class TrainCommand implements Callable<Integer> {

  private static final int FAILURE = 1;

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "<program>",
      converter = ProgramName.Converter.class,
      completionCandidates = ProgramName.Labels.class,
      showDefaultValue = Visibility.NEVER,
      description = "Run some programs only: ${COMPLETION-CANDIDATES}.")
  private List<ProgramName> only = new ArrayList<>();

  @Option(
      names = "--report",
      paramLabel = "<file>",
      defaultValue = "target/train-report.html",
      description = "Where to write the report, one self-contained HTML page.")
  private Path report;

  @Option(
      names = "--verbose",
      description = "Print losses while training, for linear regression every 1,000 epochs.")
  private boolean verbose;

  private final Function<ProgramName, Program> programs;

  /** For picocli. */
  public TrainCommand() {
    this(ProgramName::create);
  }

  /** A command that makes its programs in another way. */
  TrainCommand(Function<ProgramName, Program> programs) {
    this.programs = programs;
  }

  @Override
  public Integer call() {
    Outputs.prepare(spec, "--report", report);
    final PrintWriter out = spec.commandLine().getOut();
    final String kernel = AdamKernel.preferred().explanation();
    out.println("Adam on " + kernel);
    final List<Chapter> chapters = new ArrayList<>();
    final List<String> failures = new ArrayList<>();
    // Runs first, in a JVM that has trained nothing yet, as training changes how the JIT compiles the loops, and so
    // // some of the times. It is shown last.
    final Optional<Done> speed = names().contains(ProgramName.SPEED)
        ? Optional.of(run(ProgramName.SPEED, out))
        : Optional.empty();
    for (ProgramName name : names()) {
      final Done done = name == ProgramName.SPEED ? speed.orElseThrow() : run(name, out);
      print(name, done, out);
      done.chapter.findings()
          .failures()
          .forEach(claim -> failures.add(name.label() + ": " + claim.text()));
      chapters.add(done.chapter);
    }
    out.println();
    failures.forEach(failure -> out.println("FAILED " + failure));
    try {
      AtomicFile.write(report, HtmlReport.render(chapters, origin(), kernel));
    } catch (IOException e) {
      spec.commandLine().getErr().println("cannot write " + report + ": " + Outputs.reason(e));
      return FAILURE;
    }
    out.println("report: " + report.toAbsolutePath().normalize());
    return failures.isEmpty() ? 0 : FAILURE;
  }

  /** The place, time and program that made the report. */
  private String origin() {
    return Machine.describe()
        + "; "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS)
        + ", "
        + Outputs.command(spec);
  }

  private Set<ProgramName> names() {
    return only.isEmpty() ? EnumSet.allOf(ProgramName.class) : EnumSet.copyOf(only);
  }

  private Done run(ProgramName name, PrintWriter out) {
    final Program program = programs.apply(name);
    final Stopwatch time = new Stopwatch();
    try (Progress progress = progress(name)) {
      final Context context =
          new Context(progress, verbose ? Optional.of(out) : Optional.empty());
      return new Done(
          new Chapter(program.title(), program.introduction(), program.run(context)),
          time.seconds());
    }
  }

  private static void print(ProgramName name, Done done, PrintWriter out) {
    final Findings findings = done.chapter.findings();
    out.println();
    out.println(name.label() + ": " + done.chapter.title());
    for (Claim claim : findings.claims()) {
      out.println((claim.holds() ? "  ok      " : "  FAILED  ") + claim.text());
    }
    findings.notes().forEach(note -> out.println("          " + note));
    for (Table table : findings.tables()) {
      out.println();
      table.textLines().forEach(line -> out.println("    " + line));
    }
    out.println("  " + Numbers.seconds(done.seconds));
    out.flush();
  }

  /** A bar needs a terminal; the losses of {@code --verbose} show the progress themselves. */
  private Progress progress(ProgramName name) {
    final Console console = System.console();
    final boolean isTerminal = console != null && console.isTerminal();
    return isTerminal && !verbose ? Progress.bar(name.label()) : Progress.NONE;
  }

  /** A program that has run. */
  private record Done(Chapter chapter, double seconds) {}
}
