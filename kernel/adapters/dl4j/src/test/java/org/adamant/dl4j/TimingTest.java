package org.adamant.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** On demand, on a machine that does nothing else. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    final INDArray gradient = Nd4j.rand(DataType.FLOAT, LENGTH);
    final AdamantUpdater updater =
        new Adamant().instantiate(Nd4j.zeros(DataType.FLOAT, 2 * LENGTH), true);
    final float[] params = new float[LENGTH];
    final float[] gradients = gradient.toFloatVector();
    final float[] m = new float[LENGTH];
    final float[] v = new float[LENGTH];
    final Adam adam = Adam.nd4j();
    final int[] t = new int[2];
    final double ratio =
        Measured.ratio(
            () -> updater.applyUpdater(gradient, t[0]++, 0),
            () -> AdamKernel.preferred()
                .step(adam.atStep(++t[1]).withNegatedUpdate(), params, gradients, m, v));
    System.out.println("DL4J, 1,000,000 floats, time over that of the kernel: " + ratio);
    assertThat(ratio).isLessThan(1.1);
  }
}
