package org.adamant.bench.suite;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.adamant.LaneWidth;
import org.adamant.bench.results.Origin;
import org.adamant.bench.support.Machine;
import org.adamant.bench.support.Outputs;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what is measured, for all commands that measure the step. */
public final class GridOptions {

  private static final int LARGEST = 1 << 27;

  private static final int MOST_ROUNDS = 100;

  /** Arrays of a step, the fifth of some variants included. */
  private static final long ARRAYS = 5;

  /** Of the heap, for arrays. */
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
      description = "Lane widths: ${COMPLETION-CANDIDATES}. Default: all that this JVM supports.")
  private List<LaneWidth> widths = new ArrayList<>();

  @Option(
      names = "--element",
      split = ",",
      paramLabel = "<type>",
      showDefaultValue = Visibility.NEVER,
      description = "Element types: float, double. Default: both; float with --quick.")
  private List<Element> elements = new ArrayList<>();

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

  GridOptions() {}

  /**
   * Options that were not given.
   *
   * @return the options
   */
  public static GridOptions create() {
    return new GridOptions();
  }

  /**
   * Refuses what cannot be measured.
   *
   * @throws ParameterException if an option has no meaning here
   */
  public void check() {
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
    requireDifferent("--sizes", sizes);
    requireDifferent("--widths", widths);
    requireDifferent("--element", elements);
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
   * @param usual those where none are asked for; of these, only what fits into memory
   * @return sizes as JMH takes them, in ascending order
   */
  public List<String> sizes(int... usual) {
    return (sizes.isEmpty()
        ? Arrays.stream(usual).filter(this::fits).boxed()
        : sizes.stream())
        .sorted()
        .map(String::valueOf)
        .toList();
  }

  /**
   * The lane widths to measure.
   *
   * @return their names
   */
  public List<String> widths() {
    return (widths.isEmpty() ? LaneWidth.supported() : widths)
        .stream()
        .sorted()
        .map(LaneWidth::name)
        .toList();
  }

  /**
   * The element types to measure.
   *
   * @param isQuick whether only one is usual
   * @return the types
   */
  public List<Element> elements(boolean isQuick) {
    if (!elements.isEmpty()) {
      return elements;
    }
    return isQuick ? List.of(Element.FLOAT) : List.of(Element.values());
  }

  /**
   * Refuses a number of rounds that makes no sense.
   *
   * @param rounds how many times everything is to be measured
   * @throws ParameterException if it is not positive, or very large
   */
  public void requireRounds(int rounds) {
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw refusal("--rounds " + rounds + ": expected 1 to " + MOST_ROUNDS);
    }
  }

  /**
   * Where the results come from.
   *
   * @return their origin: now, on this machine
   */
  public Origin origin() {
    return new Origin(
        label,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Machine.describe(),
        Outputs.command(spec),
        LaneWidth.preferred().name());
  }

  /**
   * Options for the JVMs that are measured: those asked for, and what they are to say of their origin.
   *
   * @param origin where the results come from
   * @return the options
   */
  public List<String> jvmArgs(Origin origin) {
    return Stream.concat(jvmArgs.stream(), origin.jvmArgs().stream()).toList();
  }
}
