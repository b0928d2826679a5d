package org.adamant.proptest;

import java.lang.reflect.Array;
import java.util.List;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;

/** The four arrays of a step, all {@code float[]} or all {@code double[]}. */
record State(Object params, Object grads, Object m, Object v) {

  /** What the arrays are called in messages, in the order of {@link #arrays}. */
  static final List<String> NAMES = List.of("params", "grads", "m", "v");

  static State zeros(Class<?> type, int length) {
    return new State(
        Array.newInstance(type, length),
        Array.newInstance(type, length),
        Array.newInstance(type, length),
        Array.newInstance(type, length));
  }

  List<Object> arrays() {
    return List.of(params, grads, m, v);
  }

  boolean isFloat() {
    return params instanceof float[];
  }

  int length() {
    return Array.getLength(params);
  }

  State copy() {
    return new State(copy(params), copy(grads), copy(m), copy(v));
  }

  private static Object copy(Object array) {
    return array instanceof float[] floats ? floats.clone() : ((double[]) array).clone();
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
}
