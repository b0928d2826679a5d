package org.adamant.bench.train.program;

import java.lang.foreign.MemorySegment;

/** Compares results to the bit. */
final class Bits {

  private Bits() {}

  /** Whether all numbers have the same bits, also the signs of zeros and the payloads of NaN. */
  static boolean areEqual(float[] a, float[] b) {
    return MemorySegment.ofArray(a).mismatch(MemorySegment.ofArray(b)) < 0;
  }
}
