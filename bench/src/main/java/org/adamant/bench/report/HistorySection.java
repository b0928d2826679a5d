package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.adamant.LaneWidth;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.HtmlPage.Item;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Section;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.Accepted;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.GateRun;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.results.StepTime.Benchmark;
import org.adamant.bench.support.Element;

/** How comparable times have changed from file to file. */
final class HistorySection {

  /** More lines cannot be told apart. */
  private static final int MOST_LINES = 10;

  private final List<Source> sources;
  private final List<Accepted> jumps;

  private HistorySection(List<Source> sources, List<Accepted> jumps) {
    this.sources = sources.stream().filter(source -> !points(source).isEmpty()).toList();
    this.jumps = jumps;
  }

  /** The history of one series, the oldest file first; empty with fewer than two times of the step. */
  static Optional<Section> of(List<Source> sources, List<Accepted> jumps) {
    return new HistorySection(sources, jumps).section();
  }

  /**
   * The times of one element type and size in a file.
   *
   * @param nanos nanoseconds per element of the kernel
   * @param toTraffic the ratio to the traffic limit in the same run; NaN if it was not measured
   */
  private record Point(double nanos, double toTraffic) {}

  private Optional<Section> section() {
    if (sources.size() < 2) {
      return Optional.empty();
    }
    final List<Chart> charts = new ArrayList<>();
    final List<Item> items = new ArrayList<>();
    for (Element element : Element.values()) {
      final List<String> names = names(element);
      final List<String> drawn =
          names.subList(Math.max(0, names.size() - MOST_LINES), names.size());
      if (!drawn.isEmpty()) {
        charts.add(chart("Kernel, " + element, "times the traffic limit", drawn, Point::toTraffic));
        charts.add(
            chart("Kernel, " + element + ", absolute", "ns per element", drawn, Point::nanos));
      }
      if (drawn.size() < names.size()) {
        items.add(
            new Item(
                "not drawn, as more lines cannot be told apart: "
                    + String.join("; ", names.subList(0, names.size() - drawn.size()))));
      }
    }
    return Optional.of(
        new Section(
            "History: " + sources.getFirst().series().getFirst(),
            List.of(
                "From file to file, in the order in which they were given: "
                    + String.join(", ", sources.getFirst().series())
                    + ". Files of another machine, of another JVM, or measured in another way have a"
                    + " history of their own. Ratios to the traffic limit of the same run can be compared"
                    + " between runs; absolute times drift with the machine."),
            items,
            charts,
            jumps.isEmpty() ? List.of() : List.of(jumpTable())));
  }

  private Chart chart(
      String title, String yLabel, List<String> names, ToDoubleFunction<Point> value) {
    final List<Map<String, Point>> all = sources.stream().map(HistorySection::points).toList();
    final double[] x = IntStream.range(0, sources.size()).asDoubleStream().toArray();
    final List<Line> lines =
        names.stream()
            .map(
                name -> new Line(
                    name,
                    x,
                    all.stream()
                        .map(points -> points.get(name))
                        .mapToDouble(p -> p == null ? Double.NaN : value.applyAsDouble(p))
                        .toArray()))
            .toList();
    return new Chart(
        title,
        "what was measured",
        yLabel,
        false,
        true,
        lines,
        sources.stream().map(Source::label).toList(),
        marks());
  }

  /** The jumps, by number, where they lie among the files. */
  private List<Chart.Mark> marks() {
    final Map<Double, String> marks = new TreeMap<>();
    for (int i = 0; i < jumps.size(); i++) {
      final String day = jumps.get(i).date();
      final long before =
          sources.stream()
              .filter(source -> !source.day().isEmpty() && source.day().compareTo(day) < 0)
              .count();
      if (before > 0 && before < sources.size()) {
        // Several jumps between two files share a line.
        final int number = i + 1;
        marks.merge(before - 0.5, "jump " + number, (others, _) -> others + ", " + number);
      }
    }
    return marks.entrySet().stream().map(e -> new Chart.Mark(e.getKey(), e.getValue())).toList();
  }

  private Table jumpTable() {
    final List<List<String>> rows = new ArrayList<>();
    for (Accepted jump : jumps) {
      rows.add(
          List.of(
              "jump " + (rows.size() + 1),
              jump.date(),
              jump.what().name().toLowerCase(Locale.ROOT),
              jump.cases(),
              jump.factor() == 0 ? "" : Numbers.plain(jump.factor()),
              jump.reason()));
    }
    return new Table(
        "Jumps that are known and accepted",
        List.of("", "date", "what", "cases", "factor", "reason"),
        rows);
  }

  /** The cases of an element type, the smallest size first. */
  private List<String> names(Element element) {
    return sources.stream()
        .flatMap(source -> points(source).keySet().stream())
        .filter(name -> name.startsWith(element + " "))
        .distinct()
        // A longer number with separators is larger.
        .sorted(Comparator.comparingInt(String::length).thenComparing(name -> name))
        .toList();
  }

  /** By element type and size. */
  private static Map<String, Point> points(Source source) {
    final Map<String, Point> points = new LinkedHashMap<>();
    for (GateRun.Case c : source.content().gate().map(GateRun::cases).orElse(List.of())) {
      points.put(
          name(c.name()),
          new Point(
              c.nanosPerElement(), c.toTraffic() == null ? Double.NaN : c.toTraffic().ratio()));
    }
    final String width = width(source);
    final Pivot nanos = new Pivot();
    steps(source)
        .filter(
            t -> t.contestant() == Contestant.TRAFFIC
                || t.contestant() == Contestant.KERNEL && t.width().equals(width))
        .forEach(
            t -> nanos.put(
                t.element() + " " + Numbers.plain(t.size()),
                t.contestant().name(),
                t.nanosPerElement()));
    for (String row : nanos.rows()) {
      nanos
          .get(row, Contestant.KERNEL.name())
          .ifPresent(
              x -> points.put(
                  row,
                  new Point(
                      x, x / nanos.get(row, Contestant.TRAFFIC.name()).orElse(Double.NaN))));
    }
    return points;
  }

  private static Stream<StepTime> steps(Source source) {
    return source.content()
        .times()
        .stream()
        .filter(t -> t.benchmark() == Benchmark.STEP && !t.allocates());
  }

  /** The width that the chooser picks; if that is not known, the widest measured. */
  private static String width(Source source) {
    final List<String> widths =
        steps(source)
            .map(StepTime::width)
            .filter(width -> !width.isEmpty() && !width.equals(StepTime.PREFERRED))
            .toList();
    if (widths.isEmpty()) {
      return StepTime.PREFERRED;
    }
    final String preferred = source.origin().preferred();
    return preferred.isEmpty()
        ? widths.stream().map(LaneWidth::valueOf).max(Comparator.naturalOrder()).get().name()
        : preferred;
  }

  /** {@code float 1000} as {@code float 1,000}. */
  private static String name(String caseName) {
    final String[] words = caseName.split(" ", 0);
    return words.length == 2 && words[1].matches("\\d+")
        ? words[0] + " " + Numbers.plain(Double.parseDouble(words[1]))
        : caseName;
  }
}
