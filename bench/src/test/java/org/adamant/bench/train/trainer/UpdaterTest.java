package org.adamant.bench.train.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UpdaterTest {

  @Test
  void theLearningRateFallsToZeroOnAStraightLineSoRounded() {
    final double rate = 3e-3;
    final long steps = 1_799;
    for (long done = 0; done < steps; done++) {
      assertThat(Updater.toZero(rate, steps).at(done + 1))
          .isEqualTo(rate * (1 - (double) done / steps));
    }
    assertThat(Updater.toZero(rate, steps).at(steps + 1)).isZero();
  }
}
