package org.adamant.bench.train.program;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One result of the same training from several seeds.
 *
 * @param values one for each seed
 */
record PerSeed(double... values) {

  double mean() {
    return Arrays.stream(values).average().orElseThrow();
  }

  /** The standard deviation of one value, estimated from all. */
  double deviation() {
    final double mean = mean();
    return Math.sqrt(
        Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1));
  }

  /**
   * The mean difference to other results, in its standard errors. Differences are taken seed by seed, as two
   * trainings with the same first weights and batches differ much less than two seeds do.
   */
  double standardErrorsFrom(PerSeed other) {
    final PerSeed differences =
        new PerSeed(
            IntStream.range(0, values.length)
                .mapToDouble(i -> values[i] - other.values[i])
                .toArray());
    final double mean = differences.mean();
    return mean == 0 ? 0 : mean / (differences.deviation() / Math.sqrt(values.length));
  }
}
