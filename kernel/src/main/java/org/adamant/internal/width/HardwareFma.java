package org.adamant.internal.width;

/**
 * Whether the processor multiplies and adds in one operation. Where it does not, {@link Math#fma}
 * calculates with decimal numbers, some thousand times slower.
 *
 * <p>The JVM knows, in its flag {@code UseFMA}, but tells only through management classes, which not every
 * run-time image has, and which take longer to load than a clock does to see a difference of that size. The
 * measure is the time of a square root, so that neither a slow machine nor an interpreter matters, and the
 * least of several times counts, so that neither does another thread.
 */
final class HardwareFma {

  private static final int CALLS = 64;
  private static final int ROUNDS = 10;

  /** Times of roots. In hardware it is less than 2; otherwise 60 at least, both being compiled. */
  private static final int SLOW = 20;

  /** Nanoseconds of {@link #CALLS} roots at least, for clocks that do not tick as often. */
  private static final long TICK = 500;

  /** Nanoseconds that a compiler has, where an interpreter does without what the processor can do. */
  private static final long PATIENCE = 50_000_000;

  /** Keeps the compiler from leaving out what is measured. */
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
      roots = Math.min(roots, timeOfRoots());
      fmas = Math.min(fmas, timeOfFmas());
      if (round >= ROUNDS && fmas < SLOW * Math.max(roots, TICK)) {
        return true;
      }
    }
    return false;
  }

  private static long timeOfRoots() {
    double x = sink;
    final long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      x = root(x);
    }
    final long end = System.nanoTime();
    sink = x;
    return end - start;
  }

  private static long timeOfFmas() {
    double x = sink;
    final long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      x = fma(x);
    }
    final long end = System.nanoTime();
    sink = x;
    return end - start;
  }

  // Methods of their own, so that they are soon compiled.
  private static double root(double x) {
    return Math.sqrt(x + 0.6180339887498949);
  }

  /** Of numbers with all their digits: a zero would be a case of its own. */
  private static double fma(double x) {
    return Math.fma(x, 0.6180339887498949, 0.3819660112501051);
  }
}
