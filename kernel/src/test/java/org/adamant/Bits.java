package org.adamant;

import static org.assertj.core.api.Assertions.fail;

import java.lang.reflect.Array;

/** The only comparison of results: bit for bit, with a message from which the element can be replayed. */
final class Bits {

  private Bits() {}

  /**
   * Asserts that all four arrays hold the same numbers, every NaN being the same one.
   *
   * @param what which run this is
   * @param expected the arrays after the run to compare with
   * @param actual the arrays after the run that is tested
   * @param before the arrays before both
   */
  static void assertSame(
      String what, StepArrays expected, StepArrays actual, StepArrays before) {
    for (int k = 0; k < StepArrays.NAMES.size(); k++) {
      final Object expectedArray = expected.arrays().get(k);
      final Object actualArray = actual.arrays().get(k);
      for (int i = 0; i < Array.getLength(expectedArray); i++) {
        if (expected.type().bits(expectedArray, i) != actual.type().bits(actualArray, i)) {
          fail(
              "%s: %s[%d] differs%n  expected %s%n  actual   %s%n  from     %s",
              what,
              StepArrays.NAMES.get(k),
              i,
              expected.type().hex(expected.type().rawBits(expectedArray, i)),
              actual.type().hex(actual.type().rawBits(actualArray, i)),
              before.element(i));
        }
      }
    }
  }

  /** Asserts that nothing was written: the payload of every NaN counts too. */
  static void assertUntouched(String what, StepArrays before, StepArrays after) {
    assertUntouched(what, before, after, 0, Array.getLength(before.params()));
  }

  /** Asserts that nothing was written to the elements {@code from <= i < to}. */
  static void assertUntouched(
      String what, StepArrays before, StepArrays after, int from, int to) {
    for (int k = 0; k < StepArrays.NAMES.size(); k++) {
      for (int i = from; i < to; i++) {
        final long expected = before.type().rawBits(before.arrays().get(k), i);
        final long actual = after.type().rawBits(after.arrays().get(k), i);
        if (expected != actual) {
          fail(
              "%s: %s[%d] was written%n  before %s%n  after  %s",
              what,
              StepArrays.NAMES.get(k),
              i,
              before.type().hex(expected),
              after.type().hex(actual));
        }
      }
    }
  }

  /** A hash of all bits of all four arrays, every NaN being the same one. */
  static long hash(StepArrays arrays) {
    long hash = 0;
    for (Object array : arrays.arrays()) {
      for (int i = 0; i < Array.getLength(array); i++) {
        // The rotation, because a product carries bits only upwards.
        hash = Long.rotateLeft((hash ^ arrays.type().bits(array, i)) * 0x9e3779b97f4a7c15L, 29);
      }
    }
    return hash;
  }
}
