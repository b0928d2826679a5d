package org.adamant.bench.jmh;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The other limit: one square root and one division for each element of a step, repeated on so few elements that
 * memory does not matter. The processor's divider does both, one at a time, so a step that uses it for both cannot
 * be faster. The loop uses the widest vectors, because the compiler's own loop does some elements at both ends one
 * by one.
 */
final class DividerLoop {

  /** Two arrays of so many doubles fill a quarter of the smallest first-level cache. */
  static final int ELEMENTS = 512;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  private DividerLoop() {}

  /** Divides by the roots of x into y, in whole vectors; after the end it begins again. */
  static void run(int count, float[] x, float[] y) {
    final FloatVector one = FloatVector.broadcast(FLOATS, 1);
    for (int i = 0; i < count; i += FLOATS.length()) {
      final int at = i & ELEMENTS - 1;
      one.div(FloatVector.fromArray(FLOATS, x, at).sqrt()).intoArray(y, at);
    }
  }

  static void run(int count, double[] x, double[] y) {
    final DoubleVector one = DoubleVector.broadcast(DOUBLES, 1);
    for (int i = 0; i < count; i += DOUBLES.length()) {
      final int at = i & ELEMENTS - 1;
      one.div(DoubleVector.fromArray(DOUBLES, x, at).sqrt()).intoArray(y, at);
    }
  }
}
