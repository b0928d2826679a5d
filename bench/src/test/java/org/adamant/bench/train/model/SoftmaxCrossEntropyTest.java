package org.adamant.bench.train.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SoftmaxCrossEntropyTest {

  private static final Offset<Double> CLOSE = Offset.offset(1e-12);

  private final Loss loss = new SoftmaxCrossEntropy();

  @Test
  void equalOutputsCostTheLogarithmOfTheClasses() {
    assertThat(loss.lossAndGradient(new float[10], oneHot(10, 3), 1, new float[10]))
        .isCloseTo(Math.log(10), CLOSE);
  }

  @Test
  void largeOutputsDoNotOverflow() {
    final float[] gradient = new float[3];
    final float[] outputs = {1e30f, 1e30f, -1e30f};
    assertThat(loss.lossAndGradient(outputs, oneHot(3, 0), 1, gradient))
        .isCloseTo(Math.log(2), CLOSE);
    assertThat(gradient).containsExactly(-0.5f, 0.5f, 0);
  }

  @Test
  void aWrongAnswerCostsItsDistance() {
    final float[] gradient = new float[2];
    assertThat(loss.lossAndGradient(new float[] {-1000, 1000}, oneHot(2, 0), 1, gradient))
        .isCloseTo(2000, CLOSE);
    assertThat(gradient).containsExactly(-1, 1);
  }

  @Test
  void isTheMeanOverTheSamples() {
    final float[] outputs = {0, 0, -1000, 1000};
    final float[] targets = {1, 0, 1, 0};
    assertThat(loss.lossAndGradient(outputs, targets, 2, new float[4]))
        .isCloseTo((Math.log(2) + 2000) / 2, CLOSE);
  }

  private static float[] oneHot(int classes, int right) {
    final float[] targets = new float[classes];
    targets[right] = 1;
    return targets;
  }
}
