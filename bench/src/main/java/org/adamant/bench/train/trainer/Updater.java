package org.adamant.bench.train.trainer;

import java.util.Map;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.training.Schedule;

/** Turns gradients into one step of the parameters. */
@FunctionalInterface
public interface Updater {

  void step(Map<String, float[]> params, Map<String, float[]> grads);

  /** Adam with the paper's defaults except the learning rate, on the preferred kernel. */
  static Updater adam(Schedule learningRate) {
    return AdamOptimizer.builder(Adam.defaults()).schedule(learningRate).build()::step;
  }

  /** Plain stochastic gradient descent. */
  static Updater sgd(Schedule learningRate) {
    final long[] done = {0};
    return (params, grads) -> {
      final float rate = (float) learningRate.at(++done[0]);
      params.forEach(
          (name, param) -> {
            final float[] grad = grads.get(name);
            for (int i = 0; i < param.length; i++) {
              param[i] -= rate * grad[i];
            }
          });
    };
  }

  /**
   * A learning rate that falls linearly to zero, rounded as rate (1 - s / steps); {@link Schedule#linear} rounds as
   * rate - rate s / steps.
   */
  static Schedule toZero(double rate, long steps) {
    return Schedule.polynomial(rate, 0, 1, 0, steps);
  }
}
