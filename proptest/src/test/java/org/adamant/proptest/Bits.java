package org.adamant.proptest;

import static org.assertj.core.api.Assertions.fail;

/** The one comparison of results: bit for bit, and a message that lets the element be replayed. */
final class Bits {

  private Bits() {}

  /** Asserts that all arrays hold the same numbers, every NaN being the same one. */
  static void assertSame(String what, State expected, State actual, State before) {
    for (int k = 0; k < State.NAMES.size(); k++) {
      final Object expectedArray = expected.arrays().get(k);
      final Object actualArray = actual.arrays().get(k);
      for (int i = 0; i < expected.length(); i++) {
        if (bits(expectedArray, i) != bits(actualArray, i)) {
          fail(
              "%s: %s[%d] differs%n  expected %s%n  actual   %s%n  from     %s",
              what,
              State.NAMES.get(k),
              i,
              hex(expectedArray, i),
              hex(actualArray, i),
              element(before, i));
        }
      }
    }
  }

  /** Asserts that nothing was written to the elements {@code from <= i < to}. */
  static void assertUntouched(String what, State before, State after, int from, int to) {
    for (int k = 0; k < State.NAMES.size(); k++) {
      for (int i = from; i < to; i++) {
        final Object expected = before.arrays().get(k);
        final Object actual = after.arrays().get(k);
        if (rawBits(expected, i) != rawBits(actual, i)) {
          fail(
              "%s: %s[%d] was written%n  before %s%n  after  %s",
              what,
              State.NAMES.get(k),
              i,
              hex(expected, i),
              hex(actual, i));
        }
      }
    }
  }

  /** The inputs of one element. */
  private static String element(State state, int i) {
    final StringBuilder text = new StringBuilder();
    for (int k = 0; k < State.NAMES.size(); k++) {
      text.append(k == 0 ? "" : ", ").append(State.NAMES.get(k)).append(" = ");
      text.append(hex(state.arrays().get(k), i));
    }
    return text.toString();
  }

  private static long bits(Object array, int i) {
    return Double.isNaN(State.get(array, i)) ? -1 : rawBits(array, i);
  }

  private static long rawBits(Object array, int i) {
    return array instanceof float[] floats
        ? Float.floatToRawIntBits(floats[i]) & 0xffff_ffffL
        : Double.doubleToRawLongBits(((double[]) array)[i]);
  }

  private static String hex(Object array, int i) {
    final String format = array instanceof float[] ? "0x%08x (%s)" : "0x%016x (%s)";
    return format.formatted(rawBits(array, i), State.get(array, i));
  }
}
