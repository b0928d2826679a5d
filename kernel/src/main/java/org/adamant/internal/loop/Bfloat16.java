package org.adamant.internal.loop;

/**
 * The upper half of a float: 1 sign, 8 exponent and 7 mantissa bits. Every such number is a float; a float is rounded
 * to one, to nearest with ties to even, or stochastically: up with the probability of the distance to the one below,
 * in 65,536ths. Infinities stay, NaN stays NaN, and what is rounded beyond the largest becomes infinite.
 */
public final class Bfloat16 {

  /**
   * NaN with the largest payload that a random number does not carry into the sign; without and with the sign. More
   * of a NaN is not kept.
   */
  static final int NAN = 0x7fc0_0000;

  static final int NEGATIVE_NAN = 0xffc0_0000;

  private Bfloat16() {}

  /**
   * {@return the float that these bits stand for}
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

  /** The bits of one of the two numbers beside x; up if the random number, of 16 bits, is large enough. */
  static short encode(float x, int random) {
    return (short) (withoutPayload(Float.floatToRawIntBits(x)) + random >>> 16);
  }

  /** The float whose halves these are: the upper one is that of the nearest number, the lower one what it is off by. */
  static float join(short upper, short lower) {
    return Float.intBitsToFloat((upper << 16) + lower);
  }

  /** The upper half of a float, rounded to nearest, ties away from zero. */
  static short upper(float x) {
    return (short) (withoutPayload(Float.floatToRawIntBits(x)) + 0x8000 >>> 16);
  }

  /** The lower half of a float; counted from the upper one, so with a sign. */
  static short lower(float x) {
    return (short) withoutPayload(Float.floatToRawIntBits(x));
  }

  private static int withoutPayload(int bits) {
    // The second minimum is that of unsigned numbers.
    return Math.min(Math.min(bits, NAN) ^ Integer.MIN_VALUE, NEGATIVE_NAN ^ Integer.MIN_VALUE)
        ^ Integer.MIN_VALUE;
  }
}
