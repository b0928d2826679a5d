package org.adamant.bench.train;

import java.util.Arrays;
import java.util.Random;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;

/** The four arrays of a step, of either element type. */
interface StepArrays {

  void step(AdamKernel kernel, AdamStep step);

  /** The bits of parameters and moments, to be compared. */
  long bitsHash();

  static StepArrays floats(int length) {
    final Random random = new Random(42);
    final float[] params = new float[length];
    final float[] grads = new float[length];
    for (int i = 0; i < length; i++) {
      params[i] = (float) random.nextGaussian();
      grads[i] = (float) random.nextGaussian();
    }
    final float[] m = new float[length];
    final float[] v = new float[length];
    return new StepArrays() {
      @Override
      public void step(AdamKernel kernel, AdamStep step) {
        kernel.step(step, params, grads, m, v);
      }

      @Override
      public long bitsHash() {
        return 31L * (31L * Arrays.hashCode(params) + Arrays.hashCode(m)) + Arrays.hashCode(v);
      }
    };
  }

  static StepArrays doubles(int length) {
    final Random random = new Random(42);
    final double[] params = new double[length];
    final double[] grads = new double[length];
    for (int i = 0; i < length; i++) {
      params[i] = random.nextGaussian();
      grads[i] = random.nextGaussian();
    }
    final double[] m = new double[length];
    final double[] v = new double[length];
    return new StepArrays() {
      @Override
      public void step(AdamKernel kernel, AdamStep step) {
        kernel.step(step, params, grads, m, v);
      }

      @Override
      public long bitsHash() {
        return 31L * (31L * Arrays.hashCode(params) + Arrays.hashCode(m)) + Arrays.hashCode(v);
      }
    };
  }
}
