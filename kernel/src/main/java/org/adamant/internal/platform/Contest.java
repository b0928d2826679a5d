package org.adamant.internal.platform;

import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operands;
import org.jspecify.annotations.Nullable;

/**
 * Measures which of two loops steps slices of one size faster, as C2 vectorises the scalar path of some variants
 * better than it compiles their SIMD loop. Both step blocks of the caller and are timed. A wrong result costs time
 * and changes no bit.
 *
 * <p>A block is timed at most every {@value #PAUSE} nanoseconds, as the scalar path may be ten times slower, or not
 * compiled yet. Chance decides which loop steps it: if cold and warm blocks alternate, loops that alternate would
 * get one kind each.
 *
 * <p>It is held again after a second, then after two, and so on up to a minute: since then a loop may have been compiled
 * again, or the data may have changed.
 *
 * <p>Threads share the fields without synchronisation: a race costs a measurement.
 */
class Contest {

  /** Blocks of fewer elements take no longer than reading the clock. */
  static final int SHORTEST = 1024;

  /** How many sizes are told apart; each covers lengths up to 16 times the shortest. */
  static final int SIZES = 4;

  private static final int BITS = 4;

  private static final long PAUSE = 4_000_000;

  private static final long FIRST_INTERVAL = 1_000_000_000;
  private static final long LONGEST_INTERVAL = 64 * FIRST_INTERVAL;

  /** Steps of a slice from one look at the clock to the next, less one: it takes as long as a hundred elements. */
  private static final int CLOCK_MASK = 63;

  /** How many blocks of each loop are timed. */
  private static final int ROUNDS = 24;

  /** Times are those of this many elements, so that they are whole numbers. */
  private static final int PER = 1024;

  /** The scalar path must be clearly faster, as such measurements are not exact. */
  private static final double CLEARLY = 0.95;

  private final Loop simd;
  private final Loop scalar;
  private @Nullable Loop winner;
  private final long[] simdTimes = new long[ROUNDS];
  private final long[] scalarTimes = new long[ROUNDS];
  private int simdRounds;
  private int scalarRounds;
  private long next = now();
  private long interval = FIRST_INTERVAL;
  private int slices;

  Contest(Loop simd, Loop scalar) {
    this.simd = simd;
    this.scalar = scalar;
  }

  /** The number of the result for slices of a length, at least {@link #SHORTEST}. */
  static int size(long length) {
    final int log = Long.SIZE - 1 - Long.numberOfLeadingZeros(length / SHORTEST);
    return Math.min(log / BITS, SIZES - 1);
  }

  /** Whether the contest has ended and the scalar path is faster. */
  boolean isScalar() {
    return winner == scalar;
  }

  /** Whether the contest has ended. */
  boolean hasEnded() {
    return winner != null;
  }

  /** Steps a block with the faster loop, or with one of the two to find out. */
  void step(Coefficients c, Operands o, float @Nullable [] moments, long first, int count) {
    final Loop best = winner != null ? winner : simd;
    if (!isOpen() && !(first == 0 && isDue())) {
      best.step(c, o, moments, first, count);
      return;
    }
    final long start = now();
    // Only blocks of full length are timed, as a call is a larger share of the time of others.
    if (count < Math.min(Loop.BLOCK, o.length()) || start - next < 0) {
      best.step(c, o, moments, first, count);
      return;
    }
    final boolean isScalar =
        scalarRounds < ROUNDS && (simdRounds >= ROUNDS || start * 0x9e3779b97f4a7c15L < 0);
    (isScalar ? scalar : simd).step(c, o, moments, first, count);
    final long end = now();
    final long time = (end - start) * PER / count;
    next = end + PAUSE;
    // Another thread may have counted on, so the number is looked at once.
    final int round = isScalar ? scalarRounds : simdRounds;
    if (round < ROUNDS) {
      (isScalar ? scalarTimes : simdTimes)[round] = time;
    }
    if (isScalar) {
      scalarRounds = round + 1;
    } else {
      simdRounds = round + 1;
    }
    if (!isOpen()) {
      winner = quartile(scalarTimes) < CLEARLY * quartile(simdTimes) ? scalar : simd;
      next = end + interval;
      interval = Math.min(2 * interval, LONGEST_INTERVAL);
    }
  }

  /**
   * The lower quartile: the fastest block may be luck, and the median may be that of cold blocks or of warm ones. Does
   * not sort, as another thread may write.
   */
  static long quartile(long... times) {
    for (long candidate : times) {
      int below = 0;
      int above = 0;
      for (long time : times) {
        below += time < candidate ? 1 : 0;
        above += time > candidate ? 1 : 0;
      }
      if (below <= times.length / 4 && times.length - above > times.length / 4) {
        return candidate;
      }
    }
    return times[0];
  }

  /** Whether blocks are still to be timed. */
  private boolean isOpen() {
    return simdRounds < ROUNDS || scalarRounds < ROUNDS;
  }

  /** {@return nanoseconds} */
  long now() {
    return System.nanoTime();
  }

  /** Asked where a slice begins: begins anew, if it is time for it. */
  private boolean isDue() {
    if ((++slices & CLOCK_MASK) != 0 || now() - next < 0) {
      return false;
    }
    simdRounds = 0;
    scalarRounds = 0;
    return true;
  }
}
