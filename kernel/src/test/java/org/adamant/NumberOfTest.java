package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A part of a parameter, stepped alone, has the random numbers that the optimizer gives it in the whole. */
class NumberOfTest {

  private static final int LENGTH = 1000;
  private static final int FIRST = 300;

  @Test
  void aPartHasTheBitsOfTheOptimizer() {
    final Adam adam = Adam.defaults().withLearningRate(0.01);
    final float[] grads = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      grads[i] = (float) Math.sin(i);
    }
    final short[] whole = new short[LENGTH];
    final AdamOptimizer optimizer = AdamOptimizer.create(adam);
    final short[] part = new short[LENGTH - FIRST];
    final float[] m = new float[part.length];
    final float[] v = new float[part.length];
    final AdamSlice slice =
        AdamSlice.of(
            Storage.ofBfloat16(part),
            Storage.of(Arrays.copyOfRange(grads, FIRST, LENGTH)),
            Storage.of(m),
            Storage.of(v))
            .numberedFrom(AdamSlice.numberOf("w") + FIRST);
    for (int t = 1; t <= 5; t++) {
      optimizer.step(Map.of("w", Storage.ofBfloat16(whole)), Map.of("w", Storage.of(grads)));
      AdamKernel.preferred().step(adam.atStep(t), slice);
    }
    assertThat(part).isEqualTo(Arrays.copyOfRange(whole, FIRST, LENGTH));
    assertThat(AdamSlice.numberOf("w")).isNotEqualTo(AdamSlice.numberOf("b"));
    assertThatThrownBy(() -> AdamSlice.numberOf(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("parameter is null");
  }
}
