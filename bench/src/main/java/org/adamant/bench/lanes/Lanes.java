package org.adamant.bench.lanes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.JmhResult;
import org.adamant.bench.suite.Element;
import org.adamant.bench.suite.Widths;

/**
 * Compares the candidates of one element type: lane widths, and whatever else distinguishes the
 * kernel's benchmarks by a parameter.
 */
public final class Lanes {

  private static final String BENCHMARKS = "StepBenchmark";
  private static final String SIZE = "size";
  private static final String WIDTH = "width";

  /** What JMH itself allocates is spread over few calls where they take long. */
  private static final double HARMLESS_BYTES = 1024;

  private static final String LIMIT = "traffic limit";

  /** The baselines, by the ends of their benchmarks' names. */
  private static final Map<String, String> BASELINES = baselines();

  private final Element element;
  private final String preferred;

  /** By name, then by size. The kernel's are the candidates. */
  private final Map<String, Map<Integer, Rounds>> candidates;

  private final Map<String, Map<Integer, Rounds>> baselines;

  private final List<String> warnings;

  private Lanes(
      Element element,
      String preferred,
      Map<String, Map<Integer, Rounds>> candidates,
      Map<String, Map<Integer, Rounds>> baselines,
      List<String> warnings) {
    this.warnings = warnings;
    this.element = element;
    this.preferred = preferred;
    this.candidates = candidates;
    this.baselines = baselines;
  }

  private static Map<String, String> baselines() {
    final Map<String, String> names = new LinkedHashMap<>();
    names.put("Plain", "plain loop");
    names.put("Unvectorised", "plain loop, not vectorised");
    names.put("Divider", "root and division alone");
    names.put("Traffic", LIMIT);
    return names;
  }

  /**
   * Collects what was measured of the step.
   *
   * @param results what JMH found, in the order in which it was measured; others are ignored
   * @param element the element type
   * @param preferred the name of the width that the chooser picks, empty if it is not known
   * @return the comparison, empty if no candidate was measured
   */
  public static Optional<Lanes> of(List<JmhResult> results, Element element, String preferred) {
    final Map<String, Map<Integer, List<Double>>> kernels = new LinkedHashMap<>();
    final Map<String, Map<Integer, List<Double>>> others = new LinkedHashMap<>();
    final Set<String> warnings = new LinkedHashSet<>();
    BASELINES.values().forEach(name -> others.put(name, new TreeMap<>()));
    for (JmhResult result : results) {
      if (!result.className().equals(BENCHMARKS)
          || !result.method().startsWith(element.toString())) {
        continue;
      }
      final OptionalDouble nanosPerCall = result.primaryMetric().nanosPerCall();
      if (nanosPerCall.isEmpty()) {
        continue;
      }
      final int size = Integer.parseInt(result.param(SIZE).orElseThrow());
      final double nanos = nanosPerCall.getAsDouble() / size;
      final String what = result.method().substring(element.toString().length());
      final Map<Integer, List<Double>> into =
          what.equals("Kernel")
              ? kernels.computeIfAbsent(candidate(result, preferred), _ -> new TreeMap<>())
              : others.get(BASELINES.get(what));
      into.computeIfAbsent(size, _ -> new ArrayList<>()).add(nanos);
      if (what.equals("Kernel") && allocates(result, size)) {
        warnings.add(
            "%s, %s, %s elements: not a measurement of the SIMD loop, it allocated; the JIT was not done"
                .formatted(element, candidate(result, preferred), Numbers.plain(size))
                + " with it (machine too busy?) or has lost the intrinsics");
      }
    }
    final Map<String, Map<Integer, Rounds>> candidates = rounds(kernels);
    return candidates.isEmpty()
        ? Optional.empty()
        : Optional.of(new Lanes(
            element,
            Widths.label(preferred),
            candidates,
            rounds(others),
            List.copyOf(warnings)));
  }

  /** Whether vectors were objects: at least one of 16 bytes or more for each vector's worth of elements. */
  private static boolean allocates(JmhResult result, int size) {
    return result.allocation().filter(bytes -> bytes.median() > HARMLESS_BYTES + size).isPresent();
  }

  /**
   * What makes a result doubtful.
   *
   * @return a sentence for each doubt
   */
  public List<String> warnings() {
    return warnings;
  }

  /** The lane width, and the values of all other parameters if there are any. */
  private static String candidate(JmhResult result, String preferred) {
    final String width = result.param(WIDTH).orElseThrow();
    final String more =
        result.params()
            .entrySet()
            .stream()
            .filter(entry -> !entry.getKey().equals(SIZE) && !entry.getKey().equals(WIDTH))
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> ", " + entry.getValue().toLowerCase(java.util.Locale.ROOT))
            .collect(Collectors.joining());
    return Widths.label(width.equals("preferred") && !preferred.isEmpty() ? preferred : width)
        + more;
  }

  private static Map<String, Map<Integer, Rounds>> rounds(
      Map<String, Map<Integer, List<Double>>> values) {
    final Map<String, Map<Integer, Rounds>> rounds = new LinkedHashMap<>();
    values.forEach(
        (name, bySize) -> {
          if (!bySize.isEmpty()) {
            final Map<Integer, Rounds> line = new TreeMap<>();
            bySize.forEach(
                (size, nanos) -> line.put(
                    size,
                    new Rounds(nanos.stream().mapToDouble(Double::doubleValue).toArray())));
            rounds.put(name, line);
          }
        });
    return rounds;
  }

  private List<Integer> sizes() {
    return candidates.values()
        .stream()
        .flatMap(line -> line.keySet().stream())
        .distinct()
        .sorted()
        .toList();
  }

  private Optional<Rounds> limit(int size) {
    return Optional.ofNullable(baselines.getOrDefault(LIMIT, Map.of()).get(size));
  }

  /** The candidates that were measured at a size, the fastest first. */
  private List<String> ranking(int size) {
    return candidates.keySet()
        .stream()
        .filter(name -> candidates.get(name).containsKey(size))
        .sorted(Comparator.comparingDouble(name -> candidates.get(name).get(size).median()))
        .toList();
  }

  /**
   * The time per element over the size, with the traffic limit.
   *
   * @return the picture
   */
  public Chart chart() {
    final List<Line> lines = new ArrayList<>();
    candidates.forEach((name, line) -> lines.add(line(name, line)));
    baselines.forEach((name, line) -> lines.add(line(name, line)));
    return new Chart(
        "One step, " + element, "elements per array", "ns per element", true, true, lines);
  }

  private static Line line(String name, Map<Integer, Rounds> values) {
    return new Line(
        name,
        values.keySet().stream().mapToDouble(size -> size).toArray(),
        values.values().stream().mapToDouble(Rounds::median).toArray(),
        name.equals(LIMIT));
  }

  /**
   * The time per element of every candidate and baseline, and how many times the limit that is.
   *
   * @return a row for each, a column for each size
   */
  public Table times() {
    final List<String> header = new ArrayList<>(List.of(element.toString()));
    sizes().forEach(size -> header.add(Numbers.plain(size)));
    final List<List<String>> rows = new ArrayList<>();
    candidates.forEach((name, line) -> rows.add(row(name, line)));
    baselines.forEach((name, line) -> rows.add(row(name, line)));
    return new Table(
        "One step, " + element
            + ": ns per element, by elements per array (ratio to the traffic limit, the median of the rounds)",
        header,
        rows);
  }

  private List<String> row(String name, Map<Integer, Rounds> line) {
    final List<String> row = new ArrayList<>(List.of(name));
    for (int size : sizes()) {
      final Rounds here = line.get(size);
      final String ratio =
          here == null || name.equals(LIMIT)
              ? ""
              : limit(size).map(l -> " (" + Numbers.fixed(here.ratioTo(l), 2) + ")").orElse("");
      row.add(here == null ? "" : Numbers.fixed(here.median(), 3) + ratio);
    }
    return row;
  }

  /**
   * What is best for each size, by how much, and what the chooser picks.
   *
   * @return a row for each size
   */
  public Table verdicts() {
    final List<List<String>> rows = new ArrayList<>();
    for (int size : sizes()) {
      final List<String> ranking = ranking(size);
      final Rounds best = candidates.get(ranking.getFirst()).get(size);
      final List<String> equals =
          ranking.stream()
              .filter(name -> !candidates.get(name).get(size).isSlowerThan(best))
              .toList();
      rows.add(
          List.of(
              Numbers.plain(size),
              String.join(" = ", equals),
              next(ranking, equals, size, best),
              limit(size).map(l -> Numbers.fixed(best.ratioTo(l), 2)).orElse(""),
              baselineTo(best, "plain loop", size),
              chooser(equals, size, best)));
    }
    return new Table(
        "The best for each size, " + element,
        List.of(
            "elements",
            "best",
            "faster than the next by",
            "times the traffic limit",
            "faster than the plain loop by",
            "the chooser's pick"),
        rows);
  }

  private String next(List<String> ranking, List<String> equals, int size, Rounds best) {
    return ranking.stream()
        .filter(name -> !equals.contains(name))
        .findFirst()
        .map(name -> percent(candidates.get(name).get(size).ratioTo(best)) + " (" + name + ")")
        .orElse("–");
  }

  private String baselineTo(Rounds best, String name, int size) {
    final Rounds baseline = baselines.getOrDefault(name, Map.of()).get(size);
    return baseline == null ? "" : percent(baseline.ratioTo(best));
  }

  private String chooser(List<String> equals, int size, Rounds best) {
    final Rounds picked = candidates.getOrDefault(preferred, Map.of()).get(size);
    if (picked == null) {
      return "not measured";
    }
    return equals.contains(preferred)
        ? preferred + ": right"
        : preferred + ": " + percent(picked.ratioTo(best)) + " slower";
  }

  private static String percent(double ratio) {
    return Numbers.fixed(100 * (ratio - 1), 0) + " %";
  }
}
