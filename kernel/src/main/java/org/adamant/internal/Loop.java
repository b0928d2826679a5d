package org.adamant.internal;

import java.util.Arrays;

/**
 * One pass over a slice, block after block. The arrays are passed as {@code Object} because the element
 * type is a constant of the specialised class, not of this one.
 *
 * <p>Nothing is checked here: the caller has, once.
 *
 * <p>No loop over elements branches on their values. The compiler leaves out a branch that it has never seen
 * taken, and where one is then taken, throws the whole method away: a SIMD loop would run uncompiled for
 * hundreds of steps, a hundred times slower, and allocate its vectors. For the same reason whole vectors are
 * a method of their own, in which no branch depends on the length of a slice. The one exception is the guard of
 * {@link FmaRoot}, both sides of which {@link Changeover} shows to the compiler.
 */
public abstract class Loop {

  /**
   * Elements per block: small enough that {@link #block} is soon compiled as a method instead of being
   * replaced on the stack half-way through its first long call, large enough that the call costs
   * nothing. A multiple of every lane count, so that only the first and the last block may have a tail.
   */
  public static final int BLOCK = 4096;

  /** Elements from which on blocks begin at a cache line. */
  private static final int LARGE = 1 << 17;

  /** Sums of squares per block; at least twice the lanes of double in the widest vector. */
  public static final int SUMS = 32;

  /** For the specialised classes. */
  Loop() {}

  /**
   * Steps the elements {@code from <= i < to}.
   *
   * @param c the coefficients of the step
   * @param params parameters, updated
   * @param grads gradients, read; written in variants that do
   * @param m first moments, updated
   * @param v second moments, updated
   * @param max running maxima of the second moments, updated; null in variants without
   * @param average averages of the parameters, updated; null in variants without
   * @param from first element
   * @param to one past the last element
   */
  public final void run(
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int to) {
    int end = firstEnd(params, from, to);
    for (int start = from; start < to; start = end, end = end(start, to)) {
      block(c, params, grads, m, v, max, average, start, end);
      if (c.flushes()) {
        // While the block is still in the cache.
        flush(m, v, start, end);
      }
    }
  }

  /** The end of a block; written so that no sum can overflow at the largest array length. */
  private static int end(int start, int to) {
    return to - start > BLOCK ? start + BLOCK : to;
  }

  /**
   * The end of the first block. In arrays so large that G1 gives them regions of their own, elements begin
   * 16 bytes behind a cache line, and there the blocks that follow begin at a line. A vector that lies
   * across two lines takes two accesses: that is 3 to 7 % of a step at 262,144 elements.
   */
  private static int firstEnd(Object params, int from, int to) {
    if (to - from < LARGE) {
      return end(from, to);
    }
    final int line = params instanceof float[] ? 64 / Float.BYTES : 64 / Double.BYTES;
    return (from + BLOCK & -line) - line / 4;
  }

  /** Steps one block. */
  abstract void block(
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int to);

  /** Sets the tiny moments of one block to zero, see {@link TinyMoments}. */
  abstract void flush(Object m, Object v, int from, int to);

  /**
   * The number of elements that are not finite.
   *
   * @param array the array
   * @param from first element
   * @param to one past the last element
   * @return how many are NaN or infinite
   */
  public final long countNonFinite(Object array, int from, int to) {
    long count = 0;
    for (int start = from, end; start < to; start = end) {
      end = end(start, to);
      count += countInBlock(array, start, end);
    }
    return count;
  }

  /**
   * The sum of the scaled squares of one block, in double, in an order that does not depend on the lanes:
   * element i goes to sum {@code (i - from) mod} {@value #SUMS}, and the sums are added in halves.
   *
   * @param sums room for {@value #SUMS} sums, overwritten
   * @param array the array
   * @param scale a power of two, by which each element is multiplied first
   * @param from first element
   * @param to one past the last element, at most {@value #BLOCK} after the first
   * @return the sum
   */
  public final double sumOfSquares(double[] sums, Object array, double scale, int from, int to) {
    Arrays.fill(sums, 0);
    addSquares(sums, array, scale, from, to);
    for (int half = SUMS / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        sums[i] += sums[i + half];
      }
    }
    return sums[0];
  }

  /** The number of elements of one block that are NaN or infinite. */
  abstract long countInBlock(Object array, int from, int to);

  /** Adds the scaled squares of one block to the sums, which are zero. */
  abstract void addSquares(double[] sums, Object array, double scale, int from, int to);
}
