package org.adamant.bench.train.model;

/** Measures how wrong the outputs of a batch are. */
public interface Loss {

  /**
   * The mean loss of a batch, and its gradient.
   *
   * @param gradient is set to the gradient with respect to the outputs
   */
  double lossAndGradient(float[] outputs, float[] targets, int samples, float[] gradient);
}
