package org.adamant.internal;

import java.util.Arrays;
import org.adamant.internal.Specialisation.Element;

/**
 * Runs a SIMD loop once against the reference, before anyone relies on it.
 *
 * <p>The sample is there to notice a JVM on which an operation of the Vector API does not round as the
 * reference does, above all an fma that rounds twice; on which a lane is lost, or the tail; or on which
 * zeros, infinities and NaN compare in another way. So no term of the formula is small beside the one it
 * is added to, where its last bits would be rounded away, and there are enough elements for every
 * operation to round differently in several of them.
 */
final class SelfCheck {

  /** Six of the widest vectors, a tail, and an element on either side that is not to be touched. */
  static final int LENGTH = 1 + 6 * 16 + 3 + 1;

  private static final double[] SPECIAL_FLOATS = {
    0.0, -0.0, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, 1 / 0.0, -1 / 0.0, 0 / 0.0
  };
  private static final double[] SPECIAL_DOUBLES = {
    0.0, -0.0, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE, 1 / 0.0, -1 / 0.0, 0 / 0.0
  };

  /** Of many digits and neither large nor small, so that every operation rounds, and it shows. */
  private static final Coefficients COEFFICIENTS =
      new Coefficients(
          0.9, 0.4, -0.6, 1, 0.3, 0.9, 0.999, 1.6, 0.1, 1.8, 0.2, -5.6, -3.5, 0.3, true);

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

  private SelfCheck() {}

  /** What the check specialises the loop of an element type and width for. */
  static Specialisation constants(Element element, int laneBits) {
    return new Specialisation(element, laneBits, VARIANT);
  }

  /** Whether the loop of this width gives the bits of the reference, NaN being equal to NaN. */
  static boolean passes(Element element, int laneBits) {
    final Specialisation simd = constants(element, laneBits);
    return agree(element, Specialiser.loop(simd.scalar()), Specialiser.loop(simd));
  }

  /** Whether two loops for these constants give the same bits, NaN being equal to NaN. */
  static boolean agree(Element element, Loop reference, Loop loop) {
    final Object[] expected = sample(element);
    final Object[] actual = sample(element);
    run(reference, expected);
    run(loop, actual);
    return Arrays.deepEquals(expected, actual);
  }

  private static void run(Loop loop, Object[] a) {
    loop.run(COEFFICIENTS, a[0], a[1], a[2], a[3], a[4], a[5], 1, LENGTH - 1);
  }

  /** Parameters, gradients, moments, maxima and averages; every other element has a special one. */
  static Object[] sample(Element element) {
    final double[] special = element == Element.FLOAT ? SPECIAL_FLOATS : SPECIAL_DOUBLES;
    final Object[] arrays = new Object[6];
    for (int k = 0; k < arrays.length; k++) {
      final double[] doubles = new double[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        // Any numbers will do that differ in all their digits.
        doubles[i] = (i + 1) * (k + 3) * 0.6180339887498949 % 1;
      }
      // In another array each time; there is room for every number in every array.
      for (int n = 0; n < special.length; n++) {
        doubles[2 * (k + arrays.length * n) + 1] = special[n];
      }
      arrays[k] = element == Element.FLOAT ? toFloats(doubles) : doubles;
    }
    return arrays;
  }

  static float[] toFloats(double[] doubles) {
    final float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }
}
