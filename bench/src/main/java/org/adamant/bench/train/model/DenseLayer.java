package org.adamant.bench.train.model;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * A fully connected layer: outputs = inputs . weights + biases.
 *
 * <p>The weights of one input lie side by side, so that the inner loops run over the outputs and the compiler can
 * vectorise them. Inputs of 0 are skipped, which are nearly all of one-hot inputs.
 */
final class DenseLayer implements Layer {

  private final int inputWidth;
  private final int outputWidth;
  private final float[] weights;
  private final float[] biases;
  private final float[] weightGradient;
  private final float[] biasGradient;
  private float[] lastInputs;

  /**
   * A layer with biases 0 and weights uniform in +-sqrt(6 / (inputWidth + outputWidth)), which
   * keeps signals and gradients at one scale from layer to layer (X. Glorot, Y. Bengio,
   * "Understanding the difficulty of training deep feedforward neural networks", 2010).
   */
  DenseLayer(int inputWidth, int outputWidth, Random random) {
    this.inputWidth = inputWidth;
    this.outputWidth = outputWidth;
    weights = new float[inputWidth * outputWidth];
    biases = new float[outputWidth];
    weightGradient = new float[weights.length];
    biasGradient = new float[biases.length];
    final double bound = Math.sqrt(6.0 / (inputWidth + outputWidth));
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
  }

  @Override
  public float[] forward(float[] inputs, int samples) {
    lastInputs = inputs;
    final float[] outputs = new float[samples * outputWidth];
    for (int s = 0; s < samples; s++) {
      final int out = s * outputWidth;
      System.arraycopy(biases, 0, outputs, out, outputWidth);
      for (int i = 0; i < inputWidth; i++) {
        final float input = inputs[s * inputWidth + i];
        if (input != 0) {
          addScaled(input, weights, i * outputWidth, outputs, out);
        }
      }
    }
    return outputs;
  }

  @Override
  public void parameterGradients(float[] outputGradient, int samples) {
    Arrays.fill(weightGradient, 0);
    Arrays.fill(biasGradient, 0);
    for (int s = 0; s < samples; s++) {
      final int out = s * outputWidth;
      addScaled(1, outputGradient, out, biasGradient, 0);
      for (int i = 0; i < inputWidth; i++) {
        final float input = lastInputs[s * inputWidth + i];
        if (input != 0) {
          addScaled(input, outputGradient, out, weightGradient, i * outputWidth);
        }
      }
    }
  }

  @Override
  public float[] inputGradient(float[] outputGradient, int samples) {
    final float[] inputGradient = new float[samples * inputWidth];
    for (int s = 0; s < samples; s++) {
      for (int i = 0; i < inputWidth; i++) {
        float sum = 0;
        for (int o = 0; o < outputWidth; o++) {
          sum += weights[i * outputWidth + o] * outputGradient[s * outputWidth + o];
        }
        inputGradient[s * inputWidth + i] = sum;
      }
    }
    return inputGradient;
  }

  /** to += factor * from, over one row of outputs. */
  private void addScaled(float factor, float[] from, int fromStart, float[] to, int toStart) {
    for (int o = 0; o < outputWidth; o++) {
      to[toStart + o] += factor * from[fromStart + o];
    }
  }

  @Override
  public Map<String, float[]> parameters() {
    return Map.of("weights", weights, "biases", biases);
  }

  @Override
  public Map<String, float[]> gradients() {
    return Map.of("weights", weightGradient, "biases", biasGradient);
  }
}
