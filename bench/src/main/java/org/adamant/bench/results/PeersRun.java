package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;

/**
 * The results of the command {@code peers}, and their origin.
 *
 * @param format the version of the JSON, raised when its meaning changes
 * @param date when it began, in ISO 8601
 * @param command the command of the user
 * @param machine processor, system and JVM
 * @param kernel what the kernel says about itself, after the measurements
 * @param secondsPerWorkload how long each was measured
 * @param measurements the measurements
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PeersRun(
    int format,
    String date,
    String command,
    String machine,
    String kernel,
    double secondsPerWorkload,
    List<Measurement> measurements) {

  public static final int FORMAT = 1;

  private static final String CAPTION =
      "Time of the kernel over time of the peer in the same round: median (quartiles). Below 1 the"
          + " kernel is faster.";

  /**
   * The kernel and one peer on one workload.
   *
   * @param peer the peer's name
   * @param version its version, empty if it could not be asked
   * @param workload what was stepped
   * @param kernel what the kernel said about itself afterwards, empty if it was not asked
   * @param largestErrorOfBound the largest error found in the check before, as a share of its bound
   * @param kernelNanos nanoseconds per step of the kernel, round by round
   * @param peerNanos nanoseconds per step of the peer, in the same rounds
   * @param failure why there is no time; null if there is
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Measurement(
      String peer,
      String version,
      Workload workload,
      String kernel,
      double largestErrorOfBound,
      double[] kernelNanos,
      double[] peerNanos,
      String failure) {

    public Measurement {
      kernelNanos = kernelNanos == null ? new double[0] : kernelNanos;
    }

    public static Measurement failed(
        String peer, String version, Workload workload, String failure) {
      return new Measurement(
          peer, version, workload, "", 0, new double[0], new double[0], failure);
    }

    /** Time of the kernel over time of the peer, of every round; empty if there are no times. */
    public Optional<Spread> ratio() {
      return Optional.ofNullable(ratioOrNull());
    }

    /** The ratio in the JSON, so that readers need not compute it. */
    @JsonProperty(value = "ratio", access = JsonProperty.Access.READ_ONLY)
    Spread ratioOrNull() {
      if (kernelNanos.length == 0) {
        return null;
      }
      final double[] ratios = new double[kernelNanos.length];
      Arrays.setAll(ratios, i -> kernelNanos[i] / peerNanos[i]);
      return Spread.of(ratios);
    }

    /** The number of elements in the JSON. */
    @JsonProperty(value = "elements", access = JsonProperty.Access.READ_ONLY)
    long elements() {
      return workload.elements();
    }
  }

  /** The ratios: a row for each workload, a column for each peer. */
  public Table table() {
    final List<String> peers = measurements.stream().map(Measurement::peer).distinct().toList();
    final List<String> header = new ArrayList<>(List.of("kernel against"));
    header.addAll(peers);
    final List<List<String>> rows = new ArrayList<>();
    for (Workload workload : measurements.stream().map(Measurement::workload).distinct().toList()) {
      final List<String> row = new ArrayList<>(List.of(workload.label()));
      peers.forEach(peer -> row.add(cell(peer, workload)));
      rows.add(row);
    }
    return new Table(CAPTION, header, rows);
  }

  private String cell(String peer, Workload workload) {
    return measurements.stream()
        .filter(m -> m.peer.equals(peer) && m.workload.equals(workload))
        .findFirst()
        .map(m -> m.ratio().map(PeersRun::text).orElse("failed"))
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
  public String versions() {
    return measurements.stream()
        .map(Measurement::version)
        .filter(version -> version != null && !version.isEmpty())
        .distinct()
        .collect(Collectors.joining("; "));
  }

  /** Lines that say what went wrong. */
  public List<String> failures() {
    return measurements.stream()
        .filter(m -> m.failure != null)
        .map(m -> m.peer + ", " + m.workload.label() + ": " + m.failure)
        .toList();
  }

  /** The table for a README, with its origin. */
  public String markdown() {
    return String.join("\n", table().markdownLines())
        + "\n\nMeasured by `" + command + "` on " + date + ", " + machine + "; " + kernel
        + ".\nPeers: " + versions() + ".\n";
  }
}
