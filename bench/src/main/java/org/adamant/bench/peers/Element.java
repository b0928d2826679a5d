package org.adamant.bench.peers;

import java.util.Arrays;
import java.util.SplittableRandom;

/** The type of the arrays' elements. */
enum Element {
  FLOAT(0x1p-24, Float.BYTES) {
    @Override
    Object zeros(int length) {
      return new float[length];
    }

    @Override
    Object random(int length, double bound, long seed) {
      final SplittableRandom random = new SplittableRandom(seed);
      final float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = (float) random.nextDouble(-bound, bound);
      }
      return values;
    }
  },
  DOUBLE(0x1p-53, Double.BYTES) {
    @Override
    Object zeros(int length) {
      return new double[length];
    }

    @Override
    Object random(int length, double bound, long seed) {
      final SplittableRandom random = new SplittableRandom(seed);
      final double[] values = new double[length];
      for (int i = 0; i < length; i++) {
        values[i] = random.nextDouble(-bound, bound);
      }
      return values;
    }
  };

  private final double roundOff;
  private final int bytes;

  Element(double roundOff, int bytes) {
    this.roundOff = roundOff;
    this.bytes = bytes;
  }

  /** The bytes of an element. */
  int bytes() {
    return bytes;
  }

  /** The largest relative error of one rounding. */
  double roundOff() {
    return roundOff;
  }

  /** A new {@code float[]} or {@code double[]} of zeros. */
  abstract Object zeros(int length);

  /** Even values between {@code -bound} and {@code bound}, the same for the same seed. */
  abstract Object random(int length, double bound, long seed);

  /** The first elements of an array of either type. */
  static Object copyOf(Object array, int length) {
    return array instanceof float[] floats
        ? Arrays.copyOf(floats, length)
        : Arrays.copyOf((double[]) array, length);
  }

  /** Element {@code i} of an array of either type. */
  static double get(Object array, int i) {
    return array instanceof float[] floats ? floats[i] : ((double[]) array)[i];
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
