package org.adamant.bench.peers;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;

/**
 * What a run found, and where.
 *
 * @param format of the JSON, raised when its meaning changes
 * @param date when it began, in ISO 8601
 * @param command what was asked for
 * @param machine processor, system and JVM
 * @param kernel what the kernel says about itself
 * @param secondsPerWorkload how long each was measured
 * @param measurements what was found
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record PeersResult(
    int format,
    String date,
    String command,
    String machine,
    String kernel,
    double secondsPerWorkload,
    List<Measurement> measurements) {

  static final int FORMAT = 1;

  private static final String CAPTION =
      "Time of the kernel over time of the peer in the same round: median (quartiles). Below 1 the"
          + " kernel is faster.";

  String json() throws JsonProcessingException {
    return JsonMapper.builder()
        .build()
        .writerWithDefaultPrettyPrinter()
        .writeValueAsString(this)
        + "\n";
  }

  /** The ratios: a row for each workload, a column for each peer. */
  Table table() {
    final List<PeerName> peers = measurements.stream().map(Measurement::peer).distinct().toList();
    final List<String> header = new ArrayList<>(List.of("kernel against"));
    peers.forEach(peer -> header.add(peer.title()));
    final List<List<String>> rows = new ArrayList<>();
    for (Workload workload : measurements.stream().map(Measurement::workload).distinct().toList()) {
      final List<String> row = new ArrayList<>(List.of(workload.label()));
      peers.forEach(peer -> row.add(cell(peer, workload)));
      rows.add(row);
    }
    return new Table(CAPTION, header, rows);
  }

  private String cell(PeerName peer, Workload workload) {
    return measurements.stream()
        .filter(m -> m.peer() == peer && m.workload().equals(workload))
        .findFirst()
        .map(m -> m.ratio().map(PeersResult::text).orElse("failed"))
        .orElse("");
  }

  private static String text(Spread ratio) {
    return Numbers.fixed(ratio.median(), 3)
        + " ("
        + Numbers.fixed(ratio.lowerQuartile(), 3)
        + "–"
        + Numbers.fixed(ratio.upperQuartile(), 3)
        + ")";
  }

  /** The versions of the peers that ran. */
  String versions() {
    final Map<PeerName, String> versions = new TreeMap<>();
    measurements.stream()
        .filter(m -> !m.version().isEmpty())
        .forEach(m -> versions.put(m.peer(), m.version()));
    return versions.values().stream().collect(Collectors.joining("; "));
  }

  /** What went wrong, a line each. */
  List<String> failures() {
    return measurements.stream()
        .flatMap(
            m -> Optional.ofNullable(m.failure())
                .map(failure -> m.peer() + ", " + m.workload().label() + ": " + failure)
                .stream())
        .toList();
  }

  /** The table for a README, with where it comes from. */
  String markdown() {
    return String.join("\n", table().markdownLines())
        + "\n\nMeasured by `" + command + "` on " + date + ", " + machine + "; " + kernel
        + ".\nPeers: " + versions() + ".\n";
  }
}
