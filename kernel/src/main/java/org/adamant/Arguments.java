package org.adamant;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** The checks of public methods. Messages name the argument, its value, and what was expected. */
final class Arguments {

  private Arguments() {}

  static void requireFiniteAtLeastZero(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " = " + value + ": expected a finite value >= 0");
    }
  }

  static void requireAtLeastZero(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(name + " = " + value + ": expected a value >= 0");
    }
  }

  static void requirePositive(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + " = " + value + ": expected a value > 0");
    }
  }

  static void requirePositiveFinite(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " = " + value + ": expected a finite value > 0");
    }
  }

  static void requireUnitInterval(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          name + " = " + value + ": expected 0 <= " + name + " <= 1");
    }
  }

  /** Refuses values that the arithmetic of PyTorch does not have. */
  static void requirePyTorch(String name, Object value, boolean isKnown) {
    if (!isKnown) {
      throw new IllegalArgumentException(
          name + " = " + value + ": PyTorch has no such variant; expected another value, or"
              + " arithmetic = EXACT");
    }
  }

  static void requireBeta(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " = " + value + ": expected 0 <= " + name + " < 1");
    }
  }

  static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " = " + value + ": expected at least 1");
    }
  }

  static void requireNonNull(String name, Object value) {
    if (value == null) {
      throw new NullPointerException(name + " is null");
    }
  }

  /** Checks the four arrays of a step: not null, of one length, and different. */
  static void requireStepArrays(Object params, Object grads, Object m, Object v) {
    requireNonNull("params", params);
    requireNonNull("grads", grads);
    requireNonNull("m", m);
    requireNonNull("v", v);
    final int length = Array.getLength(params);
    requireLength("grads", grads, length);
    requireLength("m", m, length);
    requireLength("v", v, length);
    requireDifferent("grads", grads, "params", params);
    requireDifferent("m", m, "params", params);
    requireDifferent("v", v, "params", params);
    requireDifferent("m", m, "grads", grads);
    requireDifferent("v", v, "grads", grads);
    requireDifferent("v", v, "m", m);
  }

  static void requireLength(String name, Object array, int expected) {
    final int length = Array.getLength(array);
    if (length != expected) {
      throw new IllegalArgumentException(
          name + " has length " + length + ": expected " + expected + ", the length of params");
    }
  }

  static void requireDifferent(
      String name, Object array, String other, @Nullable Object otherArray) {
    if (array == otherArray) {
      throw new IllegalArgumentException(
          name + " is the same array as " + other + ": expected different arrays");
    }
  }

  /** Checks that offset and length lie in arrays of the given length, without overflow. */
  static void requireSlice(long offset, long length, long arrayLength) {
    if (offset < 0 || length < 0 || length > arrayLength - offset) {
      throw new IndexOutOfBoundsException(
          "offset = " + offset + ", length = " + length + ": expected 0 <= offset, 0 <= length and"
              + " offset + length <= " + arrayLength + ", the length of the arrays");
    }
  }
}
