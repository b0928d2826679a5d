package org.adamant;

import java.util.concurrent.Executor;
import java.util.function.Function;
import org.adamant.internal.Loop;
import org.adamant.internal.Specialisation.Element;

/** The sum of squares of all gradients of a model, block by block, and then of the blocks. */
final class GlobalNorm {

  /** The fewest blocks worth handing to another thread. */
  private static final long SMALLEST_PART = 8;

  // Scaled by these, neither the square of the largest nor that of the smallest double that matters
  // leaves the range.
  private static final double DOWN = 0x1p-600;
  private static final double UP = 0x1p600;

  /** Below this sum, squares may have been lost to underflow. */
  private static final double SMALL = 0x1p-900;

  private final AdamModel model;
  private final Function<Element, Loop> loops;

  /** The number of blocks before slice i; the last entry is the number of all. */
  private final int[] before;

  private GlobalNorm(AdamModel model, Function<Element, Loop> loops) {
    this.model = model;
    this.loops = loops;
    this.before = new int[model.slices.length + 1];
    for (int i = 0; i < model.slices.length; i++) {
      before[i + 1] =
          Math.addExact(before[i], Math.ceilDiv(model.slices[i].length, Loop.BLOCK));
    }
  }

  static double of(
      AdamModel model, Function<Element, Loop> loops, Executor executor, int threads) {
    final GlobalNorm norm = new GlobalNorm(model, loops);
    final double[] ofBlocks = new double[norm.before[model.slices.length]];
    final double sum = norm.sum(ofBlocks, 1, executor, threads);
    if (sum == Double.POSITIVE_INFINITY) {
      return Math.sqrt(norm.sum(ofBlocks, DOWN, executor, threads)) / DOWN;
    }
    if (sum < SMALL) {
      return Math.sqrt(norm.sum(ofBlocks, UP, executor, threads)) / UP;
    }
    return Math.sqrt(sum);
  }

  private double sum(double[] ofBlocks, double scale, Executor executor, int threads) {
    Parts.run(
        ofBlocks.length, SMALLEST_PART, threads, executor, false,
        (from, to) -> sum(ofBlocks, scale, from, to));
    return pairwise(ofBlocks, 0, ofBlocks.length);
  }

  private void sum(double[] ofBlocks, double scale, long from, long to) {
    final double[] sums = new double[Loop.SUMS];
    int slice = 0;
    for (int block = (int) from; block < to; block++) {
      while (before[slice + 1] <= block) {
        slice++;
      }
      final AdamSlice s = model.slices[slice];
      final int first = (block - before[slice]) * Loop.BLOCK;
      // No sum, which could overflow in the last block of the longest arrays.
      final int last = first + Math.min(s.length - first, Loop.BLOCK);
      ofBlocks[block] =
          loops.apply(s.element)
              .sumOfSquares(sums, s.grads, scale, s.offset + first, s.offset + last);
    }
  }

  private static double pairwise(double[] sums, int from, int to) {
    if (to - from <= 1) {
      return from == to ? 0 : sums[from];
    }
    final int middle = from + to >>> 1;
    return pairwise(sums, from, middle) + pairwise(sums, middle, to);
  }
}
