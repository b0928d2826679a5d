package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.junit.jupiter.api.Test;

/** Every preset has the hyper-parameters that its documentation promises. */
class PresetsTest {

  private static Adam preset(
      double learningRate,
      double epsilon,
      EpsilonPlacement placement,
      double weightDecay,
      WeightDecay mode,
      Arithmetic arithmetic) {
    return new Adam(learningRate, 0.9, 0.999, epsilon, 0)
        .withEpsilonPlacement(placement)
        .withWeightDecay(mode, weightDecay)
        .withArithmetic(arithmetic);
  }

  /** With epsilon at the raw root. */
  private static Adam raw(double epsilon) {
    return preset(
        1e-3, epsilon, EpsilonPlacement.EPSILON_HAT, 0, WeightDecay.DECOUPLED, Arithmetic.EXACT);
  }

  @Test
  void theDefaultsHaveNoVariant() {
    assertThat(Adam.defaults())
        .isEqualTo(
            preset(
                1e-3,
                1e-8,
                EpsilonPlacement.ALGORITHM_1,
                0,
                WeightDecay.DECOUPLED,
                Arithmetic.EXACT));
  }

  @Test
  void pyTorchsAdamDecaysByL2AndItsAdamWDecoupled() {
    assertThat(Adam.pytorch())
        .isEqualTo(
            preset(
                1e-3, 1e-8, EpsilonPlacement.ALGORITHM_1, 0, WeightDecay.L2, Arithmetic.PYTORCH));
    assertThat(Adam.pytorchAdamW())
        .isEqualTo(
            preset(
                1e-3,
                1e-8,
                EpsilonPlacement.ALGORITHM_1,
                1e-2,
                WeightDecay.DECOUPLED,
                Arithmetic.PYTORCH));
  }

  @Test
  void relativesOfPyTorchHaveItsDefaults() {
    assertThat(Adam.pytorchNAdam())
        .isEqualTo(
            Adam.pytorch().withLearningRate(2e-3).withNesterov(true).withMomentumDecay(4e-3));
    assertThat(Adam.pytorchRAdam())
        .isEqualTo(
            Adam.defaults()
                .withWeightDecay(WeightDecay.L2, 0)
                .withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT)
                .withRectification(true)
                .withArithmetic(Arithmetic.PYTORCH));
    assertThat(Adam.pytorchSparseAdam())
        .isEqualTo(Adam.pytorch().withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT));
  }

  @Test
  void othersAddEpsilonToTheRawRoot() {
    assertThat(Adam.keras()).isEqualTo(raw(1e-7));
    assertThat(Adam.tensorflow()).isEqualTo(raw(1e-8));
    assertThat(Adam.tribuo()).isEqualTo(raw(1e-6));
    assertThat(Adam.nd4j()).isEqualTo(raw(1e-8));
  }

  @Test
  void optaxAsksForALearningRateAndAddsEpsilonToTheCorrectedRoot() {
    assertThat(Adam.optax(0.02))
        .isEqualTo(
            preset(
                0.02,
                1e-8,
                EpsilonPlacement.ALGORITHM_1,
                0,
                WeightDecay.DECOUPLED,
                Arithmetic.EXACT));
  }
}
