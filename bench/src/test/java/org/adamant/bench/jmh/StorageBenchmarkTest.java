package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.Format;
import org.adamant.LaneWidth;
import org.adamant.bench.support.StepArrays.Role;
import org.adamant.bench.support.StepStorages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every benchmark body, with its result checked against the plain loop on arrays of floats. */
class StorageBenchmarkTest {

  private static final double BF16_SPACING = 0x1p-7;
  private static final double BLOCK8_SPACING = 0x1p-3;

  /** Of the largest in a block: below it errors are absolute. */
  private static final double BLOCK8_RANGE = 0x1p-13;

  private final StorageBenchmark benchmark = new StorageBenchmark();
  private final StepBenchmark.Kernel kernel = new StepBenchmark.Kernel();

  /** A period of the flush; m and v, too, which a following step reads. */
  @ParameterizedTest
  @EnumSource
  void losslessStoragesGiveTheBitsOfThePlainLoop(StepStorage storage) {
    final StorageBenchmark.Operands operands = operands(storage, LaneWidth.preferred().name());
    final StepBenchmark.Floats floats = floats(operands.all);
    step(operands, floats, storage.isLossless() ? 2 * StepBenchmark.STEPS : 1);
    final float[] params = operands.all.floats(Role.PARAMS);
    final float[] m = operands.all.floats(Role.FIRST_MOMENT);
    final float[] v = operands.all.floats(Role.SECOND_MOMENT);
    if (storage.isLossless()) {
      assertThat(m).containsExactly(floats.m);
      assertThat(v).containsExactly(floats.v);
    } else {
      checkMoments(operands.all.get(Role.FIRST_MOMENT).format(), m, floats.m);
      checkMoments(operands.all.get(Role.SECOND_MOMENT).format(), v, floats.v);
    }
    final boolean hasFloatParams = operands.all.get(Role.PARAMS).format() == Format.FLOAT32;
    for (int i = 0; i < params.length; i++) {
      if (storage == StepStorage.BF16_WITH_REMAINDER) {
        final int upper = Float.floatToRawIntBits(floats.params[i]) + 0x8000 & 0xffff0000;
        assertThat(params[i]).isEqualTo(Float.intBitsToFloat(upper));
      } else if (hasFloatParams) {
        // A first step does not read the rounded moments.
        assertThat(params[i]).isEqualTo(floats.params[i]);
      } else {
        assertNear(params[i], floats.params[i], BF16_SPACING * Math.abs(floats.params[i]));
      }
    }
  }

  private static void checkMoments(Format format, float[] actual, float[] expected) {
    double largest = 0;
    for (float x : expected) {
      largest = Math.max(largest, Math.abs(x));
    }
    for (int i = 0; i < actual.length; i++) {
      assertNear(
          actual[i],
          expected[i],
          format == Format.BLOCK8
              ? BLOCK8_SPACING * Math.max(Math.abs(expected[i]), BLOCK8_RANGE * largest)
              : BF16_SPACING * Math.abs(expected[i]));
    }
    assertThat(actual).isNotEqualTo(expected);
  }

  private static void assertNear(float actual, float expected, double bound) {
    if (!(Math.abs((double) actual - expected) <= bound)) {
      assertThat(actual).as("within %s", bound).isEqualTo(expected);
    }
  }

  /** Parameters and moments are read and written, gradients read. */
  @Test
  void theBytesAreThoseOfTheFormats() {
    assertThat(StepStorage.FLOAT_ARRAYS.bytes()).isEqualTo(28);
    assertThat(StepStorage.NATIVE_FLOAT32.bytes()).isEqualTo(28);
    assertThat(StepStorage.BF16_MOMENTS.bytes()).isEqualTo(20);
    assertThat(StepStorage.ALL_BF16.bytes()).isEqualTo(14);
    assertThat(StepStorage.BLOCK8_MOMENTS.bytes()).isEqualTo(16 + 4 * 2 / 256.0);
    assertThat(StepStorage.BF16_AND_BLOCK8_MOMENTS.bytes()).isEqualTo(10 + 4 * 2 / 256.0);
    assertThat(StepStorage.BF16_WITH_REMAINDER.bytes()).isEqualTo(28);
    assertThat(StepStorage.FLOAT32_WITH_BF16_COPY.bytes()).isEqualTo(30);
  }

  /** It is the kernel's explanation that says so. */
  @Test
  void aKernelIsWaitedForUntilItHasSwitched() {
    final String end = " loops used so far have switched to it from the scalar path";
    assertThat(StorageBenchmark.isWaiting("512-bit SIMD; 0 of the 1" + end)).isTrue();
    assertThat(StorageBenchmark.isWaiting("512-bit SIMD; 1 of the 10" + end)).isTrue();
    assertThat(StorageBenchmark.isWaiting("512-bit SIMD; 10 of the 10" + end)).isFalse();
    assertThat(StorageBenchmark.isWaiting("scalar: asked for")).isFalse();
    kernel.width = "preferred";
    kernel.find();
    new StepBenchmark()
        .floatKernel(kernel, new StepBenchmark.Steps(), StepBenchmarkTest.floats());
    if (LaneWidth.preferred() != LaneWidth.SCALAR) {
      assertThat(kernel.kernel.explanation()).containsPattern("; \\d+ of the \\d+" + end);
    }
  }

  private void step(StorageBenchmark.Operands operands, StepBenchmark.Floats floats, int count) {
    final StepBenchmark.Steps ours = new StepBenchmark.Steps();
    final StepBenchmark.Steps plain = new StepBenchmark.Steps();
    for (int i = 0; i < count; i++) {
      assertThat(benchmark.floatKernel(kernel, ours, operands)).isZero();
      new StepBenchmark().floatPlain(plain, floats);
    }
  }

  private StorageBenchmark.Operands operands(StepStorage storage, String width) {
    kernel.width = width;
    kernel.find();
    final StorageBenchmark.Operands operands = new StorageBenchmark.Operands();
    operands.storage = storage;
    operands.size = StepBenchmarkTest.SIZE;
    operands.fill(kernel);
    return operands;
  }

  /** Arrays of what the operands hold. */
  private static StepBenchmark.Floats floats(StepStorages operands) {
    final StepBenchmark.Floats floats = StepBenchmarkTest.floats();
    floats.params = operands.floats(Role.PARAMS);
    floats.grads = operands.floats(Role.GRADS);
    return floats;
  }
}
