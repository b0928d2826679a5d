package org.adamant.testkit;

import java.lang.reflect.Array;
import java.util.Arrays;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;

/** Arrays of floats and of doubles behind one face, so that a test is written once for both. */
public final class Elements {

  private Elements() {}

  /** A {@code float[]} or {@code double[]} of zeros. */
  public static Object zeros(Class<?> type, int length) {
    return Array.newInstance(type, length);
  }

  public static Object copy(Object array) {
    return array instanceof float[] floats ? floats.clone() : ((double[]) array).clone();
  }

  /** An element of an array. */
  public static double get(Object array, int i) {
    return array instanceof float[] floats ? floats[i] : ((double[]) array)[i];
  }

  /** Sets an element, rounded to the type of the array. */
  public static void set(Object array, int i, double value) {
    if (array instanceof float[] floats) {
      floats[i] = (float) value;
    } else {
      ((double[]) array)[i] = value;
    }
  }

  /** Sets all elements. */
  public static void fill(Object array, double value) {
    if (array instanceof float[] floats) {
      Arrays.fill(floats, (float) value);
    } else {
      Arrays.fill((double[]) array, value);
    }
  }

  /** The bit pattern of an element, a NaN's payload included. */
  public static long rawBits(Object array, int i) {
    return array instanceof float[] floats
        ? Float.floatToRawIntBits(floats[i]) & 0xffff_ffffL
        : Double.doubleToRawLongBits(((double[]) array)[i]);
  }

  /** The bit pattern of an element, every NaN being the same one: payloads are not specified. */
  public static long bits(Object array, int i) {
    return Double.isNaN(get(array, i)) ? -1 : rawBits(array, i);
  }

  /** Sets an element to a bit pattern; a float takes the lower 32 bits. */
  public static void setBits(Object array, int i, long bits) {
    if (array instanceof float[] floats) {
      floats[i] = Float.intBitsToFloat((int) bits);
    } else {
      ((double[]) array)[i] = Double.longBitsToDouble(bits);
    }
  }

  /** The bit pattern of an element, and the number it stands for. */
  public static String hex(Object array, int i) {
    final String format = array instanceof float[] ? "0x%08x (%s)" : "0x%016x (%s)";
    return format.formatted(rawBits(array, i), Array.get(array, i));
  }

  /** The four arrays of a step, of this element type, as a slice of a model. */
  public static AdamSlice slice(
      Class<?> type, Object params, Object grads, Object m, Object v) {
    return type == float.class
        ? AdamSlice.of((float[]) params, (float[]) grads, (float[]) m, (float[]) v)
        : AdamSlice.of((double[]) params, (double[]) grads, (double[]) m, (double[]) v);
  }

  /** A step over four whole arrays of this element type, not as a slice; any of them may be null. */
  public static long step(
      Class<?> type, AdamKernel kernel, AdamStep step, Object params, Object grads, Object m,
      Object v) {
    return type == float.class
        ? kernel.step(step, (float[]) params, (float[]) grads, (float[]) m, (float[]) v)
        : kernel.step(step, (double[]) params, (double[]) grads, (double[]) m, (double[]) v);
  }

  /** A step over a part of four arrays of this element type, not as a slice. */
  public static long step(
      Class<?> type,
      AdamKernel kernel,
      AdamStep step,
      Object params,
      Object grads,
      Object m,
      Object v,
      int offset,
      int length) {
    return type == float.class
        ? kernel.step(
            step, (float[]) params, (float[]) grads, (float[]) m, (float[]) v, offset, length)
        : kernel.step(
            step, (double[]) params, (double[]) grads, (double[]) m, (double[]) v, offset, length);
  }
}
