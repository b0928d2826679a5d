package org.adamant.bench.train;

import java.util.Arrays;
import java.util.List;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;

/**
 * Measures the time of a step for several kernels that take turns, so that a disturbance hits all
 * of them alike. They share the arrays, and the step counter advances as in a real run. Good for a
 * first look; JMH is for careful numbers.
 */
final class StepTimer {

  static final int ROUNDS = 21;

  private static final double WARM_UP_SECONDS = 0.25;
  private static final int ELEMENTS_PER_ROUND = 4_000_000;
  private static final int MOST_STEPS_PER_ROUND = 2_000;

  private final List<AdamKernel> kernels;
  private long t;

  StepTimer(List<AdamKernel> kernels) {
    this.kernels = kernels;
  }

  /** Runs every kernel until it is compiled; before that, large arrays take very long. */
  void warmUp(StepArrays arrays) {
    for (AdamKernel kernel : kernels) {
      final Stopwatch time = new Stopwatch();
      while (time.seconds() < WARM_UP_SECONDS) {
        arrays.step(kernel, Adam.defaults().atStep(++t));
      }
    }
  }

  /** The median time per element in nanoseconds, for each kernel. */
  double[] nanosPerElement(StepArrays arrays, int length) {
    final int count = Math.clamp(ELEMENTS_PER_ROUND / length, 1, MOST_STEPS_PER_ROUND);
    final double[][] nanos = new double[kernels.size()][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      for (int k = 0; k < kernels.size(); k++) {
        final double seconds = seconds(kernels.get(k), arrays, nextSteps(count));
        if (round >= 0) {
          nanos[k][round] = seconds * 1e9 / count / length;
        }
      }
    }
    return Arrays.stream(nanos).mapToDouble(StepTimer::median).toArray();
  }

  private static double seconds(AdamKernel kernel, StepArrays arrays, AdamStep[] steps) {
    final Stopwatch time = new Stopwatch();
    for (AdamStep step : steps) {
      arrays.step(kernel, step);
    }
    return time.seconds();
  }

  /** Coefficients are made beforehand: they cost the same for every length and kernel. */
  private AdamStep[] nextSteps(int count) {
    final AdamStep[] steps = new AdamStep[count];
    Arrays.setAll(steps, _ -> Adam.defaults().atStep(++t));
    return steps;
  }

  private static double median(double[] values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
