package org.adamant.bench.regress.probe;

/** A loop under test: steps of a kernel, or of a loop to compare it with. */
public interface Stepper {

  /**
   * Runs over whole arrays.
   *
   * @param count how often
   * @param params parameters
   * @param grads gradients
   * @param m first moments
   * @param v second moments
   */
  void run(int count, float[] params, float[] grads, float[] m, float[] v);

  /**
   * Runs over whole arrays.
   *
   * @param count how often
   * @param params parameters
   * @param grads gradients
   * @param m first moments
   * @param v second moments
   */
  void run(int count, double[] params, double[] grads, double[] m, double[] v);

  /**
   * Which path the steps take.
   *
   * @return the vectors' width in bits, 0 for loops without
   */
  default int laneBits() {
    return 0;
  }
}
