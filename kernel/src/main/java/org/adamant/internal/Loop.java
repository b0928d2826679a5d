package org.adamant.internal;

/**
 * One pass over a slice, block after block. The arrays are passed as {@code Object} because the element
 * type is a constant of the specialised class, not of this one.
 *
 * <p>Nothing is checked here: the caller has, once.
 */
public abstract class Loop {

  /**
   * Elements per block: small enough that {@link #block} is soon compiled as a method instead of being
   * replaced on the stack half-way through its first long call, large enough that the call costs
   * nothing. A multiple of every lane count, so that only the last block has a tail.
   */
  static final int BLOCK = 4096;

  /** For the specialised classes. */
  Loop() {}

  /**
   * Steps the elements {@code from <= i < to}.
   *
   * @param c the coefficients of the step
   * @param params parameters, updated
   * @param grads gradients, read
   * @param m first moments, updated
   * @param v second moments, updated
   * @param from first element
   * @param to one past the last element
   */
  public final void run(
      Coefficients c, Object params, Object grads, Object m, Object v, int from, int to) {
    // Written so that no sum can overflow at the largest array length.
    for (int start = from, end; start < to; start = end) {
      end = to - start > BLOCK ? start + BLOCK : to;
      block(c, params, grads, m, v, start, end);
      if (c.flushes()) {
        // While the block is still in the cache.
        flush(m, v, start, end);
      }
    }
  }

  /** Steps one block. */
  abstract void block(
      Coefficients c, Object params, Object grads, Object m, Object v, int from, int to);

  /** Sets the tiny moments of one block to zero, see {@link TinyMoments}. */
  abstract void flush(Object m, Object v, int from, int to);
}
