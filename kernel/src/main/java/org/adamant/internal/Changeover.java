package org.adamant.internal;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Starts on the scalar path and changes over to the SIMD loop once that is compiled. Until then an
 * operation of the Vector API is a call that allocates, hundreds of times slower; the scalar path is
 * soon compiled, and gives the same bits.
 *
 * <p>The compiler compiles only what runs. So now and then the SIMD loop does the first few elements of
 * a block, for one {@value #SHARE}th of the time at most; when it has done them fast, it does all from
 * then on. Where it never becomes fast, because an operation has lost its intrinsic, the scalar path goes
 * on.
 *
 * <p>What only reads, for the global norm and for gradients that are not finite, is compiled on its own, and
 * so changes over on its own.
 *
 * <p>Threads share the other fields without synchronisation: a race costs a trial more or less.
 */
public final class Changeover extends Loop {

  /**
   * Nanoseconds to the first trial, and so to the classes of the Vector API, which take some 0.1 s to load:
   * a first step is not to wait for them, and a short run does without.
   */
  private static final long FIRST_WAIT = 30_000_000;

  private static final ConcurrentHashMap<Specialisation, Loop> ALL = new ConcurrentHashMap<>();

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
  private final Trials steps;
  private final Trials finiteness;
  private final Trials squares;
  // Volatile for the fields of the loop, which are not final.
  private volatile Loop simd;
  private int elements;

  /** The trials of one operation. */
  private static final class Trials {
    private boolean hasChanged;
    private int count;
    private int blocks;
    private long next;

    Trials(long wait) {
      next = System.nanoTime() + wait;
    }

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

    /** Takes note of one that could not be. */
    void putOff() {
      next = System.nanoTime() + LONGEST_WAIT;
    }
  }

  Changeover(Loop scalar, Supplier<Loop> simdLoop, long wait) {
    this.scalar = scalar;
    this.simdLoop = simdLoop;
    steps = new Trials(wait);
    finiteness = new Trials(wait);
    squares = new Trials(wait);
  }

  /**
   * The loop for these constants that starts on the scalar path.
   *
   * @param constants element type, lane width and variant
   * @return the loop, the same one at every call
   */
  public static Loop loop(Specialisation constants) {
    final Loop known = ALL.get(constants);
    return known != null ? known : ALL.computeIfAbsent(constants, Changeover::create);
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
   * The SIMD loop for a trial; threads that ask at the same time get the same one. Trials ask before they
   * take the time, as the first to ask may load the Vector API.
   *
   * @return the loop, or null where it could not be made. Earlier blocks have been written by then: for
   *     want of memory, or because a logger throws that is told of the choice, no step is to end half done
   */
  private Loop tried(Trials trials) {
    final Loop known = simd;
    if (known != null) {
      return known;
    }
    try {
      final Loop made = simdLoop.get();
      simd = made;
      return made;
    } catch (RuntimeException | Error e) {
      trials.putOff();
      return null;
    }
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
    int start = from;
    // Every other trial has a tail, so that the code for both is compiled.
    final int trial = TRIAL + (steps.count & 1);
    if (steps.isNext() && to - from >= trial) {
      final Loop tried = tried(steps);
      if (tried != null) {
        final long now = System.nanoTime();
        start = from + trial;
        tried.block(c, params, grads, m, v, max, average, from, start);
        steps.end(now, FAST);
      }
    }
    while (elements < FIRST_ELEMENTS && to - start > FIRST_CALLS) {
      scalar.block(c, params, grads, m, v, max, average, start, start + FIRST_CALLS);
      start += FIRST_CALLS;
      elements += FIRST_CALLS;
    }
    scalar.block(c, params, grads, m, v, max, average, start, to);
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
    if (finiteness.isNext() && to - from >= TRIAL) {
      final Loop tried = tried(finiteness);
      if (tried != null) {
        final long start = System.nanoTime();
        final boolean isFinite = tried.isBlockFinite(array, from, from + TRIAL);
        finiteness.end(start, READ_FAST);
        return isFinite && scalar.isBlockFinite(array, from + TRIAL, to);
      }
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
    if (squares.isNext() && to - from >= TRIAL) {
      final Loop tried = tried(squares);
      if (tried != null) {
        final long start = System.nanoTime();
        rest = from + TRIAL;
        tried.addSquares(sums, array, scale, from, rest);
        squares.end(start, READ_FAST);
      }
    }
    // A trial is a multiple of the sums: the rest begins at the first of them again.
    scalar.addSquares(sums, array, scale, rest, to);
  }
}
