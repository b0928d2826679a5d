package org.adamant.bench.results;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.Widths;

/**
 * One measurement of JMH, decoded.
 *
 * @param benchmark its kind
 * @param element the element type
 * @param contestant the kernel, or a loop to compare it with
 * @param size elements per array
 * @param width the name of the kernel's lane width, or {@code preferred}; empty for the other loops
 * @param variant the name of the variant, or of the storage if storages are compared
 * @param threads how many threads did the step
 * @param nanoseconds the median time of a call
 * @param bytes the bytes that a call allocated; NaN if not measured
 * @param mebibytes the most memory that the JVM used; NaN if not measured
 */
public record StepTime(
    Benchmark benchmark,
    Element element,
    Contestant contestant,
    int size,
    String width,
    String variant,
    int threads,
    double nanoseconds,
    double bytes,
    double mebibytes) {

  public static final String PREFERRED = "preferred";
  public static final String BASIC = "BASIC";

  /** JMH's names for what its profilers measure. */
  static final String ALLOCATION = "gc.alloc.rate.norm";

  static final String MEMORY = "mempool.total.used";

  /** JMH itself allocates up to this much per call, if calls are long and so few. */
  private static final double HARMLESS_BYTES = 1024;

  /** A class of benchmarks. */
  public enum Benchmark {
    STEP("StepBenchmark"),
    VARIANT("VariantBenchmark"),
    STORAGE("StorageBenchmark"),
    FIRST_STEP("FirstStepBenchmark");

    private final String className;

    Benchmark(String className) {
      this.className = className;
    }
  }

  /**
   * A quantity of JMH.
   *
   * @param median the median of the iterations
   * @param unit the unit, such as {@code ns/op}
   */
  public record Metric(double median, String unit) {

    private double times(String wanted, double factor) {
      return wanted.equals(unit) ? median * factor : Double.NaN;
    }

    private double nanoseconds() {
      return switch (unit) {
        case "ns/op" -> median;
        case "us/op" -> median * 1e3;
        case "ms/op" -> median * 1e6;
        case "s/op" -> median * 1e9;
        case null, default -> Double.NaN;
      };
    }
  }

  /** Decodes a measurement of JMH; empty if it is another benchmark or not the time of a call. */
  public static Optional<StepTime> of(
      String name, Map<String, String> params, Metric time, Map<String, Metric> secondary) {
    final String[] words = name.split("\\.", 0);
    if (words.length < 2 || !params.getOrDefault("size", "").matches("\\d{1,9}")
        || Double.isNaN(time.nanoseconds())) {
      return Optional.empty();
    }
    final String method = words[words.length - 1];
    final String className = words[words.length - 2];
    for (Benchmark benchmark : Benchmark.values()) {
      for (Element element : Element.values()) {
        if (className.equals(benchmark.className) && method.startsWith(element.toString())) {
          return Contestant.of(method.substring(element.toString().length()))
              .map(
                  contestant -> new StepTime(
                      benchmark,
                      element,
                      contestant,
                      Integer.parseInt(params.get("size")),
                      params.getOrDefault("width", ""),
                      params.getOrDefault(
                          benchmark == Benchmark.STORAGE ? "storage" : "variant", BASIC),
                      Integer.parseInt(params.getOrDefault("threads", "1")),
                      time.nanoseconds(),
                      value(secondary.get(ALLOCATION), "B/op", 1),
                      value(secondary.get(MEMORY), "KiB", 1.0 / 1024)));
        }
      }
    }
    return Optional.empty();
  }

  private static double value(Metric metric, String unit, double factor) {
    return metric == null ? Double.NaN : metric.times(unit, factor);
  }

  public double nanosPerElement() {
    return nanoseconds / size;
  }

  /** Whether vectors were allocated: 16 bytes or more for each vector's worth of elements. */
  public boolean allocates() {
    return contestant == Contestant.KERNEL && benchmark != Benchmark.FIRST_STEP
        && bytes > HARMLESS_BYTES + size;
  }

  /** The lane width of the kernel, or the name of another loop. */
  public String label() {
    return contestant == Contestant.KERNEL && !width.isEmpty()
        ? Widths.label(width)
        : contestant.label();
  }

  /** The variant in words. */
  public String variantLabel() {
    return variant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Everything except the measured values. */
  public Object key() {
    return List.of(benchmark, element, contestant, size, width, variant, threads);
  }
}
