package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A step allocates nothing, and one over arrays a single small object. This reveals a Vector API operation that
 * lost its intrinsic.
 */
class AllocationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** More than the operands of a step over arrays take, less than a vector would beside them. */
  private static final double OF_ARRAYS = 100;

  static Stream<Arguments> kernels() {
    return LaneWidth.supported()
        .stream()
        .flatMap(
            width -> Arrays.stream(ElementType.values())
                .flatMap(
                    type -> Stream.of(0.0, 0.01)
                        .map(weightDecay -> Arguments.of(width, type, weightDecay))));
  }

  @ParameterizedTest(name = "{0}, {1}, weight decay {2}")
  @MethodSource("kernels")
  void aStepAllocatesNothing(LaneWidth width, ElementType type, double weightDecay) {
    final AdamKernel kernel = AdamKernel.of(width);
    final AdamStep step = Adam.defaults().withWeightDecay(weightDecay).atStep(64);
    // Whole vectors, a tail, and an offset.
    final StepArrays arrays = StepArrays.ordinary(type, 203, 1);
    final AdamSlice whole = VariantsTest.slice(arrays);
    final AdamSlice part = whole.range(1, 201);
    assertThat(step.flushesTinyMoments()).isTrue();
    assertThat(Warmup.bytesPerStep(() -> kernel.step(step, part), PATIENCE))
        .as("bytes per step over a part")
        .isLessThan(1);
    assertThat(Warmup.bytesPerStep(() -> kernel.step(step, whole), PATIENCE))
        .as("bytes per step")
        .isLessThan(1);
    assertThat(bytesOfArrays(() -> arrays.step(kernel, step, 1, 201)))
        .as("bytes per step over a part of arrays")
        .isLessThan(OF_ARRAYS);
    assertThat(bytesOfArrays(() -> arrays.step(kernel, step)))
        .as("bytes per step over whole arrays")
        .isLessThan(OF_ARRAYS);
  }

  private static double bytesOfArrays(Runnable step) {
    return Warmup.bytesPerStep(step, PATIENCE, OF_ARRAYS);
  }

  static Stream<Arguments> kernelsAndVariants() {
    return LaneWidth.supported()
        .stream()
        .flatMap(
            width -> Arrays.stream(ElementType.values())
                .flatMap(
                    type -> VariantsTest.largest()
                        .stream()
                        .map(tested -> Arguments.of(width, type, tested))));
  }

  /** The compiler stops inlining in a loop that is too large, and vectors are then allocated. */
  @ParameterizedTest
  @MethodSource("kernelsAndVariants")
  void theLargestVariantsAllocateNothing(
      LaneWidth width, ElementType type, VariantsTest.Case tested) {
    final AdamKernel kernel = AdamKernel.of(width);
    final AdamStep step = tested.at(65);
    final AdamSlice slice =
        VariantsTest.slice(StepArrays.ordinary(type, 203, 1))
            .withMaximum(type.newArray(203))
            .withAverage(type.newArray(203));
    assertThat(Warmup.bytesPerStep(() -> kernel.step(step, slice), PATIENCE))
        .as("bytes per step of %s", step.variant())
        .isLessThan(1);
  }

  /** As where weights decay and biases do not. */
  @Test
  void twoVariantsInTurnAllocateNothing() {
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    final AdamStep decaying = Adam.defaults().withWeightDecay(0.01).atStep(65);
    final AdamStep plain = Adam.defaults().atStep(65);
    final StepArrays arrays = StepArrays.ordinary(ElementType.FLOAT, 203, 1);
    final AdamSlice slice = VariantsTest.slice(arrays);
    assertThat(
        Warmup.bytesPerStep(
            () -> {
              kernel.step(decaying, slice);
              kernel.step(plain, slice);
            }, PATIENCE))
        .as("bytes per step")
        .isLessThan(1);
    assertThat(
        Warmup.bytesPerStep(
            () -> {
              arrays.step(kernel, decaying);
              arrays.step(kernel, plain);
            }, PATIENCE, 2 * OF_ARRAYS))
        .as("bytes per two steps over arrays")
        .isLessThan(2 * OF_ARRAYS);
  }

  private static AdamModel model(ElementType type, int slices, int length) {
    return AdamModel.of(
        Stream.generate(() -> VariantsTest.slice(StepArrays.ordinary(type, length, 1)))
            .limit(slices)
            .toList());
  }

  @ParameterizedTest
  @EnumSource
  void noPolicyAllocates(ElementType type) {
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    final AdamModel model = model(type, 3, 203);
    final AdamSlice slice = VariantsTest.slice(StepArrays.ordinary(type, 203, 1));
    final StepArrays arrays = StepArrays.ordinary(type, 203, 1);
    for (NonFinite policy : NonFinite.values()) {
      final AdamStep step = Adam.defaults().atStep(65).withNonFinite(policy);
      assertThat(
          Warmup.bytesPerStep(
              () -> {
                kernel.step(step, model);
                kernel.step(step, slice);
              }, PATIENCE))
          .as("bytes per step with %s", policy)
          .isLessThan(1);
      assertThat(bytesOfArrays(() -> arrays.step(kernel, step)))
          .as("bytes per step over arrays with %s", policy)
          .isLessThan(OF_ARRAYS);
    }
    // Steps that differ.
    final List<AdamStep> steps =
        List.of(
            Adam.defaults().atStep(65),
            Adam.defaults().withWeightDecay(0.1).atStep(65),
            Adam.defaults().atStep(1));
    assertThat(Warmup.bytesPerStep(() -> kernel.step(steps, model), PATIENCE))
        .as("bytes per step with steps that differ")
        .isLessThan(1);
    // What is skipped, too.
    type.set(arrays.grads(), 7, Double.NaN);
    final AdamSlice skipped = VariantsTest.slice(arrays);
    final AdamStep skipping = Adam.defaults().atStep(65).withNonFinite(NonFinite.SKIP);
    assertThat(Warmup.bytesPerStep(() -> kernel.step(skipping, skipped), PATIENCE)).isLessThan(1);
    assertThat(bytesOfArrays(() -> arrays.step(kernel, skipping))).isLessThan(OF_ARRAYS);
  }

  /** Eight bytes for a block, four for a slice, and less than a kilobyte. */
  @ParameterizedTest
  @EnumSource
  void aNormAllocatesWhatItsDocumentationSays(ElementType type) {
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    final int slices = 5;
    final int blocks = 30;
    final AdamModel model = model(type, slices, blocks * 4096);
    for (boolean isZero : new boolean[] {false, true}) {
      final AdamModel measured =
          isZero
              ? AdamModel.of(
                  Stream.generate(() -> VariantsTest.slice(StepArrays.zeros(type, blocks * 4096)))
                      .limit(slices)
                      .toList())
              : model;
      final long bytes = leastBytes(() -> kernel.globalNorm(measured));
      assertThat(bytes).as("zeros: %s", isZero)
          .isBetween(8L * slices * blocks, 8L * slices * blocks + 4 * slices + 1000);
    }
  }

  /** What the executor itself allocates for each of its threads comes on top. */
  @Test
  void aStepOnManyThreadsAllocatesAFewHundredBytes() {
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    final AdamModel model = model(ElementType.FLOAT, 2, 400_000);
    final AdamStep step = Adam.defaults().atStep(65).withNonFinite(NonFinite.SKIP);
    for (int threads : new int[] {2, 64}) {
      // All is left to the caller.
      assertThat(leastBytes(() -> kernel.step(step, model, _ -> {}, threads)))
          .as("%s threads", threads)
          .isLessThan(700);
    }
  }

  /** The least of many calls: by then all is compiled. */
  private static long leastBytes(Runnable call) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 2000; i++) {
      least = Math.min(least, Warmup.bytes(call));
    }
    return least;
  }

  @Test
  void theMeterSeesAnAllocation() {
    final Object[] sink = new Object[1];
    assertThat(Warmup.bytesPerStep(() -> sink[0] = new int[1], Duration.ofMillis(100)))
        .isGreaterThanOrEqualTo(16);
  }
}
