package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.Rule;
import org.adamant.Adam.WeightDecay;
import org.adamant.VariantsTest.Case;
import org.adamant.testkit.Bits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The corners of the specification in {@link AdamKernel} and {@link AdamStep}, each compared with its {@link
 * Transcription}, which is made from the text only.
 */
class SpecificationTest {

  private static final int LENGTH = 2 * 16 + 7;
  private static final Adam DEFAULTS = Adam.defaults();
  private static final Adam HAT =
      DEFAULTS.withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT).withEpsilon(1e-6);

  private static List<AdamKernel> kernels() {
    return LaneWidth.supported().stream().map(AdamKernel::of).toList();
  }

  private static Case plain(Adam adam) {
    return new Case(adam, 1, false, false);
  }

  private static void assertSameBits(Case tested, long[] steps, StepArrays arrays) {
    for (AdamKernel kernel : kernels()) {
      VariantsTest.assertSameBits(kernel, tested, steps, arrays, arrays.v(), arrays.params());
    }
  }

  // ---- Coefficients: their order of operations, at every size of t. ----

  static Stream<Arguments> coefficients() {
    final List<Case> cases =
        List.of(
            plain(DEFAULTS.withLearningRate(0.003)),
            plain(DEFAULTS.withBeta1(0).withBeta2(0)),
            plain(DEFAULTS.withBeta1(1 - 0x1p-30).withBeta2(1 - 0x1p-53)),
            plain(HAT.withLearningRate(0.003)),
            plain(DEFAULTS.withNesterov(true).withLearningRate(0.003).withBeta1(0.97)),
            plain(HAT.withNesterov(true).withLearningRate(0.003).withBeta1(0.97)),
            plain(DEFAULTS.withBiasCorrection(false).withNesterov(true).withLearningRate(0.003)),
            plain(HAT.withBiasCorrection(false).withRootEpsilon(1e-7).withLearningRate(0.003)),
            plain(HAT.withRootEpsilon(1e-7)),
            plain(DEFAULTS.withRootEpsilon(1e-7)),
            plain(DEFAULTS.withAmsgrad(AmsGrad.CORRECTED).withRootEpsilon(1e-7)),
            plain(DEFAULTS.withAmsgrad(AmsGrad.RAW)),
            new Case(DEFAULTS.withWeightDecay(0.07), 1, true, false),
            new Case(DEFAULTS.withWeightDecay(WeightDecay.INDEPENDENT, 0.07), 1, true, false),
            new Case(DEFAULTS.withWeightDecay(WeightDecay.CAUTIOUS, 0.07), 1, true, false),
            plain(Adam.pytorch().withLearningRate(0.003)),
            plain(Adam.pytorch().withBeta1(0.5).withBeta2(0.5)),
            plain(Adam.pytorch().withBeta1(0.90625).withBeta2(0.984375)),
            plain(Adam.pytorch().withBeta1(0.999999999).withBeta2(1 - 0x1p-32)),
            plain(Adam.pytorchAdamW().withWeightDecay(0.07).withAmsgrad(AmsGrad.RAW)),
            plain(
                DEFAULTS.withNesterov(true)
                    .withMomentumDecay(0.004)
                    .withLearningRate(0.003)
                    .withBeta1(0.97)),
            plain(HAT.withNesterov(true).withMomentumDecay(1.5).withBeta1(0.999)),
            plain(
                DEFAULTS.withBiasCorrection(false).withNesterov(true).withMomentumDecay(0.004)),
            plain(DEFAULTS.withRectification(true).withLearningRate(0.003)),
            plain(HAT.withRectification(true).withLearningRate(0.003).withBeta2(0.97)),
            plain(
                DEFAULTS.withRectification(true)
                    .withNesterov(true)
                    .withMomentumDecay(0.004)
                    .withLearningRate(0.003)),
            plain(Adam.pytorchNAdam().withLearningRate(0.003)),
            plain(Adam.pytorchNAdam().withMomentumDecay(1.5).withBeta1(0.95)),
            plain(Adam.pytorchRAdam().withLearningRate(0.003)),
            plain(Adam.pytorchRAdam().withBeta2(0.97).withWeightDecay(0.01)),
            plain(Adam.pytorchSparseAdam().withLearningRate(0.003)),
            plain(Adam.pytorchSparseAdam().withBeta1(0).withBeta2(0.5)),
            plain(DEFAULTS.withRule(Rule.ADAMAX).withLearningRate(0.003)),
            plain(Adam.pytorchAdamax().withLearningRate(0.003).withBeta2(0.3)),
            plain(Adam.lion().withLearningRate(0.003)),
            plain(Adam.lion().withBeta1(0.5).withBeta2(0)),
            // The decay in the update is ours.
            new Case(Adam.pytorchAdamW().withWeightDecay(0.07), 0.3, true, false));
    return Stream.of(ElementType.values())
        .flatMap(type -> cases.stream().map(tested -> Arguments.of(type, tested)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource
  void coefficients(ElementType type, Case tested) {
    final long[] steps = {
      1, 2, 3, 9, 11, 52, 53, 63, 64, 65, 1000, 999_999, 1L << 24, 999_999_999, 1_000_000_000,
      (1L << 53) + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE
    };
    for (long t : steps) {
      final StepArrays arrays = StepArrays.ordinary(type, LENGTH, t);
      assertSameBits(tested, new long[] {t}, arrays);
      // The update alone, of which the last bits are not lost in a parameter.
      final Case update = new Case(tested.adam(), tested.gradientFactor(), true, false);
      assertSameBits(update, new long[] {t}, arrays);
    }
  }

  // ---- Maxima, minima. ----

  private static final double[] SPECIAL = {
    0.0, -0.0, 1, -1, Double.MIN_VALUE, -Double.MIN_VALUE, Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY, Double.NaN, 1e30, -1e30
  };

  /** A value; the smallest of the type for that of double, which is 0 in float. */
  private static void set(StepArrays arrays, Object array, int i, double value) {
    if (Math.abs(value) == Double.MIN_VALUE) {
      arrays.type().setBits(array, i, 1);
      arrays.type().set(array, i, Math.signum(value) * arrays.type().get(array, i));
    } else {
      arrays.type().set(array, i, value);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theMaximumOfNaNAndOfZerosOfBothSigns(ElementType type) {
    final int n = SPECIAL.length;
    final StepArrays arrays = StepArrays.zeros(type, n * n);
    final Object maximum = type.newArray(n * n);
    for (int i = 0; i < n * n; i++) {
      set(arrays, arrays.v(), i, SPECIAL[i / n]);
      set(arrays, maximum, i, SPECIAL[i % n]);
    }
    int negativeZeros = 0;
    for (AmsGrad amsgrad : new AmsGrad[] {AmsGrad.RAW, AmsGrad.CORRECTED}) {
      // With a beta2 of 0.4 the smallest number below 0 becomes -0.
      for (double beta2 : new double[] {0.4, 0.999}) {
        final Adam adam = DEFAULTS.withAmsgrad(amsgrad).withBeta2(beta2);
        for (AdamKernel kernel : kernels()) {
          VariantsTest.assertSameBits(
              kernel, plain(adam), new long[] {3, 64}, arrays, maximum, arrays.params());
        }
        final Object after = type.copy(maximum);
        AdamKernel.of(LaneWidth.SCALAR)
            .step(adam.atStep(3), VariantsTest.slice(arrays.copy()).withMaximum(after));
        for (int i = 0; i < n * n; i++) {
          negativeZeros += 1 / type.get(after, i) == Double.NEGATIVE_INFINITY ? 1 : 0;
        }
      }
    }
    assertThat(negativeZeros).as("maxima of -0 and -0").isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void aClippedNaNIsNaNAndAZeroKeepsItsSign(ElementType type) {
    final StepArrays arrays = StepArrays.zeros(type, SPECIAL.length);
    for (int i = 0; i < SPECIAL.length; i++) {
      set(arrays, arrays.grads(), i, SPECIAL[i]);
    }
    for (double clip : new double[] {0.5, 1, 1e300}) {
      // With a beta1 of 0, m is the gradient, its sign included.
      for (Adam adam : new Adam[] {DEFAULTS, DEFAULTS.withBeta1(0), Adam.pytorch()}) {
        for (boolean maximize : new boolean[] {false, true}) {
          final Adam clipping = adam.withClipValue(clip).withMaximize(maximize);
          assertSameBits(plain(clipping), new long[] {1, 2}, arrays);
        }
      }
    }
  }

  // ---- Cautious decay. ----

  /** Every pair of a parameter and an update that is special, or close to zero. */
  @ParameterizedTest
  @EnumSource
  void cautiousDecayActsUnlessTheUpdateMovesAParameterAwayFromZero(ElementType type) {
    final int n = SPECIAL.length;
    final StepArrays arrays = StepArrays.zeros(type, n * n);
    for (int i = 0; i < n * n; i++) {
      set(arrays, arrays.params(), i, SPECIAL[i / n]);
      set(arrays, arrays.m(), i, SPECIAL[i % n]);
    }
    for (double decay : new double[] {0.07, 1e-50, 300}) {
      // With a learning rate of 1 and an epsilon of 1, the smallest m is the smallest update.
      final Adam adam =
          DEFAULTS.withWeightDecay(WeightDecay.CAUTIOUS, decay)
              .withBiasCorrection(false)
              .withEpsilon(1)
              .withLearningRate(1);
      for (boolean updateOnly : new boolean[] {false, true}) {
        assertSameBits(new Case(adam, 1, updateOnly, false), new long[] {1, 2}, arrays);
      }
      for (AdamKernel kernel : kernels()) {
        final StepArrays written = arrays.copy();
        final StepArrays negated = arrays.copy();
        kernel.step(adam.atStep(1).withUpdateOnly(), VariantsTest.slice(written));
        kernel.step(adam.atStep(1).withNegatedUpdate(), VariantsTest.slice(negated));
        for (int i = 0; i < n * n; i++) {
          // Or both NaN; a zero may have either sign.
          assertThat(Double.valueOf(0 - type.get(negated.grads(), i)))
              .as("%s[%s]", kernel.laneWidth(), i)
              .isEqualTo(Double.valueOf(0 + type.get(written.grads(), i)));
        }
      }
    }
  }

  // ---- Tiny moments. ----

  static Stream<Arguments> flushes() {
    final Adam beta2 = DEFAULTS.withBeta2(1 - 1e-7);
    return Stream.of(
        beta2,
        beta2.withAmsgrad(AmsGrad.RAW),
        beta2.withAmsgrad(AmsGrad.CORRECTED),
        beta2.withBiasCorrection(false),
        beta2.withRootEpsilon(1e-45),
        beta2.withAmsgrad(AmsGrad.CORRECTED).withRootEpsilon(1e-45),
        beta2.withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT),
        beta2.withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT).withRootEpsilon(1e-45),
        DEFAULTS.withRootEpsilon(1e-30))
        .flatMap(
            adam -> Stream.of(ElementType.values()).map(type -> Arguments.of(type, adam)));
  }

  /** On both sides of the rule: of epsilon, and of the two moments. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource
  void flushes(ElementType type, Adam adam) {
    final double tinyM = type == ElementType.FLOAT ? 0x1p-100 : 0x1p-960;
    final StepArrays arrays = StepArrays.zeros(type, 8);
    for (int i = 0; i < 8; i++) {
      final double m = (i % 2 == 0 ? 0.75 : 4) * tinyM;
      type.set(arrays.m(), i, i % 4 < 2 ? m : -m);
      type.set(arrays.v(), i, (i < 4 ? 0.75 : 4) * type.minNormal);
    }
    for (long t : new long[] {64, 6400}) {
      final double factor =
          adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT || !adam.biasCorrection()
              ? 1
              : 1 / Math.sqrt(-StrictMath.expm1(t * StrictMath.log(adam.beta2())));
      final double threshold = 0x1p-38 * factor;
      for (double epsilon : new double[] {threshold, Math.nextUp(threshold)}) {
        final Adam tested = adam.withEpsilon(epsilon);
        assertThat(tested.atStep(t).flushesTinyMoments()).isEqualTo(epsilon > threshold);
        assertThat(tested.atStep(t + 1).flushesTinyMoments()).isFalse();
        assertSameBits(plain(tested), new long[] {t - 1, t, t + 1}, arrays);
      }
    }
  }

  static Stream<Arguments> hidden() {
    return flushes().filter(arguments -> ((Adam) arguments.get()[1]).beta2() > 0.9999);
  }

  /** What the documentation promises about the next step, at the smallest epsilon with a flush. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource
  void hidden(ElementType type, Adam variant) {
    double epsilon = 0x1p-40;
    while (!variant.withEpsilon(epsilon).atStep(64).flushesTinyMoments()) {
      epsilon *= 1.0001;
    }
    final Adam adam = variant.withEpsilon(epsilon);
    final double largestM =
        (1 - type.unitRoundoff) * (type == ElementType.FLOAT ? 0x1p-100 : 0x1p-960);
    final double byM = update(type, adam, largestM, 0) - update(type, adam, 0, 0);
    assertThat(Math.abs(byM)).isLessThan(0x1p-62 * adam.atStep(65).stepSize());
    assertThat(byM).isNotZero();

    // The roundings of n, of the quotient, and of the root and the denominator.
    final double largestV =
        type.minNormal - (type == ElementType.FLOAT ? 0x1p-149 : Double.MIN_VALUE);
    final double with = update(type, adam, 1, largestV);
    final double without = update(type, adam, 1, 0);
    assertThat(Math.abs(with / without - 1)).isLessThan(0x1p-25 + 6 * type.unitRoundoff);
  }

  /** What the next step adds to a parameter of 0. */
  private static double update(ElementType type, Adam adam, double m, double v) {
    final StepArrays arrays = StepArrays.zeros(type, 1);
    type.set(arrays.m(), 0, m);
    type.set(arrays.v(), 0, v);
    AdamKernel.of(LaneWidth.SCALAR)
        .step(adam.atStep(65), VariantsTest.slice(arrays).withMaximum(type.newArray(1)));
    return type.get(arrays.params(), 0);
  }

  /** Here a flush was seen to move a parameter by 2^-33 of the step size. */
  @Test
  void noFlushWhereTheCorrectionMakesTinySecondMomentsLarge() {
    final Adam adam = DEFAULTS.withBeta2(1 - 1e-7).withEpsilon(4e-12).withRootEpsilon(1e-45);
    assertThat(adam.atStep(64).flushesTinyMoments()).isFalse();
  }

  // ---- The range of float. ----

  /** A coefficient in its place. */
  private static Arguments coefficient(String name, DoubleFunction<AdamStep> of) {
    return Arguments.of(name, of);
  }

  private static Stream<Arguments> refusedWhenInfinite() {
    return Stream.of(
        coefficient("epsilon", x -> DEFAULTS.withEpsilon(x).atStep(1)),
        coefficient("rootEpsilon", x -> DEFAULTS.withRootEpsilon(x).atStep(1)),
        coefficient("the step size", x -> DEFAULTS.withBeta1(0).withLearningRate(x).atStep(1)),
        coefficient(
            "the step size",
            x -> DEFAULTS.withBeta1(0)
                .withBeta2(0)
                .withLearningRate(x)
                .withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT)
                .atStep(1)),
        coefficient(
            "the step size of the gradient",
            x -> DEFAULTS.withNesterov(true).withBeta1(0).withLearningRate(x).atStep(1)),
        coefficient(
            "the factor of weight decay",
            x -> DEFAULTS.withLearningRate(1).withWeightDecay(x).atStep(1)),
        coefficient(
            "the factor of weight decay",
            x -> DEFAULTS.withWeightDecay(WeightDecay.INDEPENDENT, x).atStep(1)),
        coefficient(
            "the factor of weight decay",
            x -> DEFAULTS.withLearningRate(1).withWeightDecay(WeightDecay.CAUTIOUS, x).atStep(1)),
        coefficient(
            "the factor of weight decay",
            x -> Adam.pytorch().withWeightDecay(WeightDecay.L2, x).atStep(1)),
        coefficient(
            "gradientScale * clipFactor", x -> DEFAULTS.atStep(1).withGradientScale(x)));
  }

  private static final double TOO_LARGE = 0x1.ffffffp127;
  private static final double ZERO_AS_FLOAT = 0x1p-150;

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedWhenInfinite")
  void aCoefficientThatIsInfiniteAsAFloatIsRefused(String name, DoubleFunction<AdamStep> of) {
    for (double refused : new double[] {TOO_LARGE, 1e300}) {
      assertRefused(name, of.apply(refused));
    }
    assertAccepted(of.apply(Math.nextDown(TOO_LARGE)));
    // A limit of infinity is none.
    assertAccepted(DEFAULTS.withClipValue(1e300).atStep(1));
  }

  @Test
  void aFactorOrALimitThatIsZeroAsAFloatIsRefused() {
    assertRefused("clipValue", DEFAULTS.withClipValue(ZERO_AS_FLOAT).atStep(1));
    assertAccepted(DEFAULTS.withClipValue(Math.nextUp(ZERO_AS_FLOAT)).atStep(1));
    final AdamStep step = DEFAULTS.atStep(1);
    assertRefused("gradientScale * clipFactor", step.withGradientScale(ZERO_AS_FLOAT));
    assertRefused("gradientScale * clipFactor", step.withClipFactor(ZERO_AS_FLOAT));
    assertAccepted(step.withGradientScale(Math.nextUp(ZERO_AS_FLOAT)));
    assertAccepted(step.withClipFactor(0));
  }

  private static void assertRefused(String name, AdamStep step) {
    final StepArrays arrays = StepArrays.ordinary(ElementType.FLOAT, 20, 1);
    final StepArrays before = arrays.copy();
    assertThatThrownBy(() -> arrays.step(AdamKernel.preferred(), step))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " = ")
        .hasMessageContaining("expected a number in the range of float");
    Bits.assertUntouched(name, before, arrays);
  }

  private static void assertAccepted(AdamStep step) {
    StepArrays.ordinary(ElementType.FLOAT, 20, 1).step(AdamKernel.preferred(), step);
  }

  /** A number that is not refused is what it rounds to. */
  @ParameterizedTest
  @EnumSource
  void numbersTooSmallForAFloatAreZero(ElementType type) {
    final Adam root = DEFAULTS.withRootEpsilon(1e-50).withEpsilon(0);
    for (Adam adam : new Adam[] {
      DEFAULTS.withLearningRate(1e-50),
      DEFAULTS.withLearningRate(1e-50).withNesterov(true),
      DEFAULTS.withLearningRate(1e-50).withWeightDecay(0.1),
      DEFAULTS.withWeightDecay(WeightDecay.INDEPENDENT, 1e-50),
      DEFAULTS.withWeightDecay(WeightDecay.L2, 1e-50),
      DEFAULTS.withEpsilon(1e-50),
      root,
      root.withAmsgrad(AmsGrad.CORRECTED),
      DEFAULTS.withClipValue(1e300)}) {
      final StepArrays arrays = StepArrays.ordinary(type, LENGTH, 1);
      for (int i = 0; i < LENGTH; i += 5) {
        // A parameter of infinity times a decay of 0 is NaN: the line is not left out.
        type.set(arrays.params(), i, i % 2 == 0 ? 0 : Double.POSITIVE_INFINITY);
        if (i % 2 == 0) {
          for (Object array : arrays.arrays()) {
            type.set(array, i, 0);
          }
        }
      }
      assertSameBits(plain(adam), new long[] {1, 2}, arrays);
    }
    final StepArrays arrays = StepArrays.ordinary(ElementType.FLOAT, LENGTH, 1);
    final StepArrays before = arrays.copy();
    arrays.step(AdamKernel.preferred(), DEFAULTS.withLearningRate(1e-50).atStep(1));
    assertThat(arrays.params()).isEqualTo(before.params());
    assertThat(arrays.m()).isNotEqualTo(before.m());
  }

  // ---- The sentences about special values, each step by step. ----

  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  /** p, m, v after a step. */
  private static double[] pmv(StepArrays arrays) {
    final List<Double> values = new ArrayList<>();
    for (Object array : List.of(arrays.params(), arrays.m(), arrays.v())) {
      values.add(arrays.type().get(array, 0));
    }
    return values.stream().mapToDouble(x -> x).toArray();
  }

  private static void assertSpecial(
      Adam adam, double gradient, double[] first, double[] second) {
    for (ElementType type : ElementType.values()) {
      final StepArrays arrays = StepArrays.zeros(type, 1);
      type.set(arrays.params(), 0, 1);
      type.set(arrays.grads(), 0, gradient);
      arrays.step(AdamKernel.of(LaneWidth.SCALAR), adam.atStep(1));
      assertThat(pmv(arrays)).as("%s, first step", type).isEqualTo(expected(first, arrays));
      type.set(arrays.grads(), 0, 1);
      arrays.step(AdamKernel.of(LaneWidth.SCALAR), adam.atStep(2));
      assertThat(pmv(arrays)).as("%s, second step", type).isEqualTo(expected(second, arrays));
    }
  }

  /** -1 stands for any finite number. */
  private static double[] expected(double[] values, StepArrays arrays) {
    final double[] expected = values.clone();
    for (int i = 0; i < 3; i++) {
      final double actual = pmv(arrays)[i];
      expected[i] = expected[i] == -1 && Double.isFinite(actual) ? actual : expected[i];
    }
    return expected;
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void gradientsThatAreNotFinite(boolean isPyTorch) {
    final Adam adam = isPyTorch ? Adam.pytorch() : DEFAULTS;
    final Adam half = adam.withBeta1(0.5).withBeta2(0.5);
    final double[] nan = {NAN, NAN, NAN};
    assertSpecial(adam, NAN, nan, nan);
    final double later = isPyTorch ? INFINITY : NAN;
    assertSpecial(
        adam, INFINITY, new double[] {NAN, INFINITY, INFINITY}, new double[] {NAN, NAN, later});
    assertSpecial(half, INFINITY, new double[] {NAN, NAN, later}, new double[] {NAN, NAN, later});
    assertSpecial(
        adam.withBeta2(0), INFINITY, new double[] {NAN, INFINITY, later}, nan);
  }

  @Test
  void squaresThatOverflow() {
    for (ElementType type : ElementType.values()) {
      final double large = type == ElementType.FLOAT ? 0x1p80 : 0x1p640;
      for (Adam adam : new Adam[] {DEFAULTS, Adam.pytorch(), DEFAULTS.withBeta2(0.5)}) {
        final boolean isPyTorch = adam.arithmetic() == Adam.Arithmetic.PYTORCH;
        final boolean isAtOnce = adam.beta2() == 0.5;
        final StepArrays arrays = StepArrays.zeros(type, 1);
        type.set(arrays.params(), 0, 1);
        type.set(arrays.grads(), 0, large);
        for (long t = 1; t <= 4; t++) {
          arrays.step(AdamKernel.of(LaneWidth.SCALAR), adam.atStep(t));
          final boolean isInfinite = isPyTorch || t == 1 && !isAtOnce;
          assertThat((Double) pmv(arrays)[2]).as("v")
              .isEqualTo((Double) (isInfinite ? INFINITY : NAN));
          assertThat(pmv(arrays)[1]).as("m").isFinite();
          assertThat((Double) pmv(arrays)[0]).as("p").isEqualTo((Double) (isInfinite ? 1 : NAN));
          type.set(arrays.grads(), 0, 1);
        }
      }
      // Only the square times 1 - beta2 counts, with PyTorch's arithmetic.
      final StepArrays arrays = StepArrays.zeros(type, 1);
      type.set(arrays.grads(), 0, type == ElementType.FLOAT ? 0x1p66 : 0x1p514);
      arrays.step(AdamKernel.of(LaneWidth.SCALAR), Adam.pytorch().atStep(1));
      assertThat(pmv(arrays)[2]).isFinite().isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutEpsilonAnElementOfZerosBecomesNaN(ElementType type) {
    final StepArrays arrays = StepArrays.zeros(type, 1);
    arrays.step(AdamKernel.of(LaneWidth.SCALAR), DEFAULTS.withEpsilon(1e-46).atStep(1));
    assertThat(Double.isNaN(type.get(arrays.params(), 0))).isEqualTo(type == ElementType.FLOAT);
    final StepArrays guarded = StepArrays.zeros(type, 1);
    guarded.step(
        AdamKernel.of(LaneWidth.SCALAR),
        DEFAULTS.withEpsilon(0).withRootEpsilon(1e-30).atStep(1));
    assertThat(type.get(guarded.params(), 0)).isZero();
  }
}
