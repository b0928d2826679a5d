package org.adamant.spark;

import java.util.Locale;

/**
 * The README's model of the bytes that a step moves, for n parameters of w bytes, S micro-batches and E executors
 * with equal shares of everything.
 *
 * @param n the number of parameters, all stepped
 * @param w the bytes of each parameter, and of its gradient
 * @param s the number of micro-batches
 * @param e the number of executors
 */
record BytesPerStep(long n, int w, int s, int e) {

  private static final double MB = 1e6;

  /** Every executor gets all parameters, from the driver or from one another. */
  long broadcast() {
    return n * w * e;
  }

  /** Every micro-batch writes its gradient for the owners. */
  long shuffled() {
    return s * n * w;
  }

  /** Of that, what the owners do not have on their own disk. */
  long shuffledFromOthers() {
    return shuffled() / e * (e - 1);
  }

  /** The owners return their parameters to the driver, and the sum of squares of each block. */
  long returned() {
    return n * w + n / Cut.BLOCK * Double.BYTES;
  }

  /** In and out at the driver, whose broadcast goes out once. */
  long atDriver() {
    return returned() + n * w;
  }

  /** In and out at one executor. */
  long atExecutor() {
    return (broadcast() + 2 * shuffledFromOthers() + returned()) / e;
  }

  /** In and out at one executor if it added up its own micro-batches first, and parameters went from owner to owner. */
  long atExecutorByRange() {
    return 4 * (n * w / e * (e - 1));
  }

  /** The line of the README. */
  String line() {
    return String.format(
        Locale.ROOT, "| %,d | %d | %d | %,.0f | %,.0f | %,.0f | %,.0f |", n / 1_000_000, e, s,
        12 * n / e / MB, atExecutor() / MB, atDriver() / MB, atExecutorByRange() / MB);
  }
}
