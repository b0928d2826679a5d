package org.adamant.bench.train.model;

import java.util.Map;

/** A layer of a network. Inputs and outputs hold one sample after the other. */
interface Layer {

  /** The outputs for a batch; remembers what the gradients need. */
  float[] forward(float[] inputs, int samples);

  /**
   * Given the loss's gradient with respect to the outputs of the last {@link #forward}, sets {@link
   * #gradients}.
   */
  default void parameterGradients(float[] outputGradient, int samples) {}

  /** Given the same, the gradient with respect to the inputs. */
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
