package org.adamant.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.AdamUpdater;

class AdamantUpdaterTest {

  private static final double ROUNDING = 0x1p-53;

  private static final int STEPS = 1_000;

  /**
   * Gradients of magnitudes from 0.5 to 1, parameters below 2. Both sides round m with an error of at most 3 roundings
   * per step, which fades with beta1 = 0.9 to 30 in all, v with 3 that fade with 0.999 to 3,000, half of it in the root;
   * the root is at least 0.5. So updates of at most twice the rate differ by (30 / 0.5 + 2 * 1,500 + 10) roundings, on
   * either side, and a rounding of the parameter is added at each step.
   */
  @Test
  void aThousandStepsAreThoseOfNd4jsAdam() {
    final int length = 37;
    final double rate = 1e-3;
    final INDArray ourState = Nd4j.zeros(DataType.DOUBLE, 2 * length);
    final INDArray theirState = Nd4j.zeros(DataType.DOUBLE, 2 * length);
    final AdamantUpdater ours = new Adamant(rate).instantiate(ourState, true);
    final AdamUpdater theirs =
        (AdamUpdater) new org.nd4j.linalg.learning.config.Adam(rate)
            .instantiate(theirState.reshape(1, 2 * length), true);
    final INDArray ourParams = Nd4j.zeros(DataType.DOUBLE, length);
    final INDArray theirParams = Nd4j.zeros(DataType.DOUBLE, length);
    for (int t = 0; t < STEPS; t++) {
      final INDArray gradient = gradient(DataType.DOUBLE, length, t);
      final INDArray copy = gradient.dup();
      ours.applyUpdater(gradient, t, 0);
      theirs.applyUpdater(copy, t, 0);
      ourParams.subi(gradient);
      theirParams.subi(copy);
    }
    final double tolerance =
        STEPS * (2 * rate * (30 / 0.5 + 2 * 1_500 + 10) + 2) * ROUNDING;
    assertThat(tolerance).isLessThan(1e-11);
    assertThat(ourParams.toDoubleVector())
        .containsExactly(theirParams.toDoubleVector(), within(tolerance));
    assertThat(ourState.toDoubleVector())
        .containsExactly(theirState.toDoubleVector(), within(3_100 * ROUNDING));
    assertThat(theirParams.norm2Number().doubleValue()).isGreaterThan(0.01);
  }

  /** More than one piece, and not a whole number of them. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void theBitsAreThoseOfTheKernel(DataType type) {
    final int length = 150_001;
    final Adam adam =
        Adam.defaults().withAmsgrad(AmsGrad.RAW).withNesterov(true).withClipValue(0.9);
    final INDArray state = Nd4j.zeros(type, 3 * length);
    final AdamantUpdater updater = new Adamant(adam).instantiate(state, true);
    final double[][] arrays = new double[5][length];
    final float[][] floats = new float[5][length];
    for (int t = 0; t < 3; t++) {
      final INDArray gradient = gradient(type, length, t);
      if (type == DataType.DOUBLE) {
        arrays[1] = gradient.toDoubleVector();
        AdamKernel.preferred()
            .step(
                adam.atStep(t + 1).withNegatedUpdate(),
                AdamSlice.of(arrays[0], arrays[1], arrays[2], arrays[3]).withMaximum(arrays[4]));
      } else {
        floats[1] = gradient.toFloatVector();
        AdamKernel.preferred()
            .step(
                adam.atStep(t + 1).withNegatedUpdate(),
                AdamSlice.of(floats[0], floats[1], floats[2], floats[3]).withMaximum(floats[4]));
      }
      updater.applyUpdater(gradient, t, 0);
      if (type == DataType.DOUBLE) {
        assertThat(gradient.toDoubleVector()).isEqualTo(arrays[1]);
        assertThat(updater.getState().get("V").toDoubleVector())
            .isEqualTo(arrays[3]);
      } else {
        assertThat(gradient.toFloatVector()).isEqualTo(floats[1]);
        assertThat(updater.getState().get("V").toFloatVector())
            .isEqualTo(floats[3]);
      }
    }
  }

  @Test
  void nothingIsCopied() {
    final int length = 1_000_000;
    final INDArray whole = Nd4j.zeros(DataType.FLOAT, 10 + 2 * length);
    final INDArray view = whole.get(NDArrayIndex.interval(10, 10 + 2 * length));
    final AdamantUpdater updater = new Adamant().instantiate(view, true);
    final INDArray gradients = gradient(DataType.FLOAT, length + 5, 0);
    final INDArray gradient = gradients.get(NDArrayIndex.interval(5, 5 + length));
    final float first = gradients.getFloat(5);
    updater.applyUpdater(gradient, 0, 0);

    // Seen through the arrays that these are views of.
    assertThat(whole.getFloat(9)).isZero();
    assertThat(whole.getFloat(10)).isEqualTo(0.1f * first);
    assertThat(whole.getFloat(10 + length)).isPositive();
    assertThat(gradients.getFloat(4)).isGreaterThanOrEqualTo(0.5f);
    assertThat(gradients.getFloat(5)).isCloseTo(0.001f, within(1e-6f));
    // Sixteen pieces; the parameters have 4,000,000 bytes.
    final int[] t = new int[1];
    assertThat(Measured.bytes(() -> updater.applyUpdater(gradient, ++t[0], 0))).isLessThan(50_000);
  }

  @Test
  void badUseIsAnExceptionWithAdvice() {
    final Adamant config = new Adamant();
    final AdamantUpdater without = new AdamantUpdater(config);
    assertThatThrownBy(() -> without.applyUpdater(Nd4j.zeros(DataType.FLOAT, 3), 0, 0))
        .hasMessageContaining("has no state: expected setStateViewArray or setState");
    assertThatThrownBy(() -> without.setState(Map.of("M", Nd4j.zeros(3)), false))
        .hasMessageContaining("the state has [M]: expected [M, V]");
    assertThatThrownBy(() -> config.instantiate(Nd4j.zeros(DataType.FLOAT, 5), true))
        .hasMessageContaining("viewArray has length 5: expected a multiple of 2");
    assertThatThrownBy(() -> config.instantiate(Nd4j.zeros(DataType.BFLOAT16, 6), true))
        .hasMessageContaining("viewArray is of type BFLOAT16: expected FLOAT or DOUBLE");
    final AdamantUpdater updater = config.instantiate(Nd4j.zeros(DataType.FLOAT, 6), true);
    assertThatThrownBy(() -> updater.applyUpdater(Nd4j.zeros(DataType.FLOAT, 4), 0, 0))
        .hasMessageContaining("grads has length 4: expected 3, the length of m");
    assertThatThrownBy(() -> updater.applyUpdater(Nd4j.zeros(DataType.DOUBLE, 3), 0, 0))
        .hasMessageContaining("m has the format FLOAT32");
    assertThatThrownBy(
        () -> updater.applyUpdater(
            Nd4j.zeros(DataType.FLOAT, 3, 2).getColumn(1), 0, 0))
        .hasMessageContaining("gradient is a view with gaps");
    assertThatThrownBy(() -> updater.applyUpdater(Nd4j.zeros(DataType.INT64, 3), 0, 0))
        .hasMessageContaining("gradient is of type LONG: expected FLOAT or DOUBLE");
    final INDArray closed = Nd4j.zeros(DataType.FLOAT, 3);
    closed.close();
    assertThatThrownBy(() -> updater.applyUpdater(closed, 0, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gradient was closed");
    final INDArray left;
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager()
            .getAndActivateWorkspace(
                WorkspaceConfiguration.builder().initialSize(10_000).build(), "left")) {
      assertThat(workspace.isScopeActive()).isTrue();
      left = Nd4j.createUninitialized(DataType.FLOAT, 3);
      assertThat(left.isAttached()).isTrue();
    }
    assertThatThrownBy(() -> updater.applyUpdater(left, 0, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gradient lies in a workspace that was left");
  }

  @Test
  void aStateThatIsNotThereIsAnExceptionWithAdvice() {
    final INDArray state = Nd4j.zeros(DataType.FLOAT, 6);
    final AdamantUpdater updater = new Adamant().instantiate(state, true);
    final INDArray gradient = Nd4j.ones(DataType.FLOAT, 3);
    final INDArray ofState = state.get(NDArrayIndex.interval(0, 3));
    assertThatThrownBy(() -> updater.applyUpdater(ofState, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlap in memory");
    state.close();
    assertThatThrownBy(() -> updater.applyUpdater(gradient, 0, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("M was closed: expected an array that is in use");
  }

  @Test
  void anotherThreadTakesTheSameStep() throws InterruptedException {
    final INDArray here = gradient(DataType.FLOAT, 7, 1);
    final INDArray there = here.dup();
    new Adamant().instantiate(Nd4j.zeros(DataType.FLOAT, 14), true).applyUpdater(here, 0, 0);
    final AdamantUpdater updater =
        new Adamant().instantiate(Nd4j.zeros(DataType.FLOAT, 14), true);
    final Thread thread = new Thread(() -> updater.applyUpdater(there, 0, 0));
    thread.start();
    thread.join();
    assertThat(there.toFloatVector()).isEqualTo(here.toFloatVector());
  }

  @Test
  void whatNeedsTheParametersIsRefused() {
    assertThatThrownBy(() -> new Adamant(Adam.pytorchAdamW()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weightDecay = 0.01: expected 0, as an updater does not see");
    assertThatThrownBy(() -> new Adamant(Adam.nd4j().withAverageDecay(0.9)))
        .hasMessageContaining("averageDecay = 0.9: expected 1");
    assertThatThrownBy(() -> new Adamant(Adam.nd4j().withMaximize(true)))
        .hasMessageContaining("maximize = true: expected false");
  }

  /** Of magnitudes from 0.5 to 1, mostly of one sign, so that parameters move. */
  private static INDArray gradient(DataType type, int length, int seed) {
    final java.util.Random random = new java.util.Random(seed);
    final double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextDouble(0.5, 1) * (i > 5 && random.nextInt(3) == 0 ? -1 : 1);
    }
    return Nd4j.createFromArray(values).castTo(type);
  }
}
