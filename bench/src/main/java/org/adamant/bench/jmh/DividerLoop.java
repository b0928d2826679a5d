package org.adamant.bench.jmh;

/**
 * The other limit: one square root and one division for each element of a step, on so few elements again and
 * again that memory is none. The processor's divider does both and can do only one at a time, so that a step
 * which leaves them to it cannot be faster.
 */
public final class DividerLoop {

  /** Of a quarter of the smallest first-level cache. */
  static final int ELEMENTS = 512;

  private DividerLoop() {}

  /** Goes over the first elements of x until that many roots have been divided by into y. */
  static void run(int count, float[] x, float[] y) {
    for (int done = 0; done < count; done += ELEMENTS) {
      divide(Math.min(ELEMENTS, count - done), x, y);
    }
  }

  static void run(int count, double[] x, double[] y) {
    for (int done = 0; done < count; done += ELEMENTS) {
      divide(Math.min(ELEMENTS, count - done), x, y);
    }
  }

  private static void divide(int length, float[] x, float[] y) {
    for (int i = 0; i < length; i++) {
      y[i] = 1 / (float) Math.sqrt(x[i]);
    }
  }

  private static void divide(int length, double[] x, double[] y) {
    for (int i = 0; i < length; i++) {
      y[i] = 1 / Math.sqrt(x[i]);
    }
  }
}
