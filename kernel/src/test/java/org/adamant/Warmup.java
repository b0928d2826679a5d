package org.adamant;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Runs a step until C2 has compiled it. Allocation shows when: interpreted, or compiled without its intrinsics, the
 * Vector API allocates a few hundred bytes for every operation; compiled, it allocates nothing.
 */
final class Warmup {

  private static final int STEPS_PER_BATCH = 200;
  private static final int QUIET_BATCHES = 5;
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Warmup() {}

  /** Runs the loop that these arguments lead to until it is compiled. */
  static void compile(AdamKernel kernel, ElementType type, Adam adam, int length) {
    final AdamSlice slice = VariantsTest.slice(StepArrays.ordinary(type, length, 1));
    final AdamStep step = adam.atStep(1);
    final double bytes = bytesPerStep(() -> kernel.step(step, slice), Duration.ofSeconds(20));
    if (bytes >= 1) {
      throw new AssertionError(
          kernel + " is not compiled, or lost an intrinsic: a step of " + length + " " + type
              + "s allocates " + bytes + " bytes");
    }
  }

  /** Runs the step until it allocates less than a byte per call, or time is up. */
  static double bytesPerStep(Runnable step, Duration patience) {
    return bytesPerStep(step, patience, 1);
  }

  /**
   * Runs the step until it has allocated less than a limit per call in several batches of calls in a
   * row, or time is up.
   *
   * @return the bytes that the current thread allocated per call in the last batch
   */
  static double bytesPerStep(Runnable step, Duration patience, double limit) {
    final long deadline = System.nanoTime() + patience.toNanos();
    int quiet = 0;
    double bytes;
    do {
      // Of this thread only: the compiler's threads and the collector do not disturb.
      final long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < STEPS_PER_BATCH; i++) {
        step.run();
      }
      bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) STEPS_PER_BATCH;
      quiet = bytes < limit ? quiet + 1 : 0;
    } while (quiet < QUIET_BATCHES && System.nanoTime() < deadline);
    return bytes;
  }

  /** The bytes that one call allocates on this thread. */
  static long bytes(Runnable call) {
    final long before = THREADS.getCurrentThreadAllocatedBytes();
    call.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
