package org.adamant.bench.support;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** The type of the arrays' elements; the names of the benchmarks begin with it. */
public enum Element {
  FLOAT(Float.BYTES, 0x1p-24),
  DOUBLE(Double.BYTES, 0x1p-53);

  private final int bytes;
  private final double roundOff;

  Element(int bytes, double roundOff) {
    this.bytes = bytes;
    this.roundOff = roundOff;
  }

  /** The bytes of an element. */
  public int bytes() {
    return bytes;
  }

  /** The largest relative error of one rounding. */
  public double roundOff() {
    return roundOff;
  }

  /** A new {@code float[]} or {@code double[]} of zeros. */
  public Object zeros(int length) {
    return this == FLOAT ? new float[length] : new double[length];
  }

  /** Uniform values between {@code -bound} and {@code bound}, the same for the same seed. */
  public Object random(int length, double bound, long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final Object values = zeros(length);
    for (int i = 0; i < length; i++) {
      set(values, i, random.nextDouble(-bound, bound));
    }
    return values;
  }

  /** The first elements of an array of either type. */
  public static Object copyOf(Object array, int length) {
    return array instanceof float[] floats
        ? Arrays.copyOf(floats, length)
        : Arrays.copyOf((double[]) array, length);
  }

  /** Element {@code i} of an array of either type. */
  public static double get(Object array, int i) {
    return array instanceof float[] floats ? floats[i] : ((double[]) array)[i];
  }

  /** Sets element {@code i} of an array of either type. */
  public static void set(Object array, int i, double value) {
    if (array instanceof float[] floats) {
      floats[i] = (float) value;
    } else {
      ((double[]) array)[i] = value;
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
