package org.adamant.bench.train.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Dense layers with a ReLU between each two. */
public final class Network {

  private final List<Layer> layers = new ArrayList<>();
  private final Map<String, float[]> parameters = new LinkedHashMap<>();
  private final Map<String, float[]> gradients = new LinkedHashMap<>();

  /** A network with fresh weights. */
  public Network(Random random, int... widths) {
    for (int i = 1; i < widths.length; i++) {
      if (i > 1) {
        layers.add(new ReluLayer());
      }
      final DenseLayer dense = new DenseLayer(widths[i - 1], widths[i], random);
      final String name = "dense" + i + ".";
      dense.parameters().forEach((part, array) -> parameters.put(name + part, array));
      dense.gradients().forEach((part, array) -> gradients.put(name + part, array));
      layers.add(dense);
    }
  }

  public float[] forward(float[] inputs, int samples) {
    float[] signal = inputs;
    for (Layer layer : layers) {
      signal = layer.forward(signal, samples);
    }
    return signal;
  }

  /** Computes {@link #gradients} from the gradient of the loss with respect to the last outputs. */
  public void backward(float[] outputGradient, int samples) {
    float[] gradient = outputGradient;
    for (int i = layers.size() - 1; i > 0; i--) {
      layers.get(i).parameterGradients(gradient, samples);
      gradient = layers.get(i).inputGradient(gradient, samples);
    }
    // The gradient with respect to the inputs of the network is not needed.
    layers.getFirst().parameterGradients(gradient, samples);
  }

  /** The arrays to be trained, by name. */
  public Map<String, float[]> parameters() {
    return parameters;
  }

  /** A gradient for each of {@link #parameters}. */
  public Map<String, float[]> gradients() {
    return gradients;
  }

  public int parameterCount() {
    return parameters.values().stream().mapToInt(array -> array.length).sum();
  }
}
