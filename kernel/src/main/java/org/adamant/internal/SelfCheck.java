package org.adamant.internal;

import java.util.Arrays;
import org.adamant.internal.Specialisation.Element;

/** Runs a SIMD loop once against the reference, before anyone relies on it. */
final class SelfCheck {

  /** Enough for the widest vector, a second one, and a tail. */
  private static final int LENGTH = 2 * 16 + 3;

  private static final double[] SPECIAL = {
    0.0, -0.0, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, 1 / 0.0, -1 / 0.0, 0 / 0.0
  };

  private SelfCheck() {}

  /** Whether the loop gives the bits of the reference, NaN being equal to NaN. */
  static boolean passes(Specialisation simd) {
    final Object[] expected = arrays(simd.element());
    final Object[] actual = arrays(simd.element());
    run(Specialiser.loop(simd.scalar()), expected);
    run(Specialiser.loop(simd), actual);
    return Arrays.deepEquals(expected, actual);
  }

  private static void run(Loop loop, Object[] a) {
    final Coefficients c = new Coefficients(0.1, 0.001, -0.01, 30.0, 1e-8, -1e-4, true);
    loop.run(c, a[0], a[1], a[2], a[3], 1, LENGTH - 1);
  }

  /** Parameters, gradients and moments that meet one another's special values. */
  private static Object[] arrays(Element element) {
    final Object[] arrays = new Object[4];
    for (int k = 0; k < arrays.length; k++) {
      final double[] doubles = new double[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        // Any numbers will do that differ in all their digits.
        final double ordinary = Math.abs(((i + 1) * (k + 3) * 0.6180339887498949) % 1);
        final boolean isSpecial = i % 4 == 3 && i / 4 % 4 == k;
        doubles[i] = isSpecial ? SPECIAL[(i / 4 + k) % SPECIAL.length] : ordinary;
      }
      arrays[k] = element == Element.DOUBLE ? doubles : toFloats(doubles);
    }
    return arrays;
  }

  private static float[] toFloats(double[] doubles) {
    final float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }
}
