package org.adamant.bench.train;

import java.util.Locale;

/** The model y = x . weights + bias, at first all zero. */
final class LinearRegression {

  private final double[] weights;
  private final double[] bias = new double[1];

  LinearRegression(int inputs) {
    weights = new double[inputs];
  }

  /** The weights themselves, to be trained in place. */
  double[] weights() {
    return weights;
  }

  /** The bias, an array of one so that it can be trained in place. */
  double[] bias() {
    return bias;
  }

  double predict(double[] x) {
    double y = bias[0];
    for (int j = 0; j < weights.length; j++) {
      y += weights[j] * x[j];
    }
    return y;
  }

  double meanSquaredError(RegressionData data) {
    double sum = 0;
    for (int i = 0; i < data.count(); i++) {
      final double error = predict(data.x()[i]) - data.y()[i];
      sum += error * error;
    }
    return sum / data.count();
  }

  /** The largest absolute difference from another model's weights and bias. */
  double distance(LinearRegression other) {
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
