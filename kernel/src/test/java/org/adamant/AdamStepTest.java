package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.loop.Variant.Feature;
import org.adamant.testkit.Bits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The coefficients of a step against decimal arithmetic of 120 digits.
 *
 * <p><b>The bound.</b> With u = 2^-53, {@code x = t * log(beta)} has a relative error of at most 2u from the
 * logarithm (StrictMath: within one unit in the last place, which is at most 2u of the value), u from the product
 * and u from t as a double. {@code expm1(x)} passes on at most the relative error of x, because {@code |x * exp(x)
 * / expm1(x)| <= 1} for x &lt; 0, and adds 2u. So {@code 1 - beta^t} is within 6u; the step size, with one more
 * division, within 7u; the root scale, with half of 6u, a root and a division, within 5u. Products of two errors
 * are below u times 2^-48.
 */
class AdamStepTest {

  private static final double U = 0x1p-53;
  private static final double SECOND_ORDER = 1 + 0x1p-40;

  static Stream<Arguments> betasAndSteps() {
    final DoubleStream betas =
        DoubleStream.of(
            0.0,
            Double.MIN_VALUE,
            Double.MIN_NORMAL,
            1e-9,
            0.1,
            0.5,
            0.8,
            0.9,
            0.95,
            0.99,
            0.999,
            0.9999,
            0.999999,
            1 - 0x1p-30,
            Math.nextDown(1.0));
    final long[] steps = {
      1, 2, 3, 5, 10, 63, 64, 100, 1000, 1_000_000, 1L << 24, (1L << 31) + 1, 1L << 52,
      (1L << 53) + 1, 1L << 60, Long.MAX_VALUE
    };
    return betas
        .boxed()
        .flatMap(beta -> Arrays.stream(steps).mapToObj(t -> Arguments.of(beta, t)));
  }

  @ParameterizedTest(name = "beta = {0}, t = {1}")
  @MethodSource("betasAndSteps")
  void coefficientsAreExactToAFewRoundings(double beta, long t) {
    final AdamStep step = new Adam(0.001, beta, beta, 1e-8, 0).atStep(t);
    final BigDecimal oneMinusPower = Exact.oneMinusPower(beta, t);

    assertThat(step.firstMomentWeight())
        .isEqualTo(new BigDecimal(1).subtract(new BigDecimal(beta)).doubleValue());
    assertThat(step.secondMomentWeight()).isEqualTo(step.firstMomentWeight());
    assertWithin(
        7, "stepSize", step.stepSize(), Exact.divide(new BigDecimal(0.001), oneMinusPower));
    assertWithin(
        5, "rootScale", step.rootScale(), Exact.divide(BigDecimal.ONE, Exact.sqrt(oneMinusPower)));
  }

  private static void assertWithin(int roundings, String name, double actual, BigDecimal exact) {
    final double error = Exact.relativeError(actual, exact);
    assertThat(error)
        .as("relative error of %s = %s, exactly %s, in units of 2^-53: %s", name, actual,
            exact.doubleValue(), error / U)
        .isLessThanOrEqualTo(roundings * U * SECOND_ORDER);
  }

  @Test
  void atTheFirstStepTheCorrectionsUndoTheWeights() {
    final AdamStep step = Adam.defaults().atStep(1);
    assertThat(Exact.relativeError(step.stepSize(), new BigDecimal("0.01")))
        .isLessThan(10 * 0x1p-54 + U + 7 * U);
    // 0.999 as a double is off by up to 2^-54, which in 1 - 0.999 is a thousand times as much.
    assertThat(Exact.relativeError(step.rootScale(), Exact.sqrt(new BigDecimal(1000))))
        .isLessThan(1000 * 0x1p-54 / 2 + 5 * U);
  }

  @Test
  void betaZeroNeedsNoCorrection() {
    final AdamStep step = Adam.defaults().withBeta1(0).withBeta2(0).atStep(1);
    assertThat(step.firstMomentWeight()).isEqualTo(1);
    assertThat(step.secondMomentWeight()).isEqualTo(1);
    assertThat(step.stepSize()).isEqualTo(1e-3);
    assertThat(step.rootScale()).isEqualTo(1);
  }

  @Test
  void pyTorchsRootOfTheNumberBelowOneIsOne() {
    final Adam adam = Adam.pytorch().withBeta2(0.5);
    assertThat(adam.atStep(52).rootScale()).isEqualTo(Math.sqrt(1 - 0x1p-52)).isLessThan(1);
    assertThat(adam.atStep(53).rootScale()).isEqualTo(1).isNotEqualTo(Math.sqrt(1 - 0x1p-53));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.9, 0.999, 0x1.fffffffffffffp-1})
  void refusesAStepSizeThatOverflows(double beta1) {
    final Adam adam = Adam.defaults().withLearningRate(Double.MAX_VALUE).withBeta1(beta1);
    assertThatThrownBy(() -> adam.atStep(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("learningRate = " + Double.MAX_VALUE + ": ")
        .hasMessageContaining("t = 1")
        .hasMessageContaining("beta1 = " + beta1)
        .hasMessageContaining("expected a smaller learning rate");
    assertThatCode(() -> adam.withBeta1(0).atStep(1)).doesNotThrowAnyException();
  }

  static Stream<Arguments> outsideFloat() {
    final Adam adam = Adam.defaults();
    final AdamStep step = adam.atStep(1);
    return Stream.of(
        Arguments.of("the step size = 1.0000000000000002E39",
            adam.withLearningRate(1e38).atStep(1)),
        Arguments.of("epsilon = 1.0E39", adam.withEpsilon(1e39).atStep(1)),
        Arguments.of("rootEpsilon = 1.0E39", adam.withRootEpsilon(1e39).atStep(1)),
        Arguments.of(
            "the factor of weight decay = ",
            adam.withLearningRate(1e10).withWeightDecay(1e30).atStep(1)),
        Arguments.of(
            "the step size of the gradient = 1.0E39",
            adam.withNesterov(true).withBeta1(0).withLearningRate(1e39).atStep(1)),
        Arguments.of("clipValue = 1.0E-50", adam.withClipValue(1e-50).atStep(1)),
        Arguments.of("gradientScale * clipFactor = 1.0E39", step.withGradientScale(1e39)),
        Arguments.of("gradientScale * clipFactor = 1.0E-50", step.withGradientScale(1e-50)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource
  void outsideFloat(String what, AdamStep step) {
    final StepArrays floats = StepArrays.ordinary(ElementType.FLOAT, 50, 1);
    final StepArrays before = floats.copy();
    for (LaneWidth width : LaneWidth.supported()) {
      assertThatThrownBy(() -> floats.step(AdamKernel.of(width), step))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(what)
          .hasMessageEndingWith(
              ": expected a number in the range of float, or arrays of double, in " + step);
      Bits.assertUntouched(width + ", " + what, before, floats);
    }
    assertThatCode(
        () -> StepArrays.ordinary(ElementType.DOUBLE, 50, 1)
            .step(AdamKernel.preferred(), step))
        .doesNotThrowAnyException();
  }

  @Test
  void insideFloat() {
    assertThatCode(Adam.defaults().withClipValue(1e-40).atStep(1)::requireFloatRange)
        .doesNotThrowAnyException();
    final AdamStep step = Adam.defaults().atStep(1);
    assertThatCode(step.withGradientScale(1e-40)::requireFloatRange).doesNotThrowAnyException();
    // The factor of an infinite norm.
    assertThatCode(step.withClipFactor(0)::requireFloatRange).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"1e300, 1e300, Infinity", "1e-300, 1e-300, 0.0", "1e-300, 1e-30, 0.0"})
  void refusesFactorsWhoseProductIsOutsideDouble(double scale, double clip, double product) {
    final AdamStep step = Adam.defaults().atStep(1);
    final String message =
        "gradientScale = " + scale + ", clipFactor = " + clip + ": their product is " + product
            + "; expected it in the range of double";
    assertThatThrownBy(() -> step.withGradientScale(scale).withClipFactor(clip))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> step.withClipFactor(clip).withGradientScale(scale))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @EnumSource
  void acceptsWhatRoundsToTheLargestNumber(ElementType type) {
    // The largest double that does not round to infinity as a float, and the largest double.
    final double largest =
        type == ElementType.FLOAT ? Math.nextDown(0x1.ffffffp127) : Double.MAX_VALUE;
    final AdamStep step = Adam.defaults().withBeta1(0).withLearningRate(largest).atStep(1);
    final StepArrays arrays = StepArrays.ordinary(type, 3, 1);
    assertThatCode(() -> arrays.step(AdamKernel.preferred(), step)).doesNotThrowAnyException();
  }

  @Test
  void refusesTheFirstNumberThatRoundsToInfinity() {
    final AdamStep step =
        Adam.defaults().withBeta1(0).withLearningRate(0x1.ffffffp127).atStep(1);
    final StepArrays arrays = StepArrays.ordinary(ElementType.FLOAT, 3, 1);
    assertThatThrownBy(() -> arrays.step(AdamKernel.preferred(), step))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void refusesADecayThatOverflowsWhereTheLearningRateIsAFactorOfIt(Adam.WeightDecay mode) {
    final Adam adam = Adam.defaults().withLearningRate(1e200).withWeightDecay(mode, 1e200);
    if (mode == Adam.WeightDecay.L2 || mode == Adam.WeightDecay.INDEPENDENT) {
      assertThatCode(() -> adam.atStep(1)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> adam.atStep(1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weightDecay = 1.0E200");
    }
  }

  /** Exactly between two doubles, so that rounding to decimals first would round to the wrong one. */
  @ParameterizedTest
  @CsvSource({"0.90625, 11", "0.984375, 9", "0.9999999925494194, 2"})
  void pyTorchsPowerIsRoundedOnce(double beta, int t) {
    final BigDecimal power = new BigDecimal(beta).pow(t);
    assertThat(Adam.pytorch().withBeta1(beta).withLearningRate(1).atStep(t).stepSize())
        .isEqualTo(1 / (1 - power.doubleValue()));
  }

  /** The power is rounded correctly once, the difference once more: unlike Math.pow. */
  @ParameterizedTest
  @ValueSource(doubles = {0.9, 0.95, 0.999})
  void pyTorchsCorrectionIsTheOneOfTheRoundedPower(double beta) {
    final Adam adam = Adam.pytorch().withBeta2(beta);
    for (int t = 1; t <= 300; t++) {
      final double power = BigDecimal.ONE.subtract(Exact.oneMinusPower(beta, t)).doubleValue();
      assertThat(adam.atStep(t).rootScale()).as("t = %d", t).isEqualTo(Math.sqrt(1 - power));
    }
    assertThat(adam.atStep(999_999_999).rootScale()).isEqualTo(1);
    assertThat(adam.atStep(1_000_000_000).rootScale()).isEqualTo(1);
  }

  /** A power whose last bit StrictMath.pow gets wrong. */
  @Test
  void pyTorchsPowerIsCorrectlyRoundedUpToTheLastStepThatADecimalPowerCanDo() {
    final double beta = 0.9999999998;
    final double power =
        BigDecimal.ONE.subtract(Exact.oneMinusPower(beta, 999_999_999)).doubleValue();
    assertThat(StrictMath.pow(beta, 999_999_999)).isNotEqualTo(power);
    assertThat(Adam.pytorch().withBeta2(beta).atStep(999_999_999).rootScale())
        .isEqualTo(Math.sqrt(1 - power));
  }

  /** Of which the loops are those that every other user has. */
  @Test
  void theDefaultsNeedTheBasicVariantOnly() {
    assertThat(Adam.defaults().atStep(1).variant()).isEqualTo(Variant.BASIC);
  }

  @Test
  void saysWhatItDoesBeyondTheHyperParameters() {
    final AdamStep step = Adam.defaults().atStep(7);
    assertThat(step).hasToString("step 7 of " + Adam.defaults());
    assertThat(step.withGradientScale(0.5).toString())
        .startsWith("step 7 of " + Adam.defaults() + " ")
        .contains("gradientScale=0.5");
  }

  static Stream<Arguments> presets() {
    return Stream.of(
        Arguments.of("defaults", Adam.defaults()),
        Arguments.of("pytorch", Adam.pytorch()),
        Arguments.of("pytorchAdamW", Adam.pytorchAdamW()),
        Arguments.of("keras", Adam.keras()),
        Arguments.of("optax", Adam.optax(0.1)),
        Arguments.of("tensorflow", Adam.tensorflow()),
        Arguments.of("tribuo", Adam.tribuo()),
        Arguments.of("nd4j", Adam.nd4j()));
  }

  /** Steps made in one go of a measurement. */
  private static final int MADE = 10_000;

  /** Where a made step goes, so that it is made. */
  private AdamStep made;

  /**
   * Makes steps until their mean cost is below the limits, as it is once all is compiled, or ten seconds are over. Time is
   * what the thread had of the processor.
   */
  private static void assertCost(double nanosAllowed, double bytesAllowed, LongConsumer make) {
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    double nanos = Double.POSITIVE_INFINITY;
    double bytes = Double.POSITIVE_INFINITY;
    while ((nanos > nanosAllowed || bytes > bytesAllowed) && System.nanoTime() < deadline) {
      final long bytesBefore = threads.getCurrentThreadAllocatedBytes();
      final long before = threads.getCurrentThreadCpuTime();
      for (long t = 1; t <= MADE; t++) {
        make.accept(t);
      }
      nanos = Math.min(nanos, (threads.getCurrentThreadCpuTime() - before) / (double) MADE);
      bytes =
          Math.min(
              bytes, (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / (double) MADE);
    }
    assertThat(nanos).as("nanoseconds").isLessThanOrEqualTo(nanosAllowed);
    assertThat(bytes).as("bytes").isLessThanOrEqualTo(bytesAllowed);
  }

  /** 150 ns, of which 100 are measured; four times as many for other machines and busy ones. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("presets")
  void aStepIsMadeFasterThanAShortOneIsDone(String name, Adam adam) {
    assertCost(4 * 150, 300, t -> made = adam.atStep(t));
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of("gradientScale", (UnaryOperator<AdamStep>) s -> s.withGradientScale(0.25)),
        Arguments.of("clipFactor", (UnaryOperator<AdamStep>) s -> s.withClipFactor(0.25)),
        Arguments.of("zeroGradient", (UnaryOperator<AdamStep>) AdamStep::withZeroGradient),
        Arguments.of("updateOnly", (UnaryOperator<AdamStep>) AdamStep::withUpdateOnly),
        Arguments.of(
            "nonFinite", (UnaryOperator<AdamStep>) s -> s.withNonFinite(NonFinite.SKIP)));
  }

  /** 30 ns, of which 20 are measured; four times as many for other machines and busy ones. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void aStepIsChangedWithoutComputingItAgain(String name, UnaryOperator<AdamStep> change) {
    for (Adam adam : new Adam[] {Adam.defaults(), Adam.pytorch()}) {
      final AdamStep step = adam.atStep(9999);
      assertCost(4 * 30, 300, t -> made = change.apply(step));
    }
  }

  /** What is copied must be what was computed, in whichever order, and the variant the shared one. */
  @Test
  void aChangedStepHasTheCoefficientsOfTheOneItWasMadeFrom() {
    final Adam adam = Adam.tensorflow().withNesterov(true).withWeightDecay(0.1).withEpsilon(1e-3);
    final AdamStep step = adam.atStep(64);
    final AdamStep changed =
        step.withNonFinite(NonFinite.SKIP)
            .withZeroGradient()
            .withClipFactor(0.5)
            .withGradientScale(3);
    assertThat(changed.adam()).isSameAs(adam);
    assertThat(changed.t()).isEqualTo(64);
    assertThat(changed.stepSize()).isEqualTo(step.stepSize());
    assertThat(changed.flushesTinyMoments()).isTrue();
    assertThat(changed.coefficients().gradientScale()).isEqualTo(1.5);
    assertThat(changed.coefficients()).isNotEqualTo(step.coefficients());
    assertThat(changed.coefficients()
        .with(1, step.coefficients().decay(), 1, step.coefficients().stream()))
        .isEqualTo(step.coefficients());
    assertThat(changed.nonFinite()).isEqualTo(NonFinite.SKIP);
    assertThat(changed.variant().has(Feature.SCALES)).isTrue();
    assertThat(changed.variant().has(Feature.ZEROES_GRADIENT)).isTrue();
    assertThat(changed.variant().has(Feature.UPDATE_ONLY)).isFalse();
    // The product is 1 again, and nothing is multiplied by it.
    final AdamStep one = changed.withGradientScale(2);
    assertThat(one.variant().has(Feature.SCALES)).isFalse();
    assertThat(one.coefficients()).isEqualTo(step.coefficients());
    assertThat(step.withUpdateOnly().variant().has(Feature.UPDATE_ONLY)).isTrue();
    assertThat(step.variant().has(Feature.UPDATE_ONLY)).isFalse();
    assertThat(step.variant().has(Feature.ZEROES_GRADIENT)).isFalse();
  }
}
