package org.adamant.internal;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Starts on the scalar path and changes over to the SIMD loop once that is compiled. Until then an
 * operation of the Vector API is a call that allocates, hundreds of times slower; the scalar path is
 * soon compiled, and gives the same bits.
 *
 * <p>The compiler compiles only what runs. So now and then the SIMD loop steps copies of the first few
 * elements of a block, for one {@value #SHARE}th of the time at most; when it has done them fast, it does all
 * from then on. Where it never becomes fast, because an operation has lost its intrinsic, the scalar path goes
 * on. Copies, because until it is compiled it allocates: where no memory is left, no step is to end half done.
 *
 * <p>What only reads, for the global norm and for gradients that are not finite, is compiled on its own, and
 * so changes over on its own.
 *
 * <p>Threads share the other fields without synchronisation: a race costs a trial more or less.
 */
public final class Changeover extends Loop {

  /**
   * Nanoseconds to the SIMD loop, and so to the classes of the Vector API, which take some 0.1 s to load: a
   * short run does without.
   */
  private static final long FIRST_WAIT = 30_000_000;

  /** Elements of a trial: whole vectors of every width. */
  private static final int TRIAL = 64;

  /**
   * Nanoseconds for {@link #TRIAL} elements: met when compiled, by any width. Out of reach uncompiled, and
   * where the compiler has not inlined all: then vectors are allocated, at some 10 ns per element.
   */
  private static final long FAST = 400;

  /** The same for a trial that only reads, which is sooner done. */
  private static final long READ_FAST = 250;

  private static final int SHARE = 8;

  /** Nanoseconds to the next trial at most: a trial may have been long because of something else. */
  private static final long LONGEST_WAIT = 50_000_000;

  /** Blocks from one look at the clock to the next, less one. */
  private static final int CLOCK_MASK = 7;

  /** The scalar path starts with calls this short: the compiler counts calls more than iterations. */
  private static final int FIRST_CALLS = 64;

  /** Elements stepped with short calls. */
  private static final int FIRST_ELEMENTS = 1 << 16;

  private final Loop scalar;
  private final Supplier<Loop> simdLoop;
  private final Trials steps = new Trials();
  private final Trials finiteness = new Trials();
  private final Trials squares = new Trials();
  // Volatile for the fields of the loop, which are not final.
  private volatile Loop simd;
  private long nextMaking;
  private int lastEnd = -1;
  private int elements;

  /** The trials of one operation. */
  private static final class Trials {
    private boolean hasChanged;
    private int count;
    private int blocks;
    private long next = System.nanoTime();

    /** Whether this block should be one. */
    boolean isNext() {
      return (blocks++ & CLOCK_MASK) == 0 && System.nanoTime() - next >= 0;
    }

    /** Takes note of one that took from {@code start} until now. */
    void end(long start, long fast) {
      final long end = System.nanoTime();
      hasChanged = end - start < fast;
      next = end + Math.min((SHARE - 1) * (end - start), LONGEST_WAIT);
      count++;
    }

    /** Takes note of one that could not be done. */
    void putOff() {
      next = System.nanoTime() + LONGEST_WAIT;
    }
  }

  Changeover(Loop scalar, Supplier<Loop> simdLoop, long wait) {
    this.scalar = scalar;
    this.simdLoop = simdLoop;
    nextMaking = System.nanoTime() + wait;
  }

  /**
   * A loop for these constants that has not changed over yet.
   *
   * @param constants element type, lane width and variant
   * @return the loop, another one at every call where there are vectors
   */
  public static Loop create(Specialisation constants) {
    return constants.isScalar()
        ? Specialiser.loop(constants)
        : create(constants.withoutVectors(), () -> Specialiser.loop(constants));
  }

  /**
   * A loop that has not changed over yet.
   *
   * @param scalar the constants of the scalar path
   * @param simdLoop the loop to change over to; asked for some time after the first step
   * @return the loop, another one at every call
   */
  public static Loop create(Specialisation scalar, Supplier<Loop> simdLoop) {
    return new Changeover(Specialiser.loop(scalar), simdLoop, FIRST_WAIT);
  }

  /** The SIMD loop if it does all by now, otherwise null; another thread may see the change first. */
  private Loop changed(Trials trials) {
    return trials.hasChanged ? simd : null;
  }

  /**
   * The SIMD loop for a trial, or null where this block is not to be one. The loop is made where a run over a
   * slice begins, so that no first step waits for it, however long it takes. Where it cannot be made, for
   * want of memory or because a logger throws that is told of the choice, the scalar path goes on: other
   * slices may have been stepped by then, and no step is to end half done.
   */
  private Loop tried(Trials trials, int trial, int from, int to) {
    final boolean begins = from != lastEnd;
    lastEnd = to;
    if (simd == null && begins && System.nanoTime() - nextMaking >= 0) {
      try {
        simd = simdLoop.get();
      } catch (RuntimeException | Error e) {
        nextMaking = System.nanoTime() + LONGEST_WAIT;
      }
    }
    final Loop known = simd;
    return known != null && trials.isNext() && to - from >= trial ? known : null;
  }

  @Override
  void block(
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int to) {
    final Loop changed = changed(steps);
    if (changed != null) {
      changed.block(c, params, grads, m, v, max, average, from, to);
      return;
    }
    // Every other trial has a tail, so that the code for both is compiled.
    final int trial = TRIAL + (steps.count & 1);
    final Loop tried = tried(steps, trial, from, to);
    if (tried != null) {
      stepCopies(tried, c, params, grads, m, v, max, average, from, trial);
    }
    int start = from;
    while (elements < FIRST_ELEMENTS && to - start > FIRST_CALLS) {
      scalar.block(c, params, grads, m, v, max, average, start, start + FIRST_CALLS);
      start += FIRST_CALLS;
      elements += FIRST_CALLS;
    }
    scalar.block(c, params, grads, m, v, max, average, start, to);
  }

  private void stepCopies(
      Loop tried,
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int trial) {
    final int to = from + trial;
    try {
      // Of what will be stepped, as the compiler leaves out what it has not seen.
      final Object p = copy(params, from, to);
      final Object g = copy(grads, from, to);
      final Object m0 = copy(m, from, to);
      final Object v0 = copy(v, from, to);
      final Object s = copy(max, from, to);
      final Object a = copy(average, from, to);
      final long start = System.nanoTime();
      tried.block(c, p, g, m0, v0, s, a, 0, trial);
      steps.end(start, FAST);
    } catch (RuntimeException | Error e) {
      steps.putOff();
    }
  }

  private static Object copy(Object array, int from, int to) {
    if (array == null) {
      return null;
    }
    return array instanceof float[] floats
        ? Arrays.copyOfRange(floats, from, to)
        : Arrays.copyOfRange((double[]) array, from, to);
  }

  /**
   * Whether the SIMD loop does the steps by now.
   *
   * @return whether it was fast
   */
  public boolean hasChanged() {
    return steps.hasChanged;
  }

  @Override
  void flush(Object m, Object v, int from, int to) {
    scalar.flush(m, v, from, to);
  }

  @Override
  public long countNonFinite(Object array, int from, int to) {
    return scalar.countNonFinite(array, from, to);
  }

  @Override
  boolean isBlockFinite(Object array, int from, int to) {
    final Loop changed = changed(finiteness);
    if (changed != null) {
      return changed.isBlockFinite(array, from, to);
    }
    final Loop tried = tried(finiteness, TRIAL, from, to);
    if (tried != null) {
      final long start = System.nanoTime();
      final boolean isFinite = tried.isBlockFinite(array, from, from + TRIAL);
      finiteness.end(start, READ_FAST);
      return isFinite && scalar.isBlockFinite(array, from + TRIAL, to);
    }
    return scalar.isBlockFinite(array, from, to);
  }

  @Override
  void addSquares(double[] sums, Object array, double scale, int from, int to) {
    final Loop changed = changed(squares);
    if (changed != null) {
      changed.addSquares(sums, array, scale, from, to);
      return;
    }
    int rest = from;
    final Loop tried = tried(squares, TRIAL, from, to);
    if (tried != null) {
      final long start = System.nanoTime();
      rest = from + TRIAL;
      tried.addSquares(sums, array, scale, from, rest);
      squares.end(start, READ_FAST);
    }
    // A trial is a multiple of the sums: the rest begins at the first of them again.
    scalar.addSquares(sums, array, scale, rest, to);
  }
}
