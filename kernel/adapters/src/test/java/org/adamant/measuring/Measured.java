package org.adamant.measuring;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Measures what an adapter costs beside the kernel. */
public final class Measured {

  private static final int WARM_UP = 400;

  private static final int ROUNDS = 200;

  /** Where other programs keep the compilers waiting, 20 runs are over before they are done. */
  private static final long MOST_NANOS = 40_000_000_000L;

  private static final long FEW = 20_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Measured() {}

  /** The fewest bytes that this thread allocated in one of 20 runs or more; those of a kernel are few once it is compiled. */
  public static long bytes(Runnable step) {
    return bytes(() -> {}, step);
  }

  /** Without what comes before each. */
  static long bytes(Runnable beforeStep, Runnable step) {
    long least = Long.MAX_VALUE;
    final long started = System.nanoTime();
    for (int run = 0; run < 20 || least > FEW && System.nanoTime() - started < MOST_NANOS; run++) {
      beforeStep.run();
      final long before = THREADS.getCurrentThreadAllocatedBytes();
      step.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  /** The median of the time of one over that of the other, taken in turns. */
  public static double ratio(Runnable adapter, Runnable kernel) {
    final double[] ratios = new double[ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      final long start = System.nanoTime();
      adapter.run();
      final long middle = System.nanoTime();
      kernel.run();
      final long end = System.nanoTime();
      if (round >= 0) {
        ratios[round] = (double) (middle - start) / (end - middle);
      }
    }
    Arrays.sort(ratios);
    return ratios[ROUNDS / 2];
  }
}
