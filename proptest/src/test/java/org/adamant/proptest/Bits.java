package org.adamant.proptest;

/** The only comparison of results: bit for bit, with a message from which the element can be replayed. */
final class Bits {

  private Bits() {}

  /** Two results, or a result and the state before it, should be equal and are not. */
  static final class Difference extends AssertionError {
    private static final long serialVersionUID = 1;

    final int index;

    Difference(int index, String message) {
      super(message);
      this.index = index;
    }
  }

  /** Asserts that all arrays hold the same numbers, every NaN being the same one. */
  static void assertSame(String what, State expected, State actual, State before) {
    for (int i = 0; i < expected.length(); i++) {
      for (int k = 0; k < State.NAMES.size(); k++) {
        final Object expectedArray = expected.arrays().get(k);
        final Object actualArray = actual.arrays().get(k);
        if (bits(expectedArray, i) != bits(actualArray, i)) {
          throw differs(
              what, k, i, hex(expectedArray, i), hex(actualArray, i), before);
        }
      }
    }
  }

  /** Asserts that nothing was written to the elements {@code from <= i < to}, NaN's payload included. */
  static void assertUntouched(String what, State before, State after, int from, int to) {
    for (int i = from; i < to; i++) {
      for (int k = 0; k < State.NAMES.size(); k++) {
        final Object expected = before.arrays().get(k);
        final Object actual = after.arrays().get(k);
        if (State.getBits(expected, i) != State.getBits(actual, i)) {
          throw differs(
              what + ": written outside", k, i, hex(expected, i), hex(actual, i), before);
        }
      }
    }
  }

  static void assertUntouched(String what, State before, State after) {
    assertUntouched(what, before, after, 0, before.length());
  }

  /** What to throw for one element of one array that is not what it should be. */
  static Difference differs(
      String what, int array, int i, String expected, String actual, State before) {
    return new Difference(
        i,
        "%s: %s[%d]%n  expected %s%n  actual   %s%n  from     %s"
            .formatted(
                what, State.NAMES.get(array), i, expected, actual, element(before, i)));
  }

  /** The inputs of one element. */
  static String element(State state, int i) {
    final StringBuilder text = new StringBuilder();
    for (int k = 0; k < State.NAMES.size(); k++) {
      text.append(k == 0 ? "" : ", ").append(State.NAMES.get(k)).append(" = ");
      text.append(hex(state.arrays().get(k), i));
    }
    return text.toString();
  }

  /** Bits in which every NaN is the same. */
  static long bits(Object array, int i) {
    return Double.isNaN(State.get(array, i)) ? -1 : State.getBits(array, i);
  }

  static String hex(Object array, int i) {
    final String format = array instanceof float[] ? "0x%08x (%s)" : "0x%016x (%s)";
    final Object value =
        array instanceof float[] floats ? (Object) floats[i] : ((double[]) array)[i];
    return format.formatted(State.getBits(array, i), value);
  }
}
