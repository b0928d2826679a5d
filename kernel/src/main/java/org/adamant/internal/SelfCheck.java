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

  /** Every operation that a loop can do, as far as they go together. */
  private static final Variant VARIANT =
      new Variant(
          Variant.Arithmetic.EXACT,
          true,
          true,
          true,
          Variant.Decay.DECOUPLED,
          false,
          false,
          false,
          Variant.Maximum.RAW,
          true,
          true,
          false,
          true,
          true);

  /** Whether the loop of this width gives the bits of the reference, NaN being equal to NaN. */
  static boolean passes(Element element, int laneBits) {
    final Specialisation simd = new Specialisation(element, laneBits, VARIANT);
    final Object[] expected = arrays(element);
    final Object[] actual = arrays(element);
    run(Specialiser.loop(simd.scalar()), expected);
    run(Specialiser.loop(simd), actual);
    return Arrays.deepEquals(expected, actual);
  }

  private static void run(Loop loop, Object[] a) {
    final Coefficients c =
        new Coefficients(
            0.7, 2, -1e-4, 1, 0.1, 0.001, 0.999, 3, 1e-9, 1.5, 1e-8, -0.01, -0.002, 0.05, true);
    loop.run(c, a[0], a[1], a[2], a[3], a[4], a[5], 1, LENGTH - 1);
  }

  /** Parameters, gradients and moments that meet one another's special values. */
  private static Object[] arrays(Element element) {
    final Object[] arrays = new Object[6];
    for (int k = 0; k < arrays.length; k++) {
      final double[] doubles = new double[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        // Any numbers will do that differ in all their digits.
        final double ordinary = Math.abs(((i + 1) * (k + 3) * 0.6180339887498949) % 1);
        final boolean isSpecial = i % 4 == 3 && i / 4 % 6 == k;
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
