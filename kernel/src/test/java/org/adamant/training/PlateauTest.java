package org.adamant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.adamant.training.Plateau.Mode;
import org.adamant.training.Plateau.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlateauTest {

  /** PyTorch's ReduceLROnPlateau for one rate, statement by statement, without its least reduction. */
  private static final class ReduceLrOnPlateau {
    private final Plateau settings;
    private double rate = 1;
    private double best;
    private long numBadEpochs;
    private long cooldownCounter;

    ReduceLrOnPlateau(Plateau settings) {
      this.settings = settings;
      best =
          settings.mode() == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    void step(double current) {
      if (isBetter(current)) {
        best = current;
        numBadEpochs = 0;
      } else {
        numBadEpochs += 1;
      }
      if (cooldownCounter > 0) {
        cooldownCounter -= 1;
        numBadEpochs = 0;
      }
      if (numBadEpochs > settings.patience()) {
        rate = Math.max(rate * settings.factor(), settings.minFactor());
        cooldownCounter = settings.cooldown();
        numBadEpochs = 0;
      }
    }

    private boolean isBetter(double a) {
      return settings.mode() == Mode.MIN
          ? a < best * (1.0 - settings.threshold())
          : a > best * (settings.threshold() + 1.0);
    }
  }

  static Stream<Plateau> settings() {
    final Random random = new Random(3);
    return Stream.generate(
        () -> new Plateau(
            random.nextBoolean() ? Mode.MIN : Mode.MAX,
            random.nextDouble(0.1, 0.9),
            random.nextInt(4),
            random.nextBoolean() ? 1e-4 : 0.05,
            random.nextInt(4),
            random.nextBoolean() ? 0 : 0.01))
        .limit(50);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void isThatOfPyTorch(Plateau plateau) {
    final Random random = new Random(4);
    final ReduceLrOnPlateau other = new ReduceLrOnPlateau(plateau);
    State state = plateau.start();
    for (int i = 0; i < 300; i++) {
      final double metric = random.nextInt(20) == 0 ? Double.NaN : random.nextInt(1, 50) / 10.0;
      state = plateau.observe(state, metric);
      other.step(metric);
      assertThat(state)
          .isEqualTo(
              new State(other.rate, other.best, other.numBadEpochs, other.cooldownCounter));
    }
  }

  private static List<Double> factors(Plateau plateau, double... metrics) {
    final List<Double> factors = new ArrayList<>();
    State state = plateau.start();
    for (double metric : metrics) {
      state = plateau.observe(state, metric);
      factors.add(state.factor());
    }
    return factors;
  }

  /** Not at the second bad one, as optax would. */
  @Test
  void fallsAfterMoreBadObservationsThanThePatience() {
    final Plateau plateau = Plateau.defaults().withPatience(2).withFactor(0.5);
    assertThat(factors(plateau, 1, 1, 1, 1, 1, 1, 1))
        .containsExactly(1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25);
    assertThat(factors(plateau, 1, 1, 1, 0.9, 0.9, 0.9)).containsOnly(1.0);
  }

  @Test
  void countsNothingWhileItCoolsDown() {
    final Plateau plateau =
        Plateau.defaults().withPatience(0).withFactor(0.5).withCooldown(2).withMinFactor(0.2);
    assertThat(factors(plateau, 1, 1, 1, 1, 1, 1, 1, 1))
        .containsExactly(1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2);
  }

  @Test
  void mustBeBetterByTheThreshold() {
    final Plateau plateau = Plateau.defaults().withPatience(0).withThreshold(0.25);
    final State state = plateau.observe(plateau.start(), 4);
    assertThat(plateau.observe(state, 3)).isEqualTo(new State(0.1, 4, 0, 0));
    assertThat(plateau.observe(state, Math.nextDown(3.0)).factor()).isOne();
    final Plateau max = plateau.withMode(Mode.MAX);
    final State high = max.observe(max.start(), 4);
    assertThat(max.observe(high, 5)).isEqualTo(new State(0.1, 4, 0, 0));
    assertThat(max.observe(high, Math.nextUp(5.0)).factor()).isOne();
  }

  @Test
  void aMetricThatIsNanIsBad() {
    final Plateau plateau = Plateau.defaults().withPatience(1).withFactor(0.5);
    assertThat(factors(plateau, Double.NaN, Double.NaN, 1, 0.5)).containsExactly(1.0, 0.5, 0.5,
        0.5);
    final State state = plateau.observe(plateau.observe(plateau.start(), 1), Double.NaN);
    assertThat(state).isEqualTo(new State(1, 1, 1, 0));
  }

  /** With a least factor above that of a saved state: the rate does not rise. */
  @Test
  void theFactorNeverRises() {
    final Plateau plateau = Plateau.defaults().withPatience(0).withMinFactor(0.5);
    assertThat(plateau.observe(new State(0.1, 1, 0, 0), 1).factor()).isEqualTo(0.1);
  }

  @Test
  void settingsAreThoseOfPyTorchAndAreChecked() {
    assertThat(Plateau.defaults()).isEqualTo(new Plateau(Mode.MIN, 0.1, 10, 1e-4, 0, 0));
    final Plateau any = Plateau.defaults();
    refused("factor = 1.0: expected 0 < factor < 1", () -> any.withFactor(1));
    refused("factor = 0.0: ", () -> any.withFactor(0));
    refused("patience = -1: ", () -> any.withPatience(-1));
    refused("threshold = 1.0: expected 0 <= threshold < 1", () -> any.withThreshold(1));
    refused("threshold = -0.1: ", () -> any.withThreshold(-0.1));
    refused("cooldown = -1: ", () -> any.withCooldown(-1));
    refused("minFactor = 1.5: ", () -> any.withMinFactor(1.5));
    refused("factor = 1.5: ", () -> new State(1.5, 1, 0, 0));
    refused("factor = NaN: ", () -> new State(Double.NaN, 1, 0, 0));
    refused("best = NaN: expected a number", () -> new State(1, Double.NaN, 0, 0));
    refused("bad = -1: ", () -> new State(1, 1, -1, 0));
    refused("cooldown = -1: ", () -> new State(1, 1, 0, -1));
    assertThatThrownBy(() -> any.withMode(null)).hasMessage("mode is null");
    assertThatThrownBy(() -> any.observe(null, 1)).hasMessage("state is null");
  }

  @Test
  void anyImprovementCountsWithoutAThreshold() {
    final Plateau plateau = Plateau.defaults().withPatience(0).withThreshold(0).withMinFactor(1);
    final State state = plateau.observe(plateau.start(), 1);
    assertThat(plateau.observe(state, Math.nextDown(1.0)))
        .isEqualTo(new State(1, Math.nextDown(1.0), 0, 0));
    assertThat(plateau.observe(state, 1)).isEqualTo(new State(1, 1, 0, 0));
    assertThat(plateau.observe(new State(0, 1, 0, 0), 1).factor()).isZero();
  }

  private static void refused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  /** A training that goes on from a state has the factors it would have had. */
  @Test
  void goesOnFromAState() {
    final Plateau plateau = Plateau.defaults().withPatience(1).withFactor(0.5).withCooldown(1);
    final double[] metrics = new Random(6).doubles(40, 1, 2).toArray();
    final List<Double> all = factors(plateau, metrics);
    State state = plateau.start();
    for (double metric : Arrays.copyOf(metrics, 17)) {
      state = plateau.observe(state, metric);
    }
    State again = new State(state.factor(), state.best(), state.bad(), state.cooldown());
    for (int i = 17; i < metrics.length; i++) {
      again = plateau.observe(again, metrics[i]);
      assertThat(again.factor()).isEqualTo(all.get(i));
    }
  }
}
