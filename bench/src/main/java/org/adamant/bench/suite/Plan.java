package org.adamant.bench.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.adamant.bench.jmh.FirstStepBenchmark;
import org.adamant.bench.jmh.StepBenchmark;
import org.adamant.bench.jmh.StepVariant;
import org.adamant.bench.jmh.ThreadsBenchmark;
import org.adamant.bench.jmh.VariantBenchmark;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.MemPoolProfiler;

/** Turns what is to be measured into batches for JMH. */
public final class Plan {

  private static final List<String> PREFERRED = List.of("preferred");

  private final List<Batch> batches = new ArrayList<>();
  private final Timing timing;

  /**
   * A plan without batches.
   *
   * @param timing how long a benchmark is measured
   */
  public Plan(Timing timing) {
    this.timing = timing;
  }

  /**
   * The batches so far.
   *
   * @return what to measure
   */
  public List<Batch> batches() {
    return batches;
  }

  /**
   * Adds the step at every width, with the limit and the plain loop to compare it with. Sizes are batches
   * of their own, so that what is compared is measured within a short time.
   *
   * @param element the element type
   * @param sizes elements per array
   * @param widths names of lane widths
   * @param baselines the names of the baselines, without the element type
   */
  public void addStep(
      Element element, List<String> sizes, List<String> widths, String... baselines) {
    for (String size : sizes) {
      final List<String> only = List.of(size);
      batches.add(
          new Batch(
              StepBenchmark.class, element.benchmarks(baselines), Map.of("size", only), timing));
      batches.add(
          new Batch(
              StepBenchmark.class,
              element.benchmarks("Kernel"),
              Map.of("size", only, "width", widths),
              timing));
    }
  }

  void addVariants(Element element, List<String> sizes, List<StepVariant> variants) {
    batches.add(
        new Batch(
            VariantBenchmark.class,
            element.benchmarks("Plain", "Traffic", "TrafficOfFive"),
            Map.of("size", sizes),
            timing));
    batches.add(
        new Batch(
            VariantBenchmark.class,
            element.benchmarks("Kernel"),
            Map.of(
                "size", sizes,
                "width", PREFERRED,
                "variant", variants.stream().map(StepVariant::name).toList()),
            timing));
  }

  void addThreads(Element element, List<String> sizes, List<String> threads) {
    batches.add(
        new Batch(
            ThreadsBenchmark.class,
            element.benchmarks("Plain", "Traffic"),
            Map.of("size", sizes, "threads", threads),
            timing));
    batches.add(
        new Batch(
            ThreadsBenchmark.class,
            element.benchmarks("Kernel"),
            Map.of("size", sizes, "threads", threads, "width", PREFERRED),
            timing));
  }

  void addFirstStep(Element element, List<String> sizes, List<String> widths, int forks) {
    batches.add(first(element.benchmarks("Plain"), Map.of("size", sizes), forks));
    batches.add(
        first(element.benchmarks("Kernel"), Map.of("size", sizes, "width", widths), forks));
  }

  private static Batch first(List<String> methods, Map<String, List<String>> params, int forks) {
    return new Batch(
        FirstStepBenchmark.class,
        methods,
        params,
        Timing.firstCall(forks),
        List.of(GCProfiler.class, MemPoolProfiler.class));
  }
}
