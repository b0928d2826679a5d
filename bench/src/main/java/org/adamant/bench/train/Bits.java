package org.adamant.bench.train;

/** Compares results to the bit. */
final class Bits {

  private Bits() {}

  /** Whether all numbers have the same bits, also the signs of zeros and the payloads of NaN. */
  static boolean areEqual(float[] a, float[] b) {
    boolean areEqual = a.length == b.length;
    for (int i = 0; areEqual && i < a.length; i++) {
      areEqual = Float.floatToRawIntBits(a[i]) == Float.floatToRawIntBits(b[i]);
    }
    return areEqual;
  }
}
