package org.adamant.bench.regress.probe;

/** A loop under test: steps of a kernel, or of a loop to compare it with. */
public interface Stepper {

  /** Runs over whole arrays. */
  void run(int count, float[] params, float[] grads, float[] m, float[] v);

  /** Runs over whole arrays. */
  void run(int count, double[] params, double[] grads, double[] m, double[] v);

  /** The width of the path that the steps take. */
  default int laneBits() {
    return 0;
  }
}
