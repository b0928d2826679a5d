package org.adamant.training;

/** The checks of public methods. Messages name the argument, its value, and what was expected. */
final class Arguments {

  private Arguments() {}

  /** Refuses a number less than 1, and returns how many updates were completed before step t. */
  static long requireStep(long t) {
    requireAtLeast("t", t, 1);
    return t - 1;
  }

  static void requireAtLeast(String name, long value, long least) {
    require(name, value, value >= least, "a whole number >= " + least);
  }

  static void requireFiniteAtLeastZero(String name, double value) {
    require(name, value, value >= 0 && value < Double.POSITIVE_INFINITY, "a finite value >= 0");
  }

  static void requirePositiveFinite(String name, double value) {
    require(name, value, value > 0 && value < Double.POSITIVE_INFINITY, "a finite value > 0");
  }

  static void requireNotAbove(String name, double value, String limitName, double limit) {
    requireFiniteAtLeastZero(limitName, limit);
    require(
        name, value, value >= 0 && value <= limit,
        "0 <= " + name + " <= " + limitName + " = " + limit);
  }

  static void require(String name, Object value, boolean isRight, String expected) {
    if (!isRight) {
      throw new IllegalArgumentException(name + " = " + value + ": expected " + expected);
    }
  }

  static <T> T requireNonNull(String name, T value) {
    if (value == null) {
      throw new NullPointerException(name + " is null");
    }
    return value;
  }
}
