package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.adamant.training.AverageDecay;
import org.adamant.training.DecayShape;
import org.adamant.training.LossScale;
import org.adamant.training.OneCycle;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;

/** Properties of every schedule, whatever it was made from. */
class ScheduleProperties {

  /**
   * A schedule that rises up to an update and falls from there on.
   *
   * @param low its lower bound
   * @param high its upper bound
   * @param top the update at which it is highest
   * @param steepest its largest change from one update to the next, except for rounding; infinite if it may jump
   */
  record Hill(Schedule schedule, double low, double high, long top, double steepest) {
    /** Of the largest value: fewer than 8 roundings, and a cosine within an ulp on either side. */
    double rounding() {
      return 16 * 0x1p-53 * high;
    }
  }

  /** From one update to the next along half a wave, of which the slope is at most pi / 2. */
  private static double wave(double height, double length) {
    return height * Math.min(1, Math.PI / 2 / length);
  }

  @Provide
  Arbitrary<Hill> hills() {
    return Arbitraries.randomValue(ScheduleProperties::hill);
  }

  private static Hill hill(Random random) {
    final double high = Math.exp(random.nextDouble(-20, 5));
    final double low = random.nextInt(3) == 0 ? 0 : high * random.nextDouble();
    final double height = high - low;
    final long rise = random.nextInt(50);
    final long flat = random.nextInt(50);
    final long fall = 1 + random.nextInt(100);
    final double up = rise == 0 ? 0 : 1.0 / rise;
    switch (random.nextInt(9)) {
      case 0:
        return new Hill(
            Schedule.warmupCosine(high, low, rise, rise + fall), rise == 0 ? low : 0, high,
            rise + 1, Math.max(high * up, wave(height, fall)));
      case 1:
        final DecayShape shape =
            DecayShape.values()[random.nextInt(DecayShape.values().length)];
        final double down =
            switch (shape) {
              case LINEAR -> height / fall;
              case COSINE -> wave(height, fall);
              case ONE_MINUS_SQRT -> height / Math.sqrt(fall);
            };
        return new Hill(
            Schedule.warmupStableDecay(high, low, rise, flat, fall, shape), low, high, rise + 1,
            Math.max(height * up, down));
      case 2:
        return new Hill(
            Schedule.linear(high, low, fall), low, high, 1, height / fall);
      case 3:
        final double power = random.nextDouble(0.2, 4);
        return new Hill(
            Schedule.polynomial(high, low, power, flat, fall), low, high, 1,
            height * Math.max(power / fall, Math.pow(1.0 / fall, Math.min(1, power))));
      case 4:
        return new Hill(
            Schedule.inverseRoot(high, rise, fall), 0, high, rise + 1,
            high * Math.max(up, 0.5 / fall));
      case 5:
        final Schedule noam = Schedule.noam(high, 64, fall);
        return new Hill(
            noam, 0, high / Math.sqrt(64.0 * fall) * (1 + 0x1p-50), fall,
            high / 8 / Math.sqrt(fall) / fall);
      case 6:
        return new Hill(
            Schedule.staircase(high, random.nextDouble(0.1, 1), fall), 0, high, 1,
            Double.POSITIVE_INFINITY);
      case 7:
        // Even, so that the top is at an update.
        final long total = 4 + 2L * random.nextInt(50);
        final OneCycle cycle = Schedule.oneCycle(high, total).withRise(0.5);
        return new Hill(
            cycle.rate(), high / 25 / 10_000 * (1 - 0x1p-50), high, total / 2,
            wave(high, total / 2.0 - 1));
      default:
        return new Hill(
            Schedule.sequence(
                List.of(
                    Schedule.linearWarmup(high, rise), Schedule.constant(high),
                    Schedule.cosine(high, low, fall)),
                rise, rise + flat),
            rise == 0 ? low : 0, high, rise + 1, Math.max(high * up, wave(height, fall)));
    }
  }

  @Property(tries = 1000)
  void aScheduleRisesAndFallsWithinItsBoundsAndDoesNotJump(@ForAll("hills") Hill hill) {
    double before = hill.schedule.at(1);
    for (long t = 1; t < 220; t++) {
      final double value = hill.schedule.at(t);
      assertThat(value).as("t = %s", t).isBetween(hill.low, hill.high);
      if (t <= hill.top) {
        assertThat(value).as("rising, t = %s", t).isGreaterThanOrEqualTo(before - hill.rounding());
      } else {
        assertThat(value).as("falling, t = %s", t).isLessThanOrEqualTo(before + hill.rounding());
      }
      assertThat(Math.abs(value - before)).as("step, t = %s", t)
          .isLessThanOrEqualTo(hill.steepest + hill.rounding());
      before = value;
    }
  }

  /** Any order of calls, and another schedule of the same values. */
  @Property(tries = 300)
  void aScheduleIsAFunctionOfTheUpdate(@ForAll int seed) {
    final Schedule schedule = hill(new Random(seed)).schedule;
    final Schedule again = hill(new Random(seed)).schedule;
    assertThat(again).isEqualTo(schedule)
        .hasSameHashCodeAs(schedule)
        .hasToString(
            schedule.toString());
    final Random random = new Random(seed);
    final List<Long> updates = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      updates.add(1 + (random.nextLong() >>> random.nextInt(1, 64)) % Long.MAX_VALUE);
    }
    final List<Double> values = updates.stream().map(schedule::at).toList();
    assertThat(updates.reversed().stream().map(again::at).toList().reversed())
        .isEqualTo(values);
    assertThat(values).allSatisfy(value -> assertThat(value).isFinite().isNotNegative());
  }

  /** A schedule without its first updates, after those updates, is itself. */
  @Property(tries = 300)
  void aSequenceUndoesSkipping(@ForAll("hills") Hill hill) {
    for (long skipped : new long[] {0, 1, 17}) {
      final Schedule pieces =
          Schedule.sequence(
              List.of(hill.schedule, hill.schedule.skipping(skipped)), skipped);
      for (long t = 1; t < 100; t++) {
        assertThat(pieces.at(t)).isEqualTo(hill.schedule.at(t));
      }
    }
  }

  /** Whatever the parameters: an average with that decay is one from 0, divided by its correction. */
  @Property(tries = 300)
  void aDebiasedAverageIsACorrectedOne(@ForAll int seed) {
    final Random random = new Random(seed);
    final double decay = 1 - Math.exp(-random.nextDouble(12));
    final long start = 1 + random.nextInt(20);
    final Schedule schedule =
        AverageDecay.startingAt(start, AverageDecay.debiased(decay));
    final double initial = random.nextDouble();
    double average = initial;
    double sum = 0;
    double weights = 0;
    for (long t = 1; t < 200; t++) {
      final double parameter = random.nextDouble();
      average = schedule.at(t) * average + (1 - schedule.at(t)) * parameter;
      if (t < start) {
        assertThat(average).isEqualTo(initial);
      } else {
        sum = decay * sum + parameter;
        weights = decay * weights + 1;
        // Both in [0, 1]; each update adds the roundings of one.
        assertThat(average).isCloseTo(sum / weights, within(t * 16 * 0x1p-53));
      }
    }
  }

  /** Whatever is observed, and from wherever it goes on. */
  @Property(tries = 300)
  void aPlateauOnlyFallsAndStaysAboveItsLeast(@ForAll int seed) {
    final Random random = new Random(seed);
    final double least = random.nextDouble();
    final Plateau plateau =
        Plateau.defaults()
            .withFactor(random.nextDouble(0.01, 0.99))
            .withPatience(random.nextInt(5))
            .withCooldown(random.nextInt(5))
            .withMinFactor(least);
    final double[] metrics =
        {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1, 0, 1, 2};
    Plateau.State state = plateau.start();
    long sinceFall = Long.MAX_VALUE / 2;
    for (int i = 0; i < 200; i++) {
      final Plateau.State next =
          plateau.observe(state, metrics[random.nextInt(metrics.length)]);
      assertThat(next.factor()).isBetween(least, state.factor());
      assertThat(next.best()).isLessThanOrEqualTo(state.best());
      sinceFall++;
      if (next.factor() < state.factor()) {
        assertThat(sinceFall).isGreaterThan(plateau.patience() + plateau.cooldown());
        sinceFall = 0;
      }
      state = next;
    }
  }

  /** A power of two for ever, in the range of float: its product with a float is exact where it is normal. */
  @Property(tries = 300)
  void aLossScaleIsAPowerOfTwoInTheRangeOfFloat(@ForAll int seed) {
    final Random random = new Random(seed);
    final LossScale settings = LossScale.dynamic().withInterval(1 + random.nextInt(3));
    final double skipped = random.nextDouble();
    LossScale.State state = settings.start();
    for (int i = 0; i < 1000; i++) {
      state = settings.next(state, random.nextDouble() < skipped);
      assertThat(state.scale())
          .isEqualTo(Math.scalb(1.0, Math.getExponent(state.scale())))
          .isBetween((double) Float.MIN_NORMAL, (double) Float.MAX_VALUE);
      assertThat(state.good()).isLessThan(settings.interval());
    }
  }
}
