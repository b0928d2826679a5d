package org.adamant.bench.suite;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.adamant.bench.jmh.StepStorage;
import org.adamant.bench.jmh.StepVariant;
import org.adamant.bench.report.StepSections;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.HelpOption;
import org.adamant.bench.support.MeasuredJvm;
import org.adamant.bench.support.Outputs;
import org.adamant.bench.support.Progress;
import org.adamant.bench.support.Widths;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the JMH benchmarks and writes JMH's JSON. */
@Command(
    name = "suite",
    showDefaultValues = true,
    description = {
      "Runs the JMH benchmarks of the step: every lane width, element type and size with its baselines"
          + " (part step), the variants (variants), native memory and formats of fewer bytes (storage),"
          + " several threads (threads), the time and the memory of a JVM's first step (first). About a"
          + " quarter of an hour; with --quick a minute. Prints tables, and writes JSON as JMH does; the"
          + " report command draws it.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured and written",
      "1:a benchmark failed, or the results could not be written",
      "2:wrong arguments"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  suite                                   everything",
      "  suite --quick                           a look in a minute",
      "  suite --only step --widths 256,512 --element float --sizes 5000,70000",
      "  suite --only threads --threads 1,2,4,8 --label $(git rev-parse --short HEAD)",
      "  suite --only variants --variant basic,adamw,one_pass",
      "  suite --only storage --rounds 3",
      "With Maven: mvn -q -Prun -Dargs=\"suite --quick\""
    })
public final class SuiteCommand implements Callable<Integer> {

  private static final int FAILURE = 1;

  private static final Timing USUAL = new Timing(1, 3, 400, 5, 150);
  private static final Timing QUICK = new Timing(1, 3, 250, 3, 120);
  private static final int FORKS_OF_FIRST_STEP = 3;

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Option(names = "--quick", description = "Fewer sizes and variants, float only, shorter.")
  private boolean isQuick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "<part>",
      showDefaultValue = Visibility.NEVER,
      description = "Some parts only: ${COMPLETION-CANDIDATES}.")
  private List<Part> parts = new ArrayList<>();

  @Mixin
  private GridOptions grid;

  @Option(
      names = "--rounds",
      paramLabel = "<count>",
      defaultValue = "1",
      description = "How many times everything is measured, one round after the other.")
  private int rounds;

  @Option(
      names = "--json",
      paramLabel = "<file>",
      defaultValue = "target/suite.json",
      description = "Where to write the results.")
  private Path json;

  @Override
  public Integer call() {
    Outputs.prepare(spec, "--json", json);
    final MeasuredJvm jvm = grid.check(rounds);
    final PrintWriter out = spec.commandLine().getOut();
    out.println("Adam on " + jvm.explanation());
    out.flush();
    final JmhSession.Results results;
    try (Progress progress = Progress.visible("suite", out)) {
      results =
          new JmhSession(grid.jvmArgs(grid.origin(jvm)), progress)
              .run(plan(jvm).batches(), rounds);
    } catch (JmhSession.FailedException e) {
      spec.commandLine().getErr().println("suite failed: " + e.getMessage());
      return FAILURE;
    }
    StepSections.of(results.times(), jvm.preferred().name())
        .forEach(section -> section.textLines().forEach(out::println));
    out.println();
    out.println(Widths.EXPLANATION);
    return Outputs.write(spec, json, results.json()) ? 0 : FAILURE;
  }

  /** The plan of what to measure. */
  Plan plan(MeasuredJvm jvm) {
    final Plan plan = new Plan(isQuick ? QUICK : USUAL);
    final Set<Part> chosen = parts.isEmpty() ? EnumSet.allOf(Part.class) : EnumSet.copyOf(parts);
    for (Element element : grid.elements(isQuick)) {
      if (chosen.contains(Part.STEP)) {
        plan.addStep(
            element,
            isQuick
                ? grid.sizes(8, 16_384)
                : grid.sizes(1, 8, 64, 1_000, 16_384, 262_144, 4_194_304, 33_554_432),
            grid.widths(jvm),
            Contestant.TRAFFIC,
            Contestant.DIVIDER,
            Contestant.PLAIN,
            Contestant.UNVECTORISED);
      }
      if (chosen.contains(Part.VARIANTS)) {
        plan.addVariants(
            element,
            isQuick ? grid.sizes(16_384) : grid.sizes(16_384, 4_194_304),
            Plan.PREFERRED,
            grid.variants(
                isQuick
                    ? new StepVariant[] {
                      StepVariant.BASIC, StepVariant.ADAMW, StepVariant.ONE_PASS}
                    : StepVariant.values()),
            List.of(1));
      }
      if (chosen.contains(Part.STORAGE) && element == Element.FLOAT) {
        plan.addStorages(
            isQuick
                ? grid.sizes(262_144)
                : grid.sizes(1_000, 16_384, 262_144, 4_194_304, 33_554_432),
            isQuick
                ? new StepStorage[] {
                  StepStorage.FLOAT_ARRAYS, StepStorage.BF16_MOMENTS, StepStorage.BLOCK8_MOMENTS}
                : StepStorage.values());
      }
      if (chosen.contains(Part.THREADS)) {
        plan.addVariants(
            element,
            isQuick ? grid.sizes(262_144) : grid.sizes(16_384, 262_144, 4_194_304),
            Plan.PREFERRED,
            List.of(StepVariant.BASIC),
            grid.threads(1, Runtime.getRuntime().availableProcessors()));
      }
      if (chosen.contains(Part.FIRST)) {
        plan.addFirstStep(
            element,
            isQuick ? grid.sizes(262_144) : grid.sizes(1_000, 4_194_304),
            isQuick ? Plan.PREFERRED : grid.widths(jvm),
            isQuick ? 1 : FORKS_OF_FIRST_STEP);
      }
    }
    return plan;
  }
}
