package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.adamant.bench.lanes.Lanes;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.results.JmhResult;
import org.adamant.bench.results.Metric;
import org.adamant.bench.suite.Element;
import org.adamant.bench.suite.Widths;

/** The sections about one run of the JMH benchmarks. */
final class JmhSections {

  static final String STEP = "StepBenchmark";
  static final String VARIANTS = "VariantBenchmark";
  static final String THREADS = "ThreadsBenchmark";
  static final String FIRST_STEP = "FirstStepBenchmark";

  /** Loops that are no step, but what limits one. */
  private static final List<String> LIMITS = List.of("Traffic", "Divider");

  private static final int LARGEST_OVERHEAD_SIZE = 64;
  private static final String PLAIN = "plain loop";
  private static final String MEMORY = "mempool.total.used";

  private final HtmlPage page;
  private final Source source;

  JmhSections(HtmlPage page, Source source) {
    this.page = page;
    this.source = source;
  }

  /** The section about one class of benchmarks. */
  void add(String benchmarks) {
    switch (benchmarks) {
      case STEP -> addWidths();
      case VARIANTS -> addVariants();
      case THREADS -> addThreads();
      case FIRST_STEP -> addFirstStep();
      default -> throw new IllegalArgumentException(benchmarks);
    }
  }

  private void begin(String title, String text) {
    page.beginSection(title);
    page.paragraph(text);
    page.paragraph("Measured: " + source.label() + ", on " + source.machine() + ".");
  }

  private void addWidths() {
    final List<Lanes> all = new ArrayList<>();
    for (Element element : Element.values()) {
      final Optional<Lanes> lanes =
          Lanes.of(source.benchmarks(STEP), element, source.origin().preferred());
      lanes.ifPresent(all::add);
    }
    if (all.isEmpty()) {
      return;
    }
    begin(
        "Lane widths",
        "The time of a step per element, for every lane width, over the size of the arrays. The traffic"
            + " limit is a loop that only moves the bytes of a step: where a line touches it, memory is"
            + " the limit and not arithmetic. Called faster is what was faster in each of three rounds or"
            + " more, by 2 % or more.");
    page.figures(all.stream().map(Lanes::chart).toList());
    page.list(
        all.stream()
            .flatMap(lanes -> lanes.warnings().stream())
            .map(warning -> new HtmlPage.Item("fails", "doubtful:", warning))
            .toList());
    for (Lanes lanes : all) {
      page.table(lanes.times());
      page.table(lanes.verdicts());
    }
    page.endSection();
    addOverhead();
  }

  private void addOverhead() {
    final Pivot nanos = new Pivot();
    for (JmhResult result : source.benchmarks(STEP)) {
      final int size = size(result);
      final OptionalDouble time = result.primaryMetric().nanosPerCall();
      if (size <= LARGEST_OVERHEAD_SIZE
          && time.isPresent()
          && !LIMITS.contains(kind(result))) {
        nanos.put(
            element(result) + ", " + Numbers.plain(size),
            name(result),
            time.getAsDouble());
      }
    }
    if (nanos.isEmpty()) {
      return;
    }
    begin(
        "Calling overhead",
        "What a call costs for very short arrays, checks of its arguments included: nanoseconds per"
            + " call, and in parentheses how many more than the plain loop takes.");
    page.table(
        nanos.table(
            "ns per call (more than the plain loop), by elements",
            "elements",
            (row, column) -> withDifference(nanos, row, column)));
    page.endSection();
  }

  private static String withDifference(Pivot nanos, String row, String column) {
    final double here = nanos.get(row, column).orElseThrow();
    final OptionalDouble plain = nanos.get(row, PLAIN);
    return column.equals(PLAIN) || plain.isEmpty()
        ? Numbers.fixed(here, 1)
        : Numbers.fixed(here, 1) + " (" + signed(here - plain.getAsDouble(), 1) + ")";
  }

  private void addVariants() {
    final Pivot nanos = new Pivot();
    for (JmhResult result : source.benchmarks(VARIANTS)) {
      final String variant =
          result.param("variant").map(JmhSections::words).orElseGet(() -> name(result));
      nanosPerElement(result)
          .ifPresent(
              x -> nanos.put(
                  variant, element(result) + ", " + Numbers.plain(size(result)), x));
    }
    if (nanos.isEmpty()) {
      return;
    }
    begin(
        "Variants",
        "Every variant is part of the one pass. Nanoseconds per element with the preferred width, and in"
            + " parentheses the ratio to the basic step. The baselines are the plain loop of the basic"
            + " step, and the traffic of the four arrays that most variants have and of the five of"
            + " amsgrad, average and one pass.");
    page.table(
        nanos.table(
            "ns per element (ratio to the basic step), by elements per array",
            "variant",
            (row, column) -> withRatio(nanos, row, column, "basic")));
    page.endSection();
  }

  private static String withRatio(Pivot values, String row, String column, String reference) {
    final double here = values.get(row, column).orElseThrow();
    final OptionalDouble other = values.get(reference, column);
    return row.equals(reference) || other.isEmpty()
        ? Numbers.fixed(here, 3)
        : Numbers.fixed(here, 3) + " (" + Numbers.fixed(here / other.getAsDouble(), 2) + ")";
  }

  private void addThreads() {
    final List<Chart> charts = new ArrayList<>();
    for (Element element : Element.values()) {
      final Map<String, Map<Integer, Double>> lines = new TreeMap<>();
      for (JmhResult result : source.benchmarks(THREADS)) {
        if (result.method().startsWith(element.toString())) {
          final String threads = result.param("threads").orElseThrow();
          final String name =
              (kind(result).equals("Kernel") ? "kernel" : name(result))
                  + ", " + threads + (threads.equals("1") ? " thread" : " threads");
          nanosPerElement(result)
              .ifPresent(
                  x -> lines.computeIfAbsent(name, _ -> new TreeMap<>()).put(size(result), x));
        }
      }
      if (!lines.isEmpty()) {
        charts.add(
            new Chart(
                "Threads, " + element,
                "elements",
                "ns per element",
                true,
                true,
                lines.entrySet().stream().map(e -> line(e.getKey(), e.getValue())).toList()));
      }
    }
    if (charts.isEmpty()) {
      return;
    }
    begin(
        "Threads",
        "One step over one array on several threads; the loops that it is compared with do the same work"
            + " in equal parts.");
    page.figures(charts);
    page.endSection();
  }

  private static Line line(String name, Map<Integer, Double> values) {
    return new Line(
        name,
        values.keySet().stream().mapToDouble(x -> x).toArray(),
        values.values().stream().mapToDouble(x -> x).toArray());
  }

  private void addFirstStep() {
    final Pivot millis = new Pivot();
    final Pivot memory = new Pivot();
    for (JmhResult result : source.benchmarks(FIRST_STEP)) {
      final String row = element(result) + ", " + Numbers.plain(size(result));
      result
          .primaryMetric()
          .nanosPerCall()
          .ifPresent(x -> millis.put(row, name(result), x * 1e-6));
      mebibytes(result.secondaryMetrics().get(MEMORY))
          .ifPresent(x -> memory.put(row, name(result), x));
    }
    if (millis.isEmpty()) {
      return;
    }
    begin(
        "First step and memory",
        "The first step of a fresh JVM, when nothing is compiled yet and the kernel has to be found, and"
            + " the peak of the JVM's memory (all pools, the arrays included) in it. In parentheses, how"
            + " much more than with the plain loop.");
    page.table(
        millis.table(
            "First step: ms (more than the plain loop), by elements per array",
            "elements",
            (row, column) -> withDifference(millis, row, column)));
    if (!memory.isEmpty()) {
      page.table(
          memory.table(
              "Peak memory: MiB (more than the plain loop), by elements per array",
              "elements",
              (row, column) -> withDifference(memory, row, column)));
    }
    page.endSection();
  }

  private static OptionalDouble mebibytes(Metric metric) {
    return metric == null || !"KiB".equals(metric.scoreUnit())
        ? OptionalDouble.empty()
        : OptionalDouble.of(metric.median() / 1024);
  }

  /** Nanoseconds per element of a result of any of the benchmarks that have a size. */
  static OptionalDouble nanosPerElement(JmhResult result) {
    final OptionalDouble nanos = result.primaryMetric().nanosPerCall();
    return nanos.isEmpty()
        ? nanos
        : OptionalDouble.of(nanos.getAsDouble() / size(result));
  }

  static int size(JmhResult result) {
    return Integer.parseInt(result.param("size").orElseThrow());
  }

  private static String element(JmhResult result) {
    return result.method().startsWith("float") ? "float" : "double";
  }

  /** What follows the element type in the name of the method. */
  private static String kind(JmhResult result) {
    return result.method().substring(element(result).length());
  }

  private static String name(JmhResult result) {
    return switch (kind(result)) {
      case "Plain" -> PLAIN;
      case "Unvectorised" -> "not vectorised";
      case "Divider" -> "root and division alone";
      case "Traffic" -> "traffic limit";
      case "TrafficOfFive" -> "traffic limit, five arrays";
      default -> result.param("width").map(Widths::label).orElse(result.method());
    };
  }

  private static String words(String constant) {
    return constant.toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }

  private static String signed(double x, int digits) {
    return (x < 0 ? "" : "+") + Numbers.fixed(x, digits);
  }
}
