package org.adamant;

/**
 * The formats of 16 and 8 bits and their rounding, transcribed without regard to speed from the documentation of
 * {@link Format} and {@link Rounding} and the table of the random numbers. Nothing is taken from the code.
 */
final class FormatTranscription {

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /** The operands with random numbers, and the set of each. */
  enum Drawn {
    M(0),
    V(0),
    PARAMS(0),
    GRADS(0),
    MAXIMUM(1),
    AVERAGE(1);

    private final int set;

    Drawn(int set) {
      this.set = set;
    }
  }

  private FormatTranscription() {}

  private static long mix(long bits) {
    long z = bits;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** The random number of an element: bits of them, 16 or 20. */
  static int random(long seed, long t, Drawn operand, long number, int bits) {
    final long stream = mix(seed + t * GOLDEN);
    final int key = (int) (mix(stream + (2 * (number >>> 32) + operand.set) * GOLDEN) >>> 32);
    int x = (int) number ^ key;
    x = (x ^ x >>> 16) * 0x21f0aaad;
    x = (x ^ x >>> 15) * 0xd35a2d97;
    x = x ^ x >>> 15;
    return switch (operand) {
      case M, MAXIMUM -> x & (1 << bits) - 1;
      case V, AVERAGE -> x >>> 32 - bits;
      case PARAMS, GRADS -> x * 0x9e3779b9 >>> 16;
    };
  }

  /** What is added to a pattern of bits before the last of them are cut off, if it is to be the nearest. */
  static int toNearest(int pattern, int cutOff) {
    final boolean isOdd = (pattern >>> cutOff & 1) == 1;
    return (1 << cutOff - 1) - (isOdd ? 0 : 1);
  }

  /** The 16 bits of a number, in the upper half of a float. */
  static float bfloat16(float x, int added) {
    if (x != x || Float.isInfinite(x)) {
      return x;
    }
    // Sign and magnitude: up is away from zero. Beyond the largest there is infinity.
    final int magnitude = Float.floatToRawIntBits(Math.abs(x)) + added & 0xffff_0000;
    return Math.copySign(Float.intBitsToFloat(magnitude), x);
  }

  static float bfloat16ToNearest(float x) {
    return bfloat16(x, toNearest(Float.floatToRawIntBits(x), 16));
  }

  // ---- Numbers of 16 bits. ----

  /** In place of a random number: to nearest. */
  static final int NEAREST = -1;

  /** The float that the bits of a number stand for. */
  static float read16(Format format, short bits) {
    return switch (format) {
      case BFLOAT16 -> Float.intBitsToFloat(bits << 16);
      default -> throw new AssertionError(format);
    };
  }

  /** The bits of a float that is such a number. */
  static short bits16(Format format, float x) {
    return switch (format) {
      case BFLOAT16 -> (short) (Float.floatToRawIntBits(x) >>> 16);
      default -> throw new AssertionError(format);
    };
  }

  /** The number that is read where this one is written; with a random number of 0 it is the one nearer to zero. */
  static float written16(Format format, float x, int random) {
    return switch (format) {
      case BFLOAT16 -> random == NEAREST ? bfloat16ToNearest(x) : bfloat16(x, random);
      default -> throw new AssertionError(format);
    };
  }

  /** How far a float is from the number nearer to zero to the one behind it: from 0 to 1. */
  static float fraction16(Format format, float x) {
    final float lower = written16(format, x, 0);
    final float upper = read16(format, (short) (bits16(format, lower) + 1));
    return (float) (((double) x - lower) / ((double) upper - lower));
  }

  // ---- BLOCK8: b, and z before it is rounded. ----

  /** The b of a block with these numbers. */
  static int scale(float[] block) {
    float largest = 0;
    for (float x : block) {
      if (Math.abs(x) < Float.POSITIVE_INFINITY) {
        largest = Math.max(largest, Math.abs(x));
      }
    }
    int b = 44;
    while (largest * scalb(126 - b) >= 0.875) {
      b++;
    }
    return b;
  }

  private static double scalb(int exponent) {
    return Math.scalb(1.0, exponent);
  }

  /** The smallest z. */
  static double smallest(boolean isUnsigned) {
    return isUnsigned ? 0x1p-31 : 0x1p-15;
  }

  /** z of a number that is finite, as a float. */
  static float z(float x, int b, boolean isUnsigned) {
    // A product by a power of two is exact in double, and so is the sum, but for what is too small to count.
    return (float) (Math.abs((double) x) * scalb(126 - b) + smallest(isUnsigned));
  }

  /** z, rounded to 3 bits of mantissa. */
  static float rounded(float z, int added) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(z) + added & 0xfff0_0000);
  }

  /** The number that is read where this one is written. */
  static float block8(float x, int b, boolean isUnsigned, int added) {
    if (x != x) {
      return x;
    }
    if (Float.isInfinite(x)) {
      return isUnsigned ? Math.abs(x) : x;
    }
    double z = rounded(z(x, b, isUnsigned), added);
    if (isUnsigned && x != 0 && z == smallest(true)) {
      z = smallest(true) * (1 + 1 / 8.0);
    }
    final float magnitude = (float) ((z - smallest(isUnsigned)) * scalb(b - 126));
    return isUnsigned ? magnitude : Math.copySign(magnitude, x);
  }

  /** The number that a byte stands for. */
  static float read(byte bits, int scale, boolean isUnsigned) {
    final int b = Math.max(scale, 44);
    final int magnitude = isUnsigned ? bits & 0xff : bits & 0x7f;
    final int e = magnitude >>> 3;
    final int n = magnitude & 7;
    final int largest = isUnsigned ? 31 : 15;
    final double z = scalb(e - largest) * (1 + n / 8.0);
    final double x =
        e < largest
            ? (z - smallest(isUnsigned)) * scalb(b - 126)
            : n == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    return (float) (!isUnsigned && bits < 0 ? -x : x);
  }
}
