package org.adamant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.adamant.training.LossScale.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossScaleTest {

  /** PyTorch's update of the scale, statement by statement: in float, with its own check for infinity. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.1, 0.3, 0.6})
  void isThatOfPyTorch(double skipped) {
    final LossScale settings = LossScale.dynamic().withInterval(5);
    final Random random = new Random(2);
    State state = settings.start();
    float scale = 65_536;
    int tracker = 0;
    double largest = 0;
    double smallest = Double.MAX_VALUE;
    for (int i = 0; i < 20_000; i++) {
      final boolean foundInf = random.nextDouble() < skipped;
      if (foundInf) {
        scale *= 0.5f;
        tracker = 0;
      } else {
        final int successful = tracker + 1;
        if (successful == 5) {
          final float grown = scale * 2;
          if (Float.isFinite(grown)) {
            scale = grown;
          }
          tracker = 0;
        } else {
          tracker = successful;
        }
      }
      // Where PyTorch's may go on to 0.
      scale = Math.max(scale, Float.MIN_NORMAL);
      state = settings.next(state, foundInf);
      assertThat(state).isEqualTo(new State(scale, tracker));
      largest = Math.max(largest, state.scale());
      smallest = Math.min(smallest, state.scale());
    }
    // The ends of the range were seen.
    assertThat(largest).isEqualTo(skipped < 0.05 ? 0x1p127 : largest);
    assertThat(smallest).isEqualTo(skipped > 0.5 ? Float.MIN_NORMAL : smallest);
  }

  @Test
  void growsAfterTheIntervalAndFallsAtOnce() {
    final LossScale settings = LossScale.dynamic();
    State state = settings.start();
    for (int i = 0; i < 1_999; i++) {
      state = settings.next(state, false);
    }
    assertThat(state).isEqualTo(new State(65_536, 1_999));
    assertThat(settings.next(state, true)).isEqualTo(new State(32_768, 0));
    assertThat(settings.next(state, false)).isEqualTo(new State(131_072, 0));
  }

  @Test
  void staysInTheRangeOfFloat() {
    final LossScale settings = LossScale.dynamic().withInterval(1);
    final float largest = Float.MAX_VALUE;
    assertThat(settings.next(new State(largest / 2, 0), false)).isEqualTo(new State(largest, 0));
    assertThat(settings.next(new State(0x1p126, 0), false)).isEqualTo(new State(0x1p127, 0));
    assertThat(settings.next(new State(0x1p127, 0), false)).isEqualTo(new State(0x1p127, 0));
    assertThat(settings.next(new State(0x1p-126, 0), true)).isEqualTo(new State(0x1p-126, 0));
    assertThat(settings.next(new State(0x1p-125, 0), true)).isEqualTo(new State(0x1p-126, 0));
  }

  @Test
  void aConstantScaleStays() {
    final LossScale settings = LossScale.constant(1024);
    State state = settings.start();
    for (int i = 0; i < 10; i++) {
      state = settings.next(state, i % 3 == 0);
      assertThat(state).isEqualTo(new State(1024, 0));
    }
  }

  /** From other settings: neither is a count that is too large for ever too large, nor does it overflow. */
  @Test
  void aCountBeyondTheIntervalGrows() {
    final LossScale settings = LossScale.dynamic().withInterval(3);
    assertThat(settings.next(new State(8, 7), false)).isEqualTo(new State(16, 0));
    assertThat(settings.next(new State(8, Long.MAX_VALUE), false)).isEqualTo(new State(16, 0));
    assertThat(settings.withInterval(Long.MAX_VALUE).next(new State(8, 7), false))
        .isEqualTo(new State(8, 8));
  }

  @Test
  void settingsAreThoseOfPyTorchAndAreChecked() {
    assertThat(LossScale.dynamic()).isEqualTo(new LossScale(65_536, 2, 0.5, 2_000));
    final LossScale any = LossScale.dynamic();
    assertThat(any.withInitial(8).start()).isEqualTo(new State(8, 0));
    assertThat(any.withBackoff(0.25).next(any.start(), true).scale()).isEqualTo(16_384);
    assertThat(any.withGrowth(4).withInterval(1).next(any.start(), false).scale())
        .isEqualTo(262_144);
    refused("initial = 0.0: expected 1.1754944E-38 <= initial <= 3.4028235E38",
        () -> any.withInitial(0));
    refused("initial = NaN: ", () -> any.withInitial(Double.NaN));
    refused("initial = 1.0E39: ", () -> any.withInitial(1e39));
    refused("scale = 0.0: ", () -> LossScale.constant(0));
    refused("growth = 0.5: expected a finite value >= 1", () -> any.withGrowth(0.5));
    refused("growth = Infinity: ", () -> any.withGrowth(Double.POSITIVE_INFINITY));
    refused("backoff = 0.0: expected 0 < backoff <= 1", () -> any.withBackoff(0));
    refused("backoff = 1.5: ", () -> any.withBackoff(1.5));
    refused("interval = 0: ", () -> any.withInterval(0));
    refused("scale = Infinity: ", () -> new State(Double.POSITIVE_INFINITY, 0));
    refused("good = -1: ", () -> new State(1, -1));
    assertThatThrownBy(() -> any.next(null, true)).hasMessage("state is null");
  }

  private static void refused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
