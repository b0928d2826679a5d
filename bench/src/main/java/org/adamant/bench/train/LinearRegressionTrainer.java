package org.adamant.bench.train;

import java.util.Arrays;
import java.util.Map;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;

/** Trains a linear regression on the mean squared error, all rows in every step. */
final class LinearRegressionTrainer {

  private final Adam adam;

  LinearRegressionTrainer(Adam adam) {
    this.adam = adam;
  }

  /** Trains in place and returns the loss of each epoch, measured before its step. */
  double[] train(LinearRegression model, RegressionData data, int epochs, EpochListener listener) {
    final AdamOptimizer optimizer = AdamOptimizer.create(adam);
    final double[] weightGradient = new double[model.weights().length];
    final double[] biasGradient = new double[1];
    final Map<String, double[]> params = Map.of("weights", model.weights(), "bias", model.bias());
    final Map<String, double[]> grads = Map.of("weights", weightGradient, "bias", biasGradient);
    return EpochLoop.run(
        epochs,
        () -> {
          final double loss = lossAndGradient(model, data, weightGradient, biasGradient);
          optimizer.step(params, grads);
          return loss;
        },
        listener);
  }

  /** d/dw mean((x.w + b - y)^2) = mean(2 (x.w + b - y) x); for b without the x. */
  static double lossAndGradient(
      LinearRegression model, RegressionData data, double[] weightGradient, double[] biasGradient) {
    Arrays.fill(weightGradient, 0);
    biasGradient[0] = 0;
    double loss = 0;
    for (int i = 0; i < data.count(); i++) {
      final double[] x = data.x()[i];
      final double error = model.predict(x) - data.y()[i];
      final double slope = 2 * error / data.count();
      for (int j = 0; j < x.length; j++) {
        weightGradient[j] += slope * x[j];
      }
      biasGradient[0] += slope;
      loss += error * error / data.count();
    }
    return loss;
  }
}
