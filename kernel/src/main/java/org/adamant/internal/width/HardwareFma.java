package org.adamant.internal.width;

/**
 * Whether the processor multiplies and adds in one operation. If not, {@link Math#fma} computes with decimal
 * numbers, some thousand times slower.
 *
 * <p>The JVM's flag {@code UseFMA} says so, but only through management classes. Not every run-time image has them,
 * and they take longer to load than to measure a difference of that size. The time is compared with that of a
 * square root, so that neither a slow machine nor an interpreter matters. The least of several times counts, so
 * that other threads do not.
 */
final class HardwareFma {

  private static final int CALLS = 64;
  private static final int ROUNDS = 10;

  /** In times of roots. Compiled, an fma in hardware takes less than 2, another one at least 60. */
  private static final int SLOW = 20;

  /** The least nanoseconds of {@link #CALLS} roots, for clocks that tick seldom. */
  private static final long TICK = 500;

  /** Nanoseconds that the compiler gets, as an interpreter may not use what the processor can do. */
  private static final long PATIENCE = 50_000_000;

  /** Keeps the compiler from removing what is measured. */
  private static volatile double sink;

  private static final boolean IS_THERE = measure();

  private HardwareFma() {}

  static boolean isThere() {
    return IS_THERE;
  }

  private static boolean measure() {
    final long start = System.nanoTime();
    long roots = Long.MAX_VALUE;
    long fmas = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS || System.nanoTime() - start < PATIENCE; round++) {
      roots = Math.min(roots, time(false));
      fmas = Math.min(fmas, time(true));
      if (round >= ROUNDS && fmas < SLOW * Math.max(roots, TICK)) {
        return true;
      }
    }
    return false;
  }

  private static long time(boolean isFma) {
    double x = sink;
    final long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      x = isFma ? fma(x) : root(x);
    }
    final long end = System.nanoTime();
    sink = x;
    return end - start;
  }

  // These are separate methods, so that they are soon compiled.
  private static double root(double x) {
    return Math.sqrt(x + 0.6180339887498949);
  }

  /** The operands have all digits, as a zero would be a special case. */
  private static double fma(double x) {
    return Math.fma(x, 0.6180339887498949, 0.3819660112501051);
  }
}
