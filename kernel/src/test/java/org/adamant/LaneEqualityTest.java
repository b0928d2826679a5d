package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.VectorShape;
import org.adamant.testkit.Bits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every supported lane width gives the raw bits of the scalar path: for lengths and offsets around the lane count,
 * over a thousand steps, and with special values next to ordinary ones in a vector. No element outside the slice is
 * touched.
 */
class LaneEqualityTest {

  private static final int STEPS = 1000;

  /** As in the loop: the last block is the only one with a tail. */
  private static final int BLOCK = 4096;

  @Test
  void thereIsAWidthToCompare() {
    assertThat(LaneWidth.supported())
        .as("the tests must run where SIMD does: %s", AdamKernel.preferred().explanation())
        .hasSizeGreaterThan(1);
    // All of them: a loop that fails the library's own check would not be compared below.
    assertThat(LaneWidth.supported().getLast().bits())
        .isEqualTo(Math.min(512, VectorShape.preferredShape().vectorBitSize()));
  }

  static Stream<Arguments> vectorKernels() {
    return LaneWidth.supported()
        .stream()
        .filter(width -> width != LaneWidth.SCALAR)
        .flatMap(
            width -> Arrays.stream(ElementType.values())
                .flatMap(
                    type -> Stream.of(0.0, 0.01)
                        .map(weightDecay -> Arguments.of(width, type, weightDecay))));
  }

  @ParameterizedTest(name = "{0}, {1}, weight decay {2}")
  @MethodSource("vectorKernels")
  void equalsTheScalarPathForEveryLengthAndOffset(
      LaneWidth width, ElementType type, double weightDecay) {
    final int n = type.lanes(width);
    final Adam adam = Adam.defaults().withWeightDecay(weightDecay);
    // Compiled code is what is to be tested, not the interpreter.
    Warmup.compile(AdamKernel.of(width), type, adam, 16 * n + 1);
    final int[] lengths = {
      0, 1, 3, n / 2, n - 1, n, n + 1, 2 * n - 1, 2 * n + 1, 4 * n / 3, 8 * n, 8 * n + 2
    };
    for (int length : IntStream.of(lengths).distinct().sorted().toArray()) {
      for (int offset : IntStream.of(0, 1, 3, n / 2, n).distinct().sorted().toArray()) {
        assertSameBits(width, type, adam, offset, length, STEPS);
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}, weight decay {2}")
  @MethodSource("vectorKernels")
  void equalsTheScalarPathBeyondOneBlock(LaneWidth width, ElementType type, double weightDecay) {
    final int n = type.lanes(width);
    final Adam adam = Adam.defaults().withWeightDecay(weightDecay);
    // Fewer steps: each of them is some thousand elements.
    for (int length : new int[] {BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + n + 1, 2 * BLOCK + n - 1}) {
      assertSameBits(width, type, adam, n / 2, length, 130);
    }
    // So many that blocks are aligned to cache lines.
    assertSameBits(width, type, adam, n / 2 + 1, 32 * BLOCK + n + 1, 3);
  }

  private static void assertSameBits(
      LaneWidth width, ElementType type, Adam adam, int offset, int length, int steps) {
    final int guard = type.lanes(width) + 1;
    final int end = offset + length;
    final StepArrays expected = StepArrays.zeros(type, end + guard);
    final Values values = new Values(type, 31L * length + offset);
    fillGuards(expected, values, 0, offset);
    fillGuards(expected, values, end, end + guard);
    for (int i = offset; i < end; i++) {
      values.setOrdinary(expected, i);
    }
    final StepArrays actual = expected.copy();
    final StepArrays before = expected.copy();
    final AdamKernel reference = AdamKernel.of(LaneWidth.SCALAR);
    final AdamKernel kernel = AdamKernel.of(width);

    final String slice =
        width + ", " + type + ", " + adam + ", offset = " + offset + ", length = " + length;
    for (int t = 1; t <= steps; t++) {
      for (int i = offset; i < end; i++) {
        setInputs(values, expected, i, t);
      }
      before.set(expected);
      actual.set(expected);
      final AdamStep step = adam.atStep(t);
      expected.step(reference, step, offset, length);
      actual.step(kernel, step, offset, length);
      final String what = slice + ", t = " + t;
      Bits.assertSame(what, expected, actual, before);
      Bits.assertUntouched(what, before, actual, 0, offset);
      Bits.assertUntouched(what, before, actual, end, end + guard);
    }
  }

  /**
   * A new gradient, now and then a special one; now and then an element starts anew from special
   * values, and one that is no longer finite from ordinary ones: without that, all would soon be
   * NaN and nothing compared.
   */
  private static void setInputs(Values values, StepArrays arrays, int i, int t) {
    if (values.once(20)) {
      values.setSpecial(arrays, i);
    } else if (t % 4 == 0 && !isFinite(arrays, i)) {
      values.setOrdinary(arrays, i);
    } else if (values.once(20)) {
      values.setSpecialGradient(arrays, i);
    } else if (i % 8 != 5) {
      values.setOrdinaryGradient(arrays, i);
    } else {
      // A gradient that stays zero drives the moments down to where they are flushed.
      arrays.type().set(arrays.grads(), i, 0);
    }
  }

  private static boolean isFinite(StepArrays arrays, int i) {
    return Double.isFinite(arrays.type().get(arrays.params(), i))
        && Double.isFinite(arrays.type().get(arrays.m(), i))
        && Double.isFinite(arrays.type().get(arrays.v(), i));
  }

  /**
   * Cells around the slice: NaN, which spoils every result it gets into, in turn with ordinary
   * numbers, because a step that is done on NaN where it should not be may leave the same NaN
   * behind.
   */
  private static void fillGuards(StepArrays arrays, Values values, int from, int to) {
    final ElementType type = arrays.type();
    for (int i = from; i < to; i++) {
      // Ordinary is the first, on which a vector that ends one lane too late would write.
      values.setOrdinary(arrays, i);
      if ((i - from) % 2 == 1) {
        for (Object array : arrays.arrays()) {
          type.set(array, i, Double.NaN);
        }
      }
    }
  }

  @Test
  void theInputsReachEveryClassOfNumbers() {
    for (ElementType type : ElementType.values()) {
      final Values values = new Values(type, 1);
      final StepArrays arrays = StepArrays.zeros(type, 4000);
      for (int i = 0; i < Array.getLength(arrays.grads()); i++) {
        values.setSpecial(arrays, i);
      }
      for (Object array : arrays.arrays()) {
        int zero = 0;
        int subnormal = 0;
        int huge = 0;
        int infinite = 0;
        int nan = 0;
        for (int i = 0; i < Array.getLength(array); i++) {
          final double x = Math.abs(type.get(array, i));
          zero += x == 0 ? 1 : 0;
          subnormal += x > 0 && x < type.minNormal ? 1 : 0;
          huge += x > type.maxValue / 4 && x <= type.maxValue ? 1 : 0;
          infinite += Double.isInfinite(x) ? 1 : 0;
          nan += Double.isNaN(x) ? 1 : 0;
        }
        assertThat(List.of(zero, subnormal, huge, infinite, nan))
            .allMatch(count -> count > 100);
      }
    }
  }
}
