package org.adamant.bench.train.model;

import java.util.Arrays;
import java.util.Locale;
import org.adamant.bench.train.data.RegressionData;

/** The model y = x . weights + bias, at first all zero. */
public final class LinearRegression {

  private final double[] weights;
  private final double[] bias = new double[1];

  /** Zeros. */
  public LinearRegression(int inputs) {
    weights = new double[inputs];
  }

  /** A model that is known. */
  static LinearRegression of(double bias, double... weights) {
    final LinearRegression model = new LinearRegression(weights.length);
    System.arraycopy(weights, 0, model.weights, 0, weights.length);
    model.bias[0] = bias;
    return model;
  }

  /** The weights themselves, to be trained in place. */
  public double[] weights() {
    return weights;
  }

  /** The bias, an array of one so that it can be trained in place. */
  public double[] bias() {
    return bias;
  }

  /** The y of one row of inputs. */
  public double predict(double[] x) {
    double y = bias[0];
    for (int j = 0; j < weights.length; j++) {
      y += weights[j] * x[j];
    }
    return y;
  }

  /** The mean over the rows of (predicted - y)^2. */
  public double meanSquaredError(RegressionData data) {
    double sum = 0;
    for (int i = 0; i < data.count(); i++) {
      final double error = predict(data.x()[i]) - data.y()[i];
      sum += error * error;
    }
    return sum / data.count();
  }

  /** The gradient of the mean squared error, and that error itself. */
  public double lossAndGradient(
      RegressionData data, double[] weightGradient, double[] biasGradient) {
    Arrays.fill(weightGradient, 0);
    biasGradient[0] = 0;
    double loss = 0;
    for (int i = 0; i < data.count(); i++) {
      final double error = predict(data.x()[i]) - data.y()[i];
      addGradient(data.x()[i], 2 * error / data.count(), weightGradient, biasGradient);
      loss += error * error / data.count();
    }
    return loss;
  }

  /** Adds what one row contributes to a gradient: slope x to that of the weights, slope to that of the bias. */
  public static void addGradient(
      double[] x, double slope, double[] weightGradient, double[] biasGradient) {
    for (int j = 0; j < x.length; j++) {
      weightGradient[j] += slope * x[j];
    }
    biasGradient[0] += slope;
  }

  /** The largest absolute difference from another model's weights and bias. */
  public double distance(LinearRegression other) {
    double largest = Math.abs(bias[0] - other.bias[0]);
    for (int j = 0; j < weights.length; j++) {
      largest = Math.max(largest, Math.abs(weights[j] - other.weights[j]));
    }
    return largest;
  }

  @Override
  public String toString() {
    final StringBuilder text = new StringBuilder("y =");
    for (int j = 0; j < weights.length; j++) {
      text.append(String.format(Locale.ROOT, " %+.6f x%d", weights[j], j + 1));
    }
    return text.append(String.format(Locale.ROOT, " %+.6f", bias[0])).toString();
  }
}
