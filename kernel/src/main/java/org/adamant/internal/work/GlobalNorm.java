package org.adamant.internal.work;

import java.util.concurrent.Executor;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operands;
import org.jspecify.annotations.Nullable;

/** The sum of squares of all gradients of a model: first within each block, then over the blocks. */
public final class GlobalNorm {

  /** The fewest blocks worth handing to another thread. */
  private static final long SMALLEST_PART = 8;

  // With these scales, the squares of the largest double and of the smallest that matters stay in range.
  private static final double DOWN = 0x1p-600;
  private static final double UP = 0x1p600;

  /** Below this sum, squares may have been lost to underflow. */
  private static final double SMALL = 0x1p-900;

  private final Work work;
  private final Function<Layout, Loop> loops;

  private GlobalNorm(Work work, Function<Layout, Loop> loops) {
    this.work = work;
    this.loops = loops;
  }

  /**
   * The norm.
   *
   * @param work the operands whose gradients are summed
   * @param loops the loop that reads operands of a layout
   * @param executor where other threads come from; null where there is one thread
   * @param threads how many threads at most
   * @return the root of the sum of squares
   */
  public static double of(
      Work work, Function<Layout, Loop> loops, @Nullable Executor executor, int threads) {
    final GlobalNorm norm = new GlobalNorm(work, loops);
    final double[] ofBlocks = new double[Math.toIntExact(work.blocks())];
    return of(
        scale -> {
          norm.sums(ofBlocks, scale, executor, threads);
          return ofBlocks;
        });
  }

  /**
   * The norm of gradients that are not in one place.
   *
   * @param sumsOfBlocks the sums of squares of all blocks, with gradients multiplied by a scale; called once or
   *     twice
   * @return the root of the sum of squares
   */
  public static double of(DoubleFunction<double[]> sumsOfBlocks) {
    final double sum = pairwise(sumsOfBlocks.apply(1));
    if (sum == Double.POSITIVE_INFINITY) {
      return Math.sqrt(pairwise(sumsOfBlocks.apply(DOWN))) / DOWN;
    }
    if (sum < SMALL) {
      return Math.sqrt(pairwise(sumsOfBlocks.apply(UP))) / UP;
    }
    return Math.sqrt(sum);
  }

  /**
   * The sums of squares of all blocks.
   *
   * @param work the operands whose gradients are summed
   * @param loops the loop that reads operands of a layout
   * @param scale the factor of each gradient
   * @return the sums in the order of the blocks
   */
  public static double[] sums(Work work, Function<Layout, Loop> loops, double scale) {
    final double[] ofBlocks = new double[Math.toIntExact(work.blocks())];
    new GlobalNorm(work, loops).sum(ofBlocks, scale, 0, ofBlocks.length);
    return ofBlocks;
  }

  private void sums(
      double[] ofBlocks, double scale, @Nullable Executor executor, int threads) {
    Parts.run(
        ofBlocks.length, SMALLEST_PART, threads, executor, false,
        (from, to) -> sum(ofBlocks, scale, from, to));
  }

  private void sum(double[] ofBlocks, double scale, long from, long to) {
    final double[] sums = new double[Loop.SUMS];
    int slice = 0;
    for (int block = (int) from; block < to; block++) {
      while (work.blocksBefore(slice + 1) <= block) {
        slice++;
      }
      final Operands o = work.operands(slice);
      final long first = (block - work.blocksBefore(slice)) * Loop.BLOCK;
      final int count = (int) Math.min(o.length() - first, Loop.BLOCK);
      ofBlocks[block] = loops.apply(o.layout()).sumOfSquares(sums, o, scale, first, count);
    }
  }

  private static double pairwise(double[] sums) {
    return pairwise(sums, 0, sums.length);
  }

  private static double pairwise(double[] sums, int from, int to) {
    if (to - from <= 1) {
      return from == to ? 0 : sums[from];
    }
    final int middle = from + to >>> 1;
    return pairwise(sums, from, middle) + pairwise(sums, middle, to);
  }
}
