package org.adamant.bench.train.model;

/**
 * The cross-entropy between one-hot targets and the softmax of the outputs, mean over the samples.
 *
 * <p>With z the outputs and y the targets of a sample: loss = log(sum exp(z)) - z . y, gradient =
 * softmax(z) - y. The largest output is subtracted first, so that no exponential overflows.
 */
public final class SoftmaxCrossEntropy implements Loss {

  @Override
  public double lossAndGradient(float[] outputs, float[] targets, int samples, float[] gradient) {
    final int classes = outputs.length / samples;
    final double[] exponentials = new double[classes];
    double loss = 0;
    for (int start = 0; start < outputs.length; start += classes) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        largest = Math.max(largest, outputs[start + k]);
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        // StrictMath, so that a run has the same result on every machine.
        exponentials[k] = StrictMath.exp(outputs[start + k] - largest);
        sum += exponentials[k];
      }
      loss += StrictMath.log(sum);
      for (int k = 0; k < classes; k++) {
        final double target = targets[start + k];
        loss -= (outputs[start + k] - largest) * target;
        gradient[start + k] = (float) ((exponentials[k] / sum - target) / samples);
      }
    }
    return loss / samples;
  }
}
