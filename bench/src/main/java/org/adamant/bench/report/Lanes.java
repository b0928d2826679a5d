package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.adamant.LaneWidth;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.results.StepTime.Benchmark;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.Widths;

/** Compares the lane widths of the kernel for one element type, variant and number of threads. */
public final class Lanes {

  private static final String NOT_MEASURED = "not measured";

  private final String name;
  private final String preferred;

  /** The measurements, by the name of the lane width and then by size. */
  private final Map<String, Map<Integer, Rounds>> candidates = new LinkedHashMap<>();

  private final Map<Contestant, Map<Integer, Rounds>> baselines = new EnumMap<>(Contestant.class);

  /** The sizes that were measured before the JIT was done, by the name of the lane width. */
  private final Map<String, TreeSet<Integer>> rejected = new LinkedHashMap<>();

  private final Element element;

  private Lanes(StepTime first, List<StepTime> times, String preferred) {
    this.element = first.element();
    this.preferred = preferred;
    this.name =
        element
            + (first.variant().equals(StepTime.BASIC) ? "" : ", " + first.variantLabel())
            + (first.threads() == 1 ? "" : ", " + first.threads() + " threads");
    final Predicate<StepTime> isComparable =
        t -> t.benchmark() == first.benchmark() && t.element() == element
            && t.threads() == first.threads();
    times.stream()
        .filter(isComparable)
        .filter(
            t -> t.contestant() == Contestant.PLAIN || t.variant().equals(first.variant()))
        .collect(
            Collectors.groupingBy(
                t -> t.contestant() == Contestant.KERNEL ? t.width() : t.contestant(),
                LinkedHashMap::new,
                Collectors.groupingBy(StepTime::size, TreeMap::new, Collectors.toList())))
        .forEach(this::add);
  }

  private void add(Object contestant, Map<Integer, List<StepTime>> bySize) {
    final Map<Integer, Rounds> line = new TreeMap<>();
    bySize.forEach(
        (size, rounds) -> {
          if (rounds.stream().anyMatch(StepTime::allocates)) {
            rejected.computeIfAbsent(contestant.toString(), _ -> new TreeSet<>()).add(size);
          } else {
            line.put(
                size,
                new Rounds(rounds.stream().mapToDouble(StepTime::nanosPerElement).toArray()));
          }
        });
    if (contestant instanceof Contestant loop) {
      baselines.put(loop, line);
    } else {
      candidates.put(contestant.toString(), line);
    }
  }

  /**
   * Collects the measurements of lane widths.
   *
   * @param times the measurements in their order; those of other things are ignored
   * @param preferred the name of the width that the chooser picks, empty if it is not known
   */
  public static List<Lanes> of(List<StepTime> times, String preferred) {
    final Map<List<Object>, StepTime> groups = new LinkedHashMap<>();
    times.stream()
        .filter(
            t -> t.contestant() == Contestant.KERNEL && t.benchmark() != Benchmark.FIRST_STEP
                && (t.benchmark() == Benchmark.STEP || !t.width().equals(StepTime.PREFERRED)))
        .forEach(
            t -> groups.putIfAbsent(
                List.of(t.benchmark(), t.element(), t.variant(), t.threads()), t));
    return groups.values().stream().map(first -> new Lanes(first, times, preferred)).toList();
  }

  /** Sentences that say what was not measured, and how to repeat it. */
  public List<String> warnings() {
    return rejected.entrySet()
        .stream()
        .map(
            entry -> "%s, %s, %s elements: %s. It allocated: the JIT was not done with the SIMD loop"
                .formatted(
                    name,
                    Widths.label(entry.getKey()),
                    entry.getValue()
                        .stream()
                        .map(Numbers::plain)
                        .collect(Collectors.joining(" and ")),
                    NOT_MEASURED)
                + " (machine too busy?) or has lost the intrinsics. To repeat it: " + repeat(entry))
        .toList();
  }

  private String repeat(Map.Entry<String, ? extends Set<Integer>> entry) {
    final String written =
        entry.getKey().startsWith("BITS_")
            ? " --widths " + Widths.written(LaneWidth.valueOf(entry.getKey()))
            : "";
    return "lanes --element " + element + written + " --sizes "
        + entry.getValue().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private List<Integer> sizes() {
    return Stream.concat(
        candidates.values().stream().flatMap(line -> line.keySet().stream()),
        rejected.values().stream().flatMap(TreeSet::stream))
        .distinct()
        .sorted()
        .toList();
  }

  private Optional<Rounds> baseline(Contestant contestant, int size) {
    return Optional.ofNullable(baselines.getOrDefault(contestant, Map.of()).get(size));
  }

  private Optional<Rounds> candidate(String width, int size) {
    return Optional.ofNullable(candidates.getOrDefault(width, Map.of()).get(size));
  }

  /** The time per element over the size, with the traffic limit; for one size, side by side. */
  public Chart chart() {
    final List<Line> lines = new ArrayList<>();
    candidates.forEach((width, line) -> lines.add(line(Widths.label(width), line, false)));
    baselines.forEach(
        (other, line) -> lines.add(line(other.label(), line, other == Contestant.TRAFFIC)));
    lines.removeIf(line -> line.x().length == 0);
    final String title = "One step, " + name;
    if (sizes().size() > 1) {
      return new Chart(title, "elements per array", "ns per element", true, true, lines);
    }
    final List<String> names = lines.stream().filter(l -> !l.isLimit()).map(Line::name).toList();
    return new Chart(
        title,
        Numbers.plain(sizes().getFirst()) + " elements per array",
        "ns per element",
        false,
        true,
        lines.stream().map(line -> beside(line, names)).toList(),
        names,
        List.of());
  }

  private static Line beside(Line line, List<String> names) {
    if (!line.isLimit()) {
      return new Line(line.name(), new double[] {names.indexOf(line.name())}, line.y());
    }
    final double[] everywhere = new double[names.size()];
    Arrays.fill(everywhere, line.y()[0]);
    return new Line(
        line.name(), IntStream.range(0, names.size()).asDoubleStream().toArray(), everywhere, true);
  }

  private static Line line(String label, Map<Integer, Rounds> values, boolean isLimit) {
    return new Line(
        label,
        values.keySet().stream().mapToDouble(size -> size).toArray(),
        values.values().stream().mapToDouble(Rounds::median).toArray(),
        isLimit);
  }

  /** The time per element of everything measured, and its ratio to the limit. */
  public Table times() {
    final List<String> header = new ArrayList<>(List.of(name));
    sizes().forEach(size -> header.add(Numbers.plain(size)));
    final List<List<String>> rows = new ArrayList<>();
    candidates.forEach(
        (width, line) -> rows.add(
            row(
                Widths.label(width), line, rejected.getOrDefault(width, new TreeSet<>()), true)));
    baselines.forEach(
        (other, line) -> rows.add(
            row(other.label(), line, new TreeSet<>(), other != Contestant.TRAFFIC)));
    return new Table(
        "One step, " + name
            + ": ns per element, by elements per array (ratio to the traffic limit, the median of the rounds)",
        header,
        rows);
  }

  private List<String> row(
      String label, Map<Integer, Rounds> line, Set<Integer> without, boolean hasRatio) {
    final List<String> row = new ArrayList<>(List.of(label));
    for (int size : sizes()) {
      final Rounds here = line.get(size);
      final Optional<Rounds> limit = baseline(Contestant.TRAFFIC, size).filter(_ -> hasRatio);
      row.add(
          here == null
              ? without.contains(size) ? NOT_MEASURED : ""
              : Numbers.fixed(here.median(), 3)
                  + limit.map(l -> " (" + Numbers.fixed(here.ratioTo(l), 2) + ")").orElse(""));
    }
    return row;
  }

  /** For each size: the fastest width, those that could not be told apart from it, and the chooser's pick. */
  public Table verdicts() {
    return new Table(
        "The fastest for each size, " + name,
        List.of(
            "elements",
            "fastest",
            "not told apart from it",
            "the next is slower by",
            "times the traffic limit",
            "times the plain loop",
            "the chooser's pick"),
        sizes().stream().map(this::verdict).toList());
  }

  private List<String> verdict(int size) {
    final List<String> ranking =
        candidates.keySet()
            .stream()
            .filter(width -> candidate(width, size).isPresent())
            .sorted(Comparator.comparingDouble(width -> candidate(width, size).get().median()))
            .toList();
    if (ranking.isEmpty()) {
      return List.of(Numbers.plain(size), NOT_MEASURED, "", "", "", "", pick(ranking, size));
    }
    final Rounds best = candidate(ranking.getFirst(), size).orElseThrow();
    return List.of(
        Numbers.plain(size),
        Widths.label(ranking.getFirst()),
        notSlower(ranking, best, size),
        ranking.stream()
            .filter(width -> isSlower(width, best, size))
            .findFirst()
            .map(width -> percent(width, best, size) + " (" + Widths.label(width) + ")")
            .orElse(""),
        baseline(Contestant.TRAFFIC, size).map(l -> Numbers.fixed(best.ratioTo(l), 2)).orElse(""),
        baseline(Contestant.PLAIN, size).map(l -> Numbers.fixed(best.ratioTo(l), 2)).orElse(""),
        pick(ranking, size));
  }

  private boolean isSlower(String width, Rounds best, int size) {
    return candidate(width, size).orElseThrow().isSlowerThan(best);
  }

  private boolean isAsFast(String width, Rounds best, int size) {
    return candidate(width, size).orElseThrow().isAsFastAs(best);
  }

  private String notSlower(List<String> ranking, Rounds best, int size) {
    final Map<Boolean, String> byDecision =
        ranking.stream()
            .skip(1)
            .filter(width -> !isSlower(width, best, size))
            .collect(
                Collectors.partitioningBy(
                    width -> isAsFast(width, best, size),
                    Collectors.mapping(
                        width -> Widths.label(width) + " " + percent(width, best, size),
                        Collectors.joining(", "))));
    return Stream.of(
        byDecision.get(true).isEmpty() ? "" : "equal: " + byDecision.get(true),
        byDecision.get(false).isEmpty() ? "" : "undecided: " + byDecision.get(false))
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private String percent(String width, Rounds best, int size) {
    final double ratio = candidate(width, size).orElseThrow().ratioTo(best);
    return (ratio < 1 ? "" : "+") + Numbers.fixed(100 * (ratio - 1), 0) + " %";
  }

  private String pick(List<String> ranking, int size) {
    return preferred.isEmpty()
        ? "not known"
        : Widths.label(preferred) + ": " + judgePick(ranking, size);
  }

  /** A verdict about what was measured, and only what the rounds have shown. */
  private String judgePick(List<String> ranking, int size) {
    if (!ranking.contains(preferred)) {
      return NOT_MEASURED;
    }
    if (ranking.size() == 1) {
      return "nothing to compare it with";
    }
    final Rounds best = candidate(ranking.getFirst(), size).orElseThrow();
    final boolean isBest = ranking.getFirst().equals(preferred);
    if (!isBest && isSlower(preferred, best, size)) {
      return percent(preferred, best, size).substring(1) + " slower";
    }
    final boolean isDecided =
        ranking.stream()
            .skip(1)
            .allMatch(width -> isSlower(width, best, size) || isAsFast(width, best, size));
    if (!isDecided) {
      return "undecided";
    }
    return rejected.values().stream().anyMatch(sizes -> sizes.contains(size))
        ? "right among those measured"
        : "right";
  }
}
