package org.adamant.bench.train.model;

/** The mean of (output - target)^2 over all samples and outputs. */
public final class MeanSquaredError implements Loss {

  @Override
  public double lossAndGradient(float[] outputs, float[] targets, int samples, float[] gradient) {
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      final double error = (double) outputs[i] - targets[i];
      sum += error * error;
      gradient[i] = (float) (2 * error / outputs.length);
    }
    return sum / outputs.length;
  }
}
