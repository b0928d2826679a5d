package org.adamant.bench.train.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BitsTest {

  @Test
  void everyBitCounts() {
    assertThat(Bits.areEqual(new float[] {1, -0f}, new float[] {1, -0f})).isTrue();
    assertThat(Bits.areEqual(new float[] {1, 0}, new float[] {1, -0f})).isFalse();
    assertThat(Bits.areEqual(new float[] {1, 2}, new float[] {Math.nextUp(1f), 2})).isFalse();
    assertThat(
        Bits.areEqual(
            new float[] {Float.intBitsToFloat(0x7fc00000)},
            new float[] {Float.intBitsToFloat(0x7fc00001)}))
        .isFalse();
    assertThat(Bits.areEqual(new float[1], new float[2])).isFalse();
  }
}
