package org.adamant.bench.train.trainer;

import java.util.Map;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.bench.train.data.RegressionData;
import org.adamant.bench.train.model.LinearRegression;

/** Trains a linear regression on the mean squared error, all rows in every step. */
public final class LinearRegressionTrainer {

  private final Adam adam;

  /** A trainer with these hyper-parameters. */
  public LinearRegressionTrainer(Adam adam) {
    this.adam = adam;
  }

  /** Trains in place and returns the loss of each epoch, measured before its step. */
  public double[] train(LinearRegression model, RegressionData data, int epochs,
      EpochListener listener) {
    final AdamOptimizer optimizer = AdamOptimizer.create(adam);
    final double[] weightGradient = new double[model.weights().length];
    final double[] biasGradient = new double[1];
    final Map<String, double[]> params = Map.of("weights", model.weights(), "bias", model.bias());
    final Map<String, double[]> grads = Map.of("weights", weightGradient, "bias", biasGradient);
    return EpochLoop.run(
        epochs,
        () -> {
          final double loss = model.lossAndGradient(data, weightGradient, biasGradient);
          optimizer.step(params, grads);
          return loss;
        },
        listener);
  }
}
