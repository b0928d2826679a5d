package org.adamant.bench.suite;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.LaneWidth;
import org.adamant.bench.jmh.StepVariant;
import org.adamant.bench.results.Origin;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.Machine;
import org.adamant.bench.support.MeasuredJvm;
import org.adamant.bench.support.Outputs;
import org.adamant.bench.support.Widths;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what is measured, for all commands that measure the step. */
final class GridOptions {

  private static final int LARGEST = 1 << 27;

  private static final int MOST_ROUNDS = 100;
  private static final int MOST_THREADS = 1024;

  /** The number of arrays of a step, with the fifth of some variants. */
  private static final long ARRAYS = 5;

  /** The share of the heap for arrays. */
  private static final double SHARE = 0.9;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "<elements>",
      showDefaultValue = Visibility.NEVER,
      description = "Elements per array, instead of the usual ones, such as 5000,70000.")
  private List<Integer> sizes = new ArrayList<>();

  @Option(
      names = "--widths",
      split = ",",
      paramLabel = "<width>",
      converter = Widths.Converter.class,
      completionCandidates = Widths.Labels.class,
      showDefaultValue = Visibility.NEVER,
      description = "Lane widths: ${COMPLETION-CANDIDATES}. Default: all that the JVM supports.")
  private List<LaneWidth> widths = new ArrayList<>();

  @Option(
      names = "--element",
      split = ",",
      paramLabel = "<type>",
      showDefaultValue = Visibility.NEVER,
      description = "Element types: float, double. Default: both; float with --quick.")
  private List<Element> elements = new ArrayList<>();

  @Option(
      names = "--variant",
      split = ",",
      paramLabel = "<variant>",
      showDefaultValue = Visibility.NEVER,
      description = "Variants of the step: ${COMPLETION-CANDIDATES}.")
  private List<StepVariant> variants = new ArrayList<>();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "<count>",
      showDefaultValue = Visibility.NEVER,
      description = "Numbers of threads of a step, such as 1,2.")
  private List<Integer> threads = new ArrayList<>();

  @Option(
      names = "--jvm-arg",
      paramLabel = "<option>",
      description = "An option for the JVMs that are measured, such as -XX:UseAVX=2; may be repeated.")
  private List<String> jvmArgs = new ArrayList<>();

  @Option(
      names = "--label",
      paramLabel = "<name>",
      defaultValue = "",
      showDefaultValue = Visibility.NEVER,
      description = "What is measured, such as the commit; kept with the results.")
  private String label;

  /** Options that were not given. */
  static GridOptions create() {
    return new GridOptions();
  }

  /**
   * Refuses what cannot be measured, and asks the JVMs to be measured what they can do.
   *
   * @throws ParameterException if an option has no meaning here
   */
  MeasuredJvm check(int rounds) {
    for (int size : sizes) {
      if (size < 1 || size > LARGEST) {
        throw refusal("--sizes " + size + ": expected 1 to " + LARGEST + " elements");
      }
      if (!fits(size)) {
        throw refusal(
            "--sizes %d: expected arrays that fit into the heap of %d MiB; these need %d MiB"
                .formatted(size, Runtime.getRuntime().maxMemory() >> 20, bytes(size) >> 20));
      }
    }
    for (int count : threads) {
      if (count < 1 || count > MOST_THREADS) {
        throw refusal("--threads " + count + ": expected 1 to " + MOST_THREADS);
      }
    }
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw refusal("--rounds " + rounds + ": expected 1 to " + MOST_ROUNDS);
    }
    requireDifferent("--sizes", sizes);
    requireDifferent("--widths", widths);
    requireDifferent("--element", elements);
    requireDifferent("--variant", variants);
    requireDifferent("--threads", threads);
    final MeasuredJvm jvm;
    try {
      jvm = MeasuredJvm.ask(jvmArgs);
    } catch (IOException e) {
      throw refusal("--jvm-arg " + String.join(" ", jvmArgs) + ": the JVM " + e.getMessage());
    }
    for (LaneWidth width : widths) {
      if (!jvm.supported().contains(width)) {
        throw refusal(
            "--widths " + Widths.written(width) + ": expected what the JVM supports here: "
                + jvm.supported().stream().map(Widths::written).collect(Collectors.joining(", ")));
      }
    }
    return jvm;
  }

  private void requireDifferent(String option, List<?> values) {
    if (values.stream().distinct().count() < values.size()) {
      throw refusal(option + " " + values + ": expected each only once");
    }
  }

  private ParameterException refusal(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private boolean fits(int size) {
    return bytes(size) <= SHARE * Runtime.getRuntime().maxMemory();
  }

  private long bytes(int size) {
    final int largest = elements.equals(List.of(Element.FLOAT)) ? Float.BYTES : Double.BYTES;
    return ARRAYS * largest * size;
  }

  /**
   * The sizes to measure.
   *
   * @param usual the default sizes, of which only those are used that fit into memory
   */
  List<String> sizes(int... usual) {
    return (sizes.isEmpty()
        ? Arrays.stream(usual).filter(this::fits).boxed()
        : sizes.stream())
        .sorted()
        .map(String::valueOf)
        .toList();
  }

  /** The names of the lane widths to measure. */
  List<String> widths(MeasuredJvm jvm) {
    return (widths.isEmpty() ? jvm.supported() : widths)
        .stream()
        .sorted()
        .map(LaneWidth::name)
        .toList();
  }

  /** The element types to measure. */
  List<Element> elements(boolean isQuick) {
    if (!elements.isEmpty()) {
      return elements;
    }
    return isQuick ? List.of(Element.FLOAT) : List.of(Element.values());
  }

  /** The variants to measure. */
  List<StepVariant> variants(StepVariant... usual) {
    return variants.isEmpty() ? List.of(usual) : variants;
  }

  /** The numbers of threads to measure. */
  List<Integer> threads(Integer... usual) {
    return threads.isEmpty() ? Stream.of(usual).distinct().toList() : threads;
  }

  /** Whether the options ask for more than the basic step on one thread. */
  boolean hasVariants() {
    return !variants.isEmpty() || !threads.isEmpty();
  }

  /** The origin of results that are measured now on this machine. */
  Origin origin(MeasuredJvm jvm) {
    return new Origin(
        label,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Machine.describe(),
        Outputs.command(spec),
        jvm.preferred().name());
  }

  /** The options for the JVMs to be measured: those of the user, and their origin. */
  List<String> jvmArgs(Origin origin) {
    return Stream.concat(jvmArgs.stream(), origin.jvmArgs().stream()).toList();
  }
}
