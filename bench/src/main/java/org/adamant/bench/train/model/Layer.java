package org.adamant.bench.train.model;

import java.util.Map;

/** A layer of a network. Inputs and outputs hold one sample after the other. */
interface Layer {

  /** The outputs for a batch; keeps what the gradients need. */
  float[] forward(float[] inputs, int samples);

  /**
   * Sets {@link #gradients}, given the gradient of the loss with respect to the outputs of the last {@link
   * #forward}.
   */
  default void parameterGradients(float[] outputGradient, int samples) {}

  /** The gradient with respect to the inputs, given the same. */
  float[] inputGradient(float[] outputGradient, int samples);

  /** The arrays to be trained, by name. */
  default Map<String, float[]> parameters() {
    return Map.of();
  }

  /** A gradient for each of {@link #parameters}, set by {@link #parameterGradients}. */
  default Map<String, float[]> gradients() {
    return Map.of();
  }
}
