package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.stream.Stream;
import org.adamant.testkit.Bits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the scalar path with the specification: bit for bit with a second, literal transcription of the formulas
 * in the documentation of {@link AdamKernel}, and with the paper's Algorithm 1 in decimal arithmetic.
 */
class ReferenceTest {

  private static final AdamKernel REFERENCE = AdamKernel.of(LaneWidth.SCALAR);
  private static final Adam DEFAULTS = Adam.defaults();

  static Stream<Arguments> hyperParameters() {
    return Stream.of(
        DEFAULTS,
        DEFAULTS.withWeightDecay(0.01),
        DEFAULTS.withEpsilon(0),
        DEFAULTS.withBeta1(0).withBeta2(0),
        // Where the interpolation changes ends.
        DEFAULTS.withBeta1(0.5).withBeta2(0.5),
        new Adam(0.5, 0.123, 0.456, 1e-3, 0.789),
        DEFAULTS.withLearningRate(0).withWeightDecay(1),
        new Adam(1e30, 0.9, 0.999, 1e30, 1e-30))
        .flatMap(
            adam -> Stream.of(ElementType.values()).map(type -> Arguments.of(type, adam)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("hyperParameters")
  void equalsALiteralTranscriptionBitForBit(ElementType type, Adam adam) {
    // More than one block.
    final int length = 4096 + 997;
    for (long t : new long[] {1, 2, 63, 64, 65, 1000, 1024, 1L << 40}) {
      final StepArrays expected = StepArrays.ordinary(type, length, t);
      final Values values = new Values(type, t);
      for (int i = 0; i < length; i += 2) {
        values.setSpecial(expected, i);
      }
      final StepArrays before = expected.copy();
      final StepArrays actual = expected.copy();
      final AdamStep step = adam.atStep(t);
      final Transcription transcription = new Transcription(type, adam, t, 1, false, false);
      for (int i = 0; i < length; i++) {
        transcription.step(expected, null, null, i);
      }
      actual.step(REFERENCE, step);
      Bits.assertSame("t = " + t, expected, actual, before);
    }
  }

  /**
   * Algorithm 1 in decimal arithmetic, from the hyper-parameters alone.
   *
   * <p><b>The bound.</b> With u the unit roundoff of the type and e = 2^-53 that of the
   * coefficients (their errors: {@link AdamStepTest}), one rounding of each coefficient to the
   * type, and one per operation:
   *
   * <pre>
   *   m    (1-beta1) |g - m0| (2u + e)  + u |m|        weight, subtraction; fma
   *   v    (1-beta2) |g^2 - v0| (2u + e) + u v         weight, inner fma; outer fma.
   *        With 1-beta2 at least 1/2 also (1-beta2) u g^2, for the square
   *   d    d (half the relative error of v, + u for the root, u + 5e for its scale, u for epsilon
   *           or none, u for the fma)
   *   p    |update| (u + 7e for the step size, u for the product, u for the quotient, the relative
   *           error of d) + step size * error of m / d + u |p|
   *        and with decay u |decay * p0| + u |p0|
   * </pre>
   *
   * A thousandth more covers the products of errors, each of which is below u * 2^-10 of its term:
   * the inputs are such that v keeps at least ten digits of its relative accuracy.
   */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("paperCases")
  void isAlgorithm1OfThePaperToTheRoundingsItHas(ElementType type, Adam adam) {
    final int length = 300;
    final double u = type.unitRoundoff;
    final double e = 0x1p-53;
    double worst = 0;
    for (long t : new long[] {1, 2, 10, 1000, 1_000_000}) {
      final StepArrays before = StepArrays.ordinary(type, length, t);
      final StepArrays after = before.copy();
      after.step(REFERENCE, adam.atStep(t));
      for (int i = 0; i < length; i++) {
        final double p0 = type.get(before.params(), i);
        final double g = type.get(before.grads(), i);
        final double m0 = type.get(before.m(), i);
        final double v0 = type.get(before.v(), i);
        final Paper paper = Paper.step(adam, t, p0, g, m0, v0);
        final double m = paper.m.doubleValue();
        final double v = paper.v.doubleValue();
        final double update = Math.abs(paper.update.doubleValue());
        final double decay = adam.learningRate() * adam.weightDecay();

        final double boundOfM =
            1.001 * ((1 - adam.beta1()) * Math.abs(g - m0) * (2 * u + e) + u * Math.abs(m));
        final double square = 1 - adam.beta2() >= 0.5 ? u : 0;
        final double boundOfV =
            1.001
                * ((1 - adam.beta2()) * (Math.abs(g * g - v0) * (2 * u + e) + square * g * g)
                    + u * v);
        final double relativeOfD = boundOfV / v / 2 + 4 * u + 5 * e;
        final double boundOfP =
            1.001
                * (update * (3 * u + 7 * e + relativeOfD)
                    + update * boundOfM / Math.abs(m)
                    + u * Math.abs(paper.p.doubleValue())
                    + (decay == 0 ? 0 : u * (decay * Math.abs(p0) + Math.abs(p0))));

        final String element = "t = " + t + ", element " + i + ": " + before.element(i);
        worst = Math.max(worst, assertWithin(boundOfM, paper.m, type.get(after.m(), i), element));
        worst = Math.max(worst, assertWithin(boundOfV, paper.v, type.get(after.v(), i), element));
        worst =
            Math.max(worst, assertWithin(boundOfP, paper.p, type.get(after.params(), i), element));
      }
    }
    // A bound that nothing comes near would guard nothing.
    assertThat(worst).as("worst error in parts of its bound").isGreaterThan(0.3);
  }

  static Stream<Arguments> paperCases() {
    return Stream.of(
        DEFAULTS,
        DEFAULTS.withWeightDecay(0.1),
        new Adam(0.3, 0.5, 0.25, 0.5, 0),
        DEFAULTS.withBeta1(0).withBeta2(0).withEpsilon(0))
        .flatMap(
            adam -> Stream.of(ElementType.values()).map(type -> Arguments.of(type, adam)));
  }

  /** The state after one step of Algorithm 1, with the decay of AdamW before it. */
  private record Paper(BigDecimal p, BigDecimal m, BigDecimal v, BigDecimal update) {

    static Paper step(Adam adam, long t, double p0, double g0, double m0, double v0) {
      final BigDecimal beta1 = new BigDecimal(adam.beta1());
      final BigDecimal beta2 = new BigDecimal(adam.beta2());
      final BigDecimal alpha = new BigDecimal(adam.learningRate());
      final BigDecimal g = new BigDecimal(g0);
      final BigDecimal decay = alpha.multiply(new BigDecimal(adam.weightDecay()));
      final BigDecimal p = new BigDecimal(p0).multiply(BigDecimal.ONE.subtract(decay));
      final BigDecimal m =
          beta1.multiply(new BigDecimal(m0)).add(BigDecimal.ONE.subtract(beta1).multiply(g));
      final BigDecimal v =
          beta2
              .multiply(new BigDecimal(v0))
              .add(BigDecimal.ONE.subtract(beta2).multiply(g.multiply(g)));
      final BigDecimal correctedM = Exact.divide(m, Exact.oneMinusPower(adam.beta1(), t));
      final BigDecimal correctedV = Exact.divide(v, Exact.oneMinusPower(adam.beta2(), t));
      final BigDecimal update =
          Exact.divide(
              alpha.multiply(correctedM),
              Exact.sqrt(correctedV).add(new BigDecimal(adam.epsilon())));
      return new Paper(p.subtract(update), m, v, update);
    }
  }

  private static double assertWithin(
      double bound, BigDecimal exact, double actual, String element) {
    final double ratio = Exact.absoluteError(actual, exact) / bound;
    assertThat(ratio)
        .as("error of %s (exactly %s) in parts of its bound, %s", actual, exact, element)
        .isLessThanOrEqualTo(1);
    return ratio;
  }

  static Stream<Arguments> stepsAroundAFlush() {
    return Stream.of(1L, 32L, 63L, 64L, 65L, 127L, 128L, 640L, 64L << 40, (64L << 40) + 1)
        .flatMap(t -> Stream.of(ElementType.values()).map(type -> Arguments.of(type, t)));
  }

  @ParameterizedTest(name = "{0}, t = {1}")
  @MethodSource("stepsAroundAFlush")
  void setsTinyFirstMomentsToZeroAtEvery64thStep(ElementType type, long t) {
    final long threshold = bitsOf(type, tinyM(type));
    final long sign = bitsOf(type, -0.0);
    for (long magnitude : new long[] {0, 1, threshold - 1, threshold, threshold + 1}) {
      for (long bits : new long[] {magnitude, sign | magnitude}) {
        final StepArrays arrays = StepArrays.ordinary(type, 1, 1);
        type.setBits(arrays.m(), 0, bits);
        // With g = m the step itself leaves m as it is.
        type.setBits(arrays.grads(), 0, bits);
        final boolean becomesZero = magnitude == 0 || t % 64 == 0 && magnitude < threshold;
        assertStepTo(arrays, t, arrays.m(), becomesZero ? 0 : bits);
      }
    }
  }

  @ParameterizedTest(name = "{0}, t = {1}")
  @MethodSource("stepsAroundAFlush")
  void setsTinySecondMomentsToZeroAtEvery64thStep(ElementType type, long t) {
    final long threshold = bitsOf(type, type.minNormal);
    for (long bits : new long[] {0, 1, 2, threshold - 1, threshold, threshold + 1}) {
      final StepArrays arrays = StepArrays.ordinary(type, 1, 1);
      type.setBits(arrays.v(), 0, bits);
      // With g^2 all but equal to v, and beta2 all but 1, the step itself leaves v as it is.
      type.set(arrays.grads(), 0, bits > 2 ? Math.sqrt(type.minNormal) : 0);
      assertStepTo(arrays, t, arrays.v(), t % 64 == 0 && bits < threshold ? 0 : bits);
    }
  }

  /** The one is tiny, the other just not, and all others are ordinary. */
  @ParameterizedTest
  @EnumSource
  void aSingleTinyMomentIsSetToZero(ElementType type) {
    final AdamStep step = DEFAULTS.withBeta2(Math.nextDown(1.0)).withEpsilon(1e-3).atStep(64);
    for (int i : new int[] {0, 33, 69}) {
      for (boolean isFirst : new boolean[] {true, false}) {
        final StepArrays arrays = StepArrays.ordinary(type, 70, 1);
        final double m = isFirst ? tinyM(type) / 2 : tinyM(type);
        final double v = isFirst ? type.minNormal : type.minNormal / 2;
        // With g = m the step itself leaves m as it is, and with this beta2 v.
        type.set(arrays.grads(), i, m);
        type.set(arrays.m(), i, m);
        type.set(arrays.v(), i, v);
        arrays.step(REFERENCE, step);
        assertThat(type.get(arrays.m(), i)).isEqualTo(isFirst ? 0 : m);
        assertThat(type.get(arrays.v(), i)).isEqualTo(isFirst ? v : 0);
      }
    }
  }

  private static void assertStepTo(StepArrays arrays, long t, Object array, long expected) {
    final StepArrays before = arrays.copy();
    final AdamStep step = DEFAULTS.withBeta2(Math.nextDown(1.0)).withEpsilon(1e-3).atStep(t);
    assertThat(step.flushesTinyMoments()).isEqualTo(t % 64 == 0);
    arrays.step(REFERENCE, step);
    assertThat(arrays.type().hex(arrays.type().rawBits(array, 0)))
        .as("from " + before.element(0))
        .isEqualTo(arrays.type().hex(expected));
  }

  private static double tinyM(ElementType type) {
    return type == ElementType.FLOAT ? 0x1p-100 : 0x1p-960;
  }

  private static long bitsOf(ElementType type, double value) {
    final Object array = type.newArray(1);
    type.set(array, 0, value);
    return type.rawBits(array, 0);
  }

  @ParameterizedTest
  @EnumSource
  void keepsNaNMoments(ElementType type) {
    final StepArrays arrays = StepArrays.ordinary(type, 1, 1);
    type.set(arrays.grads(), 0, Double.NaN);
    arrays.step(REFERENCE, DEFAULTS.atStep(64));
    assertThat(type.get(arrays.m(), 0)).isNaN();
    assertThat(type.get(arrays.v(), 0)).isNaN();
  }

  @ParameterizedTest
  @EnumSource
  void flushesEveryBlockAndOnlyTheSlice(ElementType type) {
    final int length = 3 * 4096 + 5;
    final StepArrays arrays = StepArrays.zeros(type, length);
    for (int i = 0; i < length; i++) {
      type.setBits(arrays.m(), i, 1);
      type.setBits(arrays.v(), i, 1);
    }
    final StepArrays before = arrays.copy();
    arrays.step(REFERENCE, DEFAULTS.atStep(64), 1, length - 2);
    for (int i = 1; i < length - 1; i++) {
      assertThat(type.rawBits(arrays.m(), i)).as("m[%d]", i).isZero();
      assertThat(type.rawBits(arrays.v(), i)).as("v[%d]", i).isZero();
    }
    Bits.assertUntouched("before the slice", before, arrays, 0, 1);
    Bits.assertUntouched("after the slice", before, arrays, length - 1, length);
  }

  @Test
  void flushesOnlyWhereEpsilonHidesIt() {
    final double threshold = DEFAULTS.atStep(64).rootScale() * 0x1p-38;
    assertThat(DEFAULTS.withEpsilon(threshold).atStep(64).flushesTinyMoments()).isFalse();
    assertThat(DEFAULTS.withEpsilon(Math.nextUp(threshold)).atStep(64).flushesTinyMoments())
        .isTrue();
    assertThat(DEFAULTS.withEpsilon(0).atStep(64).flushesTinyMoments()).isFalse();

    for (ElementType type : ElementType.values()) {
      final StepArrays arrays = StepArrays.zeros(type, 1);
      type.setBits(arrays.m(), 0, 1);
      type.setBits(arrays.v(), 0, 1);
      arrays.step(REFERENCE, DEFAULTS.withEpsilon(threshold).atStep(64));
      assertThat(type.rawBits(arrays.m(), 0)).as("m of %s", type).isEqualTo(1);
      assertThat(type.rawBits(arrays.v(), 0)).as("v of %s", type).isEqualTo(1);
    }
  }

  /**
   * The promise in the documentation of {@link AdamKernel}, at the smallest epsilon with a flush.
   */
  @ParameterizedTest
  @EnumSource
  void aFlushMovesAParameterByLessThanPromised(ElementType type) {
    final Adam adam = DEFAULTS.withEpsilon(Math.nextUp(0x1p-38));
    final long t = 64L << 40;
    assertThat(adam.atStep(t).flushesTinyMoments()).isTrue();
    final AdamStep next = adam.atStep(t + 1);

    final StepArrays tiny = StepArrays.zeros(type, 1);
    type.setBits(tiny.m(), 0, bitsOf(type, tinyM(type)) - 1);
    final StepArrays none = StepArrays.zeros(type, 1);
    tiny.step(REFERENCE, next);
    none.step(REFERENCE, next);
    assertThat(Math.abs(type.get(tiny.params(), 0) - type.get(none.params(), 0)))
        .as("by a first moment")
        .isLessThan(0x1p-62 * next.stepSize());

    type.setBits(tiny.v(), 0, bitsOf(type, type.minNormal) - 1);
    type.set(tiny.m(), 0, 1);
    type.set(none.m(), 0, 1);
    type.set(tiny.params(), 0, 0);
    type.set(none.params(), 0, 0);
    tiny.step(REFERENCE, next);
    none.step(REFERENCE, next);
    assertThat(type.get(tiny.params(), 0))
        .as("by a second moment: not at all")
        .isEqualTo(type.get(none.params(), 0));
  }

  @ParameterizedTest
  @EnumSource
  void aGradientEqualToTheMomentIsAFixedPoint(ElementType type) {
    final StepArrays arrays = StepArrays.ordinary(type, 100, 3);
    System.arraycopy(arrays.m(), 0, arrays.grads(), 0, 100);
    final StepArrays before = arrays.copy();
    arrays.step(REFERENCE, DEFAULTS.atStep(7));
    for (int i = 0; i < 100; i++) {
      assertThat(type.rawBits(arrays.m(), i)).isEqualTo(type.rawBits(before.m(), i));
    }
  }
}
