package org.adamant.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On demand, on a machine that does nothing else. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      final NDArray weight = manager.ones(new Shape(LENGTH));
      final NDArray gradient = manager.randomNormal(new Shape(LENGTH));
      final AdamantOptimizer optimizer = AdamantOptimizer.builder().build();
      final float[] params = new float[LENGTH];
      final float[] gradients = gradient.toFloatArray();
      final float[] m = new float[LENGTH];
      final float[] v = new float[LENGTH];
      final Adam adam = Adam.tensorflow();
      final int[] t = new int[1];
      final double ratio =
          Measured.ratio(
              () -> optimizer.update("w", weight, gradient),
              () -> AdamKernel.preferred().step(adam.atStep(++t[0]), params, gradients, m, v));
      System.out.println("DJL, 1,000,000 floats, time over that of the kernel: " + ratio);
      assertThat(ratio).isLessThan(1.1);
    }
  }
}
