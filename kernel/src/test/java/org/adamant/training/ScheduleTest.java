package org.adamant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares schedules with the values and formulas of other systems, which count completed updates, s. */
class ScheduleTest {

  /**
   * Of the largest value, for one formula: the argument of a cosine has two roundings of numbers up to pi, and the
   * cosines are within an ulp; all else is a rounding each of numbers up to the largest, fewer than 8.
   */
  private static final double ROUNDING = 16 * 0x1p-53;

  private static final long TOTAL = 100;

  /** A schedule of each kind, whose phases end at different places. */
  static Stream<Schedule> everyKind() {
    return Stream.of(
        Schedule.constant(0.3),
        Schedule.linear(0.1, 0.7, 13),
        Schedule.linear(0.7, 0.1, 13),
        Schedule.linearWarmup(0.7, 13),
        Schedule.linearWarmup(0.7, 13).skipping(1),
        Schedule.cosine(0.7, 0.1, 77),
        Schedule.warmupCosine(0.7, 0.1, 13, 77),
        Schedule.warmupStableDecay(0.7, 0.1, 13, 20, 30, DecayShape.LINEAR),
        Schedule.warmupStableDecay(0.7, 0.1, 13, 20, 30, DecayShape.COSINE),
        Schedule.warmupStableDecay(0.7, 0.1, 13, 20, 30, DecayShape.ONE_MINUS_SQRT),
        Schedule.polynomial(0.7, 0.1, 2.5, 7, 50),
        Schedule.polynomial(0.1, 0.7, 0.5, 7, 50),
        Schedule.inverseRoot(0.7, 13),
        Schedule.inverseRoot(0.7, 0),
        Schedule.inverseRoot(0.7, 13, 40),
        Schedule.noam(3, 512, 13),
        Schedule.exponential(0.7, 0.3, 17),
        Schedule.staircase(0.7, 0.3, 17),
        Schedule.oneCycle(0.7, TOTAL).rate(),
        Schedule.oneCycle(0.7, TOTAL).beta1(),
        Schedule.sequence(
            List.of(Schedule.linearWarmup(0.7, 13), Schedule.cosine(0.7, 0.1, 30)), 13),
        Schedule.cosine(0.7, 0.1, 77).times(0.5),
        AverageDecay.warmup(0.99),
        AverageDecay.debiased(0.99),
        AverageDecay.startingAt(20, AverageDecay.debiased(0.99)));
  }

  private static Arguments pair(String name, Schedule schedule, LongToDoubleFunction other) {
    return Arguments.of(name, schedule, other);
  }

  /** Closed forms, written as the other systems write them. */
  static Stream<Arguments> closedForms() {
    final double peak = 0.7;
    final double end = 0.1;
    final double ratio = end / peak;
    final long warmup = 13;
    return Stream.of(
        pair(
            "Hugging Face, constant with warm-up", Schedule.linearWarmup(peak, warmup),
            s -> peak * (s < warmup ? (double) s / Math.max(1, warmup) : 1)),
        pair(
            "Hugging Face, cosine with warm-up", Schedule.warmupCosine(peak, 0, warmup, TOTAL),
            s -> {
              if (s < warmup) {
                return peak * s / warmup;
              }
              final double progress = (double) (s - warmup) / Math.max(1, TOTAL - warmup);
              return peak * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * progress)));
            }),
        pair(
            "optax, warm-up and cosine", Schedule.warmupCosine(peak, end, warmup, TOTAL),
            s -> {
              if (s < warmup) {
                return (0 - peak) * (1 - (double) s / warmup) + peak;
              }
              final double count = Math.min(s - warmup, TOTAL - warmup);
              final double wave = 0.5 * (1 + Math.cos(Math.PI * count / (TOTAL - warmup)));
              return peak * ((1 - ratio) * wave + ratio);
            }),
        pair(
            "Keras, whose steps leave out the warm-up",
            Schedule.warmupCosine(peak, end, warmup, warmup + 60),
            s -> {
              final double share = Math.min(60, Math.max(0, s - warmup)) / 60.0;
              return s < warmup
                  ? peak * s / warmup
                  : ((1 - ratio) * 0.5 * (1 + Math.cos(Math.PI * share)) + ratio) * peak;
            }),
        pair(
            "PyTorch, linear", Schedule.linear(peak / 4, peak, 20),
            s -> peak * (0.25 + (1 - 0.25) * Math.min(20, s) / 20)),
        pair(
            "optax, polynomial", Schedule.polynomial(peak, end, 3, 7, 50),
            s -> {
              final double count = Math.clamp(s - 7, 0L, 50L);
              return (peak - end) * Math.pow(1 - count / 50, 3) + end;
            }),
        pair(
            "Hugging Face, inverse root", Schedule.inverseRoot(peak, warmup, 40),
            s -> peak
                * (s < warmup ? (double) s / warmup : 1 / Math.sqrt((s + 40.0 - warmup) / 40))),
        pair(
            "Noam", Schedule.noam(2, 512, warmup),
            s -> 2 * Math.pow(512, -0.5)
                * Math.min(Math.pow(s + 1, -0.5), (s + 1) * Math.pow(warmup, -1.5))),
        pair(
            "optax, exponential", Schedule.exponential(peak, 0.3, 17),
            s -> peak * Math.pow(0.3, s / 17.0)),
        pair(
            "optax, staircase", Schedule.staircase(peak, 0.3, 17),
            s -> peak * Math.pow(0.3, Math.floor(s / 17.0))),
        pair(
            "torch_ema", AverageDecay.warmup(0.9),
            s -> Math.min(0.9, (1.0 + (s + 1)) / (10 + (s + 1)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("closedForms")
  void equalsTheFormulaOfAnother(String name, Schedule schedule, LongToDoubleFunction other) {
    for (long s = 0; s < 2 * TOTAL; s++) {
      // Hugging Face's cosine with a warm-up rises again after its total.
      if (s <= TOTAL || !name.startsWith("Hugging Face, cosine")) {
        assertThat(schedule.at(s + 1)).as("s = %s", s)
            .isCloseTo(other.applyAsDouble(s), within(ROUNDING));
      }
    }
  }

  /** Hugging Face's get_wsd_schedule, of which a rate is 1. */
  @ParameterizedTest
  @EnumSource
  void theThreePhasesAreThoseOfHuggingFace(DecayShape shape) {
    final double ratio = 0.25;
    final DoubleUnaryOperator type =
        switch (shape) {
          case LINEAR -> x -> 1 - x;
          case COSINE -> x -> 0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * x));
          case ONE_MINUS_SQRT -> x -> 1 - Math.sqrt(x);
        };
    final Schedule schedule = Schedule.warmupStableDecay(1, ratio, 13, 20, 30, shape);
    for (long s = 0; s < TOTAL; s++) {
      final double expected;
      if (s < 13) {
        expected = s / 13.0 * (1 - ratio) + ratio;
      } else if (s < 33) {
        expected = 1;
      } else if (s < 63) {
        expected = Math.max(0, type.applyAsDouble((s - 33) / 30.0) * (1 - ratio) + ratio);
      } else {
        expected = ratio;
      }
      assertThat(schedule.at(s + 1)).as("s = %s", s).isCloseTo(expected, within(ROUNDING));
    }
  }

  /** PyTorch's OneCycleLR: the first phase whose end is not passed, the last one if there is none. */
  @ParameterizedTest
  @CsvSource({"100, 0.3", "97, 0.3", "4, 0.3", "50, 0.25", "10, 0.95", "2, 0.6"})
  void oneCycleIsThatOfPyTorch(long total, double rise) {
    final double max = 0.7;
    final OneCycle cycle = Schedule.oneCycle(max, Math.max(4, total)).withRise(rise);
    final OneCycle sized =
        new OneCycle(max, total, rise, 25, 1e4, cycle.highBeta1(), cycle.lowBeta1());
    final double[] ends = {rise * total - 1, total - 1};
    final double[] rates = {max / 25, max, max / 25 / 1e4};
    final double[] betas = {0.95, 0.85, 0.95};
    for (long s = 0; s < total; s++) {
      double start = 0;
      for (int phase = 0; phase < 2; phase++) {
        if (s <= ends[phase] || phase == 1) {
          final double share = (s - start) / (ends[phase] - start);
          assertThat(sized.rate().at(s + 1)).as("rate, s = %s", s)
              .isCloseTo(annealed(rates[phase], rates[phase + 1], share), within(ROUNDING));
          assertThat(sized.beta1().at(s + 1)).as("beta1, s = %s", s)
              .isCloseTo(annealed(betas[phase], betas[phase + 1], share), within(ROUNDING));
          break;
        }
        start = ends[phase];
      }
    }
    // PyTorch fails here.
    assertThat(sized.rate().at(total + 1)).isEqualTo(sized.rate().at(total));
  }

  private static double annealed(double start, double end, double share) {
    return end + (start - end) / 2.0 * (Math.cos(Math.PI * share) + 1);
  }

  /**
   * PyTorch's recursion for CosineAnnealingLR. An error of u in one plus a cosine is multiplied by no more than half of
   * the peak over it, and what follows makes that no larger, for later cosines are smaller: so the bound adds up.
   */
  @Test
  void theCosineIsTheEndOfPyTorchsRecursion() {
    final Schedule schedule = Schedule.cosine(0.7, 0.1, TOTAL);
    double rate = 0.7;
    for (int s = 0; s <= TOTAL; s++) {
      if (s > 0) {
        rate =
            (1 + Math.cos(Math.PI * s / TOTAL)) / (1 + Math.cos(Math.PI * (s - 1) / TOTAL))
                * (rate - 0.1) + 0.1;
      }
      assertThat(schedule.at(s + 1)).as("s = %s", s)
          .isCloseTo(rate, within((s + 1) * ROUNDING * 0.7));
    }
  }

  /** PyTorch's recursions for LinearLR, ExponentialLR and StepLR: fewer than 8 roundings for each update. */
  @Test
  void linearAndPowersAreTheEndsOfPyTorchsRecursions() {
    final Schedule linear = Schedule.linear(0.7 / 3, 0.7, 50);
    final Schedule exponential = Schedule.exponential(0.7, 0.9, 1);
    final Schedule steps = Schedule.staircase(0.7, 0.1, 30);
    double rate = 0.7 / 3;
    double power = 0.7;
    double step = 0.7;
    for (int s = 0; s < TOTAL; s++) {
      if (s > 0) {
        if (s <= 50) {
          rate *= 1 + (1 - 1.0 / 3) / (50 * (1.0 / 3) + (s - 1) * (1 - 1.0 / 3));
        }
        power *= 0.9;
        step *= s % 30 == 0 ? 0.1 : 1;
      }
      assertThat(linear.at(s + 1)).isCloseTo(rate, within((s + 1) * ROUNDING));
      assertThat(exponential.at(s + 1)).isCloseTo(power, within((s + 1) * ROUNDING * power));
      assertThat(steps.at(s + 1)).isCloseTo(step, within((s + 1) * ROUNDING * step));
    }
  }

  private static double[] first(Schedule schedule, int count) {
    return LongStream.rangeClosed(1, count).mapToDouble(schedule::at).toArray();
  }

  /** Recorded: the test of Burn's sequential scheduler. */
  @Test
  void aSequenceHasTheValuesOfBurn() {
    final Schedule sequence =
        Schedule.sequence(
            List.of(
                Schedule.linear(0.1, 0.3, 2),
                Schedule.exponential(0.5, 0.5, 1),
                Schedule.cosine(0.8, 0, 2)),
            2, 5);
    assertThat(first(sequence, 8))
        .containsExactly(
            new double[] {0.1, 0.2, 0.5, 0.25, 0.125, 0.8, 0.4, 0}, within(ROUNDING));
    assertThat(sequence.at(Long.MAX_VALUE)).isZero();
  }

  /** Recorded: MLX's test of joined schedules, in which twelve updates are done. */
  @Test
  void aSequenceHasTheValuesOfMlx() {
    final Schedule sequence =
        Schedule.sequence(
            List.of(Schedule.linear(0, 0.1, 10), Schedule.cosine(0.1, 0, 200)), 10);
    assertThat(sequence.at(12)).isCloseTo(0.0999938, within(5e-8));
  }

  /** Recorded: the documentation of optax. */
  @Test
  void aPolynomialHasTheValuesOfOptax() {
    final Schedule schedule = Schedule.polynomial(1, 0.01, 2, 5, 100);
    assertThat(schedule.at(7)).isCloseTo(0.9803, within(5e-5));
    assertThat(schedule.at(105)).isCloseTo(0.0101, within(5e-5));
    assertThat(first(schedule, 6)).containsOnly(1);
    assertThat(schedule.at(106)).isEqualTo(0.01);
  }

  /** Recorded: the documentation of PyTorch. */
  @Test
  void aLineHasTheValuesOfPyTorch() {
    assertThat(first(Schedule.linear(0.025, 0.05, 4), 6))
        .containsExactly(
            new double[] {0.025, 0.03125, 0.0375, 0.04375, 0.05, 0.05}, within(ROUNDING));
    assertThat(first(Schedule.staircase(0.05, 0.1, 2), 5))
        .containsExactly(new double[] {0.05, 0.05, 0.005, 0.005, 0.0005}, within(ROUNDING));
  }

  @Test
  void aFactorMultipliesEachValue() {
    assertThat(first(Schedule.linear(1, 2, 2).times(3), 4)).containsExactly(3, 4.5, 6, 6);
  }

  @Test
  void aCycleMayHaveOtherEnds() {
    final OneCycle cycle =
        Schedule.oneCycle(1, 4).withRise(0.5).withDivisors(2, 4).withBeta1(0.75, 0.5);
    assertThat(first(cycle.rate(), 4))
        .containsExactly(new double[] {0.5, 1, 0.5625, 0.125}, within(ROUNDING));
    assertThat(first(cycle.beta1(), 4))
        .containsExactly(new double[] {0.75, 0.5, 0.625, 0.75}, within(ROUNDING));
  }

  /** What the ranges include. */
  @Test
  void argumentsMayLieOnTheEdge() {
    assertThat(first(Schedule.cosine(0.5, 0.5, 1), 2)).containsOnly(0.5);
    assertThat(first(Schedule.cosine(0, 0, 1), 2)).containsOnly(0);
    assertThat(first(Schedule.warmupStableDecay(1, 0, 0, 0, 1, DecayShape.LINEAR), 2))
        .containsExactly(1, 0);
    assertThat(first(Schedule.exponential(1, 1, 1), 2)).containsOnly(1);
    assertThat(first(Schedule.oneCycle(1, 4).withDivisors(1, 1).rate(), 4)).containsOnly(1);
    assertThat(first(Schedule.oneCycle(1, 4).withBeta1(0, 0).beta1(), 4)).containsOnly(0);
  }

  @Test
  void aWarmUpCanWasteNoUpdate() {
    assertThat(first(Schedule.linearWarmup(1, 4), 6)).containsExactly(0, 0.25, 0.5, 0.75, 1, 1);
    assertThat(first(Schedule.linearWarmup(1, 4).skipping(1), 5))
        .containsExactly(0.25, 0.5, 0.75, 1, 1);
    assertThat(first(Schedule.linearWarmup(1, 0), 2)).containsOnly(1);
    assertThat(first(Schedule.linear(1, 2, 0), 2)).containsOnly(2);
  }

  /** That of the paper on the Transformer. */
  @Test
  void noamIsHighestAtTheEndOfItsWarmUp() {
    final Schedule noam = Schedule.noam(1, 512, 4000);
    assertThat(noam.at(4000)).isCloseTo(1 / Math.sqrt(512 * 4000), within(ROUNDING));
    assertThat(noam.at(1)).isCloseTo(noam.at(4000) / 4000, within(ROUNDING));
    assertThat(noam.at(16_000)).isCloseTo(noam.at(4000) / 2, within(ROUNDING));
    assertThat(noam.at(3999)).isLessThan(noam.at(4000)).isGreaterThan(noam.at(3998));
    assertThat(noam.at(4001)).isLessThan(noam.at(4000));
  }

  @Test
  void phasesBeginAndEndExactly() {
    final Schedule cosine = Schedule.warmupCosine(0.7, 0.1, 13, 77);
    assertThat(cosine.at(1)).isZero();
    assertThat(cosine.at(14)).isEqualTo(0.7);
    assertThat(cosine.at(77)).isGreaterThan(0.1);
    assertThat(cosine.at(78)).isEqualTo(0.1);
    for (DecayShape shape : DecayShape.values()) {
      final Schedule phases = Schedule.warmupStableDecay(0.7, 0.1, 13, 20, 30, shape);
      assertThat(phases.at(1)).isEqualTo(0.1);
      assertThat(phases.at(14)).isEqualTo(0.7);
      assertThat(phases.at(34)).isEqualTo(0.7);
      assertThat(phases.at(35)).isLessThan(0.7);
      assertThat(phases.at(63)).isGreaterThan(0.1);
      assertThat(phases.at(64)).isEqualTo(0.1);
    }
    final OneCycle cycle = Schedule.oneCycle(0.7, TOTAL);
    assertThat(cycle.rate().at(1)).isEqualTo(0.7 / 25);
    assertThat(cycle.rate().at(30)).isEqualTo(0.7);
    assertThat(cycle.rate().at(TOTAL)).isEqualTo(0.7 / 25 / 10_000);
    assertThat(cycle.beta1().at(1)).isEqualTo(0.95);
    assertThat(cycle.beta1().at(30)).isEqualTo(0.85);
    assertThat(cycle.beta1().at(TOTAL)).isEqualTo(0.95);
  }

  @Test
  void inverseRootHasAHalfAfterThreeTimescales() {
    assertThat(Schedule.inverseRoot(0.7, 13).at(1 + 13 + 39)).isEqualTo(0.35);
    assertThat(Schedule.inverseRoot(0.7, 0).at(30_001)).isEqualTo(0.35);
    assertThat(Schedule.inverseRoot(0.7, 13, 100).at(314)).isEqualTo(0.35);
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void valuesAreFiniteForEveryUpdate(Schedule schedule) {
    final long[] updates = {1, 2, 1L << 31, 1L << 53, Long.MAX_VALUE - 1, Long.MAX_VALUE};
    for (long t : updates) {
      assertThat(schedule.at(t)).as("t = %s", t).isBetween(0.0, 1.0);
    }
    assertThat(schedule.skipping(Long.MAX_VALUE).at(5)).isEqualTo(schedule.at(Long.MAX_VALUE));
    assertThat(schedule.skipping(5).at(Long.MAX_VALUE - 5)).isEqualTo(schedule.at(Long.MAX_VALUE));
  }

  /** Longest phases: nothing overflows, and nothing falls before it should. */
  @Test
  void phasesMayBeAsLongAsALong() {
    final long all = Long.MAX_VALUE;
    assertThat(
        Schedule.warmupStableDecay(1, 0, 5, all - 5, all, DecayShape.LINEAR).at(all)).isOne();
    assertThat(Schedule.warmupCosine(1, 0, all - 1, all).at(all)).isOne();
    assertThat(Schedule.linear(1, 0, all).at(all / 2)).isCloseTo(0.5, within(ROUNDING));
    assertThat(Schedule.polynomial(1, 0, 1, all, all).at(all)).isOne();
    assertThat(Schedule.oneCycle(1, all).rate().at(all)).isCloseTo(4e-6, within(ROUNDING));
    assertThat(Schedule.inverseRoot(1, 0, all).at(all)).isCloseTo(Math.sqrt(0.5), within(ROUNDING));
    assertThat(Schedule.noam(1, all, all).at(all)).isPositive();
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void valuesDependOnNothingButTheUpdate(Schedule schedule) {
    final double[] inOrder = first(schedule, 100);
    new Random(1)
        .longs(300, 1, 101)
        .forEach(t -> assertThat(schedule.at(t)).isEqualTo(inOrder[(int) t - 1]));
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void thereIsNoUpdateBeforeTheFirst(Schedule schedule) {
    for (long t : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> schedule.at(t))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("t = " + t + ": expected a whole number >= 1");
    }
  }

  /** Also around a schedule that does not check. */
  @Test
  void wrappersCheckTheUpdateThemselves() {
    final Schedule lax = t -> 1;
    for (Schedule schedule : List.of(
        lax.times(2), lax.skipping(5), Schedule.sequence(List.of(lax)),
        AverageDecay.startingAt(3, lax))) {
      assertThatThrownBy(() -> schedule.at(0)).hasMessageStartingWith("t = 0: ");
    }
  }

  @Test
  void schedulesOfTheSameValuesAreEqualAndSayWhatTheyAre() {
    final List<Schedule> kinds = everyKind().toList();
    assertThat(kinds).isEqualTo(everyKind().toList()).doesNotHaveDuplicates();
    assertThat(kinds).extracting(Schedule::toString).doesNotHaveDuplicates();
    assertThat(Schedule.warmupCosine(0.7, 0.1, 13, 77))
        .hasToString("WarmupCosine[peak=0.7, end=0.1, warmup=13, total=77]");
    assertThat(Schedule.sequence(List.of(Schedule.constant(1), Schedule.constant(2)), 5))
        .hasToString(
            "Sequence[schedules=[Constant[rate=1.0], Constant[rate=2.0]], boundaries=[5]]");
  }

  @Test
  void aSequenceKeepsWhatItWasMadeFrom() {
    final Schedule[] schedules = {Schedule.constant(1), Schedule.constant(2)};
    final long[] boundaries = {5};
    final Schedule sequence = Schedule.sequence(Arrays.asList(schedules), boundaries);
    schedules[0] = Schedule.constant(3);
    boundaries[0] = 1;
    assertThat(first(sequence, 6)).containsExactly(1, 1, 1, 1, 1, 2);
  }

  @Test
  void aPhaseOfASequenceMayBeEmpty() {
    final Schedule sequence =
        Schedule.sequence(
            List.of(Schedule.constant(1), Schedule.constant(2), Schedule.constant(3)), 0, 0);
    assertThat(first(sequence, 2)).containsOnly(3);
  }

  /** The argument, its value, and what was expected. */
  static Stream<Arguments> refused() {
    final Schedule one = Schedule.constant(1);
    return Stream.of(
        refusal("rate = -1.0: expected a finite value >= 0", () -> Schedule.constant(-1)),
        refusal("rate = NaN: ", () -> Schedule.constant(Double.NaN)),
        refusal("rate = Infinity: ", () -> Schedule.constant(Double.POSITIVE_INFINITY)),
        refusal("from = -1.0: ", () -> Schedule.linear(-1, 0, 5)),
        refusal("to = -1.0: ", () -> Schedule.linear(1, -1, 5)),
        refusal(
            "steps = -1: expected a whole number >= 0", () -> Schedule.linear(1, 0, -1)),
        refusal("peak = -1.0: ", () -> Schedule.linearWarmup(-1, 1)),
        refusal("warmup = -1: ", () -> Schedule.linearWarmup(1, -1)),
        refusal("end = 2.0: expected 0 <= end <= peak = 1.0", () -> Schedule.cosine(1, 2, 5)),
        refusal("end = -1.0: ", () -> Schedule.cosine(1, -1, 5)),
        refusal("peak = NaN: ", () -> Schedule.cosine(Double.NaN, 0, 5)),
        refusal("total = 0: expected a whole number > warmup = 0", () -> Schedule.cosine(1, 0, 0)),
        refusal("total = 5: ", () -> Schedule.warmupCosine(1, 0, 5, 5)),
        refusal("warmup = -1: ", () -> Schedule.warmupCosine(1, 0, -1, 5)),
        refusal("end = 2.0: ", () -> phases(2, 1, 1, 1)),
        refusal("warmup = -1: ", () -> phases(0, -1, 1, 1)),
        refusal("stable = -1: ", () -> phases(0, 1, -1, 1)),
        refusal("stable = 9223372036854775807: ", () -> phases(0, 1, Long.MAX_VALUE, 1)),
        refusal("decay = 0: ", () -> phases(0, 1, 1, 0)),
        refusal("from = -1.0: ", () -> Schedule.polynomial(-1, 0, 1, 0, 1)),
        refusal("to = -1.0: ", () -> Schedule.polynomial(1, -1, 1, 0, 1)),
        refusal(
            "power = 0.0: expected a finite value > 0", () -> Schedule.polynomial(1, 0, 0, 0, 1)),
        refusal("begin = -1: ", () -> Schedule.polynomial(1, 0, 1, -1, 1)),
        refusal("steps = 0: ", () -> Schedule.polynomial(1, 0, 1, 0, 0)),
        refusal("peak = -1.0: ", () -> Schedule.inverseRoot(-1, 1)),
        refusal("warmup = -1: ", () -> Schedule.inverseRoot(1, -1)),
        refusal("timescale = 0: ", () -> Schedule.inverseRoot(1, 1, 0)),
        refusal("factor = -1.0: ", () -> Schedule.noam(-1, 1, 1)),
        refusal("width = 0: ", () -> Schedule.noam(1, 0, 1)),
        refusal("warmup = 0: ", () -> Schedule.noam(1, 1, 0)),
        refusal("from = -1.0: ", () -> Schedule.exponential(-1, 0.5, 1)),
        refusal("factor = 0.0: expected 0 < factor <= 1", () -> Schedule.exponential(1, 0, 1)),
        refusal("factor = 1.5: ", () -> Schedule.staircase(1, 1.5, 1)),
        refusal("every = 0: ", () -> Schedule.staircase(1, 0.5, 0)),
        refusal("max = -1.0: ", () -> Schedule.oneCycle(-1, 10)),
        refusal("total = 1: ", () -> Schedule.oneCycle(1, 1)),
        refusal("rise = 0.3: expected 1 / total < rise < 1 with total = 3",
            () -> Schedule.oneCycle(1, 3)),
        refusal("rise = 1.0: ", () -> Schedule.oneCycle(1, 10).withRise(1)),
        refusal("startDivisor = 0.5: ", () -> Schedule.oneCycle(1, 10).withDivisors(0.5, 1)),
        refusal(
            "endDivisor = Infinity: expected a finite value >= 1",
            () -> Schedule.oneCycle(1, 10).withDivisors(1, Double.POSITIVE_INFINITY)),
        refusal("highBeta1 = 1.0: ", () -> Schedule.oneCycle(1, 10).withBeta1(1, 0)),
        refusal("lowBeta1 = 0.9: ", () -> Schedule.oneCycle(1, 10).withBeta1(0.8, 0.9)),
        refusal(
            "boundaries = [1]: expected one fewer than the schedules, which are 1",
            () -> Schedule.sequence(List.of(one), 1)),
        refusal("boundaries = []: ", () -> Schedule.sequence(List.of())),
        refusal(
            "boundaries = [2, 1]: expected them ascending from 0",
            () -> Schedule.sequence(List.of(one, one, one), 2, 1)),
        refusal("boundaries = [-1]: ", () -> Schedule.sequence(List.of(one, one), -1)),
        refusal("factor = -1.0: ", () -> one.times(-1)),
        refusal("updates = -1: ", () -> one.skipping(-1)),
        refusal("decay = 1.0: expected 0 <= decay < 1", () -> AverageDecay.warmup(1)),
        refusal("decay = -0.1: ", () -> AverageDecay.debiased(-0.1)),
        refusal("decay = NaN: ", () -> AverageDecay.debiased(Double.NaN)),
        refusal("start = 0: ", () -> AverageDecay.startingAt(0, one)));
  }

  private static Schedule phases(double end, long warmup, long stable, long decay) {
    return Schedule.warmupStableDecay(1, end, warmup, stable, decay, DecayShape.LINEAR);
  }

  private static Arguments refusal(String message, Runnable call) {
    return Arguments.of(message, call);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void argumentsAreChecked(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void nothingIsNull() {
    assertThatThrownBy(() -> Schedule.warmupStableDecay(1, 0, 1, 1, 1, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("shape is null");
    assertThatThrownBy(() -> Schedule.sequence(null)).hasMessage("schedules is null");
    assertThatThrownBy(() -> Schedule.sequence(List.of(), (long[]) null))
        .hasMessage("boundaries is null");
    assertThatThrownBy(() -> Schedule.sequence(Arrays.asList((Schedule) null)))
        .hasMessage("a schedule is null");
    assertThatThrownBy(() -> AverageDecay.startingAt(1, null)).hasMessage("schedule is null");
  }

  /** As an average that began at 0 and is divided by its correction. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.9, 0.999, 0.999999})
  void theDebiasedDecayIsThatOfACorrectedAverage(double decay) {
    final Schedule schedule = AverageDecay.debiased(decay);
    final Random random = new Random(5);
    double average = random.nextDouble();
    double fromZero = 0;
    double weights = 0;
    for (int t = 1; t <= 2000; t++) {
      final double parameter = random.nextDouble();
      final double d = schedule.at(t);
      average = d * average + (1 - d) * parameter;
      // The weights are added up rather than taken from a power: so they lose nothing for small t.
      fromZero = decay * fromZero + parameter;
      weights = decay * weights + 1;
      // Both averages lie in [0, 1]; each update adds the roundings of one, and the error of d.
      assertThat(average).as("t = %s", t).isCloseTo(fromZero / weights, within(t * ROUNDING));
      // 1 / weights is (1 - decay) / (1 - decay^t).
      assertThat(d).isCloseTo(1 - 1 / weights, within(t * ROUNDING));
    }
    assertThat(schedule.at(1)).isZero();
    assertThat(schedule.at(Long.MAX_VALUE)).isEqualTo(decay);
  }

  @Test
  void anAverageMayStartLater() {
    final Schedule later = AverageDecay.startingAt(3, AverageDecay.debiased(0.5));
    assertThat(first(later, 4)).containsExactly(new double[] {1, 1, 0, 1.0 / 3}, within(ROUNDING));
    assertThat(AverageDecay.startingAt(1, AverageDecay.warmup(0.5)).at(1))
        .isEqualTo(AverageDecay.warmup(0.5).at(1))
        .isEqualTo(2 / 11.0);
    assertThat(AverageDecay.warmup(0.5).at(8)).isEqualTo(0.5);
    assertThat(AverageDecay.warmup(0.5).at(7)).isLessThan(0.5);
  }
}
