package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.Rule;
import org.adamant.Adam.WeightDecay;
import org.adamant.internal.loop.Variant;
import org.adamant.testkit.Bits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Enumerates every combination of variants that makes sense: the scalar path equals the transcription of the
 * formula, and every lane width equals the scalar path, bit for bit.
 */
class VariantsTest {

  /** Two vectors of the widest lane count and a tail. */
  private static final int LENGTH = 2 * 16 + 7;

  /** One combination in how many; more than one where the tests run many times over, on mutants. */
  private static final int STRIDE = Integer.getInteger("adamant.variants.stride", 1);

  /** A flush among them. */
  private static final long[] STEPS = {63, 64};

  /** One call: hyper-parameters, and the options of the call. */
  record Case(Adam adam, double gradientFactor, boolean updateOnly, boolean zeroGradient) {

    AdamStep at(long t) {
      AdamStep step = adam.atStep(t);
      if (gradientFactor != 1) {
        step = step.withGradientScale(gradientFactor / 2).withClipFactor(2);
      }
      if (updateOnly) {
        step = step.withUpdateOnly();
      }
      return zeroGradient ? step.withZeroGradient() : step;
    }
  }

  /** All combinations; what {@link Adam} or {@link AdamStep} refuse is not among them. */
  static List<Case> cases() {
    final List<Case> cases = new ArrayList<>();
    for (Adam adam : adams()) {
      for (double gradientFactor : new double[] {1, 0.7}) {
        cases.add(new Case(adam, gradientFactor, false, false));
        cases.add(new Case(adam, gradientFactor, false, true));
        if (adam.averageDecay() == 1) {
          cases.add(new Case(adam, gradientFactor, true, false));
        }
      }
    }
    return cases;
  }

  /** Of these, those whose loops do all that another's do, and more: one for each such loop. */
  static List<Case> largest() {
    final Map<Variant, Case> ofLoops = new LinkedHashMap<>();
    for (Case one : cases()) {
      ofLoops.putIfAbsent(one.at(65).variant(), one);
    }
    return ofLoops.entrySet()
        .stream()
        .filter(
            one -> ofLoops.keySet()
                .stream()
                .noneMatch(
                    other -> other != one.getKey() && other.hasAllOf(one.getKey())))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static List<Adam> adams() {
    Stream<Adam> adams = Stream.of(Adam.defaults().withLearningRate(0.01).withEpsilon(1e-6));
    adams =
        adams.flatMap(
            a -> Stream.of(WeightDecay.values())
                .flatMap(
                    mode -> Stream.of(0.0, 0.05)
                        .filter(wd -> wd > 0 || mode == WeightDecay.L2)
                        .flatMap(wd -> allowed(() -> a.withWeightDecay(mode, wd)))));
    adams =
        adams.flatMap(
            a -> Stream.concat(
                Stream.of(a, a.withBeta1(0.3).withBeta2(0.4)),
                allowed(() -> a.withBiasCorrection(false))));
    adams = adams
        .flatMap(a -> Stream.of(AmsGrad.values()).flatMap(x -> allowed(() -> a.withAmsgrad(x))));
    adams =
        adams.flatMap(
            a -> Stream.of(EpsilonPlacement.values())
                .flatMap(x -> allowed(() -> a.withEpsilonPlacement(x))));
    adams =
        adams.flatMap(a -> Stream.of(0.0, 1e-7).flatMap(x -> allowed(() -> a.withRootEpsilon(x))));
    adams =
        adams.flatMap(a -> Stream.of(a, a.withNesterov(true).withMomentumDecay(0.004)));
    adams =
        adams
            .flatMap(
                a -> Stream.of(false, true).flatMap(x -> allowed(() -> a.withRectification(x))));
    adams =
        adams.flatMap(a -> Stream.of(Rule.values()).flatMap(x -> allowed(() -> a.withRule(x))));
    // Last: in PyTorch's arithmetic not each of the above goes without the other.
    adams =
        adams.flatMap(
            a -> Stream.of(Arithmetic.values()).flatMap(x -> allowed(() -> a.withArithmetic(x))));
    adams = adams.flatMap(a -> Stream.of(a, a.withMaximize(true)));
    adams = adams.flatMap(a -> Stream.of(a, a.withClipValue(0.004)));
    adams = adams.flatMap(a -> Stream.of(a, a.withAverageDecay(0.9)));
    return adams.toList();
  }

  private static Stream<Adam> allowed(Supplier<Adam> adam) {
    try {
      return Stream.of(adam.get());
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  @Test
  void thereAreAsManyCombinationsAsThereShouldBe() {
    // Ours: 5 decays x (2 betas, and no bias correction) x (2 of 3 maxima at the raw root, 3 of 3 at the
    // corrected) x 2 root epsilons x 2 Nesterov; rectified, of those, without maxima and with bias
    // correction; AdaMax and Lion, without any of that. PyTorch's: 3 decays x 2 betas x (Adam with 2
    // maxima, NAdam, RAdam), 2 decays x 2 betas of AdaMax, and 2 betas of SparseAdam. Each x 2 signs x 2 clips x (3 outputs without average + 2 with) x 2 factors.
    final int ours = 5 * 3 * 5 * 2 * 2;
    final int rectified = 5 * 2 * 2 * 2 * 2;
    final int withoutRoot = 2 * 5 * 3;
    final int pyTorchs = 3 * 2 * (2 + 1 + 1) + 2 * 2 + 2;
    assertThat(cases()).hasSize((ours + rectified + withoutRoot + pyTorchs) * 2 * 2 * (3 + 2) * 2);
  }

  /** Rows of a table that have no moments may then leave out the steps that they are behind. */
  @ParameterizedTest
  @EnumSource
  void whatKeepsElementsWithoutMomentsKeepsThemToTheBit(ElementType type) {
    int kept = 0;
    for (Adam adam : adams()) {
      if (!adam.keepsElementsWithoutMoments()) {
        continue;
      }
      kept++;
      final StepArrays before = StepArrays.ordinary(type, LENGTH, 1);
      final Values values = new Values(type, 1);
      for (int i = 0; i < LENGTH; i++) {
        if (i % 3 == 0) {
          values.setSpecial(before, i);
        }
        if (i % 7 == 0) {
          type.set(before.params(), i, i % 2 == 0 ? -0.0 : 0);
        }
        type.set(before.grads(), i, 0);
        type.set(before.m(), i, 0);
        type.set(before.v(), i, 0);
      }
      for (long t : new long[] {1, 64, 1000}) {
        final StepArrays after = before.copy();
        final Object maximum = type.newArray(LENGTH);
        AdamKernel.of(LaneWidth.SCALAR).step(adam.atStep(t), slice(after).withMaximum(maximum));
        Bits.assertSame(adam + ", t = " + t, before, after, before);
        assertSame(adam + ", maximum", type, type.newArray(LENGTH), maximum);
      }
    }
    assertThat(kept).isGreaterThan(20);
  }

  static Stream<Arguments> typesAndWidths() {
    return Stream.of(ElementType.values())
        .flatMap(
            type -> LaneWidth.supported().stream().map(width -> Arguments.of(type, width)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("typesAndWidths")
  void everyCombinationGivesTheBitsOfTheTranscription(ElementType type, LaneWidth width) {
    final AdamKernel kernel = AdamKernel.of(width);
    final List<Case> cases = cases();
    for (int k = 0; k < cases.size(); k += STRIDE) {
      // Every width does a part of the combinations, and the scalar path and the widest do all.
      final boolean isEvery = width == LaneWidth.SCALAR || width == LaneWidth.preferred();
      if (isEvery || k % 4 == width.ordinal() % 4) {
        assertSameBits(kernel, type, cases.get(k), k);
      }
    }
  }

  /** 1 - beta1 is less than a half, and in float, rounded, a half. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("typesAndWidths")
  void pyTorchRoundsTheWeightOfTheGradientBeforeItComparesIt(
      ElementType type, LaneWidth width) {
    final Adam adam = Adam.pytorch().withBeta1(0.5 + 0x1p-27);
    assertSameBits(AdamKernel.of(width), type, new Case(adam, 1, false, false), 1);
  }

  private static void assertSameBits(AdamKernel kernel, ElementType type, Case tested, int seed) {
    final StepArrays arrays = StepArrays.ordinary(type, LENGTH, seed);
    final Values values = new Values(type, seed);
    for (int i = 0; i < LENGTH; i += 3) {
      values.setSpecial(arrays, i);
    }
    final StepArrays further = StepArrays.ordinary(type, LENGTH, seed + 1);
    assertSameBits(kernel, tested, STEPS, arrays, further.v(), further.params());
  }

  /** Steps copies of these arrays by the kernel and by the transcription. */
  static void assertSameBits(
      AdamKernel kernel,
      Case tested,
      long[] steps,
      StepArrays arrays,
      Object maximumBefore,
      Object averageBefore) {
    final ElementType type = arrays.type();
    final StepArrays expected = arrays.copy();
    final Object maximum = type.copy(maximumBefore);
    final Object average = type.copy(averageBefore);
    final Object actualMaximum = type.copy(maximum);
    final Object actualAverage = type.copy(average);
    final StepArrays actual = expected.copy();
    final AdamSlice slice =
        slice(actual).withMaximum(actualMaximum).withAverage(actualAverage);
    for (long t : steps) {
      final StepArrays before = expected.copy();
      final Transcription transcription =
          new Transcription(
              type,
              tested.adam,
              t,
              tested.gradientFactor,
              tested.updateOnly,
              tested.zeroGradient);
      for (int i = 0; i < Array.getLength(expected.params()); i++) {
        transcription.step(expected, maximum, average, i);
      }
      kernel.step(tested.at(t), slice);
      final String what = kernel.laneWidth() + ", " + tested + ", t = " + t;
      Bits.assertSame(what, expected, actual, before);
      assertSame(what + ", maximum", type, maximum, actualMaximum);
      assertSame(what + ", average", type, average, actualAverage);
    }
  }

  private static void assertSame(String what, ElementType type, Object expected, Object actual) {
    for (int i = 0; i < Array.getLength(expected); i++) {
      if (type.bits(expected, i) != type.bits(actual, i)) {
        throw new AssertionError(
            "%s[%d]: expected %s, actual %s"
                .formatted(
                    what,
                    i,
                    type.hex(type.rawBits(expected, i)),
                    type.hex(type.rawBits(actual, i))));
      }
    }
  }

  static AdamSlice slice(StepArrays a) {
    return a.type().slice(a.params(), a.grads(), a.m(), a.v());
  }
}
