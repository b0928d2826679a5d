package org.adamant.bench.jmh;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The other limit: one square root and one division for each element of a step, on so few elements again and
 * again that memory is none. The processor's divider does both and can do only one at a time, so that a step
 * which leaves them to it cannot be faster. In the widest vectors, because the compiler's own loop does some
 * elements one by one at both ends.
 */
final class DividerLoop {

  /** Of a quarter of the smallest first-level cache. */
  static final int ELEMENTS = 512;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  private DividerLoop() {}

  /** Divides by the roots of x into y, from the beginning again at the end, in whole vectors. */
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
