package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.adamant.Kept.As;
import org.adamant.internal.loop.Operand;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The preferred kernel switches to SIMD in memory and formats of any kind. The loop is then compiled: it allocates
 * nothing from the first step on, while vectors that are not compiled allocate kilobytes for every few elements.
 */
@Tag("own-jvm")
class FormatsChangeoverTest {

  /** It takes a few seconds where nothing else runs. */
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private static final int LENGTH = 16 * Format.BLOCK_LENGTH;

  /** Steps in a row that are looked at: after less than this nothing is compiled anew. */
  private static final int STEPS = 25;

  /** Bytes per step that do not count: a few objects of what has been compiled for the scalar path until now. */
  private static final long SLACK = 10_000;

  static List<Combination> combinations() {
    final Combination floats = Combination.all(As.NATIVE_FLOATS);
    final Combination blocks = floats.with(Operand.M, As.NATIVE_BLOCKS);
    return List.of(
        Combination.all(As.NATIVE_HALVES),
        blocks,
        blocks.with(Operand.V, As.NATIVE_BLOCKS));
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void whatItSwitchesToIsCompiled(Combination combination) {
    final AdamKernel kernel = SpecialisedKernel.newPreferred("");
    final AdamSlice slice = Combination.slice(combination.filled(LENGTH, 3));
    final long end = System.nanoTime() + PATIENCE.toNanos();
    final int[] t = {1};
    final Runnable step = () -> kernel.step(Adam.defaults().atStep(t[0]++), slice);
    while (!hasSwitched(kernel) && System.nanoTime() < end) {
      step.run();
    }
    assertThat(hasSwitched(kernel)).as("switched: %s", kernel.explanation()).isTrue();
    long bytes = 0;
    for (int i = 0; i < STEPS; i++) {
      bytes += Warmup.bytes(step);
    }
    assertThat(bytes / STEPS).as("bytes per step").isLessThan(SLACK);
  }

  private static boolean hasSwitched(AdamKernel kernel) {
    return kernel.laneWidth() == LaneWidth.SCALAR
        || kernel.explanation().contains("; 1 of the 1 loops");
  }
}
