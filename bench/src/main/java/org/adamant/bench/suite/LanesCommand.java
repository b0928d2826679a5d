package org.adamant.bench.suite;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.adamant.bench.jmh.StepVariant;
import org.adamant.bench.page.Table;
import org.adamant.bench.report.Lanes;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.Origin;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.HelpOption;
import org.adamant.bench.support.MeasuredJvm;
import org.adamant.bench.support.Outputs;
import org.adamant.bench.support.Progress;
import org.adamant.bench.support.Widths;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures every lane width and says which one is the best. */
@Command(
    name = "lanes",
    showDefaultValues = true,
    description = {
      "Measures every lane width on this machine and says which is the best for which size, by how much,"
          + " how far it is from the traffic limit (a loop that only moves the bytes of a step), and"
          + " whether the chooser would have picked it. All are measured in each round, in a JVM of their"
          + " own; one is called faster than another if it was in every round, by 2 %% or more. With"
          + " --variant and --threads it does so for steps of variants, on several threads. About six"
          + " minutes; with --quick about one.",
      "",
      "A width for each size: -Dadamant.laneWidth is for all steps of a JVM. A program with arrays of two"
          + " sizes asks for two kernels, AdamKernel.of(LaneWidth.BITS_256) and another, and steps each"
          + " array with its own. The result is the same to the last bit.",
      "The preferred kernel begins with the scalar loop, and goes on with SIMD when the JIT has compiled"
          + " it: AdamKernel.preferred().explanation() says which one it runs at the moment.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured and written",
      "1:a benchmark failed, or a file could not be written",
      "2:wrong arguments"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanes                                   all widths on the usual sizes",
      "  lanes --sizes 5000,70000                on one's own",
      "  lanes --quick --element double --widths 256,512",
      "  lanes --quick --variant adamw,one_pass --threads 1,2",
      "  lanes --jvm-arg=-XX:+UseTransparentHugePages --markdown lanes.md",
      "With Maven: mvn -q -Prun -Dargs=\"lanes --sizes 5000,70000\""
    })
public final class LanesCommand implements Callable<Integer> {

  private static final int FAILURE = 1;
  private static final Timing USUAL = new Timing(1, 3, 300, 4, 100);
  private static final Timing QUICK = new Timing(1, 3, 250, 3, 80);

  /** Runs batches, in a way that tests can replace. */
  @FunctionalInterface
  interface Measurement {
    JmhSession.Results run(Plan plan, int rounds, List<String> jvmArgs, Progress progress)
        throws JmhSession.FailedException;
  }

  private final Measurement measurement;

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Option(names = "--quick", description = "Fewer sizes, float only, shorter.")
  private boolean isQuick;

  @Mixin
  private GridOptions grid;

  @Option(
      names = "--rounds",
      paramLabel = "<count>",
      defaultValue = "3",
      description = "How many times everything is measured; with less than 3, nothing is called better.")
  private int rounds;

  @Option(
      names = "--json",
      paramLabel = "<file>",
      defaultValue = "target/lanes.json",
      description = "Where to write the results, as JMH does; the report command draws them.")
  private Path json;

  @Option(
      names = "--markdown",
      paramLabel = "<file>",
      description = "Where to write the tables as Markdown, with where they come from.")
  private Path markdown;

  /** For picocli. */
  public LanesCommand() {
    this((plan, rounds, jvmArgs, progress) -> new JmhSession(jvmArgs, progress)
        .run(plan.batches(), rounds));
  }

  LanesCommand(Measurement measurement) {
    this.measurement = measurement;
  }

  @Override
  public Integer call() {
    Outputs.prepare(spec, "--json", json);
    if (markdown != null) {
      Outputs.prepare(spec, "--markdown", markdown);
    }
    final MeasuredJvm jvm = grid.check(rounds);
    final PrintWriter out = spec.commandLine().getOut();
    final String pick =
        "The chooser picks " + Widths.label(jvm.preferred()) + ": " + jvm.explanation();
    out.println(pick);
    out.flush();
    final Origin origin = grid.origin(jvm);
    final JmhSession.Results results;
    try (Progress progress = Progress.visible("lanes", out)) {
      results = measurement.run(plan(jvm), rounds, grid.jvmArgs(origin), progress);
    } catch (JmhSession.FailedException e) {
      spec.commandLine().getErr().println("lanes failed: " + e.getMessage());
      return FAILURE;
    }
    final List<Lanes> lanes = Lanes.of(results.times(), origin.preferred());
    final List<Table> tables =
        lanes.stream().flatMap(found -> Stream.of(found.times(), found.verdicts())).toList();
    for (Table table : tables) {
      out.println();
      table.textLines().forEach(out::println);
    }
    out.println();
    out.println(Widths.EXPLANATION);
    lanes.stream().flatMap(found -> found.warnings().stream()).forEach(out::println);
    boolean isWritten = Outputs.write(spec, json, results.json());
    if (markdown != null) {
      isWritten &= Outputs.write(spec, markdown, markdown(tables, origin, pick));
    }
    return isWritten ? 0 : FAILURE;
  }

  private Plan plan(MeasuredJvm jvm) {
    final Plan plan = new Plan(isQuick ? QUICK : USUAL);
    final int[] usual =
        isQuick ? new int[] {16_384} : new int[] {1_000, 16_384, 262_144, 4_194_304};
    for (Element element : grid.elements(isQuick)) {
      if (grid.hasVariants()) {
        plan.addVariants(
            element,
            grid.sizes(usual),
            grid.widths(jvm),
            grid.variants(StepVariant.BASIC),
            grid.threads(1));
      } else {
        plan.addStep(
            element,
            grid.sizes(usual),
            grid.widths(jvm),
            Contestant.TRAFFIC,
            Contestant.DIVIDER,
            Contestant.PLAIN);
      }
    }
    return plan;
  }

  private static String markdown(List<Table> tables, Origin origin, String pick) {
    final List<String> lines = new ArrayList<>();
    for (Table table : tables) {
      lines.addAll(table.markdownLines());
      lines.add("");
    }
    lines.add(
        "Measured by `%s` on %s, %s. %s. %s"
            .formatted(
                origin.command(), origin.date(), origin.machine(), pick, Widths.EXPLANATION));
    return String.join("\n", lines) + "\n";
  }
}
