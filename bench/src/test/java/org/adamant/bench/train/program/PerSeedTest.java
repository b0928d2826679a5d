package org.adamant.bench.train.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PerSeedTest {

  @Test
  void meanAndDeviation() {
    final PerSeed values = new PerSeed(2, 4, 4, 6);
    assertThat(values.mean()).isEqualTo(4);
    assertThat(values.deviation()).isCloseTo(Math.sqrt(8.0 / 3), Offset.offset(1e-12));
  }

  @Test
  void standardErrorsAreOfTheDifferencesSeedBySeed() {
    final PerSeed base = new PerSeed(10, 20, 30, 40);
    // Differences of 1, 2, 2, 3: mean 2, standard deviation sqrt(2 / 3), standard error sqrt(1 / 6).
    final PerSeed other = new PerSeed(11, 22, 32, 43);
    assertThat(other.standardErrorsFrom(base))
        .isCloseTo(2 * Math.sqrt(6), Offset.offset(1e-12));
    assertThat(base.standardErrorsFrom(other))
        .isCloseTo(-2 * Math.sqrt(6), Offset.offset(1e-12));
    assertThat(base.standardErrorsFrom(base)).isZero();
  }
}
