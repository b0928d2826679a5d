package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.PeersFile;
import org.adamant.bench.results.PeersFile.Measurement;
import org.adamant.bench.results.PeersFile.Spread;

/** The section about a run of {@code peers}. */
final class PeersSection {

  private final HtmlPage page;
  private final PeersFile peers;

  PeersSection(HtmlPage page, PeersFile peers) {
    this.page = page;
    this.peers = peers;
  }

  void add() {
    page.beginSection("Peers");
    page.paragraph(
        "The time of the kernel over the time of another implementation of Adam, called from the same"
            + " program on the same arrays: below 1 the kernel is faster. Every peer was checked for a"
            + " correct result before it was timed.");
    page.paragraph(
        "Measured by " + peers.command() + " on " + peers.date() + ", " + peers.machine() + "; "
            + peers.kernel() + ".");
    page.list(notes().stream().map(HtmlPage.Item::new).toList());
    page.figures(charts());
    page.table(table());
    page.endSection();
  }

  private List<String> notes() {
    final List<String> notes = new ArrayList<>();
    notes.add(
        "Versions: "
            + peers.measurements()
                .stream()
                .filter(m -> m.version() != null && !m.version().isEmpty())
                .map(Measurement::version)
                .distinct()
                .collect(Collectors.joining("; ")));
    peers.measurements()
        .stream()
        .filter(m -> m.failure() != null)
        .map(m -> name(m) + ", " + m.workload().label() + ": " + m.failure())
        .forEach(notes::add);
    return notes;
  }

  /** A chart for each element type and number of threads, where there are sizes to draw. */
  private List<Chart> charts() {
    final Map<String, Map<String, Map<Integer, Double>>> charts = new LinkedHashMap<>();
    for (Measurement m : peers.measurements()) {
      if (m.ratio() != null && m.workload().isArray()) {
        final int threads = m.workload().threads();
        final String title =
            m.workload().element().toLowerCase(Locale.ROOT)
                + ", " + threads + (threads == 1 ? " thread" : " threads");
        charts
            .computeIfAbsent("Kernel and peers, " + title, _ -> new LinkedHashMap<>())
            .computeIfAbsent(name(m), _ -> new TreeMap<>())
            .put(m.workload().size(), m.ratio().median());
      }
    }
    return charts.entrySet().stream().map(e -> chart(e.getKey(), e.getValue())).toList();
  }

  private static Chart chart(String title, Map<String, Map<Integer, Double>> byPeer) {
    final List<Line> lines = new ArrayList<>();
    byPeer.forEach(
        (peer, ratios) -> lines.add(
            new Line(
                peer,
                ratios.keySet().stream().mapToDouble(x -> x).toArray(),
                ratios.values().stream().mapToDouble(x -> x).toArray())));
    final double[] sizes =
        byPeer.values()
            .stream()
            .flatMap(ratios -> ratios.keySet().stream())
            .mapToDouble(x -> x)
            .sorted()
            .distinct()
            .toArray();
    final double[] ones = new double[sizes.length];
    java.util.Arrays.fill(ones, 1);
    lines.add(new Line("as fast as the kernel", sizes, ones, true));
    return new Chart(
        title, "elements per array", "time of the kernel / time of the peer", true, true, lines);
  }

  private Table table() {
    final List<String> names =
        peers.measurements().stream().map(PeersSection::name).distinct().toList();
    final List<String> header = new ArrayList<>(List.of("workload"));
    header.addAll(names);
    final Map<String, List<String>> rows = new LinkedHashMap<>();
    for (Measurement m : peers.measurements()) {
      rows.computeIfAbsent(
          m.workload().label(),
          label -> {
            final List<String> row = new ArrayList<>(List.of(label));
            names.forEach(_ -> row.add(""));
            return row;
          })
          .set(names.indexOf(name(m)) + 1, m.ratio() == null ? "failed" : text(m.ratio()));
    }
    return new Table(
        "Time of the kernel over time of the peer: median (quartiles)",
        header,
        List.copyOf(rows.values()));
  }

  private static String text(Spread ratio) {
    return "%s (%s–%s)"
        .formatted(
            Numbers.fixed(ratio.median(), 3),
            Numbers.fixed(ratio.lowerQuartile(), 3),
            Numbers.fixed(ratio.upperQuartile(), 3));
  }

  private static String name(Measurement m) {
    return switch (m.peer().toUpperCase(Locale.ROOT)) {
      case "PYTORCH" -> "PyTorch fused";
      case "TENSORFLOW" -> "TensorFlow";
      case "TRIBUO" -> "Tribuo";
      default -> m.peer();
    };
  }
}
