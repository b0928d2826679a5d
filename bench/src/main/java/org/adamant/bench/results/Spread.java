package org.adamant.bench.results;

import java.util.Arrays;

/**
 * The spread of numbers.
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

  /** The middle value, or the mean of the two middle ones. */
  public static double median(double... values) {
    return of(values).median;
  }

  /** Interpolates linearly between the two nearest values. */
  private static double quantile(double[] sorted, double share) {
    final double at = share * (sorted.length - 1);
    final int below = (int) at;
    final int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
