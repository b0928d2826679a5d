package org.adamant.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a slice, block after block. The layout of the operands is a constant of the specialised class, not
 * of this one.
 *
 * <p>The caller has checked the arguments once; nothing is checked here.
 *
 * <p>No loop over elements branches on their values. The compiler leaves out a branch that it has never seen taken,
 * and discards the whole method when it is taken: a SIMD loop would then run uncompiled for hundreds of steps, a
 * hundred times slower, and allocate its vectors. For the same reason whole vectors have a method of their own, in
 * which no branch depends on the length of a slice. The one exception is the guard of {@link FmaRoot}: the trials
 * of a changeover show both of its sides to the compiler.
 */
public abstract class Loop {

  /**
   * Elements per block: few enough that {@link #step} is soon compiled as a method, not replaced on the stack
   * during its first long call; enough that the call costs nothing. A multiple of every lane count, so that only
   * the first and the last block may have a tail.
   */
  public static final int BLOCK = 4096;

  /** Elements from which on blocks begin at a cache line. */
  private static final int LARGE = 1 << 17;

  /** Sums of squares per block; at least twice the lanes of double in the widest vector. */
  public static final int SUMS = 32;

  /** For the specialised classes, and for those that delegate to one. */
  protected Loop() {}

  /**
   * Steps the elements {@code first <= i < first + count}.
   *
   * @param c the coefficients of the step
   * @param o the operands
   * @param first the first element; of operands in blocks, the first of a block
   * @param count the number of elements; of operands in blocks, whole blocks, or up to the end
   */
  public final void run(Coefficients c, Operands o, long first, long count) {
    final long end = first + count;
    long start = first;
    for (int length = firstLength(o, first, count); length > 0;) {
      block(c, o, start, length);
      if (c.flushes()) {
        // Now, while the block is still in the cache.
        flush(o, start, length);
      }
      start += length;
      length = start < end ? length(o, start, end - start) : 0;
    }
  }

  /**
   * Steps one block.
   *
   * @param c the coefficients
   * @param o the operands
   * @param first the first element
   * @param count the number of elements, no more than {@link #run} would do at once
   */
  public final void block(Coefficients c, Operands o, long first, int count) {
    if (o.layout.hasBlocks()) {
      stepAndPack(c, o, first, count);
    } else {
      step(c, o, null, first, count);
    }
  }

  private void stepAndPack(Coefficients c, Operands o, long first, int count) {
    final float[] moments = Scratch.moments();
    for (int done = 0; done < count; done += Block8.LENGTH) {
      final int length = Math.min(count - done, Block8.LENGTH);
      step(c, o, moments, first + done, length);
      pack(c, o, moments, first + done, length);
    }
  }

  private static int length(Operands o, long start, long left) {
    if (!o.layout.isLossy()) {
      return (int) Math.min(left, BLOCK);
    }
    // The upper half of an element's number is the same in the whole block, see RandomBits.
    final long number = o.number + start;
    final long sameUpperHalf = (number | 0xffff_ffffL) - number + 1;
    return (int) Math.min(left, Math.min(BLOCK, sameUpperHalf));
  }

  /**
   * The length of the first block. In arrays so large that G1 gives them regions of their own, elements begin 16
   * bytes after the start of a cache line. There the first block is shorter, so that further blocks begin at a
   * line. A vector across two lines takes two accesses, which is 3 to 7 % of a step at 262,144 elements.
   */
  private static int firstLength(Operands o, long first, long count) {
    if (count < LARGE || o.layout.isLossy() || o.layout.kind(Operand.PARAMS).isSegment) {
      return length(o, first, count);
    }
    final Kind kind = o.layout.kind(Operand.PARAMS);
    final int line = 64 / kind.bytes;
    final int from = o.offset + (int) first;
    return (from + BLOCK & -line) - 16 / kind.bytes - from;
  }

  /**
   * Steps one block, or a part of it.
   *
   * @param c the coefficients
   * @param o the operands
   * @param moments where new moments in blocks are collected, see {@link Scratch}; null if there are none
   * @param first the first element
   * @param count the number of elements, at most {@link #BLOCK}, and within one {@link Block8} if moments are in
   *     blocks
   */
  public abstract void step(
      Coefficients c, Operands o, float @Nullable [] moments, long first, int count);

  /**
   * Sets the tiny moments of one block to zero, see {@link TinyMoments}.
   *
   * @param o the operands
   * @param first the first element
   * @param count the number of elements
   */
  public abstract void flush(Operands o, long first, int count);

  /**
   * Writes the moments of one block of {@link Block8}, which can be rounded only when the largest is known.
   *
   * @param c the coefficients
   * @param o the operands
   * @param moments what {@link #step} left there
   * @param first the first element, the first of a block
   * @param count the number of elements, at most those of a block
   */
  public abstract void pack(Coefficients c, Operands o, float[] moments, long first, int count);

  /**
   * The number of gradients that are not finite.
   *
   * @param o the operands
   * @param first the first element
   * @param count the number of elements
   * @return how many are NaN or infinite
   */
  public final long countNonFinite(Operands o, long first, long count) {
    long sum = 0;
    final long end = first + count;
    for (long start = first; start < end; start += BLOCK) {
      sum += countInBlock(o, start, (int) Math.min(end - start, BLOCK));
    }
    return sum;
  }

  /**
   * The sum of the scaled squares of one block of gradients, in double, in an order that does not depend on the lanes:
   * element i goes to sum {@code (i - first) mod} {@value #SUMS}, and the sums are added in halves.
   *
   * @param sums room for {@value #SUMS} sums, overwritten
   * @param o the operands
   * @param scale a power of two, by which each element is multiplied first
   * @param first the first element
   * @param count the number of elements, at most {@value #BLOCK}
   * @return the sum
   */
  public final double sumOfSquares(
      double[] sums, Operands o, double scale, long first, int count) {
    Arrays.fill(sums, 0);
    addSquares(sums, o, scale, first, count);
    for (int half = SUMS / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        sums[i] += sums[i + half];
      }
    }
    return sums[0];
  }

  /**
   * The number of gradients of one block that are NaN or infinite.
   *
   * @param o the operands
   * @param first the first element
   * @param count the number of elements
   * @return how many
   */
  public abstract long countInBlock(Operands o, long first, int count);

  /**
   * Adds the scaled squares of one block of gradients to the sums, which are zero.
   *
   * @param sums the sums
   * @param o the operands
   * @param scale a power of two
   * @param first the first element
   * @param count the number of elements
   */
  public abstract void addSquares(
      double[] sums, Operands o, double scale, long first, int count);
}
