package org.adamant.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.loop.StubLoop;
import org.junit.jupiter.api.Test;

class ContestTest {

  private static final long PATIENCE = 60_000_000_000L;

  /** A loop that takes a given time. */
  private static final class Timed extends StubLoop {
    private final long nanoseconds;
    private int blocks;

    Timed(long nanoseconds) {
      this.nanoseconds = nanoseconds;
    }

    @Override
    public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
      blocks++;
      final long end = System.nanoTime() + nanoseconds;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
  }

  private static Operands operands(int length) {
    final float[] numbers = new float[length];
    return new Operands(Layout.FLOATS, numbers, numbers, numbers, numbers, 0, length);
  }

  private static Contest run(Timed simd, Timed scalar, int length, int count) {
    final Contest contest = new Contest(simd, scalar);
    final Operands operands = operands(length);
    final long end = System.nanoTime() + PATIENCE;
    while (!contest.hasEnded() && System.nanoTime() < end) {
      contest.step(null, operands, null, 0, count);
    }
    return contest;
  }

  @Test
  void theFasterLoopDoesTheSteps() {
    final Timed slow = new Timed(60_000);
    final Timed fast = new Timed(20_000);
    final Contest scalarWins = run(slow, fast, 100_000, Loop.BLOCK);
    assertThat(scalarWins.hasEnded()).isTrue();
    assertThat(scalarWins.isScalar()).isTrue();
    final int before = slow.blocks;
    scalarWins.step(null, operands(100_000), null, 0, 10);
    assertThat(slow.blocks).isEqualTo(before);
    final Contest simdWins = run(fast, slow, 100_000, Loop.BLOCK);
    assertThat(simdWins.hasEnded()).isTrue();
    assertThat(simdWins.isScalar()).isFalse();
  }

  /** Otherwise noise would decide where both are alike. */
  @Test
  void equallyFastIsNotFaster() {
    final Contest contest = run(new Timed(50_000), new Timed(50_000), 4096, Loop.BLOCK);
    assertThat(contest.hasEnded()).isTrue();
    assertThat(contest.isScalar()).isFalse();
  }

  /** A loop that is ten times slower is asked 24 times, with pauses. */
  @Test
  void theSlowerLoopIsSeldomAsked() {
    final Timed simd = new Timed(10_000);
    final Timed scalar = new Timed(100_000);
    assertThat(run(simd, scalar, 4096, Loop.BLOCK).isScalar()).isFalse();
    assertThat(scalar.blocks).isEqualTo(24);
    assertThat(simd.blocks).isGreaterThan(1_000);
  }

  /** A step of two blocks, of which the first is cold, seldom: both loops are to see both blocks. */
  @Test
  void blocksThatComeInTurnsAreSharedOut() {
    final long[] extra = {0};
    final class Cold extends StubLoop {
      private final long nanoseconds;

      Cold(long nanoseconds) {
        this.nanoseconds = nanoseconds;
      }

      @Override
      public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
        final long end = System.nanoTime() + nanoseconds + extra[0];
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
      }
    }
    final Contest contest = new Contest(new Cold(20_000), new Cold(40_000));
    final Operands operands = operands(Loop.BLOCK);
    final long end = System.nanoTime() + PATIENCE;
    while (!contest.hasEnded() && System.nanoTime() < end) {
      extra[0] = 100_000;
      contest.step(null, operands, null, 0, Loop.BLOCK);
      extra[0] = 0;
      contest.step(null, operands, null, 0, Loop.BLOCK);
      final long next = System.nanoTime() + 2_500_000;
      while (System.nanoTime() < next) {
        Thread.onSpinWait();
      }
    }
    assertThat(contest.hasEnded()).isTrue();
    assertThat(contest.isScalar()).isFalse();
  }

  /** They take another share of the cost of a call. */
  @Test
  void blocksThatAreCutAreNotMeasured() {
    final Timed scalar = new Timed(0);
    final Contest contest = new Contest(new Timed(10), scalar);
    for (int i = 0; i < 1000; i++) {
      contest.step(null, operands(10_000), null, 8192, 1808);
    }
    assertThat(contest.hasEnded()).isFalse();
    assertThat(scalar.blocks).isZero();
    assertThat(run(new Timed(20_000), new Timed(5_000), 2000, 2000).isScalar()).isTrue();
  }

  @Test
  void sizesUpToSixteenTimesAsLongShareAResult() {
    assertThat(
        IntStream.of(1024, 16_383, 16_384, 262_143, 262_144, 4_194_303, 4_194_304)
            .map(Contest::size)
            .toArray())
        .containsExactly(0, 0, 1, 1, 2, 2, 3);
    assertThat(Contest.size(Long.MAX_VALUE)).isEqualTo(3);
  }
}
