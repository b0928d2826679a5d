package org.adamant.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;

/** On demand, on a machine that does nothing else. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    final double[] gradients = new double[LENGTH];
    Arrays.setAll(gradients, i -> Math.sin(i));
    final AdamantOptimiser optimiser = new AdamantOptimiser();
    optimiser.initialise(new LinearParameters(new DenseMatrix(1, LENGTH)));
    final Tensor[] updates = {DenseMatrix.createDenseMatrix(new double[][] {gradients})};
    final double[] params = new double[LENGTH];
    final double[] m = new double[LENGTH];
    final double[] v = new double[LENGTH];
    final Adam adam = Adam.tribuo().withMaximize(true);
    final long[] t = new long[1];
    final double ratio =
        Measured.ratio(
            () -> optimiser.step(updates, 1),
            () -> AdamKernel.preferred().step(adam.atStep(++t[0]), params, gradients, m, v));
    System.out.println("Tribuo, 1,000,000 doubles, time over that of the kernel: " + ratio);
    assertThat(ratio).isLessThan(1.1);
  }
}
