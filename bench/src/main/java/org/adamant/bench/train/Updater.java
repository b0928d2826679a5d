package org.adamant.bench.train;

import java.util.Map;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;

/** Turns gradients into one step of the parameters. */
@FunctionalInterface
interface Updater {

  void step(Map<String, float[]> params, Map<String, float[]> grads);

  /** Adam with the paper's defaults but for the learning rate, on the preferred kernel. */
  static Updater adam(double learningRate) {
    return AdamOptimizer.create(Adam.defaults().withLearningRate(learningRate))::step;
  }

  /** Plain stochastic gradient descent. */
  static Updater sgd(double learningRate) {
    final float rate = (float) learningRate;
    return (params, grads) -> params.forEach(
        (name, param) -> {
          final float[] grad = grads.get(name);
          for (int i = 0; i < param.length; i++) {
            param[i] -= rate * grad[i];
          }
        });
  }
}
