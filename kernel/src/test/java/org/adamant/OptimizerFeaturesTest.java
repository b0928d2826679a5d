package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.adamant.AdamOptimizer.Builder;
import org.adamant.training.Accumulation;
import org.adamant.training.AverageDecay;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;
import org.adamant.training.StepReport;
import org.adamant.training.StepReport.Outcome;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an optimizer does besides steps, compared with calls of the kernel by hand. */
class OptimizerFeaturesTest {

  private static final Adam ADAM = Adam.defaults().withWeightDecay(0.01);

  private static final int LENGTH = 37;

  private static final AdamKernel KERNEL = AdamKernel.preferred();

  /** A parameter of floats with its moments, stepped by hand. */
  private static final class Hand {
    private final float[] params;
    private final float[] m;
    private final float[] v;
    private final float[] average;
    private long t;

    Hand(float[] params) {
      this.params = params.clone();
      m = new float[params.length];
      v = new float[params.length];
      average = params.clone();
    }

    void step(Adam adam, float[] grads) {
      step(adam, 1, 1, grads);
    }

    void step(Adam adam, double scale, double factor, float[] grads) {
      AdamStep step = adam.atStep(++t);
      step = scale == 1 ? step : step.withGradientScale(scale);
      step = factor == 1 ? step : step.withClipFactor(factor);
      AdamSlice slice = AdamSlice.of(params, grads, m, v);
      if (adam.averageDecay() < 1) {
        slice = slice.withAverage(average);
      }
      KERNEL.step(step, slice);
    }

    void assertSame(AdamOptimizer optimizer, String name, float[] actual) {
      assertThat(bits(actual)).as(name).isEqualTo(bits(params));
      assertThat(bits(optimizer.firstMoment(name, float[].class))).as("m of %s", name)
          .isEqualTo(bits(m));
      assertThat(bits(optimizer.secondMoment(name, float[].class))).as("v of %s", name)
          .isEqualTo(bits(v));
      assertThat(optimizer.stepCount(name)).as("t of %s", name).isEqualTo(t);
    }
  }

  private static int[] bits(float[] numbers) {
    final int[] bits = new int[numbers.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(numbers[i]);
    }
    return bits;
  }

  private static long[] bits(Storage numbers) {
    final long[] bits = new long[(int) numbers.length()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(numbers.get(i));
    }
    return bits;
  }

  private static float[] random(int length, long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (random.nextDouble() - 0.5);
    }
    return numbers;
  }

  private static float[] random(long seed) {
    return random(LENGTH, seed);
  }

  private static Map<String, Object> named(Object... namesAndArrays) {
    final Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndArrays.length; i += 2) {
      map.put((String) namesAndArrays[i], namesAndArrays[i + 1]);
    }
    return map;
  }

  private static Builder builder() {
    return AdamOptimizer.builder(ADAM);
  }

  private static void assertRefused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
  }

  // ---- Groups and schedules. ----

  @Test
  void theFirstGroupThatMatchesHasTheParameterAndChangesTheRateOfTheSchedule() {
    final Schedule schedule = Schedule.linear(0.1, 0.01, 5);
    final Schedule own = Schedule.exponential(0.5, 0.9, 1);
    final AdamOptimizer optimizer =
        builder().schedule(schedule)
            .group("first", n -> n.startsWith("a"), a -> a.withLearningRate(a.learningRate() / 4))
            .group("second", n -> n.endsWith("x"), a -> a.withWeightDecay(0), own)
            .build();
    final List<String> names = List.of("ax", "bx", "c");
    final Map<String, Object> params = new LinkedHashMap<>();
    final Map<String, Hand> hands = new LinkedHashMap<>();
    for (String name : names) {
      params.put(name, random(name.hashCode()));
      hands.put(name, new Hand((float[]) params.get(name)));
    }
    for (int t = 1; t <= 7; t++) {
      final Map<String, Object> grads = new LinkedHashMap<>();
      for (String name : names) {
        grads.put(name, random(name.hashCode() + t));
      }
      final Adam all = ADAM.withLearningRate(schedule.at(t));
      final Adam[] adams = {
        ADAM.withLearningRate(schedule.at(t) / 4),
        ADAM.withLearningRate(own.at(t)).withWeightDecay(0), all
      };
      for (int i = 0; i < 3; i++) {
        assertThat(optimizer.adam(names.get(i))).isEqualTo(adams[i]);
        hands.get(names.get(i)).step(adams[i], (float[]) grads.get(names.get(i)));
      }
      final StepReport report = optimizer.step(params, grads);
      assertThat(report)
          .isEqualTo(
              new StepReport(Outcome.UPDATED, t, schedule.at(t), Double.NaN, 1, 1, 0));
      hands.forEach((n, hand) -> hand.assertSame(optimizer, n, (float[]) params.get(n)));
    }
  }

  @Test
  void aGroupFollowsItsScheduleWhereTheOthersHaveNone() {
    final Schedule own = Schedule.exponential(0.5, 0.9, 1);
    final AdamOptimizer optimizer =
        builder().group("own", n -> n.equals("x"), a -> a, own).build();
    final float[] w = random(1);
    final float[] x = random(2);
    final Hand handW = new Hand(w);
    final Hand handX = new Hand(x);
    for (int t = 1; t <= 4; t++) {
      final float[] gw = random(t + 5);
      final float[] gx = random(t + 9);
      handW.step(ADAM, gw);
      handX.step(ADAM.withLearningRate(own.at(t)), gx);
      optimizer.step(named("w", w, "x", x), named("w", gw, "x", gx));
      handW.assertSame(optimizer, "w", w);
      handX.assertSame(optimizer, "x", x);
    }
  }

  @Test
  void aFrozenGroupStaysUntilItIsThawed() {
    final AdamOptimizer optimizer = builder().frozen("f", n -> n.equals("f")).build();
    final float[] f = random(1);
    final float[] w = random(2);
    final Hand handF = new Hand(f);
    final Hand handW = new Hand(w);
    for (int t = 1; t <= 6; t++) {
      final float[] g = random(10 + t);
      final boolean isFrozen = t <= 2 || t == 5;
      optimizer.setFrozen("f", isFrozen);
      handW.step(ADAM, g);
      if (isFrozen) {
        optimizer.step(named("f", f, "w", w), t == 2 ? named("f", g, "w", g) : named("w", g));
      } else {
        handF.step(ADAM, g);
        optimizer.step(named("f", f, "w", w), named("f", g.clone(), "w", g));
      }
      assertThat(optimizer.names().contains("f")).isEqualTo(t > 2);
      if (t > 2) {
        handF.assertSame(optimizer, "f", f);
      }
      handW.assertSame(optimizer, "w", w);
      assertThat(optimizer.stepCount()).isEqualTo(t);
    }
    assertThatThrownBy(() -> optimizer.setFrozen("x", true))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no group 'x'; there are: [f]");
  }

  @Test
  void gradientsAddedUpForAGroupAreDroppedWhenItIsFrozen() {
    final AdamOptimizer optimizer =
        builder().group("f", n -> n.equals("f"), a -> a).accumulate(2, Accumulation.SUM).build();
    final float[] f = random(1);
    final float[] w = random(2);
    final Hand hand = new Hand(f);
    final float[] g = random(3);
    optimizer.step(named("f", f, "w", w), named("f", g, "w", g));
    optimizer.setFrozen("f", true);
    assertSumIsDropped(optimizer, hand, f, w, g);
  }

  /** A parameter that is frozen in the middle of a sum, and thawed later, takes the gradients of the next sum only. */
  private static void assertSumIsDropped(
      AdamOptimizer optimizer, Hand hand, float[] f, float[] w, float[] g) {
    assertThat(optimizer.step(named("f", f, "w", w), named("w", g)).isUpdated()).isTrue();
    hand.assertSame(optimizer, "f", f);
    optimizer.setFrozen("f", false);
    optimizer.step(named("w", w), named("w", g));
    optimizer.step(named("f", f, "w", w), named("f", g, "w", g));
    hand.step(ADAM, g);
    hand.assertSame(optimizer, "f", f);
  }

  @Test
  void gradientsAddedUpAreDroppedByNewSettingsThatFreeze(@TempDir Path folder) throws IOException {
    final float[] f = random(1);
    final float[] w = random(2);
    final Hand hand = new Hand(f);
    final float[] g = random(3);
    final AdamOptimizer saved = builder().accumulate(2, Accumulation.SUM).build();
    saved.step(named("f", f, "w", w), named("f", g, "w", g));
    saved.save(folder.resolve("state"));
    final AdamOptimizer optimizer =
        builder().accumulate(2, Accumulation.SUM)
            .frozen("f", n -> n.equals("f"))
            .loadWithNewSettings(folder.resolve("state"), Map.of());
    assertSumIsDropped(optimizer, hand, f, w, g);
  }

  @Test
  void gradientsAddedUpAreDroppedByANameInAFrozenGroup() {
    final AdamOptimizer optimizer =
        builder().frozen("f", n -> n.equals("f")).accumulate(2, Accumulation.SUM).build();
    final float[] f = random(1);
    final float[] w = random(2);
    final Hand hand = new Hand(f);
    final float[] g = random(3);
    optimizer.step(named("e", f, "w", w), named("e", g, "w", g));
    optimizer.rename("e", "f");
    assertSumIsDropped(optimizer, hand, f, w, g);
  }

  @Test
  void schedulesTickWithUpdatesOnly() {
    final List<Long> asked = new ArrayList<>();
    final AdamOptimizer optimizer =
        builder().schedule(t -> {
          asked.add(t);
          return 0.1 * t;
        }).accumulate(2).nonFinite(NonFinite.SKIP).build();
    final float[] w = random(1);
    final Hand hand = new Hand(w);
    final float[] bad = random(2);
    bad[5] = Float.NaN;
    for (int step = 0; step < 8; step++) {
      final float[] g = step == 2 ? bad : random(50);
      final long update = step < 2 ? 1 : step < 6 ? 2 : 3;
      final StepReport report = optimizer.step(named("w", w), named("w", g));
      assertThat(report.update()).isEqualTo(update);
      assertThat(report.learningRate()).isEqualTo(0.1 * update);
      assertThat(report.outcome())
          .isEqualTo(
              step % 2 == 0
                  ? Outcome.ACCUMULATED
                  : step == 3 ? Outcome.SKIPPED : Outcome.UPDATED);
      assertThat(report.isSkipped()).isEqualTo(step == 3);
      assertThat(report.nonFinite()).isEqualTo(step == 3 ? 1 : 0);
      if (report.isUpdated()) {
        final float[] sum = g.clone();
        for (int i = 0; i < LENGTH; i++) {
          sum[i] += g[i];
        }
        hand.step(ADAM.withLearningRate(0.1 * update), 0.5, 1, sum);
      }
      hand.assertSame(optimizer, "w", w);
    }
    assertThat(asked).contains(1L, 2L, 3L).doesNotContain(0L, 4L);
  }

  @Test
  void beta1AndTheDecayOfTheAverageHaveSchedules() {
    final Schedule beta1 = Schedule.linear(0.9, 0.5, 4);
    final Schedule decay = AverageDecay.startingAt(3, AverageDecay.warmup(0.9));
    final AdamOptimizer optimizer = builder().beta1(beta1).averageDecay(decay).build();
    final float[] w = random(1);
    final Hand hand = new Hand(w);
    for (int t = 1; t <= 6; t++) {
      final float[] g = random(t + 9);
      if (t == 3) {
        System.arraycopy(hand.params, 0, hand.average, 0, LENGTH);
      }
      hand.step(ADAM.withBeta1(beta1.at(t)).withAverageDecay(decay.at(t)), g);
      optimizer.step(named("w", w), named("w", g));
      hand.assertSame(optimizer, "w", w);
      if (t < 3) {
        assertThatThrownBy(() -> optimizer.average("w", float[].class))
            .isInstanceOf(NoSuchElementException.class)
            .hasMessage("no average is kept of parameter 'w'");
      } else {
        assertThat(bits(optimizer.average("w", float[].class))).isEqualTo(bits(hand.average));
      }
    }
  }

  @Test
  void aPlateauLowersAllRates() {
    final Plateau plateau = Plateau.defaults().withPatience(0).withFactor(0.5);
    final Schedule own = Schedule.constant(0.3);
    final AdamOptimizer optimizer =
        builder().plateau(plateau).group("own", n -> n.equals("x"), a -> a, own).build();
    final float[] w = random(1);
    final float[] x = random(2);
    final Hand handW = new Hand(w);
    final Hand handX = new Hand(x);
    Plateau.State state = plateau.start();
    for (double metric : new double[] {5, 4, 6, Double.NaN, 1, 7}) {
      state = plateau.observe(state, metric);
      assertThat(optimizer.observe(metric)).isEqualTo(state.factor());
      final float[] g = random((long) (metric * 100));
      handW.step(ADAM.withLearningRate(ADAM.learningRate() * state.factor()), g);
      handX.step(ADAM.withLearningRate(own.at(1) * state.factor()), g);
      final StepReport report = optimizer.step(named("w", w, "x", x), named("w", g, "x", g));
      assertThat(report.learningRate()).isEqualTo(ADAM.learningRate() * state.factor());
      handW.assertSame(optimizer, "w", w);
      handX.assertSame(optimizer, "x", x);
    }
    assertThat(state.factor()).isEqualTo(0.125);
    assertThatThrownBy(() -> builder().build().observe(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no plateau");
  }

  // ---- Norms. ----

  @ParameterizedTest
  @ValueSource(doubles = {0.25, 1000})
  void theNormOfAllIsLimited(double maxNorm) {
    final AdamOptimizer optimizer = builder().maxNorm(maxNorm).accumulate(2).build();
    final float[] w = random(1);
    final float[] x = random(11, 2);
    final Hand handW = new Hand(w);
    final Hand handX = new Hand(x);
    for (int t = 1; t <= 3; t++) {
      final float[] gw = random(t + 5);
      final float[] gx = random(11, t + 6);
      final Map<String, Object> params = named("w", w, "x", x);
      optimizer.step(params, named("w", gw, "x", gx));
      final StepReport report = optimizer.step(params, named("w", gw, "x", gx));
      final float[] sumW = doubled(gw);
      final float[] sumX = doubled(gx);
      final double norm =
          KERNEL.globalNorm(
              AdamModel.of(
                  AdamSlice.of(handW.params, sumW, handW.m, handW.v),
                  AdamSlice.of(handX.params, sumX, handX.m, handX.v)))
              * 0.5;
      final double factor = AdamStep.clipFactor(norm, maxNorm);
      assertThat(factor < 1).isEqualTo(maxNorm < 1);
      handW.step(ADAM, 0.5, factor, sumW);
      handX.step(ADAM, 0.5, factor, sumX);
      assertThat(report)
          .isEqualTo(
              new StepReport(Outcome.UPDATED, t, ADAM.learningRate(), norm, factor, 1, 0));
      handW.assertSame(optimizer, "w", w);
      handX.assertSame(optimizer, "x", x);
    }
  }

  private static float[] doubled(float[] numbers) {
    final float[] doubled = new float[numbers.length];
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] = numbers[i] + numbers[i];
    }
    return doubled;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theNormOfEachIsLimited(boolean hasOneArrayForAllGradients) {
    final AdamOptimizer optimizer = builder().maxNormPerParameter(1).build();
    final float[] w = random(1);
    final float[] x = random(4, 2);
    final Hand handW = new Hand(w);
    final Hand handX = new Hand(x);
    float[] gw = random(0);
    final float[] gx = new float[] {0.125f, 0.25f, 0, 0};
    for (int t = 1; t <= 3; t++) {
      final float[] numbers = random(t + 5);
      if (hasOneArrayForAllGradients) {
        System.arraycopy(numbers, 0, gw, 0, numbers.length);
      } else {
        gw = numbers;
      }
      final double norm =
          KERNEL.globalNorm(AdamModel.of(AdamSlice.of(handW.params, gw, handW.m, handW.v)));
      final double factor = AdamStep.clipFactor(norm, 1);
      assertThat(factor).isLessThan(1);
      handW.step(ADAM, 1, factor, gw);
      handX.step(ADAM, gx);
      final StepReport report = optimizer.step(named("w", w, "x", x), named("w", gw, "x", gx));
      assertThat(report.clipFactor()).isEqualTo(factor);
      assertThat(report.norm()).isNaN();
      handW.assertSame(optimizer, "w", w);
      handX.assertSame(optimizer, "x", x);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gradientsThatAreNotFiniteAreSkippedWhateverTheLimit(boolean perParameter) {
    final Builder builder = builder().nonFinite(NonFinite.SKIP);
    final AdamOptimizer optimizer =
        (perParameter ? builder.maxNormPerParameter(1) : builder.maxNorm(1)).build();
    final float[] w = random(1);
    final Hand hand = new Hand(w);
    final float[] g = random(2);
    g[1] = Float.NEGATIVE_INFINITY;
    g[2] = Float.NaN;
    final StepReport report = optimizer.step(named("w", w), named("w", g));
    assertThat(report.nonFinite()).isEqualTo(2);
    assertThat(report.clipFactor()).isZero();
    hand.assertSame(optimizer, "w", w);
  }

  // ---- Micro-batches. ----

  @ParameterizedTest
  @EnumSource
  void microBatchesAreAddedInTheOrderOfTheCalls(Accumulation accumulation) {
    for (boolean inDouble : new boolean[] {false, true}) {
      final Builder builder = builder().accumulate(3, accumulation);
      final AdamOptimizer optimizer =
          (inDouble ? builder.accumulateInDouble() : builder).build();
      final float[] w = random(1);
      final float[] x = random(2);
      final Hand handW = new Hand(w);
      final Hand handX = new Hand(x);
      final double scale = accumulation == Accumulation.MEAN ? 1.0 / 3 : 1;
      boolean ordersDiffer = false;
      boolean typesDiffer = false;
      for (int t = 1; t <= 4; t++) {
        final float[] sum = new float[LENGTH];
        final float[][] g = {random(t * 3), random(t * 3 + 1), random(t * 3 + 2)};
        final float[] xs = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
          g[0][i] *= 16;
          sum[i] =
              inDouble
                  ? (float) ((double) g[0][i] + g[1][i] + g[2][i])
                  : g[0][i] + g[1][i] + g[2][i];
          ordersDiffer |= sum[i] != g[2][i] + g[1][i] + g[0][i];
          typesDiffer |= g[0][i] + g[1][i] + g[2][i] != (float) ((double) g[0][i] + g[1][i]
              + g[2][i]);
          // Left out of the second.
          xs[i] = inDouble ? (float) ((double) g[0][i] + g[2][i]) : g[0][i] + g[2][i];
        }
        optimizer.step(named("w", w, "x", x), named("w", g[0], "x", g[0]));
        optimizer.step(named("w", w), named("w", g[1]));
        handW.assertSame(optimizer, "w", w);
        final StepReport report =
            optimizer.step(named("w", w, "x", x), named("w", g[2], "x", g[2]));
        assertThat(report.isUpdated()).isTrue();
        handW.step(ADAM, scale, 1, sum);
        handX.step(ADAM, scale, 1, xs);
        handW.assertSame(optimizer, "w", w);
        handX.assertSame(optimizer, "x", x);
      }
      assertThat(ordersDiffer || inDouble).isTrue();
      assertThat(typesDiffer).isTrue();
    }
  }

  @Test
  void aParameterMissingInTheLastMicroBatchIsRefusedAndNothingIsTouched() {
    final AdamOptimizer optimizer = builder().accumulate(2).build();
    final float[] w = random(1);
    final float[] x = random(2);
    final Hand handW = new Hand(w);
    final Hand handX = new Hand(x);
    final float[] g = random(3);
    optimizer.step(named("w", w, "x", x), named("w", g, "x", g));
    assertRefused(
        () -> optimizer.step(named("w", w), named("w", random(4))),
        "params lacks [x]", "the last before the update");
    handW.assertSame(optimizer, "w", w);
    handX.assertSame(optimizer, "x", x);
    // The call can be made again as it should have been.
    assertThat(optimizer.step(named("w", w, "x", x), named("w", g, "x", g)).isUpdated()).isTrue();
    handW.step(ADAM, 0.5, 1, doubled(g));
    handX.step(ADAM, 0.5, 1, doubled(g));
    handW.assertSame(optimizer, "w", w);
    handX.assertSame(optimizer, "x", x);
  }

  // ---- Gradients that are not finite. ----

  @Test
  void theLossScaleIsThatOfPyTorch() {
    final AdamOptimizer optimizer =
        builder().lossScale(LossScale.dynamic().withInitial(8).withInterval(3)).build();
    final float[] w = random(1);
    final Hand hand = new Hand(w);
    // What GradScaler(init_scale=8, growth_interval=3) has after steps of which some are not finite.
    final String skipped = "..x...x.x.......";
    final double[] scales = {8, 8, 4, 4, 4, 8, 4, 4, 2, 2, 2, 4, 4, 4, 8, 8};
    double before = 8;
    for (int i = 0; i < scales.length; i++) {
      assertThat(optimizer.lossScale()).isEqualTo(before);
      final boolean isSkipped = skipped.charAt(i) == 'x';
      final float[] g = random(i + 7);
      g[3] = isSkipped ? Float.POSITIVE_INFINITY : g[3];
      final StepReport report = optimizer.step(named("w", w), named("w", g));
      assertThat(report.isSkipped()).isEqualTo(isSkipped);
      assertThat(report.lossScale()).isEqualTo(before);
      if (!isSkipped) {
        hand.step(ADAM, 1 / before, 1, g);
      }
      hand.assertSame(optimizer, "w", w);
      before = scales[i];
      assertThat(optimizer.lossScale()).as("after %d", i).isEqualTo(before);
    }
    assertThat(builder().build().lossScale()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"SKIP", "THROW"})
  void anUpdateThatIsNotDoneChangesNothing(NonFinite nonFinite) {
    final Adam adam = ADAM.withAverageDecay(0.5);
    final AdamOptimizer optimizer = AdamOptimizer.builder(adam).nonFinite(nonFinite).build();
    final float[] w = random(1);
    final float[] x = random(2);
    final Hand handW = new Hand(w);
    final Hand handX = new Hand(x);
    for (int t = 1; t <= 6; t++) {
      final float[] g = random(t + 20);
      final float[] bad = g.clone();
      if (t % 2 == 1) {
        bad[LENGTH - 1] = Float.NaN;
      }
      final ThrowingCallable step =
          () -> optimizer.step(named("w", w, "x", x), named("w", g, "x", bad));
      if (t % 2 == 1 && nonFinite == NonFinite.THROW) {
        assertThatThrownBy(step).isInstanceOf(ArithmeticException.class);
      } else {
        optimizer.step(named("w", w, "x", x), named("w", g, "x", bad));
      }
      if (t == 1) {
        // The average begins with what the parameter is before the first update that is done.
        w[0] = 7;
        handW.params[0] = 7;
        handW.average[0] = 7;
      }
      if (t % 2 == 0) {
        handW.step(adam, g);
        handX.step(adam, bad);
        assertThat(bits(optimizer.average("w", float[].class))).isEqualTo(bits(handW.average));
        assertThat(bits(optimizer.average("x", float[].class))).isEqualTo(bits(handX.average));
      }
      handW.assertSame(optimizer, "w", w);
      handX.assertSame(optimizer, "x", x);
      assertThat(optimizer.stepCount()).isEqualTo(t / 2);
    }
  }

  @Test
  void anUpdateThatThrowsDropsItsMicroBatches() {
    final AdamOptimizer optimizer =
        builder().nonFinite(NonFinite.THROW).accumulate(2, Accumulation.SUM).build();
    final float[] w = random(1);
    final Hand hand = new Hand(w);
    final float[] bad = random(2);
    bad[0] = Float.NaN;
    final float[] g = random(3);
    optimizer.step(named("w", w), named("w", bad));
    assertThatThrownBy(() -> optimizer.step(named("w", w), named("w", g)))
        .isInstanceOf(ArithmeticException.class);
    hand.assertSame(optimizer, "w", w);
    optimizer.step(named("w", w), named("w", g));
    optimizer.step(named("w", w), named("w", g));
    hand.step(ADAM, doubled(g));
    hand.assertSame(optimizer, "w", w);
  }

  // ---- Threads and formats. ----

  @Test
  void threadsGiveTheSameBits() {
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      final Builder one = builder().maxNorm(0.1).moments(Format.BFLOAT16, Format.BLOCK8);
      final AdamOptimizer alone = one.build();
      final AdamOptimizer several = one.threads(executor, 4).build();
      final int length = 100_000;
      final float[] w = random(length, 1);
      final float[] copy = w.clone();
      final Map<String, Object> params = named("w", w, "x", random(2));
      final Map<String, Object> copies = named("w", copy, "x", random(2));
      for (int t = 1; t <= 3; t++) {
        final Map<String, Object> grads =
            named("w", random(length, t + 2), "x", random(t));
        assertThat(several.step(copies, grads)).isEqualTo(alone.step(params, grads));
      }
      assertThat(bits(copy)).isEqualTo(bits(w));
      assertThat(bits(several.secondMoment("w", float[].class)))
          .isEqualTo(bits(alone.secondMoment("w", float[].class)));
    }
  }

  private record Formats(Format params, Format first, Format second, boolean isSegment) {}

  static List<Formats> formats() {
    final List<Formats> all = new ArrayList<>();
    for (Format params : new Format[] {Format.FLOAT32, Format.BFLOAT16, Format.FLOAT64}) {
      for (Format first : new Format[] {Format.FLOAT32, Format.BFLOAT16, Format.BLOCK8}) {
        for (Format second : new Format[] {Format.FLOAT32, Format.BLOCK8}) {
          for (boolean isSegment : new boolean[] {false, true}) {
            all.add(new Formats(params, first, second, isSegment));
          }
        }
      }
    }
    return all;
  }

  private static Storage storage(Format format, int length, boolean isSegment, Arena arena) {
    return isSegment
        ? Storage.allocate(format, length, arena)
        : Numbers.zeros(format, length, null);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void eachFormatGivesTheBitsOfTheKernel(Formats formats) {
    final int length = 300;
    final long seed = 77;
    final boolean isDouble = formats.params == Format.FLOAT64;
    try (Arena arena = Arena.ofConfined()) {
      final AdamOptimizer optimizer =
          builder().moments(formats.first, formats.second)
              .rounding(Rounding.STOCHASTIC, seed)
              .arena(arena)
              .build();
      for (String name : List.of("w", "another")) {
        final Storage w = storage(formats.params, length, formats.isSegment, arena);
        final Storage byHand = storage(formats.params, length, false, arena);
        final Storage g =
            storage(isDouble ? formats.params : Format.FLOAT32, length, formats.isSegment, arena);
        final Storage m =
            storage(isDouble ? formats.params : formats.first, length, true, arena);
        final Storage v =
            storage(isDouble ? formats.params : formats.second, length, true, arena);
        final float[] start = random(length, 4);
        for (int i = 0; i < length; i++) {
          w.set(i, start[i]);
          byHand.set(i, start[i]);
        }
        for (int t = 1; t <= 4; t++) {
          final float[] numbers = random(length, t + 30);
          for (int i = 0; i < length; i++) {
            g.set(i, numbers[i]);
          }
          KERNEL.step(
              ADAM.atStep(t).withRounding(Rounding.STOCHASTIC).withSeed(seed),
              AdamSlice.of(byHand, g, m, v).numberedFrom(ParameterState.numberOf(name)));
          optimizer.step(Map.of(name, w), Map.of(name, g));
          assertThat(bits(w)).as("t = %d", t).isEqualTo(bits(byHand));
        }
        assertThat(bits(Numbers.storageOf(optimizer.firstMoment(name, Object.class))))
            .isEqualTo(bits(m));
        assertThat(bits(Numbers.storageOf(optimizer.secondMoment(name, Object.class))))
            .isEqualTo(bits(v));
      }
    }
  }

  @Test
  void gradientsMayBeShared() {
    final AdamOptimizer optimizer = builder().maxNorm(1).build();
    final float[] w = random(1);
    final float[] x = random(2);
    final Storage y = Storage.of(random(3));
    final Hand handW = new Hand(w);
    final Hand handX = new Hand(x);
    final float[] g = new float[LENGTH];
    final Storage shared = Storage.of(g);
    for (int t = 1; t <= 3; t++) {
      System.arraycopy(random(t + 5), 0, g, 0, LENGTH);
      final double norm =
          KERNEL.globalNorm(
              AdamModel.of(
                  AdamSlice.of(handW.params, g.clone(), handW.m, handW.v),
                  AdamSlice.of(handX.params, g.clone(), handX.m, handX.v),
                  AdamSlice.of(new float[LENGTH], g.clone(), new float[LENGTH],
                      new float[LENGTH])));
      final StepReport report =
          optimizer.step(named("w", w, "x", x, "y", y), named("w", g, "x", g, "y", shared));
      assertThat(report.norm()).isEqualTo(norm);
      handW.step(ADAM, 1, report.clipFactor(), g);
      handX.step(ADAM, 1, report.clipFactor(), g);
      handW.assertSame(optimizer, "w", w);
      handX.assertSame(optimizer, "x", x);
    }
  }

  // ---- Removing, renaming, resizing. ----

  @Test
  void aParameterThatWasRemovedIsNewWhenItComesAgain() {
    final AdamOptimizer optimizer = builder().build();
    final float[] w = random(1);
    optimizer.step(named("w", w), named("w", random(2)));
    optimizer.remove("w");
    assertThat(optimizer.names()).isEmpty();
    assertThat(optimizer.stepCount("w")).isZero();
    final Hand hand = new Hand(w);
    hand.step(ADAM, random(2));
    optimizer.step(named("w", w), named("w", random(2)));
    hand.assertSame(optimizer, "w", w);
    assertThat(optimizer.stepCount()).isEqualTo(2);
  }

  @Test
  void aParameterGoesOnUnderAnotherName() {
    final AdamOptimizer optimizer = builder().build();
    final float[] w = random(1);
    final float[] x = random(2);
    final Hand hand = new Hand(w);
    final float[] g = random(3);
    hand.step(ADAM, g);
    optimizer.step(named("w", w, "x", x), named("w", g, "x", g));
    optimizer.rename("w", "u");
    assertThat(optimizer.names()).containsExactly("x", "u");
    hand.step(ADAM, g);
    optimizer.step(named("u", w), named("u", g));
    hand.assertSame(optimizer, "u", w);
    // The old name is free, also for the arrays of the step before.
    optimizer.rename("u", "t");
    optimizer.step(named("u", w), named("u", g));
    assertThat(optimizer.stepCount("u")).isEqualTo(1);
    assertThat(optimizer.stepCount("t")).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 256, 300, 512, 700})
  void aParameterGoesOnWithAnotherLength(int newLength) {
    final int length = 500;
    for (Format second : new Format[] {Format.FLOAT32, Format.BLOCK8}) {
      final AdamOptimizer optimizer = builder().moments(Format.BLOCK8, second).build();
      final float[] w = random(length, 1);
      final float[] g = random(length, 2);
      for (int i = 0; i < length; i++) {
        // Numbers of many magnitudes share a scale.
        g[i] *= (float) Math.pow(2, i % 9 - 4);
      }
      optimizer.step(named("w", w), named("w", g));
      final float[] m = optimizer.firstMoment("w", float[].class);
      final float[] v = optimizer.secondMoment("w", float[].class);
      optimizer.resize("w", newLength);
      assertThat(bits(optimizer.firstMoment("w", float[].class)))
          .isEqualTo(bits(Arrays.copyOf(m, newLength)));
      assertThat(bits(optimizer.secondMoment("w", float[].class)))
          .isEqualTo(bits(Arrays.copyOf(v, newLength)));
      assertThat(optimizer.stepCount("w")).isEqualTo(1);
      assertThat(
          optimizer.step(
              named("w", new float[newLength]), named("w", new float[newLength])).isUpdated())
          .isTrue();
      assertThat(optimizer.stepCount("w")).isEqualTo(2);
    }
  }

  @Test
  void namesThatChangeLeaveNothingBehind() {
    final AdamOptimizer optimizer = builder().build();
    final List<WeakReference<float[]>> arrays = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      final float[] w = new float[10];
      final Map<String, Object> params = named("w" + i, w);
      final Map<String, Object> grads = named("w" + i, new float[10]);
      // Arrays that come twice are kept, until others come.
      optimizer.step(params, grads);
      optimizer.step(params, grads);
      arrays.add(new WeakReference<>(w));
      optimizer.rename("w" + i, "v" + i);
      optimizer.step(named("v" + i, w), named("v" + i, new float[10]));
      optimizer.step(named("v" + i, w), named("v" + i, new float[10]));
      if (i > 0) {
        optimizer.remove("v" + (i - 1));
      }
      assertThat(optimizer.names()).containsExactly("v" + i);
    }
    // Those of the last step are kept.
    arrays.removeLast();
    for (int i = 0; i < 100 && arrays.stream().anyMatch(array -> array.get() != null); i++) {
      System.gc();
    }
    assertThat(arrays).allMatch(array -> array.get() == null);
    assertThat(optimizer.stepCount()).isEqualTo(800);
  }

  // ---- Refusals. ----

  @Test
  void buildersRefuse() {
    final Builder b = builder();
    assertRefused(
        () -> b.group("g", n -> true, a -> a).frozen("g", n -> true),
        "name = g: expected another one");
    assertRefused(() -> builder().maxNorm(0), "maxNorm = 0.0");
    assertRefused(() -> builder().maxNorm(Double.NaN), "maxNorm = NaN");
    assertRefused(() -> builder().maxNormPerParameter(-1), "maxNormPerParameter = -1.0");
    assertRefused(
        () -> builder().maxNorm(1).maxNormPerParameter(2).build(),
        "maxNorm = 1.0 with maxNormPerParameter = 2.0: expected one of them");
    assertRefused(() -> builder().accumulate(0), "microBatches = 0: expected at least 1");
    assertRefused(() -> builder().threads(Runnable::run, 0), "threads = 0: expected at least 1");
    assertRefused(() -> builder().moments(Format.FLOAT64, Format.FLOAT32), "first = FLOAT64");
    assertRefused(() -> builder().moments(Format.FLOAT32, Format.FLOAT64), "second = FLOAT64");
    assertRefused(
        () -> builder().nonFinite(NonFinite.THROW).lossScale(LossScale.dynamic()).build(),
        "nonFinite = THROW with a loss scale");
    final List<ThrowingCallable> nulls =
        List.of(
            () -> AdamOptimizer.builder(null), () -> builder().kernel(null),
            () -> builder().schedule(null), () -> builder().beta1(null),
            () -> builder().averageDecay(null), () -> builder().plateau(null),
            () -> builder().group(null, n -> true, a -> a),
            () -> builder().group("g", null, a -> a), () -> builder().group("g", n -> true, null),
            () -> builder().group("g", n -> true, a -> a, null),
            () -> builder().frozen(null, n -> true), () -> builder().frozen("f", null),
            () -> builder().accumulate(2, null), () -> builder().nonFinite(null),
            () -> builder().lossScale(null), () -> builder().threads(null, 1),
            () -> builder().moments(null, Format.FLOAT32),
            () -> builder().moments(Format.FLOAT32, null), () -> builder().rounding(null, 0),
            () -> builder().arena(null), () -> builder().load(null),
            () -> builder().loadPyTorch(null), () -> builder().build().save(null),
            () -> builder().build().savePyTorch(null, Map.of()),
            () -> builder().build().adam(null));
    for (ThrowingCallable call : nulls) {
      assertThatThrownBy(call).isInstanceOf(NullPointerException.class)
          .hasMessageEndingWith("is null");
    }
  }

  @Test
  void aBuilderChangedAfterwardsChangesNoOptimizer() {
    final Builder b = builder();
    final AdamOptimizer optimizer = b.build();
    b.group("g", n -> true, a -> a.withLearningRate(1)).schedule(t -> 2);
    assertThat(optimizer.adam("w")).isEqualTo(ADAM);
    assertThatThrownBy(() -> optimizer.setFrozen("g", true))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no group 'g'; there are: []");
  }

  @Test
  void optimizersRefuse() {
    final AdamOptimizer optimizer = builder().build();
    final float[] w = random(1);
    optimizer.step(named("w", w, "x", random(2)), named("w", random(3), "x", random(4)));
    for (ThrowingCallable call : List.<ThrowingCallable>of(
        () -> optimizer.remove("y"), () -> optimizer.rename("y", "z"),
        () -> optimizer.resize("y", 1))) {
      assertThatThrownBy(call).isInstanceOf(NoSuchElementException.class)
          .hasMessage("no parameter 'y' yet; seen so far: [w, x]");
    }
    assertRefused(() -> optimizer.rename("w", "x"), "newName = x", "there is a parameter 'x'");
    assertRefused(() -> optimizer.resize("w", -1), "newLength = -1: expected at least 0");
    assertRefused(
        () -> optimizer.resize("w", 1L << 33), "newLength = 8589934592", "in arrays");
    final Storage storage = Storage.of(random(5));
    assertRefused(
        () -> optimizer.step(named("a", storage, "b", storage), named("a", w, "b", w)),
        "parameter 'b' is the same storage as parameter 'a'");
    final float[] both = new float[LENGTH + 1];
    assertRefused(
        () -> optimizer.step(
            named(
                "a", Storage.of(both).range(0, LENGTH), "b",
                Storage.of(both).range(1, LENGTH)),
            named("a", random(1), "b", random(1))),
        "parameter 'a'", "parameter 'b'", "overlap");
    assertRefused(
        () -> optimizer.step(named("a", storage), named("a", new double[LENGTH])),
        "gradient 'a' is a double[]: expected Storage of FLOAT32");
    assertRefused(
        () -> optimizer.step(named("w", Storage.ofBfloat16(new short[LENGTH])), named("w", w)),
        "parameter 'w' is a Storage of BFLOAT16: expected float[]");
    final Storage readOnly =
        Storage.of(MemorySegment.ofArray(new float[LENGTH]).asReadOnly(), Format.FLOAT32);
    assertRefused(() -> optimizer.step(named("a", readOnly), named("a", random(1))), "read-only");
    assertRefused(
        () -> optimizer.step(
            named("a", Storage.allocate(Format.BLOCK8, LENGTH, Arena.ofAuto())),
            named("a", random(1))),
        "BLOCK8");
    final AdamOptimizer toNull = builder().group("g", n -> true, a -> null).build();
    assertThatThrownBy(() -> toNull.step(named("w", w), named("w", random(1))))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("group 'g' changes");
    assertThat(optimizer.names()).containsExactly("w", "x");
    assertThat(optimizer.stepCount()).isEqualTo(1);
  }
}
