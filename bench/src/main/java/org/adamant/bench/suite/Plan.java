package org.adamant.bench.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.adamant.bench.jmh.FirstStepBenchmark;
import org.adamant.bench.jmh.StepBenchmark;
import org.adamant.bench.jmh.StepStorage;
import org.adamant.bench.jmh.StepVariant;
import org.adamant.bench.jmh.StorageBenchmark;
import org.adamant.bench.jmh.VariantBenchmark;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.support.Element;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.MemPoolProfiler;

/** Plans measurements as batches for JMH. */
final class Plan {

  /** The preferred kernel alone. */
  static final List<String> PREFERRED = List.of(StepTime.PREFERRED);

  private final List<Batch> batches = new ArrayList<>();
  private final Timing timing;

  /** A plan without batches. */
  Plan(Timing timing) {
    this.timing = timing;
  }

  /** The batches to measure. */
  List<Batch> batches() {
    return batches;
  }

  /**
   * Adds the step at every width, with the limit and the plain loop to compare it with. Each size has its own
   * batches, so that compared times are measured within a short time.
   */
  void addStep(
      Element element, List<String> sizes, List<String> widths, Contestant... others) {
    for (String size : sizes) {
      final Map<String, List<String>> only = Map.of("size", List.of(size));
      add(StepBenchmark.class, element, only, others);
      add(StepBenchmark.class, element, with(only, "width", widths), Contestant.KERNEL);
    }
  }

  /** Adds variants on some numbers of threads, at some widths, size by size as {@link #addStep}. */
  void addVariants(
      Element element,
      List<String> sizes,
      List<String> widths,
      List<StepVariant> variants,
      List<Integer> threads) {
    final List<String> names = variants.stream().map(StepVariant::name).toList();
    for (String size : sizes) {
      for (Integer count : threads) {
        final Map<String, List<String>> only =
            Map.of("size", List.of(size), "threads", List.of(count.toString()));
        final Map<String, List<String>> all = with(only, "variant", names);
        add(VariantBenchmark.class, element, only, Contestant.PLAIN);
        add(VariantBenchmark.class, element, all, Contestant.TRAFFIC);
        add(VariantBenchmark.class, element, with(all, "width", widths), Contestant.KERNEL);
      }
    }
  }

  /** Adds storages, with the preferred kernel, size by size as {@link #addStep}. */
  void addStorages(List<String> sizes, StepStorage... storages) {
    final List<String> names = Stream.of(storages).map(StepStorage::name).toList();
    for (String size : sizes) {
      add(
          StorageBenchmark.class,
          Element.FLOAT,
          Map.of("size", List.of(size), "width", PREFERRED, "storage", names),
          Contestant.KERNEL);
    }
  }

  void addFirstStep(Element element, List<String> sizes, List<String> widths, int forks) {
    final Map<String, List<String>> only = Map.of("size", sizes);
    batches.add(first(element, only, forks, Contestant.PLAIN));
    batches.add(first(element, with(only, "width", widths), forks, Contestant.KERNEL));
  }

  private void add(
      Class<?> benchmarks,
      Element element,
      Map<String, List<String>> params,
      Contestant... contestants) {
    batches.add(
        new Batch(
            benchmarks, methods(element, contestants), params, timing, List.of(GCProfiler.class)));
  }

  private static Batch first(
      Element element, Map<String, List<String>> params, int forks, Contestant contestant) {
    return new Batch(
        FirstStepBenchmark.class,
        methods(element, contestant),
        params,
        Timing.firstCall(forks),
        List.of(GCProfiler.class, MemPoolProfiler.class));
  }

  private static List<String> methods(Element element, Contestant... contestants) {
    return Stream.of(contestants).map(contestant -> element + contestant.suffix()).toList();
  }

  private static Map<String, List<String>> with(
      Map<String, List<String>> params, String name, List<String> values) {
    final Map<String, List<String>> more = new LinkedHashMap<>(params);
    more.put(name, values);
    return more;
  }
}
