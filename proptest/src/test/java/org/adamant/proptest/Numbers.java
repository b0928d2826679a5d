package org.adamant.proptest;

import java.math.BigInteger;
import java.util.Random;

/**
 * Draws numbers of an element type, as bit patterns, class by class. Uniform numbers would almost never be zero,
 * infinite or subnormal, and uniform bits would rarely be an ordinary number.
 */
final class Numbers {

  private final Random random;
  private final boolean isFloat;
  private final int fractionBits;
  private final int maxExponent;

  Numbers(Class<?> type, Random random) {
    this.random = random;
    this.isFloat = type == float.class;
    this.fractionBits = isFloat ? 23 : 52;
    this.maxExponent = isFloat ? Float.MAX_EXPONENT : Double.MAX_EXPONENT;
  }

  /** The largest exponent of a number; that of the smallest normal one is 1 minus this. */
  int maxExponent() {
    return maxExponent;
  }

  /** The exponent of the smallest number greater than zero. */
  int leastExponent() {
    return 1 - maxExponent - fractionBits;
  }

  int significandBits() {
    return fractionBits + 1;
  }

  /** Every bit pattern is as likely as any other. */
  long anyBits() {
    return isFloat ? random.nextInt() & 0xffff_ffffL : random.nextLong();
  }

  /** A number of any class: the special ones are as likely as the ordinary ones. */
  double ofAnyClass() {
    final double size =
        switch (random.nextInt(9)) {
          case 0 -> 0;
          case 1 -> scaled(random.nextLong(1, 1L << fractionBits), leastExponent());
          case 2 -> significand(1 - maxExponent);
          case 3 -> significand(maxExponent);
          case 4 -> random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NaN;
          case 5 -> significand(random.nextInt(1 - maxExponent, maxExponent + 1));
          case 6 -> Math.scalb(1.0, random.nextInt(leastExponent(), maxExponent + 1));
          default -> significand(random.nextInt(-20, 5));
        };
    return signed(size);
  }

  /** As they are in training. */
  double ordinary() {
    return signed(significand(random.nextInt(-20, 2)));
  }

  double signed(double size) {
    return random.nextBoolean() ? size : -size;
  }

  /** A positive number of an exponent; its digits are random, all zeros or all ones. */
  double significand(int exponent) {
    final long digits =
        switch (random.nextInt(6)) {
          case 0 -> 0;
          case 1 -> 1;
          case 2 -> (1L << fractionBits) - 1;
          default -> random.nextLong(1L << fractionBits);
        };
    return scaled((1L << fractionBits) + digits, exponent - fractionBits);
  }

  /** Not the scalb of float, which a long would choose. */
  private static double scaled(double significand, int exponent) {
    return Math.scalb(significand, exponent);
  }

  /** A number up to a few units in the last place away. */
  double near(double x) {
    double nearby = x;
    for (int ulps = random.nextInt(4); ulps > 0; ulps--) {
      nearby = isFloat ? Math.nextUp((float) nearby) : Math.nextUp(nearby);
    }
    return nearby;
  }

  /** Numerator and denominator of one exponent, of the size of their digits. */
  record Quotient(double numerator, double denominator) {}

  /**
   * A quotient as near as there is to the middle between two neighbours, the hardest to round: N / D =
   * (Q + r / D) / 2^(p+1) with an odd Q of p + 1 bits and a tiny r.
   */
  Quotient nearlyHalfway() {
    final int p = significandBits();
    while (true) {
      final BigInteger d = BigInteger.valueOf(1L << p - 1 | random.nextLong(1L << p - 1) | 1);
      final BigInteger r = BigInteger.valueOf(2 * random.nextInt(-4, 4) + 1);
      // Solves N * 2^(p+1) = Q * D + r.
      final BigInteger modulus = BigInteger.ONE.shiftLeft(p + 1);
      final BigInteger q = r.negate().multiply(d.modInverse(modulus)).mod(modulus);
      final BigInteger n = q.multiply(d).add(r).shiftRight(p + 1);
      if (n.bitLength() == p) {
        return new Quotient(n.doubleValue(), d.doubleValue());
      }
    }
  }

  /** A quotient of any two significands, or by a power of two: halfway where it becomes subnormal. */
  Quotient anyQuotient() {
    final double n = significand(fractionBits);
    return new Quotient(
        n, random.nextInt(3) == 0 ? Math.scalb(1.0, fractionBits) : significand(fractionBits));
  }
}
