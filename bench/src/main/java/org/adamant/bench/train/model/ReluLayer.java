package org.adamant.bench.train.model;

/** max(0, x) for every input x. */
final class ReluLayer implements Layer {

  private float[] lastOutputs;

  @Override
  public float[] forward(float[] inputs, int samples) {
    final float[] outputs = new float[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      outputs[i] = Math.max(0, inputs[i]);
    }
    lastOutputs = outputs;
    return outputs;
  }

  @Override
  public float[] inputGradient(float[] outputGradient, int samples) {
    final float[] inputGradient = new float[outputGradient.length];
    for (int i = 0; i < inputGradient.length; i++) {
      inputGradient[i] = lastOutputs[i] > 0 ? outputGradient[i] : 0;
    }
    return inputGradient;
  }
}
