package org.adamant.proptest;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;

/**
 * The arrays of a step, all {@code float[]} or all {@code double[]}: the four of every step, and the two
 * that some variants need.
 */
record State(Object params, Object grads, Object m, Object v, Object maximum, Object average) {

  /** What the arrays are called in messages, in the order of {@link #arrays}. */
  static final List<String> NAMES = List.of("params", "grads", "m", "v", "maximum", "average");

  /** Where in {@link #arrays} each is. */
  static final int PARAMS = 0;

  static final int GRADS = 1;
  static final int M = 2;
  static final int V = 3;
  static final int MAXIMUM = 4;
  static final int AVERAGE = 5;

  static State zeros(Class<?> type, int length) {
    return of(IntStream.range(0, 6).mapToObj(_ -> Array.newInstance(type, length)).toList());
  }

  static State of(List<Object> a) {
    return new State(a.get(0), a.get(1), a.get(2), a.get(3), a.get(4), a.get(5));
  }

  /** The same arrays, but for one. */
  State with(int array, Object other) {
    final List<Object> others = new ArrayList<>(arrays());
    others.set(array, other);
    return of(others);
  }

  List<Object> arrays() {
    return List.of(params, grads, m, v, maximum, average);
  }

  boolean isFloat() {
    // The one array that no test replaces by a bad one.
    return average instanceof float[];
  }

  int length() {
    return Array.getLength(params);
  }

  State copy() {
    return of(arrays().stream().map(State::copy).toList());
  }

  static Object copy(Object array) {
    return array instanceof float[] floats ? floats.clone() : ((double[]) array).clone();
  }

  /** A state of some elements of this one, in the given order. */
  State select(int... elements) {
    return of(arrays().stream().map(array -> select(array, elements)).toList());
  }

  private static Object select(Object array, int... elements) {
    final Object selected =
        Array.newInstance(array.getClass().componentType(), elements.length);
    for (int i = 0; i < elements.length; i++) {
      if (array instanceof float[] floats) {
        ((float[]) selected)[i] = floats[elements[i]];
      } else {
        ((double[]) selected)[i] = ((double[]) array)[elements[i]];
      }
    }
    return selected;
  }

  /** The arrays as a slice of a model, with the two that only some variants need. */
  AdamSlice slice(int offset, int length) {
    final AdamSlice slice =
        isFloat()
            ? AdamSlice.of((float[]) params, (float[]) grads, (float[]) m, (float[]) v)
            : AdamSlice.of((double[]) params, (double[]) grads, (double[]) m, (double[]) v);
    return slice.withMaximum(maximum).withAverage(average).range(offset, length);
  }

  void step(AdamKernel kernel, AdamStep step, int offset, int length) {
    if (isFloat()) {
      kernel.step(
          step, (float[]) params, (float[]) grads, (float[]) m, (float[]) v, offset, length);
    } else {
      kernel.step(
          step, (double[]) params, (double[]) grads, (double[]) m, (double[]) v, offset, length);
    }
  }

  void step(AdamKernel kernel, AdamStep step) {
    if (isFloat()) {
      kernel.step(step, (float[]) params, (float[]) grads, (float[]) m, (float[]) v);
    } else {
      kernel.step(step, (double[]) params, (double[]) grads, (double[]) m, (double[]) v);
    }
  }

  /** Sets all elements of one of the arrays. */
  static void fill(Object array, double value) {
    if (array instanceof float[] floats) {
      Arrays.fill(floats, (float) value);
    } else {
      Arrays.fill((double[]) array, value);
    }
  }

  /** An element of one of the arrays. */
  static double get(Object array, int i) {
    return array instanceof float[] floats ? floats[i] : ((double[]) array)[i];
  }

  /** Sets an element of one of the arrays, rounded to its type. */
  static void set(Object array, int i, double value) {
    if (array instanceof float[] floats) {
      floats[i] = (float) value;
    } else {
      ((double[]) array)[i] = value;
    }
  }

  /** An element's bit pattern. */
  static long getBits(Object array, int i) {
    return array instanceof float[] floats
        ? Float.floatToRawIntBits(floats[i]) & 0xffff_ffffL
        : Double.doubleToRawLongBits(((double[]) array)[i]);
  }

  /** Sets an element to a bit pattern. */
  static void setBits(Object array, int i, long bits) {
    if (array instanceof float[] floats) {
      floats[i] = Float.intBitsToFloat((int) bits);
    } else {
      ((double[]) array)[i] = Double.longBitsToDouble(bits);
    }
  }
}
