package org.adamant.bench.regress;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.adamant.bench.results.Accepted;
import org.adamant.bench.results.Estimate;
import org.adamant.bench.results.GateRun;
import org.adamant.bench.results.ResultFile;
import org.adamant.bench.support.HelpOption;
import org.adamant.bench.support.Machine;
import org.adamant.bench.support.MeasuredJvm;
import org.adamant.bench.support.Outputs;
import org.adamant.bench.support.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the kernel and that of the base commit, and says whether it has become slower. */
@Command(
    name = "regress",
    showDefaultValues = true,
    description = {
      "The gate for continuous integration: measures this kernel and the one of a base commit, in turns"
          + " within the same JVMs, and says whether it has become slower. It decides on what is stable on"
          + " a noisy machine: bytes allocated per step, the path taken, and ratios within the run, to the"
          + " base, to a plain loop and to a loop that only moves the bytes. Absolute times are only kept"
          + " to be drawn.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:not slower; or, with --save-baseline, saved where there was nothing to compare with",
      "1:slower: it says what, by how much and how sure",
      "2:wrong arguments, or it could not be measured"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  regress                      against the last commit",
      "  regress --base origin/main   against another one, built in a worktree",
      "  regress --base none          against the committed baseline only",
      "  regress --save-baseline      makes this run the baseline of this machine",
      "For those who link the kernel, two versions at sizes of their own:",
      "  regress --kernel new.jar --base old.jar --sizes 5000,100000",
      "With Maven: mvn -q -Prun -Dargs=\"regress --base origin/main\""
    })
public final class RegressCommand implements Callable<Integer> {

  private static final Path HERE = Path.of("").toAbsolutePath();
  private static final String NO_BASE = "none";
  private static final int MOST_ELEMENTS = 1 << 24;
  private static final int MOST_FORKS = 200;

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Option(
      names = "--base",
      paramLabel = "<base>",
      description = {
        "A commit, which is built with Maven; or a jar, a directory of classes or a built checkout; or "
            + NO_BASE + ".",
        "  Default: HEAD if there are uncommitted changes, else HEAD~1."
      })
  private String base;

  @Option(
      names = "--kernel",
      paramLabel = "<path>",
      description = {
        "The kernel to be judged: a jar, a directory of classes or a built checkout.",
        "  Default: the one this program runs with."
      })
  private Path kernel;

  @Option(
      names = "--baseline",
      paramLabel = "<file>",
      defaultValue = "bench/regress/baseline.json",
      description = "Former results, one for each machine.")
  private Path baseline;

  @Option(names = "--save-baseline", description = "Put this run into the baseline file.")
  private boolean savesBaseline;

  @Option(
      names = "--accepted",
      paramLabel = "<file>",
      defaultValue = "bench/regress/accepted.json",
      description = "Jumps that are known and accepted, with date and reason.")
  private Path accepted;

  @Option(
      names = "--threshold",
      paramLabel = "<percent>",
      defaultValue = "4",
      description = "The slowdown against the base that is tolerated.")
  private double threshold;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "<elements>",
      defaultValue = "1000,16384,262144",
      description = "Elements per array.")
  private List<Integer> sizes = new ArrayList<>();

  @Option(
      names = "--forks",
      paramLabel = "<count>",
      defaultValue = "12",
      description = "JVMs to measure in; as many again if they leave a doubt.")
  private int forks;

  @Option(
      names = "--jvm-arg",
      paramLabel = "<option>",
      description = "An option for these JVMs; may be repeated.")
  private List<String> jvmArguments = new ArrayList<>();

  @Option(
      names = "--json",
      paramLabel = "<file>",
      defaultValue = "target/regress.json",
      description = "Where to write the result; the report command draws it.")
  private Path json;

  @Option(
      names = "--markdown",
      paramLabel = "<file>",
      defaultValue = "target/regress.md",
      description = "Where to write the table, for a comment on a pull request.")
  private Path markdown;

  private final Optional<ForkSource> source;

  /** For picocli. */
  public RegressCommand() {
    this(Optional.empty());
  }

  /** A command that gets its measurements from elsewhere. */
  RegressCommand(Optional<ForkSource> source) {
    this.source = source;
  }

  @Override
  public Integer call() {
    checkArguments();
    try (Scratch scratch = new Scratch()) {
      return run(scratch);
    } catch (IOException e) {
      final String reason = "could not measure: " + Outputs.reason(e);
      spec.commandLine().getErr().println(reason);
      Outputs.write(spec, markdown, "### Speed of the kernel: " + reason + "\n");
      return Gate.Status.UNMEASURABLE.code();
    }
  }

  private Integer run(Scratch scratch) throws IOException {
    final List<Accepted> jumps =
        Files.exists(accepted)
            ? read("--accepted", accepted, ResultFile::readAccepted)
            : List.of();
    final List<GateRun> baselines = read("--baseline", baseline, ResultFile::readBaselines);
    final Path head = kernel == null ? KernelClasses.running() : find("--kernel", kernel);
    final Optional<Base> against = base(scratch);
    final Optional<GateRun> before =
        baselines.stream()
            .filter(result -> result.isFromSameMachine(Machine.processor(), java()))
            .findFirst();
    final Gate gate =
        new Gate(
            threshold / 100,
            against.isPresent(),
            before,
            against.map(b -> b.acceptedSince(jumps)).orElse(List.of()),
            before.map(result -> result.acceptedSince(jumps)).orElse(List.of()));
    final Path baseClasses = against.map(Base::classes).orElse(head);
    final ForkSource forkSource =
        source.orElseGet(() -> new ProbeRunner(head, baseClasses, sizes, jvmArguments));
    final List<String> failures = new ArrayList<>();
    final List<Fork> measured = measure(forkSource, gate, failures);
    final Gate.Verdict verdict = gate.decide(measured);
    final List<String> notes = new ArrayList<>(verdict.notes());
    notes.addAll(failures.stream().distinct().toList());
    final GateRun result =
        new GateRun(
            GateRun.FORMAT,
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            kernel == null ? commit(scratch) : null,
            against.map(Base::name).orElse(null),
            Machine.processor(),
            java(),
            measured.stream().mapToInt(Fork::headBits).min().orElse(0),
            measured.size(),
            verdict.status().code(),
            verdict.alarms(),
            notes,
            verdict.cases(),
            jumps);
    return finish(result, baselines);
  }

  /** The commit that was measured, if git knows it. */
  private static String commit(Scratch scratch) {
    try {
      return Checkout.around(HERE, scratch).head();
    } catch (IOException e) {
      return null;
    }
  }

  /** Runs the forks; as many again if doubt remains, fewer if there is none. */
  private List<Fork> measure(ForkSource forkSource, Gate gate, List<String> failures) {
    final PrintWriter out = spec.commandLine().getOut();
    final List<Fork> measured = new ArrayList<>();
    try (Progress progress = Progress.visible("regress", out)) {
      int end = forks;
      progress.expect(end);
      for (int i = 0; i < end && !gate.isCertain(measured); i++) {
        try {
          measured.add(forkSource.run());
        } catch (IOException e) {
          failures.add("a measuring JVM " + e.getMessage());
        }
        if (failures.size() > forks / 4) {
          return measured;
        }
        progress.step();
        if (i + 1 == forks && gate.isUndecided(measured)) {
          end += forks;
          progress.expect(end);
        }
      }
    }
    return measured;
  }

  private int finish(GateRun result, List<GateRun> baselines) {
    ResultText.lines(result).forEach(spec.commandLine().getOut()::println);
    // Both, whether the first could be written or not.
    final boolean isJson = Outputs.write(spec, json, ResultFile.text(result));
    final boolean isMarkdown = Outputs.write(spec, markdown, ResultText.markdown(result));
    if (!isJson || !isMarkdown) {
      return Gate.Status.UNMEASURABLE.code();
    }
    if (!savesBaseline) {
      return result.status();
    }
    if (result.forks() < Estimate.FEWEST) {
      spec.commandLine().getErr().println("no baseline saved: too few JVMs gave a result");
      return Gate.Status.UNMEASURABLE.code();
    }
    if (!Outputs.write(spec, baseline, ResultFile.text(result.replaceIn(baselines)))) {
      return Gate.Status.UNMEASURABLE.code();
    }
    spec.commandLine().getOut().println("this run is now the baseline of this machine");
    // It had nothing to be compared with, but later ones can be compared with it.
    return result.base() == null && result.status() == Gate.Status.UNMEASURABLE.code()
        ? Gate.Status.PASS.code()
        : result.status();
  }

  private Optional<Base> base(Scratch scratch) throws IOException {
    if (NO_BASE.equals(base)) {
      return Optional.empty();
    }
    if (base != null && Files.exists(Path.of(base))) {
      return Optional.of(Base.of(Path.of(base), find("--base", Path.of(base)), accepted));
    }
    final String given = base == null ? "HEAD~1" : base;
    final Checkout checkout;
    try {
      checkout = Checkout.around(HERE, scratch);
    } catch (IOException e) {
      throw refusal(
          "--base",
          given,
          "expected a commit, a jar, a directory or " + NO_BASE + "; git " + e.getMessage(),
          e);
    }
    final String name = base != null ? base : checkout.hasChanges() ? "HEAD" : "HEAD~1";
    final String commit;
    try {
      commit = checkout.commit(name);
    } catch (IOException e) {
      throw refusal(
          "--base",
          name,
          "expected a commit, a jar, a directory or " + NO_BASE + "; git " + e.getMessage(),
          e);
    }
    final PrintWriter out = spec.commandLine().getOut();
    if (commit.equals(checkout.head())) {
      out.println("the base " + name + " is this commit itself: it can be slower only by chance");
    }
    out.println("building the base " + name + " (" + commit + ")");
    out.flush();
    return Optional.of(Base.build(checkout, name, commit, accepted));
  }

  private Path find(String option, Path path) {
    try {
      return KernelClasses.find(path);
    } catch (IOException e) {
      throw refusal(option, path, Outputs.reason(e), e);
    }
  }

  private <T> T read(String option, Path file, Reader<T> reader) {
    try {
      return reader.read(file);
    } catch (IOException e) {
      throw refusal(option, file, Outputs.reason(e), e);
    }
  }

  private void checkArguments() {
    check(threshold > 0 && threshold < 100, "--threshold", threshold,
        "a percentage above 0, below 100");
    check(
        forks >= Estimate.FEWEST && forks <= MOST_FORKS,
        "--forks",
        forks,
        "from " + Estimate.FEWEST + " to " + MOST_FORKS);
    for (int size : sizes) {
      check(size >= 1 && size <= MOST_ELEMENTS, "--sizes", size, "from 1 to " + MOST_ELEMENTS);
    }
    check(sizes.stream().distinct().count() == sizes.size(), "--sizes", sizes, "different ones");
    if (spec.commandLine().getParseResult().hasMatchedOption("--accepted")) {
      check(Files.exists(accepted), "--accepted", accepted, "a file");
    }
    try {
      MeasuredJvm.ask(jvmArguments);
    } catch (IOException e) {
      throw refusal("--jvm-arg", String.join(" ", jvmArguments), "the JVM " + e.getMessage(), e);
    }
    Outputs.prepare(spec, "--json", json);
    Outputs.prepare(spec, "--markdown", markdown);
    if (savesBaseline) {
      Outputs.prepare(spec, "--baseline", baseline);
    }
  }

  private void check(boolean holds, String option, Object value, String expected) {
    if (!holds) {
      throw refusal(option, value, "expected " + expected, null);
    }
  }

  private ParameterException refusal(String option, Object value, String reason, Exception cause) {
    return new ParameterException(
        spec.commandLine(), option + " " + value + ": " + reason, cause);
  }

  private static String java() {
    return System.getProperty("java.vm.name") + " " + Runtime.version().feature();
  }

  /** Reads a file. */
  private interface Reader<T> {
    T read(Path file) throws IOException;
  }
}
