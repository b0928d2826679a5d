package org.adamant.internal.loop;

/**
 * The upper half of a float: 1 bit of sign, 8 of exponent and 7 of mantissa. Every such number is a float. A float
 * is rounded to nearest with ties to even, or stochastically: away from zero with the probability of the distance
 * to the number nearer to zero, in 65,536ths. Infinities stay, NaN stays NaN, and numbers beyond the largest become
 * infinite.
 */
public final class Bfloat16 {

  /**
   * NaN with the largest payload to which a random number can be added without a carry into the sign; without and
   * with the sign. Larger payloads are not kept.
   */
  static final int NAN = 0x7fc0_0000;

  static final int NEGATIVE_NAN = 0xffc0_0000;

  private Bfloat16() {}

  /**
   * {@return the float of these bits}
   *
   * @param bits its bits
   */
  public static float decode(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /**
   * {@return the bits of the nearest number}
   *
   * @param x a number
   */
  public static short encode(float x) {
    final int bits = withoutPayload(Float.floatToRawIntBits(x));
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /** The bits of a neighbour of x: of the one away from zero if the random number, of 16 bits, is large enough. */
  static short encode(float x, int random) {
    return (short) (withoutPayload(Float.floatToRawIntBits(x)) + random >>> 16);
  }

  /** The float of two halves: the upper one is the nearest number, the lower one its difference to the float. */
  static float join(short upper, short lower) {
    return Float.intBitsToFloat((upper << 16) + lower);
  }

  /** The upper half of a float, rounded to nearest, ties away from zero. */
  static short upper(float x) {
    return (short) (withoutPayload(Float.floatToRawIntBits(x)) + 0x8000 >>> 16);
  }

  /** The lower half of a float: the difference to the upper half, so it has a sign. */
  static short lower(float x) {
    return (short) withoutPayload(Float.floatToRawIntBits(x));
  }

  private static int withoutPayload(int bits) {
    // The second minimum compares unsigned numbers.
    return Math.min(Math.min(bits, NAN) ^ Integer.MIN_VALUE, NEGATIVE_NAN ^ Integer.MIN_VALUE)
        ^ Integer.MIN_VALUE;
  }
}
