package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Locale;

/**
 * What the command {@code peers} has written.
 *
 * @param date when, in ISO 8601
 * @param command what was asked for
 * @param machine processor, system and JVM
 * @param kernel what the kernel says about itself
 * @param measurements the kernel and one peer on one workload, each
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PeersFile(
    String date, String command, String machine, String kernel, List<Measurement> measurements) {

  /**
   * The kernel and one peer on one workload.
   *
   * @param peer the peer
   * @param version its version
   * @param workload what was stepped
   * @param failure why there is no ratio; null if there is
   * @param ratio time of the kernel over time of the peer; null if there is none
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Measurement(
      String peer, String version, Workload workload, String failure, Spread ratio) {}

  /**
   * What one step works on.
   *
   * @param kind {@code ARRAY} for the basic step over one array
   * @param element the element type
   * @param size elements, for the kinds that have one array
   * @param threads the largest number of threads
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Workload(String kind, String element, int size, int threads) {

    /**
     * Whether it is the basic step over one array.
     *
     * @return whether its size says everything
     */
    public boolean isArray() {
      return "ARRAY".equalsIgnoreCase(kind);
    }

    /**
     * A name for a table.
     *
     * @return for example {@code float 1,000, 2 threads}
     */
    public String label() {
      final String what =
          element.toLowerCase(Locale.ROOT)
              + (size > 0 ? String.format(Locale.ROOT, " %,d", size) : "")
              + (isArray() ? "" : ", " + kind.toLowerCase(Locale.ROOT).replace('_', ' '));
      return threads <= 1 ? what : what + ", " + threads + " threads";
    }
  }

  /**
   * Where ratios lie.
   *
   * @param median the middle
   * @param lowerQuartile a quarter is below
   * @param upperQuartile a quarter is above
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Spread(double median, double lowerQuartile, double upperQuartile) {}
}
