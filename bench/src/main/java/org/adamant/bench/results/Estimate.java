package org.adamant.bench.results;

import java.util.Arrays;

/**
 * An estimate of the middle of some ratios, by Wilcoxon's signed ranks: the median of all geometric means of two of
 * them (Hodges and Lehmann), and its exact confidence interval.
 *
 * <p>A JVM that happens to lay out its code badly is slow for its whole life, so the ratios of forks have outliers
 * and several modes. Signed ranks assume only symmetry. The ratio of two kernels whose luck has the same
 * distribution is symmetric, whatever the distribution is.
 *
 * @param ratio the estimate
 * @param low the lower end of the interval; null with fewer than {@link #FEWEST} values
 * @param high the upper end of the interval; null likewise
 */
public record Estimate(double ratio, Double low, Double high) {

  /** The probability that the interval holds the middle. */
  private static final double CONFIDENCE = 0.99;

  /** The fewest values that give an interval: 2^-8 < (1 - 0.99) / 2. */
  public static final int FEWEST = 8;

  /** The estimate from one ratio for each fork. */
  public static Estimate of(double[] ratios) {
    final double[] means = means(ratios);
    final double[] atMost = distribution(ratios.length);
    // One more than the number of means that may lie outside on either side.
    int inside = 0;
    while (atMost[inside] <= (1 - CONFIDENCE) / 2) {
      inside++;
    }
    final int last = means.length - 1;
    return new Estimate(
        Math.exp((means[last / 2] + means[means.length / 2]) / 2),
        inside == 0 ? null : Double.valueOf(Math.exp(means[inside - 1])),
        inside == 0 ? null : Double.valueOf(Math.exp(means[last - inside + 1])));
  }

  /** The confidence that the middle lies above a limit: 1 - p of the exact one-sided test. */
  public static double confidenceAbove(double[] ratios, double limit) {
    final double[] means = means(ratios);
    final long notAbove = Arrays.stream(means).filter(mean -> mean <= Math.log(limit)).count();
    return 1 - distribution(ratios.length)[(int) notAbove];
  }

  /** The logarithms of the geometric means of all pairs, a value with itself included, in order. */
  private static double[] means(double[] ratios) {
    final int n = ratios.length;
    final double[] means = new double[n * (n + 1) / 2];
    int next = 0;
    for (int i = 0; i < n; i++) {
      if (!(ratios[i] > 0 && ratios[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("ratio = " + ratios[i] + ": expected a positive number");
      }
      for (int j = 0; j <= i; j++) {
        means[next++] = (Math.log(ratios[i]) + Math.log(ratios[j])) / 2;
      }
    }
    Arrays.sort(means);
    return means;
  }

  /** For each s, the probability that a random subset of the ranks 1 to n has a sum of at most s. */
  private static double[] distribution(int n) {
    final double[] chances = new double[n * (n + 1) / 2 + 1];
    chances[0] = 1;
    for (int rank = 1; rank <= n; rank++) {
      for (int sum = chances.length - 1; sum >= 0; sum--) {
        chances[sum] = (chances[sum] + (sum < rank ? 0 : chances[sum - rank])) / 2;
      }
    }
    Arrays.parallelPrefix(chances, Double::sum);
    return chances;
  }

  /** Whether the whole interval lies above a limit. */
  public boolean isAbove(double limit) {
    return low != null && low > limit;
  }

  /** Whether the limit lies in the interval. */
  public boolean includes(double limit) {
    return low != null && low <= limit && limit < high;
  }
}
