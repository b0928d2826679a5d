package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.adamant.Kept.As;
import org.adamant.Kept.Where;
import org.adamant.internal.loop.Operand;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once a step in memory and formats of any kind is compiled, it allocates nothing, whatever the numbers, and gives
 * the bits of the scalar path.
 *
 * <p>{@code -Dadamant.formats=all} tries all combinations at every width, a few minutes; otherwise the widest does
 * moments in each format of 16 bits and in 8 bits, and others doubles or floats.
 */
@Tag("own-jvm")
class FormatsCompiledTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Whole blocks, and a tail. */
  private static final int LENGTH = 8 * Format.BLOCK_LENGTH + 37;

  /** As in DataKindsTest. */
  private static final long SLACK = 100;

  private static final Adam ADAM = Adam.defaults().withWeightDecay(0.01);

  /** Moments in 16 and in 8 bits. */
  private static List<Combination> moments() {
    final Combination floats = Combination.all(As.FLOATS);
    final List<Combination> moments = new ArrayList<>();
    for (Format format : Kept.OF_16_BITS) {
      moments.add(
          floats.with(Operand.M, As.of(format, Where.NATIVE))
              .with(Operand.V, As.of(format, Where.BYTES)));
    }
    moments.add(floats.with(Operand.M, As.NATIVE_BLOCKS).with(Operand.V, As.NATIVE_BLOCKS));
    return moments;
  }

  /** All numbers in 16 bits. */
  private static List<Combination> halves() {
    final List<Combination> halves = new ArrayList<>();
    for (Format format : Kept.OF_16_BITS) {
      halves.add(
          Combination.all(As.of(format, Where.ARRAY)).with(Operand.COPY, As.FLOATS_IN_BYTES));
    }
    halves.add(Combination.all(As.NATIVE_HALVES).with(Operand.REMAINDER, As.NATIVE_HALVES));
    return halves;
  }

  /**
   * The narrower widths are given numbers that no loop converts: after conversions at two widths in one JVM, C2 may
   * compile neither without allocation.
   */
  static Stream<Arguments> cases() {
    final List<Combination> unconverted =
        List.of(Combination.all(As.NATIVE_DOUBLES), Combination.all(As.NATIVE_FLOATS));
    final boolean areAll = "all".equals(System.getProperty("adamant.formats"));
    final List<Arguments> cases = new ArrayList<>();
    for (LaneWidth width : LaneWidth.supported()) {
      final List<Combination> combinations = new ArrayList<>();
      if (areAll) {
        combinations.addAll(unconverted);
        combinations.addAll(halves());
      }
      if (areAll || width == LaneWidth.preferred()) {
        combinations.addAll(moments());
      } else if (width.bits() >= 128) {
        combinations.add(unconverted.get(width.ordinal() % 2));
      }
      combinations.forEach(combination -> cases.add(Arguments.of(width, combination)));
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void allocatesNothingAndGivesTheSameBits(LaneWidth width, Combination combination) {
    final AdamKernel kernel = AdamKernel.of(width);
    final Map<Operand, Kept> ordinary = combination.filled(LENGTH, 3);
    ordinary.forEach((operand, kept) -> fill(kept, operand, 0.25));
    final Map<Operand, Kept> kept = Combination.copy(ordinary);
    final AdamSlice slice = Combination.slice(kept);
    final AdamStep[] steps = {ADAM.atStep(3), ADAM.atStep(64)};
    final int[] count = {0};
    final MemorySegment[] before = memory(ordinary);
    final MemorySegment[] now = memory(kept);
    final Runnable step = () -> kernel.step(steps[count[0]++ & 1], slice);
    assertThat(
        Warmup.bytesPerStep(
            () -> {
              copy(before, now);
              for (int i = 0; i < 20; i++) {
                step.run();
              }
            }, PATIENCE))
        .as("bytes of 20 steps after the warm-up")
        .isLessThan(20);

    // What it has not seen before.
    final List<Map<Operand, Kept>> kinds = new ArrayList<>();
    for (double value : new double[] {
      0, 0x1p-140, 0x1p-110, 0x1p120, Double.NaN, Double.POSITIVE_INFINITY}) {
      final Map<Operand, Kept> kind = Combination.copy(ordinary);
      kind.forEach((operand, one) -> fill(one, operand, value));
      kinds.add(kind);
    }
    kinds.add(combination.filled(LENGTH, 5));
    for (Map<Operand, Kept> kind : kinds) {
      final MemorySegment[] beforeKind = memory(kind);
      long bytes = 0;
      for (int i = 0; i < 25; i++) {
        copy(beforeKind, now);
        bytes += Warmup.bytes(step);
      }
      assertThat(bytes / 25)
          .as("bytes per step, gradients like %s", kind.get(Operand.GRADS).storage().get(0))
          .isLessThan(SLACK);
      final Map<Operand, Kept> expected = Combination.copy(kind);
      copy(beforeKind, now);
      for (AdamStep one : steps) {
        AdamKernel.of(LaneWidth.SCALAR).step(one, Combination.slice(expected));
        kernel.step(one, slice);
        Combination.assertSame(width + ", " + one, expected, kept);
      }
    }
  }

  private static MemorySegment[] memory(Map<Operand, Kept> kept) {
    return kept.values().stream().map(Kept::all).toArray(MemorySegment[]::new);
  }

  private static void copy(MemorySegment[] from, MemorySegment[] to) {
    for (int k = 0; k < from.length; k++) {
      to[k].copyFrom(from[k]);
    }
  }

  private static void fill(Kept kept, Operand operand, double value) {
    final boolean isV = operand == Operand.V || operand == Operand.MAXIMUM;
    for (int i = 0; i < LENGTH; i++) {
      if (operand != Operand.REMAINDER
          && (kept.as().format != Format.BLOCK8 || i % Format.BLOCK_LENGTH < 2)) {
        kept.storage().set(i, isV ? Math.abs(value) : i % 2 == 0 ? value : -value);
      }
    }
  }
}
