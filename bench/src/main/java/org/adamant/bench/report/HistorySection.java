package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.adamant.LaneWidth;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.AcceptedJump;
import org.adamant.bench.results.GateFile;
import org.adamant.bench.results.JmhResult;
import org.adamant.bench.suite.Element;

/** The section about how times have changed from file to file, on one machine. */
final class HistorySection {

  /** More lines cannot be told apart. */
  private static final int MOST_LINES = 6;

  private final HtmlPage page;
  private final List<Source> sources;
  private final List<AcceptedJump> jumps;

  /**
   * A history.
   *
   * @param sources the files of one machine, the oldest first
   */
  HistorySection(HtmlPage page, List<Source> sources, List<AcceptedJump> jumps) {
    this.page = page;
    this.sources = sources.stream().filter(source -> !points(source).isEmpty()).toList();
    this.jumps = jumps;
  }

  /**
   * What a file says about one element type and size.
   *
   * @param nanos nanoseconds per element of the kernel
   * @param toTraffic times the traffic limit in the same run; NaN if it was not measured
   */
  private record Point(double nanos, double toTraffic) {}

  void add() {
    if (sources.size() < 2) {
      return;
    }
    page.beginSection("History");
    page.paragraph(
        "From file to file on " + sources.getFirst().machine() + ", in the order in which they were"
            + " given. Ratios to the traffic limit of the same run can be compared between runs; absolute"
            + " times drift with the machine.");
    final List<Chart> charts = new ArrayList<>();
    for (Element element : Element.values()) {
      final Map<String, Point[]> series = series(element);
      if (!series.isEmpty()) {
        charts.add(chart("Kernel, " + element, "times the traffic limit", series, true));
        charts.add(chart("Kernel, " + element + ", absolute", "ns per element", series, false));
      }
    }
    page.figures(charts);
    if (!jumps.isEmpty()) {
      page.table(jumpTable());
    }
    page.endSection();
  }

  private Chart chart(
      String title, String yLabel, Map<String, Point[]> series, boolean isRatio) {
    final double[] x = IntStream.range(0, sources.size()).asDoubleStream().toArray();
    final List<Line> lines = new ArrayList<>();
    series.forEach(
        (name, points) -> lines.add(
            new Line(
                name,
                x,
                Stream.of(points)
                    .mapToDouble(
                        p -> p == null ? Double.NaN : isRatio ? p.toTraffic : p.nanos)
                    .toArray())));
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
    final List<Chart.Mark> marks = new ArrayList<>();
    for (int i = 0; i < jumps.size(); i++) {
      final String day = jumps.get(i).date();
      final long before =
          sources.stream()
              .filter(source -> !source.day().isEmpty() && source.day().compareTo(day) < 0)
              .count();
      if (before > 0 && before < sources.size()) {
        marks.add(new Chart.Mark(before - 0.5, "jump " + (i + 1)));
      }
    }
    return marks;
  }

  private Table jumpTable() {
    final List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < jumps.size(); i++) {
      final AcceptedJump jump = jumps.get(i);
      rows.add(
          List.of(
              "jump " + (i + 1),
              jump.date(),
              String.valueOf(jump.what()).toLowerCase(java.util.Locale.ROOT),
              String.valueOf(jump.cases()),
              jump.factor() == 0 ? "" : Numbers.plain(jump.factor()),
              jump.reason()));
    }
    return new Table(
        "Jumps that are known and accepted",
        List.of("", "date", "what", "cases", "factor", "reason"),
        rows);
  }

  /** The points of the largest sizes of an element type, file by file. */
  private Map<String, Point[]> series(Element element) {
    final List<Map<String, Point>> all = sources.stream().map(HistorySection::points).toList();
    final List<String> names =
        all.stream()
            .flatMap(points -> points.keySet().stream())
            .filter(name -> name.startsWith(element + " "))
            .distinct()
            // Of two numbers with separators, the longer is the larger.
            .sorted(Comparator.comparingInt(String::length).thenComparing(name -> name))
            .toList();
    final Map<String, Point[]> series = new LinkedHashMap<>();
    for (String name : names.subList(Math.max(0, names.size() - MOST_LINES), names.size())) {
      series.put(name, all.stream().map(points -> points.get(name)).toArray(Point[]::new));
    }
    return series;
  }

  /** By element type and size. */
  private static Map<String, Point> points(Source source) {
    final Map<String, Point> points = new LinkedHashMap<>();
    for (GateFile.Case c : source.content().gate().map(GateFile::cases).orElse(List.of())) {
      points.put(
          name(c.name()),
          new Point(
              c.nanosPerElement(), c.toTraffic() == null ? Double.NaN : c.toTraffic().ratio()));
    }
    final Pivot nanos = new Pivot();
    for (JmhResult result : source.benchmarks(JmhSections.STEP)) {
      final OptionalDouble time = JmhSections.nanosPerElement(result);
      if (time.isPresent()
          && (isPreferred(source, result) || result.method().endsWith("Traffic"))) {
        nanos.put(
            result.method().replaceFirst("Kernel|Traffic", " ")
                + Numbers.plain(JmhSections.size(result)),
            result.method().endsWith("Traffic") ? "traffic" : "kernel",
            time.getAsDouble());
      }
    }
    for (String row : nanos.rows()) {
      final OptionalDouble kernel = nanos.get(row, "kernel");
      final OptionalDouble traffic = nanos.get(row, "traffic");
      if (kernel.isPresent()) {
        points.put(
            row,
            new Point(
                kernel.getAsDouble(), kernel.getAsDouble() / traffic.orElse(Double.NaN)));
      }
    }
    return points;
  }

  /** The kernel that the chooser picks; the widest that was measured where that is not known. */
  private static boolean isPreferred(Source source, JmhResult result) {
    final String width = result.param("width").orElse("");
    if (width.isEmpty() || !result.method().endsWith("Kernel")) {
      return false;
    }
    final String preferred = source.origin().preferred();
    return width.equals("preferred")
        || (preferred.isEmpty() ? width.equals(widest(source)) : width.equals(preferred));
  }

  private static String widest(Source source) {
    return source.benchmarks(JmhSections.STEP)
        .stream()
        .flatMap(result -> result.param("width").stream())
        .filter(width -> !width.equals("preferred"))
        .map(LaneWidth::valueOf)
        .max(Comparator.naturalOrder())
        .map(LaneWidth::name)
        .orElse("");
  }

  /** {@code float 1000} as {@code float 1,000}. */
  private static String name(String caseName) {
    final String[] words = caseName.split(" ");
    return words.length == 2 && words[1].matches("\\d+")
        ? words[0] + " " + Numbers.plain(Long.parseLong(words[1]))
        : caseName;
  }
}
