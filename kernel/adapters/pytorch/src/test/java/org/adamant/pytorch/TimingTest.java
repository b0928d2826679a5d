package org.adamant.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Measured;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On demand, on a machine that does nothing else. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    final Tensor tensor = torch.zeros(LENGTH).set_requires_grad(true);
    tensor.sum().backward();
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(tensor));
    final float[] params = new float[LENGTH];
    final float[] gradients = new float[LENGTH];
    java.util.Arrays.fill(gradients, 1);
    final float[] m = new float[LENGTH];
    final float[] v = new float[LENGTH];
    final Adam adam = Adam.pytorch();
    final int[] t = new int[1];
    final double ratio =
        Measured.ratio(
            optimizer::step,
            () -> AdamKernel.preferred().step(adam.atStep(++t[0]), params, gradients, m, v));
    System.out.println("PyTorch, 1,000,000 floats, time over that of the kernel: " + ratio);
    assertThat(ratio).isLessThan(1.1);
  }
}
