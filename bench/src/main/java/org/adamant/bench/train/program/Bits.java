package org.adamant.bench.train.program;

import java.lang.foreign.MemorySegment;

/** Compares results to the bit. */
final class Bits {

  private Bits() {}

  /** Whether all numbers are the same, also their zeros' signs and what is in their NaNs. */
  static boolean areEqual(float[] a, float[] b) {
    return MemorySegment.ofArray(a).mismatch(MemorySegment.ofArray(b)) < 0;
  }
}
