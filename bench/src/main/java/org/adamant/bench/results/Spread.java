package org.adamant.bench.results;

import java.util.Arrays;

/**
 * Where numbers lie.
 *
 * @param median the middle
 * @param lowerQuartile a quarter is below
 * @param upperQuartile a quarter is above
 * @param min the smallest
 * @param max the largest
 */
public record Spread(double median, double lowerQuartile, double upperQuartile, double min,
    double max) {

  public static Spread of(double... values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(
        quantile(sorted, 0.5),
        quantile(sorted, 0.25),
        quantile(sorted, 0.75),
        sorted[0],
        sorted[sorted.length - 1]);
  }

  /** The value in the middle, or the mean of the two there. */
  public static double median(double... values) {
    return of(values).median;
  }

  /** Between the two nearest values, by distance. */
  private static double quantile(double[] sorted, double share) {
    final double at = share * (sorted.length - 1);
    final int below = (int) at;
    final int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
