package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.HtmlPage.Item;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Section;
import org.adamant.bench.results.PeersRun;
import org.adamant.bench.results.PeersRun.Measurement;
import org.adamant.bench.results.Workload.Kind;

/** The section about a run of {@code peers}. */
final class PeersSection {

  private PeersSection() {}

  static Section of(PeersRun peers) {
    final List<Item> items = new ArrayList<>();
    items.add(new Item("Versions: " + peers.versions()));
    peers.failures().forEach(failure -> items.add(new Item("fails", "failed:", failure)));
    return new Section(
        "Peers",
        List.of(
            "The time of the kernel over the time of another implementation of Adam, called from the same"
                + " program on the same arrays: below 1 the kernel is faster. Every peer was checked for a"
                + " correct result before it was timed.",
            "Measured by " + peers.command() + " on " + peers.date() + ", " + peers.machine() + "; "
                + peers.kernel() + "."),
        items,
        charts(peers),
        List.of(peers.table()));
  }

  /** A chart for each element type and number of threads that has several sizes. */
  private static List<Chart> charts(PeersRun peers) {
    final Map<String, Map<String, Map<Integer, Double>>> charts = new LinkedHashMap<>();
    for (Measurement m : peers.measurements()) {
      if (m.ratio().isPresent() && m.workload().kind() == Kind.ARRAY) {
        final int threads = m.workload().threads();
        charts
            .computeIfAbsent(
                "Kernel and peers, " + m.workload().element() + ", " + threads
                    + (threads == 1 ? " thread" : " threads"),
                _ -> new LinkedHashMap<>())
            .computeIfAbsent(m.peer(), _ -> new TreeMap<>())
            .put(m.workload().size(), m.ratio().orElseThrow().median());
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
    Arrays.fill(ones, 1);
    lines.add(new Line("as fast as the kernel", sizes, ones, true));
    return new Chart(
        title, "elements per array", "time of the kernel / time of the peer", true, true, lines);
  }
}
