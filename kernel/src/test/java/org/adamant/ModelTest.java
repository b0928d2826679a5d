package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.adamant.Adam.AmsGrad;
import org.adamant.testkit.Bits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole model in one call gives the bits of its slices one by one, whichever thread does which part. */
class ModelTest {

  private static final AdamKernel KERNEL = AdamKernel.of(LaneWidth.preferred());

  /**
   * Empty ones, ones smaller than a vector, one of many blocks, and floats without a tail, of both
   * types.
   */
  private static final int[] LENGTHS = {0, 3, 1, 0, 50_021, 17, 8192, 0, 30_000, 5, 64, 0};

  private static List<StepArrays> arrays() {
    return IntStream.range(0, LENGTHS.length)
        .mapToObj(
            i -> StepArrays.ordinary(
                i % 3 == 0 ? ElementType.DOUBLE : ElementType.FLOAT, LENGTHS[i], i))
        .toList();
  }

  private static AdamModel model(List<StepArrays> arrays) {
    return AdamModel.of(arrays.stream().map(VariantsTest::slice).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void anyNumberOfThreadsGivesTheBitsOfTheSlicesOneByOne(int threads) {
    final List<StepArrays> expected = arrays();
    final List<StepArrays> actual = arrays();
    final AdamModel model = model(actual);
    for (long t = 62; t < 66; t++) {
      final AdamStep step = Adam.defaults().withWeightDecay(0.1).atStep(t);
      expected.forEach(a -> a.step(KERNEL, step));
      KERNEL.step(step, model, ForkJoinPool.commonPool(), threads);
    }
    final List<StepArrays> before = arrays();
    for (int i = 0; i < LENGTHS.length; i++) {
      Bits.assertSame("slice " + i, expected.get(i), actual.get(i), before.get(i));
    }
  }

  @Test
  void anElementIsFoundInTheSliceThatHasIt() {
    final AdamSlice whole = VariantsTest.slice(StepArrays.zeros(ElementType.FLOAT, 6));
    final AdamModel model =
        AdamModel.of(
            whole.range(0, 2), whole.range(2, 0), whole.range(2, 0), whole.range(2, 3),
            whole.range(5, 1));
    assertThat(IntStream.range(0, 6).map(model.work::sliceOf)).containsExactly(0, 0, 3, 3, 3, 4);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void asManyThreadsAreAskedForAsAreWanted(int threads) {
    final AtomicInteger tasks = new AtomicInteger();
    final Executor executor =
        task -> {
          tasks.incrementAndGet();
          task.run();
        };
    KERNEL.step(Adam.defaults().atStep(1), model(arrays()), executor, threads);
    // The caller is one of them.
    assertThat(tasks).hasValue(threads - 1);
  }

  @Test
  void anExecutorThatHelpsNobodyCostsNothingButTime() throws InterruptedException {
    final List<StepArrays> expected = arrays();
    expected.forEach(a -> a.step(KERNEL, Adam.defaults().atStep(1)));
    final ExecutorService closed = Executors.newSingleThreadExecutor();
    closed.shutdown();
    final List<StepArrays> rejected = arrays();
    KERNEL.step(Adam.defaults().atStep(1), model(rejected), closed, 4);
    final List<StepArrays> ignored = arrays();
    KERNEL.step(Adam.defaults().atStep(1), model(ignored), task -> {}, 4);
    for (int i = 0; i < LENGTHS.length; i++) {
      Bits.assertSame("rejected " + i, expected.get(i), rejected.get(i), expected.get(i));
      Bits.assertSame("ignored " + i, expected.get(i), ignored.get(i), expected.get(i));
    }
  }

  @Test
  void theOnlyThreadOfAnExecutorMayCallFromInside() throws Exception {
    final List<StepArrays> expected = arrays();
    expected.forEach(a -> a.step(KERNEL, Adam.defaults().atStep(1)));
    final List<StepArrays> actual = arrays();
    try (ExecutorService single = Executors.newSingleThreadExecutor()) {
      single
          .submit(() -> KERNEL.step(Adam.defaults().atStep(1), model(actual), single, 2))
          .get();
    }
    for (int i = 0; i < LENGTHS.length; i++) {
      Bits.assertSame("slice " + i, expected.get(i), actual.get(i), expected.get(i));
    }
  }

  @Test
  void aRangeTouchesNothingOutside() {
    final StepArrays expected = StepArrays.ordinary(ElementType.FLOAT, 100, 1);
    final StepArrays actual = expected.copy();
    final StepArrays before = expected.copy();
    expected.step(KERNEL, Adam.defaults().atStep(1), 30, 40);
    KERNEL.step(Adam.defaults().atStep(1), VariantsTest.slice(actual).range(30, 40));
    Bits.assertSame("range", expected, actual, before);
    Bits.assertUntouched("left", before, actual, 0, 30);
    Bits.assertUntouched("right", before, actual, 70, 100);
  }

  @Test
  void whatAVariantNeedsIsAskedForBeforeTheFirstWrite() {
    final List<StepArrays> actual = arrays();
    final AdamModel model = model(actual);
    assertThatThrownBy(
        () -> KERNEL.step(Adam.defaults().withAmsgrad(AmsGrad.RAW).atStep(1), model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("withMaximum");
    assertThatThrownBy(() -> KERNEL.step(Adam.defaults().withAverageDecay(0.5).atStep(1), model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("withAverage");
    assertThatThrownBy(
        () -> KERNEL.step(Adam.defaults().atStep(1), model, ForkJoinPool.commonPool(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads = 0");
    final List<StepArrays> before = arrays();
    for (int i = 0; i < LENGTHS.length; i++) {
      Bits.assertUntouched("slice " + i, before.get(i), actual.get(i));
    }
  }

  @Test
  void aModelOfNoElementsIsFine() {
    final AdamSlice empty = VariantsTest.slice(StepArrays.zeros(ElementType.FLOAT, 0));
    for (AdamModel model : List.of(AdamModel.of(), AdamModel.of(empty),
        AdamModel.of(empty, empty))) {
      assertThat(model.length()).isZero();
      assertThat(KERNEL.step(Adam.defaults().atStep(1), model)).isZero();
      assertThat(KERNEL.step(Adam.defaults().atStep(1), model, Runnable::run, 2)).isZero();
    }
  }

  @Test
  void slicesMayShareAnArrayButNotOverlapInIt() {
    final AdamSlice whole = VariantsTest.slice(StepArrays.zeros(ElementType.DOUBLE, 10));
    assertThat(AdamModel.of(whole.range(5, 5), whole.range(0, 5)).length()).isEqualTo(10);
    assertThat(AdamModel.of(whole, whole.range(3, 0)).length()).isEqualTo(10);
    assertThatThrownBy(() -> AdamModel.of(whole.range(0, 6), whole.range(5, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlap");
    assertThatThrownBy(() -> AdamModel.of(whole.range(6, 4), whole.range(4, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "slices overlap in memory, which is (params|grads|m|v) of slices\\[1] \\(offset = 4,"
                + " length = 3\\) and \\1 of slices\\[0] \\(offset = 6, length = 4\\): expected every"
                + " element once");
    assertThatThrownBy(() -> whole.range(6, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> whole.withMaximum(new float[10]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maximum is a float[]: expected double[]");
    assertThatThrownBy(() -> whole.withAverage(new double[9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("average has length 9");
    final double[] twice = new double[10];
    assertThatThrownBy(() -> whole.withMaximum(twice).withAverage(twice))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("average is the same array as maximum");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void aGradientThatIsNotFiniteIsSkippedOrThrownBeforeTheFirstWrite(double bad) {
    for (int slice = 0; slice < LENGTHS.length; slice++) {
      for (int i : LENGTHS[slice] == 0 ? new int[0] : new int[] {0, LENGTHS[slice] - 1}) {
        final List<StepArrays> actual = arrays();
        actual.get(slice).type().set(actual.get(slice).grads(), i, bad);
        final List<StepArrays> before = actual.stream().map(StepArrays::copy).toList();
        final AdamModel model = model(actual);
        final AdamStep step = Adam.defaults().atStep(1);
        assertThat(KERNEL.step(step.withNonFinite(NonFinite.SKIP), model)).isEqualTo(1);
        assertThatThrownBy(
            () -> KERNEL.step(
                step.withNonFinite(NonFinite.THROW), model, ForkJoinPool.commonPool(), 2))
            .isInstanceOf(ArithmeticException.class)
            .hasMessageContaining("1 elements");
        final AdamSlice one = VariantsTest.slice(actual.get(slice));
        assertThat(KERNEL.step(step.withNonFinite(NonFinite.SKIP), one)).isEqualTo(1);
        final StepArrays arrays = actual.get(slice);
        arrays.step(KERNEL, step.withNonFinite(NonFinite.SKIP));
        assertThatThrownBy(() -> arrays.step(KERNEL, step.withNonFinite(NonFinite.THROW)))
            .isInstanceOf(ArithmeticException.class)
            .hasMessageContaining("1 elements");
        for (int k = 0; k < LENGTHS.length; k++) {
          Bits.assertUntouched("slice " + k, before.get(k), actual.get(k));
        }
      }
    }
  }

  @Test
  void finiteGradientsAreSteppedUnderEveryPolicy() {
    final List<StepArrays> expected = arrays();
    expected.forEach(a -> a.step(KERNEL, Adam.defaults().atStep(1)));
    for (NonFinite policy : NonFinite.values()) {
      final List<StepArrays> actual = arrays();
      final AdamStep step = Adam.defaults().atStep(1).withNonFinite(policy);
      assertThat(KERNEL.step(step, model(actual))).isZero();
      for (int i = 0; i < LENGTHS.length; i++) {
        Bits.assertSame("slice " + i, expected.get(i), actual.get(i), expected.get(i));
      }
    }
  }

  @Test
  void theNormIsTheSameForEveryWidthAndThreadCountAndNearTheExactOne() {
    final List<StepArrays> arrays = arrays();
    final AdamModel model = model(arrays);
    final double norm = AdamKernel.of(LaneWidth.SCALAR).globalNorm(model);
    for (LaneWidth width : LaneWidth.supported()) {
      for (int threads = 1; threads <= 3; threads++) {
        assertThat(
            AdamKernel.of(width).globalNorm(model, ForkJoinPool.commonPool(), threads))
            .as("%s, %s threads", width, threads)
            .isEqualTo(norm);
      }
    }
    BigDecimal exact = BigDecimal.ZERO;
    for (StepArrays a : arrays) {
      for (int i = 0; i < Array.getLength(a.grads()); i++) {
        exact =
            exact.add(
                new BigDecimal(a.type().get(a.grads(), i)).pow(2),
                new MathContext(40));
      }
    }
    final double root = exact.sqrt(new MathContext(40)).doubleValue();
    // 128 additions in a sum, 5 + 5 in trees, one square and one root: half of that in the root.
    assertThat(Math.abs(norm - root) / root).isLessThan(70 * 0x1p-53);
  }

  @Test
  void everySumOfSquaresIsFusedAndInTheSameOrder() {
    // Of doubles: the square of a float is exact. Many, because a root hides most differences.
    for (int seed = 0; seed < 300; seed++) {
      final StepArrays arrays = StepArrays.ordinary(ElementType.DOUBLE, 100, seed);
      final AdamModel model = AdamModel.of(VariantsTest.slice(arrays));
      final double norm = AdamKernel.of(LaneWidth.SCALAR).globalNorm(model);
      for (LaneWidth width : LaneWidth.supported()) {
        assertThat(AdamKernel.of(width).globalNorm(model)).as("%s", width).isEqualTo(norm);
      }
    }
  }

  @Test
  void theNormNeitherOverflowsNorUnderflows() {
    for (double x : new double[] {0x1p1000, 0x1p-1000, Double.MIN_VALUE, 3, 0}) {
      final double[] grads = {3 * x, 0, 4 * x};
      final AdamModel model =
          AdamModel.of(
              AdamSlice.of(new double[3], grads, new double[3], new double[3]),
              VariantsTest.slice(StepArrays.zeros(ElementType.FLOAT, 9)));
      assertThat(KERNEL.globalNorm(model)).as("norm of %s", x).isEqualTo(5 * x);
    }
    assertThat(KERNEL.globalNorm(AdamModel.of(new ArrayList<>()))).isZero();
    final double[] infinite = {1, Double.NEGATIVE_INFINITY, 2};
    final AdamSlice slice = AdamSlice.of(new double[3], infinite, new double[3], new double[3]);
    assertThat(KERNEL.globalNorm(AdamModel.of(slice))).isEqualTo(Double.POSITIVE_INFINITY);
    infinite[0] = Double.NaN;
    assertThat(KERNEL.globalNorm(AdamModel.of(slice))).isNaN();
  }

  @Test
  void theNormOfPartsInOtherPlacesIsThatOfTheWhole() {
    for (double x : new double[] {1, 0x1p900, 0x1p-900, Double.NaN}) {
      final StepArrays arrays = StepArrays.ordinary(ElementType.DOUBLE, 20_001, 5);
      final double[] grads = (double[]) arrays.grads();
      for (int i = 0; i < grads.length; i++) {
        grads[i] *= i < 9_000 && Double.isNaN(x) ? 1 : x;
      }
      final AdamSlice whole = VariantsTest.slice(arrays);
      final StepArrays small = StepArrays.ordinary(ElementType.FLOAT, 5_000, 6);
      if (x == 0x1p-900) {
        Arrays.fill((float[]) small.grads(), 0);
      }
      final AdamSlice other = VariantsTest.slice(small);
      final AdamModel[] parts = {
        AdamModel.of(whole.range(0, 8_192)), AdamModel.of(whole.range(8_192, 4_096)),
        AdamModel.of(whole.range(12_288, 7_713), other.range(0, 4_096)),
        AdamModel.of(other.range(4_096, 904))
      };
      final int[] asked = {0};
      final double norm =
          AdamKernel.normOfSums(
              scale -> {
                asked[0]++;
                return Arrays.stream(parts)
                    .flatMapToDouble(part -> Arrays.stream(KERNEL.sumsOfSquares(part, scale)))
                    .toArray();
              });
      assertThat(Double.valueOf(norm))
          .as("%s", x)
          .isEqualTo(Double.valueOf(KERNEL.globalNorm(AdamModel.of(whole, other))));
      assertThat(asked[0]).isEqualTo(x == 0x1p900 || x == 0x1p-900 ? 2 : 1);
      assertThat(Arrays.stream(parts).mapToLong(KERNEL::countNonFinite).sum())
          .isEqualTo(Double.isNaN(x) ? 11_001 : 0);
      assertThat(KERNEL.sumsOfSquares(parts[2], 1)).hasSize(3);
    }
    assertThatThrownBy(() -> KERNEL.sumsOfSquares(AdamModel.of(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scale = 0.0");
    assertThatThrownBy(() -> AdamKernel.normOfSums(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("sumsOfSquares is null");
    assertThatThrownBy(() -> AdamKernel.normOfSums(scale -> null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("what sumsOfSquares gives is null");
  }

  @Test
  void theNormOfManyElementsNeitherOverflowsNorUnderflows() {
    for (double x : new double[] {0x1p-1000, 0x1p1000}) {
      // 64 of them, in whole vectors, and a root that is exact.
      final StepArrays arrays = StepArrays.zeros(ElementType.DOUBLE, 64);
      Arrays.fill((double[]) arrays.grads(), x);
      for (LaneWidth width : LaneWidth.supported()) {
        assertThat(AdamKernel.of(width).globalNorm(AdamModel.of(VariantsTest.slice(arrays))))
            .as("%s, %s", width, x)
            .isEqualTo(8 * x);
      }
    }
  }

  @Test
  void theNormOfASliceDoesNotDependOnWhereItBegins() {
    final StepArrays arrays = StepArrays.ordinary(ElementType.DOUBLE, 5000, 7);
    final StepArrays moved = StepArrays.zeros(ElementType.DOUBLE, 5011);
    System.arraycopy(arrays.grads(), 0, moved.grads(), 11, 5000);
    final AdamSlice slice = VariantsTest.slice(moved).range(11, 5000);
    for (LaneWidth width : LaneWidth.supported()) {
      final AdamKernel kernel = AdamKernel.of(width);
      assertThat(kernel.globalNorm(AdamModel.of(slice)))
          .as("%s", width)
          .isEqualTo(kernel.globalNorm(AdamModel.of(VariantsTest.slice(arrays))));
    }
  }

  @Test
  void theClipFactorBringsTheNormDownAndNeverUp() {
    assertThat(AdamStep.clipFactor(10, 1)).isEqualTo(0.1);
    assertThat(AdamStep.clipFactor(0.5, 1)).isEqualTo(1);
    assertThat(AdamStep.clipFactor(0, 1)).isEqualTo(1);
    assertThat(AdamStep.clipFactor(Double.POSITIVE_INFINITY, 1)).isZero();
    assertThat(AdamStep.clipFactor(Double.NaN, 1)).isZero();
    assertThatThrownBy(() -> AdamStep.clipFactor(-1, 1)).hasMessageContaining("norm = -1.0");
    assertThatThrownBy(() -> AdamStep.clipFactor(1, 0)).hasMessageContaining("maxNorm = 0.0");
  }

  /** A training loop has one way through a step, whatever the gradients are. */
  @ParameterizedTest
  @EnumSource
  void clippingByNormGoesTogetherWithSkippingWhatIsNotFinite(ElementType type) {
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    for (double bad : new double[] {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    }) {
      final StepArrays arrays = StepArrays.ordinary(type, 1003, 5);
      final StepArrays before = arrays.copy();
      final Object grad = before.grads();
      final double good = type.get(grad, 17);
      type.set(arrays.grads(), 17, bad);
      type.set(before.grads(), 17, bad);
      final AdamModel model = AdamModel.of(VariantsTest.slice(arrays));
      long t = 1;
      for (int batch = 0; batch < 2; batch++) {
        final AdamStep step =
            Adam.defaults()
                .atStep(t)
                .withNonFinite(NonFinite.SKIP)
                .withClipFactor(AdamStep.clipFactor(kernel.globalNorm(model), 1));
        final long skipped = kernel.step(step, model);
        assertThat(skipped).isEqualTo(batch == 0 ? 1 : 0);
        if (skipped == 0) {
          t++;
          continue;
        }
        Bits.assertSame("skipped", before, arrays, before);
        assertThat(arrays.step(kernel, step)).as("of arrays").isEqualTo(1);
        assertThat(arrays.step(kernel, step, 17, 1)).as("of a slice of arrays").isEqualTo(1);
        type.set(arrays.grads(), 17, good);
      }
      assertThat(t).isEqualTo(2);
    }
  }

  @Test
  void theSearchForWhatIsNotFiniteIsSharedByThreadsWhateverTheSlicesAre() {
    final StepArrays arrays = StepArrays.ordinary(ElementType.FLOAT, 200_000, 5);
    final AdamModel model = AdamModel.of(VariantsTest.slice(arrays));
    ElementType.FLOAT.set(arrays.grads(), 199_999, Double.NaN);
    ElementType.FLOAT.set(arrays.grads(), 3, Double.NaN);
    final AdamStep step = Adam.defaults().atStep(1).withNonFinite(NonFinite.SKIP);
    final AtomicInteger asked = new AtomicInteger();
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    assertThat(kernel.step(step, model, _ -> asked.incrementAndGet(), 4)).isEqualTo(2);
    // It is skipped, so that nobody is asked to step.
    assertThat(asked).hasValue(3);
  }

  private static List<AdamStep> differentSteps() {
    final Adam adam = Adam.defaults();
    return List.of(
        adam.withWeightDecay(0.1).atStep(640),
        adam.atStep(640),
        adam.withAmsgrad(Adam.AmsGrad.RAW).atStep(7),
        adam.atStep(1).withZeroGradient(),
        Adam.pytorch().atStep(3));
  }

  /** Slices of both types and several lengths, the steps of which differ. */
  private static List<StepArrays> differentArrays() {
    return List.of(
        StepArrays.ordinary(ElementType.FLOAT, 20_003, 1),
        StepArrays.ordinary(ElementType.FLOAT, 13, 2),
        StepArrays.ordinary(ElementType.DOUBLE, 9001, 3),
        StepArrays.ordinary(ElementType.FLOAT, 0, 4),
        StepArrays.ordinary(ElementType.DOUBLE, 4097, 5));
  }

  private static List<AdamSlice> slices(List<StepArrays> arrays, List<Object> maxima) {
    final List<AdamSlice> slices = new ArrayList<>();
    for (int i = 0; i < arrays.size(); i++) {
      slices.add(VariantsTest.slice(arrays.get(i)).withMaximum(maxima.get(i)));
    }
    return slices;
  }

  private static List<Object> maxima(List<StepArrays> arrays) {
    return arrays.stream()
        .map(a -> a.type().newArray(Array.getLength(a.params())))
        .toList();
  }

  @Test
  void slicesWithStepsOfTheirOwnGetTheBitsOfSteppingThemOneByOne() {
    final List<AdamStep> steps = differentSteps();
    for (int threads : new int[] {1, 3}) {
      for (LaneWidth width : LaneWidth.supported()) {
        final AdamKernel kernel = AdamKernel.of(width);
        final List<StepArrays> expected = differentArrays();
        final List<Object> expectedMaxima = maxima(expected);
        final List<AdamSlice> oneByOne = slices(expected, expectedMaxima);
        for (int i = 0; i < steps.size(); i++) {
          kernel.step(steps.get(i), oneByOne.get(i));
        }
        final List<StepArrays> actual = differentArrays();
        final List<Object> actualMaxima = maxima(actual);
        final AdamModel model = AdamModel.of(slices(actual, actualMaxima));
        final long skipped =
            threads == 1
                ? kernel.step(steps, model)
                : kernel.step(steps, model, ForkJoinPool.commonPool(), threads);
        assertThat(skipped).isZero();
        for (int i = 0; i < steps.size(); i++) {
          Bits.assertSame(
              width + ", slice " + i, expected.get(i), actual.get(i), differentArrays().get(i));
          assertThat(actualMaxima.get(i)).as("%s", width).isEqualTo(expectedMaxima.get(i));
        }
      }
    }
  }

  @Test
  void oneGradientThatIsNotFiniteSkipsAllSlicesWhateverTheirSteps() {
    final List<AdamStep> steps =
        differentSteps().stream().map(step -> step.withNonFinite(NonFinite.SKIP)).toList();
    final List<StepArrays> arrays = differentArrays();
    arrays.get(4).type().set(arrays.get(4).grads(), 4096, Double.POSITIVE_INFINITY);
    arrays.get(1).type().set(arrays.get(1).grads(), 0, Double.NaN);
    final List<StepArrays> before = arrays.stream().map(StepArrays::copy).toList();
    final AdamModel model = AdamModel.of(slices(arrays, maxima(arrays)));
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    assertThat(kernel.step(steps, model, ForkJoinPool.commonPool(), 2)).isEqualTo(2);
    for (int i = 0; i < steps.size(); i++) {
      Bits.assertSame("slice " + i, before.get(i), arrays.get(i), before.get(i));
    }
  }

  @Test
  void stepsThatDoNotFitAreRefusedBeforeTheFirstWrite() {
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    final List<StepArrays> arrays = differentArrays();
    final List<StepArrays> before = differentArrays();
    final AdamModel model = AdamModel.of(slices(arrays, maxima(arrays)));
    final List<AdamStep> steps = new ArrayList<>(differentSteps());
    assertThatThrownBy(() -> kernel.step(steps.subList(0, 4), model))
        .hasMessage("steps has 4 elements: expected 5, one for each slice");
    steps.set(2, null);
    assertThatThrownBy(() -> kernel.step(steps, model))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("steps[2] is null");
    steps.set(2, Adam.defaults().atStep(1).withNonFinite(NonFinite.SKIP));
    assertThatThrownBy(() -> kernel.step(steps, model))
        .hasMessageContaining("steps[2] has nonFinite = SKIP: expected PROPAGATE, as steps[0]");
    steps.set(2, Adam.defaults().withAverageDecay(0.9).atStep(1));
    assertThatThrownBy(() -> kernel.step(steps, model))
        .hasMessageContaining("averageDecay = 0.9")
        .hasMessageContaining("slices[2] has none");
    steps.set(2, Adam.defaults().atStep(1));
    steps.set(1, Adam.defaults().withEpsilon(1e300).atStep(1));
    assertThatThrownBy(() -> kernel.step(steps, model)).hasMessageContaining("epsilon = 1.0E300");
    assertThatThrownBy(() -> kernel.step((List<AdamStep>) null, model))
        .hasMessage("steps is null");
    for (int i = 0; i < arrays.size(); i++) {
      Bits.assertSame("slice " + i, before.get(i), arrays.get(i), before.get(i));
    }
    assertThat(kernel.step(List.of(), AdamModel.of())).isZero();
  }
}
