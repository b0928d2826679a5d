package org.adamant.bench.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EstimateTest {

  /** The critical values of Wilcoxon's signed-rank test, two-sided, 1 %, from the published tables. */
  @ParameterizedTest
  @CsvSource({"8, 0", "9, 1", "10, 3", "11, 5", "12, 7", "15, 15", "20, 37", "25, 68"})
  void theIntervalLeavesOutAsManyPairsAsTheTablesSay(int n, int critical) {
    // Powers of two with exponents so far apart that no two pairs have the same mean.
    final double[] logs = IntStream.range(0, n).mapToDouble(i -> Math.pow(1.5, i) / 1e4).toArray();
    final double[] ratios = Arrays.stream(logs).map(Math::exp).toArray();
    final List<Double> means = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        means.add((logs[i] + logs[j]) / 2);
      }
    }
    means.sort(null);
    final Estimate estimate = Estimate.of(ratios);
    assertThat(Math.log(estimate.low())).isCloseTo(means.get(critical), within(1e-12));
    assertThat(Math.log(estimate.high()))
        .isCloseTo(means.get(means.size() - 1 - critical), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void fewValuesGiveNoInterval(int n) {
    final double[] ratios = new double[n];
    Arrays.fill(ratios, 1.25);
    final Estimate estimate = Estimate.of(ratios);
    assertThat(estimate.ratio()).isCloseTo(1.25, within(1e-15));
    assertThat(estimate.low()).isNull();
    assertThat(estimate.high()).isNull();
    assertThat(estimate.isAbove(1)).isFalse();
    assertThat(estimate.includes(1.25)).isFalse();
  }

  @Test
  void confidenceIsThatOfTheSignTestWhereAllAgree() {
    final double[] ratios = {1.05, 1.06, 1.07, 1.08, 1.09, 1.10, 1.11, 1.12};
    assertThat(Estimate.confidenceAbove(ratios, 1.04)).isEqualTo(1 - 1.0 / 256);
    assertThat(Estimate.confidenceAbove(ratios, 2)).isZero();
    // As likely as not, but for the one arrangement in the middle.
    assertThat(Estimate.confidenceAbove(ratios, Math.sqrt(1.08 * 1.09))).isBetween(0.3, 0.6);
  }

  /** Forks that are slow for their whole life: the interval must not be fooled more often than it says. */
  @Test
  void theIntervalHoldsItsConfidenceWhateverTheNoise() {
    final Random random = new Random(5);
    final int trials = 4000;
    int outside = 0;
    for (int trial = 0; trial < trials; trial++) {
      final double[] ratios = new double[12];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = Math.exp(luck(random) - luck(random));
      }
      final Estimate estimate = Estimate.of(ratios);
      outside += estimate.low() > 1 || estimate.high() < 1 ? 1 : 0;
    }
    // 40 expected, with a standard deviation of 6.
    assertThat(outside).isBetween(5, 65);
  }

  /** Skewed, with two modes and outliers. */
  private static double luck(Random random) {
    final double noise = Math.abs(0.02 * random.nextGaussian());
    return noise + (random.nextInt(4) == 0 ? 0.1 : 0) + (random.nextInt(12) == 0 ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesWhatIsNoRatio(double ratio) {
    assertThatThrownBy(() -> Estimate.of(new double[] {1, ratio}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ratio = " + ratio);
  }
}
