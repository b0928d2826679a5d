package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One measured quantity of a benchmark.
 *
 * @param score the mean of all iterations, or what JMH calls the score of the mode
 * @param scoreError half the width of the 99.9 % confidence interval; NaN with fewer than three values
 * @param scoreUnit such as {@code ns/op} or {@code B/op}
 * @param rawData the values of the iterations, fork by fork
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Metric(
    double score, double scoreError, String scoreUnit, List<List<Double>> rawData) {

  /** Absent raw data, as in the mode that samples, become an empty list. */
  public Metric {
    rawData = rawData == null ? List.of() : List.copyOf(rawData);
  }

  /**
   * All raw values, fork after fork.
   *
   * @return the values
   */
  public double[] values() {
    return rawData.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * The median of each fork.
   *
   * @return a median for each fork that has values
   */
  public double[] forkMedians() {
    return rawData.stream()
        .filter(fork -> !fork.isEmpty())
        .mapToDouble(fork -> median(fork.stream().mapToDouble(Double::doubleValue).toArray()))
        .toArray();
  }

  /**
   * The median of all raw values: one disturbed iteration does not move it.
   *
   * @return the median, or the score if there are no raw values
   */
  public double median() {
    final double[] values = values();
    return values.length == 0 ? score : median(values);
  }

  /**
   * The median time of a call.
   *
   * @return nanoseconds; empty if the unit is not a time per call
   */
  public OptionalDouble nanosPerCall() {
    return switch (scoreUnit) {
      case "ns/op" -> OptionalDouble.of(median());
      case "us/op" -> OptionalDouble.of(median() * 1e3);
      case "ms/op" -> OptionalDouble.of(median() * 1e6);
      case "s/op" -> OptionalDouble.of(median() * 1e9);
      case null, default -> OptionalDouble.empty();
    };
  }

  /**
   * The median of some values.
   *
   * @param values at least one
   * @return the one in the middle, or the mean of the two there
   */
  public static double median(double... values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    final int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
