package org.adamant.testkit;

import java.util.List;

/** The only comparison of results: bit for bit, with a message from which the element can be replayed. */
public final class Bits {

  private Bits() {}

  /** Two results, or a result and the state before it, should be equal and are not. */
  public static final class Difference extends AssertionError {
    private static final long serialVersionUID = 1;

    private final int index;

    /** A difference in one element. */
    public Difference(int index, String message) {
      super(message);
      this.index = index;
    }

    /** The element that differs. */
    public int index() {
      return index;
    }
  }

  /**
   * Asserts that all arrays hold the same numbers, every NaN being the same one.
   *
   * @param what which run this is
   * @param expected the arrays after the run to compare with
   * @param actual the arrays after the run that is tested
   * @param before the arrays before both
   */
  public static void assertSame(
      String what, NamedArrays expected, NamedArrays actual, NamedArrays before) {
    final List<Object> from = expected.arrays();
    final List<Object> to = actual.arrays();
    for (int i = 0; i < expected.length(); i++) {
      for (int k = 0; k < from.size(); k++) {
        if (Elements.bits(from.get(k), i) != Elements.bits(to.get(k), i)) {
          throw differs(
              what, k, i, Elements.hex(from.get(k), i), Elements.hex(to.get(k), i), before);
        }
      }
    }
  }

  /** Asserts that nothing was written: the payload of every NaN counts too. */
  public static void assertUntouched(String what, NamedArrays before, NamedArrays after) {
    assertUntouched(what, before, after, 0, before.length());
  }

  /** Asserts that nothing was written to the elements {@code from <= i < to}. */
  public static void assertUntouched(
      String what, NamedArrays before, NamedArrays after, int from, int to) {
    final List<Object> expected = before.arrays();
    final List<Object> actual = after.arrays();
    for (int i = from; i < to; i++) {
      for (int k = 0; k < expected.size(); k++) {
        if (Elements.rawBits(expected.get(k), i) != Elements.rawBits(actual.get(k), i)) {
          throw differs(
              what + ": was written", k, i, Elements.hex(expected.get(k), i),
              Elements.hex(actual.get(k), i), before);
        }
      }
    }
  }

  /** What to throw for one element of one array that is not what it should be. */
  public static Difference differs(
      String what, int array, int i, String expected, String actual, NamedArrays before) {
    return new Difference(
        i,
        "%s: %s[%d]%n  expected %s%n  actual   %s%n  from     %s"
            .formatted(what, before.names().get(array), i, expected, actual, before.element(i)));
  }
}
