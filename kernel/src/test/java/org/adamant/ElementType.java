package org.adamant;

import java.lang.reflect.Array;
import org.adamant.internal.loop.Layout;

/** The two element types of a step behind one interface, so that a test is written once for both. */
enum ElementType {
  FLOAT(Float.MIN_NORMAL, Float.MAX_VALUE, 0x1p-24) {
    @Override
    Object newArray(int length) {
      return new float[length];
    }

    @Override
    double get(Object array, int i) {
      return ((float[]) array)[i];
    }

    @Override
    void set(Object array, int i, double value) {
      ((float[]) array)[i] = (float) value;
    }

    @Override
    void setBits(Object array, int i, long bits) {
      ((float[]) array)[i] = Float.intBitsToFloat((int) bits);
    }

    @Override
    long rawBits(Object array, int i) {
      return Float.floatToRawIntBits(((float[]) array)[i]) & 0xffff_ffffL;
    }

    @Override
    String hex(long bits) {
      return "0x%08x (%s)".formatted(bits, Float.intBitsToFloat((int) bits));
    }

    @Override
    long step(AdamKernel kernel, AdamStep step, Object p, Object g, Object m, Object v) {
      return kernel.step(step, (float[]) p, (float[]) g, (float[]) m, (float[]) v);
    }

    @Override
    long step(
        AdamKernel kernel,
        AdamStep step,
        Object p,
        Object g,
        Object m,
        Object v,
        int offset,
        int length) {
      return kernel.step(step, (float[]) p, (float[]) g, (float[]) m, (float[]) v, offset, length);
    }
  },

  DOUBLE(Double.MIN_NORMAL, Double.MAX_VALUE, 0x1p-53) {
    @Override
    Object newArray(int length) {
      return new double[length];
    }

    @Override
    double get(Object array, int i) {
      return ((double[]) array)[i];
    }

    @Override
    void set(Object array, int i, double value) {
      ((double[]) array)[i] = value;
    }

    @Override
    void setBits(Object array, int i, long bits) {
      ((double[]) array)[i] = Double.longBitsToDouble(bits);
    }

    @Override
    long rawBits(Object array, int i) {
      return Double.doubleToRawLongBits(((double[]) array)[i]);
    }

    @Override
    String hex(long bits) {
      return "0x%016x (%s)".formatted(bits, Double.longBitsToDouble(bits));
    }

    @Override
    long step(AdamKernel kernel, AdamStep step, Object p, Object g, Object m, Object v) {
      return kernel.step(step, (double[]) p, (double[]) g, (double[]) m, (double[]) v);
    }

    @Override
    long step(
        AdamKernel kernel,
        AdamStep step,
        Object p,
        Object g,
        Object m,
        Object v,
        int offset,
        int length) {
      return kernel.step(step, (double[]) p, (double[]) g, (double[]) m, (double[]) v, offset,
          length);
    }
  };

  /** The smallest normal number. */
  final double minNormal;

  /** The largest finite number. */
  final double maxValue;

  /** The unit roundoff: half the distance from 1 to the next number. */
  final double unitRoundoff;

  ElementType(double minNormal, double maxValue, double unitRoundoff) {
    this.minNormal = minNormal;
    this.maxValue = maxValue;
    this.unitRoundoff = unitRoundoff;
  }

  abstract Object newArray(int length);

  abstract double get(Object array, int i);

  /** Stores a value, rounded to this type. */
  abstract void set(Object array, int i, double value);

  /** Stores a bit pattern; a float takes the lower 32 bits. */
  abstract void setBits(Object array, int i, long bits);

  /** The bit pattern, a NaN's payload included. */
  abstract long rawBits(Object array, int i);

  /** A bit pattern and the number it stands for. */
  abstract String hex(long bits);

  abstract long step(AdamKernel kernel, AdamStep step, Object p, Object g, Object m, Object v);

  abstract long step(
      AdamKernel kernel,
      AdamStep step,
      Object p,
      Object g,
      Object m,
      Object v,
      int offset,
      int length);

  /** The bit pattern, every NaN being the same one: payloads are not specified. */
  final long bits(Object array, int i) {
    return Double.isNaN(get(array, i)) ? -1 : rawBits(array, i);
  }

  final Object copy(Object array) {
    final int length = Array.getLength(array);
    final Object copy = newArray(length);
    System.arraycopy(array, 0, copy, 0, length);
    return copy;
  }

  /** How many lanes of this type a vector has; 1 on the scalar path. */
  final int lanes(LaneWidth width) {
    return Math.max(1, width.bits() / (this == FLOAT ? Float.SIZE : Double.SIZE));
  }

  @Override
  public String toString() {
    return this == FLOAT ? "float" : "double";
  }

  /** How the four arrays lie. */
  Layout layout() {
    return this == FLOAT ? Layout.FLOATS : Layout.DOUBLES;
  }
}
