package org.adamant.bench.peers;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;

/**
 * The kernel and one peer on one workload.
 *
 * @param peer the peer
 * @param version its version, empty if it could not be asked
 * @param workload what was stepped
 * @param largestErrorOfBound the largest error found in the check before, as a share of its bound
 * @param kernelNanos nanoseconds per step of the kernel, round by round
 * @param peerNanos those of the peer, in the same rounds
 * @param failure why there is no time; null if there is
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Measurement(
    PeerName peer,
    String version,
    Workload workload,
    double largestErrorOfBound,
    double[] kernelNanos,
    double[] peerNanos,
    String failure) {

  static Measurement failed(PeerName peer, String version, Workload workload, String failure) {
    return new Measurement(peer, version, workload, 0, new double[0], new double[0], failure);
  }

  /** Time of the kernel over time of the peer, of every round; empty if there are no times. */
  Optional<Spread> ratio() {
    if (kernelNanos.length == 0) {
      return Optional.empty();
    }
    final double[] ratios = new double[kernelNanos.length];
    java.util.Arrays.setAll(ratios, i -> kernelNanos[i] / peerNanos[i]);
    return Optional.of(Spread.of(ratios));
  }

  /** For readers of the JSON, who would otherwise have to compute it. */
  @JsonProperty(value = "ratio", access = JsonProperty.Access.READ_ONLY)
  Spread ratioOrNull() {
    return ratio().orElse(null);
  }

  /** For readers of the JSON. */
  @JsonProperty(value = "elements", access = JsonProperty.Access.READ_ONLY)
  long elements() {
    return workload.elements();
  }
}
