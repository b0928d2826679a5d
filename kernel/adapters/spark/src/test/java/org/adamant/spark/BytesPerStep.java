package org.adamant.spark;

/**
 * What a step moves, as the README has it: bytes, for n parameters of w bytes, S micro-batches and E executors that do
 * equal shares of all of it.
 *
 * @param n parameters, all stepped
 * @param w bytes of each, and of its gradient
 * @param s micro-batches
 * @param e executors
 */
record BytesPerStep(long n, int w, int s, int e) {

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
    return shuffled() * (e - 1) / e;
  }

  /** The owners return their parameters to the driver, and the sum of squares of each block. */
  long returned() {
    return n * w + n / Cut.BLOCK * Double.BYTES;
  }

  /** What comes in and goes out at one executor. */
  long atExecutor() {
    return (broadcast() + 2 * shuffledFromOthers() + returned()) / e;
  }

  /** The same without a broadcast: one of its micro-batches' gradients reduced by range, and parameters gathered. */
  long atExecutorOfRing() {
    return 2 * (2 * n * w * (e - 1) / e);
  }
}
