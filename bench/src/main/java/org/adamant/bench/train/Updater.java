package org.adamant.bench.train;

import java.util.Map;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;

/** Turns gradients into one step of the parameters. */
@FunctionalInterface
interface Updater {

  void step(Map<String, float[]> params, Map<String, float[]> grads);

  /** Makes one for a learning rate and the number of steps that will be done. */
  @FunctionalInterface
  interface Factory {
    Updater create(double learningRate, long steps);
  }

  /** Adam with the paper's defaults but for the learning rate, on the preferred kernel. */
  static Updater adam(double learningRate) {
    return AdamOptimizer.create(Adam.defaults().withLearningRate(learningRate))::step;
  }

  /** Adam with a learning rate that falls to zero. */
  static Updater decayingAdam(double learningRate, long steps) {
    final AdamOptimizer optimizer = AdamOptimizer.create(Adam.defaults());
    return (params, grads) -> {
      final double rate = decayed(learningRate, optimizer.stepCount(), steps);
      optimizer.setAdam(optimizer.adam().withLearningRate(rate));
      optimizer.step(params, grads);
    };
  }

  /** Plain stochastic gradient descent. */
  static Updater sgd(double learningRate) {
    return decayingSgd(learningRate, Long.MAX_VALUE);
  }

  /** The same with a learning rate that falls to zero. */
  static Updater decayingSgd(double learningRate, long steps) {
    final long[] done = {0};
    return (params, grads) -> {
      final float rate = (float) decayed(learningRate, done[0]++, steps);
      params.forEach(
          (name, param) -> {
            final float[] grad = grads.get(name);
            for (int i = 0; i < param.length; i++) {
              param[i] -= rate * grad[i];
            }
          });
    };
  }

  /** The learning rate after some of the steps, on a straight line to zero. */
  static double decayed(double learningRate, long done, long steps) {
    return learningRate * Math.max(0, 1 - (double) done / steps);
  }
}
