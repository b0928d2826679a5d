package org.adamant.bench.train;

/** How wrong the outputs of a batch are. */
interface Loss {

  /**
   * The mean loss of a batch, and its gradient.
   *
   * @param outputs what the network answered
   * @param targets what it should have answered
   * @param samples the number of samples in both
   * @param gradient is set to the gradient with respect to the outputs
   * @return the loss
   */
  double lossAndGradient(float[] outputs, float[] targets, int samples, float[] gradient);
}
