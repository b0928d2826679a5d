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

  /** More than enough for a contest, on the clock of the test. */
  private static final long PATIENCE = 60_000_000_000L;

  /** What the clock says: a test that measured real time would depend on whatever else the machine does. */
  private long now;

  /** A loop that takes a given time. */
  private class Timed extends StubLoop {
    long nanoseconds;
    int blocks;

    Timed(long nanoseconds) {
      this.nanoseconds = nanoseconds;
    }

    @Override
    public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
      blocks++;
      now += nanoseconds;
    }
  }

  private Contest contest(Loop simd, Loop scalar) {
    return new Contest(simd, scalar) {
      @Override
      long now() {
        // Which loop is asked next depends on all digits.
        return now += 7;
      }
    };
  }

  private static Operands operands(int length) {
    final float[] numbers = new float[length];
    return new Operands(Layout.FLOATS, numbers, numbers, numbers, numbers, 0, length);
  }

  private Contest run(Timed simd, Timed scalar, int length, int count) {
    final Contest contest = contest(simd, scalar);
    final Operands operands = operands(length);
    final long end = now + PATIENCE;
    while (!contest.hasEnded() && now < end) {
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

  /** The compiler may have thrown the loop away that was measured, and compiled it again since. */
  @Test
  void theLoopThatBecomesFasterDoesTheStepsLater() {
    final Timed simd = new Timed(60_000);
    final Timed scalar = new Timed(20_000);
    final Contest contest = run(simd, scalar, 4096, Loop.BLOCK);
    assertThat(contest.isScalar()).isTrue();
    simd.nanoseconds = 5_000;
    final int simdBefore = simd.blocks;
    final int scalarBefore = scalar.blocks;
    final Operands operands = operands(4096);
    final long end = now + PATIENCE;
    while (contest.isScalar() && now < end) {
      contest.step(null, operands, null, 0, Loop.BLOCK);
    }
    assertThat(contest.isScalar()).isFalse();
    // Meanwhile the winner went on, and the other one was asked no more than in the first contest.
    assertThat(simd.blocks - simdBefore).isEqualTo(24);
    assertThat(scalar.blocks - scalarBefore).isGreaterThan(10_000);
  }

  /** Otherwise noise would decide where both are alike. */
  @Test
  void equallyFastIsNotFaster() {
    final Contest contest = run(new Timed(50_000), new Timed(50_000), 4096, Loop.BLOCK);
    assertThat(contest.hasEnded()).isTrue();
    assertThat(contest.isScalar()).isFalse();
  }

  @Test
  void aQuarterOfTheTimesIsBelowTheLowerQuartile() {
    assertThat(Contest.quartile(8, 1, 7, 2, 6, 3, 5, 4)).isEqualTo(3);
    assertThat(Contest.quartile(8, 1, 7, 1, 6, 1, 5, 1)).isEqualTo(1);
    assertThat(Contest.quartile(8, 1, 7, 2, 2, 2, 5, 4)).isEqualTo(2);
    assertThat(Contest.quartile(8, 1, 9, 3, 9, 3, 9, 9)).isEqualTo(3);
    assertThat(Contest.quartile(5, 5, 5, 5, 5, 5, 5, 5)).isEqualTo(5);
  }

  /** A block may lie in a cache for once. */
  @Test
  void aFewFastBlocksDoNotDecide() {
    final Timed simd = new Timed(40_000);
    final Timed scalar = new Timed(0) {
      @Override
      public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
        nanoseconds = blocks % 5 == 2 ? 10_000 : 50_000;
        super.step(c, o, moments, first, count);
      }
    };
    final Contest contest = run(simd, scalar, 100_000, Loop.BLOCK);
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

  /** A step of two blocks, of which the first is cold: both loops are to see both blocks. */
  @Test
  void blocksThatComeInTurnsAreSharedOut() {
    final Timed simd = new Timed(0);
    final Timed scalar = new Timed(0);
    final Contest contest = contest(simd, scalar);
    final Operands operands = operands(Loop.BLOCK);
    final long end = now + PATIENCE;
    while (!contest.hasEnded() && now < end) {
      simd.nanoseconds = 120_000;
      scalar.nanoseconds = 140_000;
      contest.step(null, operands, null, 0, Loop.BLOCK);
      now += 5_000_000;
      simd.nanoseconds = 20_000;
      scalar.nanoseconds = 40_000;
      contest.step(null, operands, null, 0, Loop.BLOCK);
      now += 5_000_000;
    }
    assertThat(contest.hasEnded()).isTrue();
    assertThat(contest.isScalar()).isFalse();
  }

  /** They take another share of the cost of a call. */
  @Test
  void blocksThatAreCutAreNotMeasured() {
    final Timed scalar = new Timed(0);
    final Contest contest = contest(new Timed(10), scalar);
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
