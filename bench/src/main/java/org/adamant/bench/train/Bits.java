package org.adamant.bench.train;

/** Compares results to the bit. */
final class Bits {

  private Bits() {}

  /** Whether all numbers are the same, also their zeros' signs and what is in their NaNs. */
  static boolean areEqual(float[] a, float[] b) {
    boolean areEqual = a.length == b.length;
    for (int i = 0; areEqual && i < a.length; i++) {
      areEqual = Float.floatToRawIntBits(a[i]) == Float.floatToRawIntBits(b[i]);
    }
    return areEqual;
  }
}
