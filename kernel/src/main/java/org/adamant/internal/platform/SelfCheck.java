package org.adamant.internal.platform;

import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialisation.Element;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.loop.Variant;

/**
 * Runs a SIMD loop once against the reference before it is used, to find out whether the Vector API is there, in
 * the form this was compiled for. {@link Changeover} checks what it does once compiled.
 */
public final class SelfCheck {

  /**
   * Vectors of ordinary and of special numbers with a tail, and a tail alone. Here every vector operation is
   * interpreted, at some microseconds each, so none is done twice.
   */
  private static final Trial.Selection[] SELECTIONS = {
    Trial.Selection.SPECIAL_NUMBERS, Trial.Selection.TAIL};

  private SelfCheck() {}

  /** The constants with which the check specialises the loop of an element type and width. */
  static Specialisation constants(Element element, int laneBits) {
    return new Specialisation(Layout.of(element), laneBits, Variant.EVERYTHING);
  }

  /**
   * Whether the loop of this width gives the bits of the reference; NaN equals NaN.
   *
   * @param element the element type
   * @param laneBits the width
   * @return whether it does
   */
  public static boolean passes(Element element, int laneBits) {
    final Specialisation simd = constants(element, laneBits);
    return agree(element, Specialiser.loop(simd.scalar()), Specialiser.loop(simd));
  }

  /** Whether two loops for these constants give the same bits; NaN equals NaN. */
  static boolean agree(Element element, Loop reference, Loop loop) {
    final Trial trial = new Trial(Layout.of(element));
    for (Trial.Operation operation : Trial.Operation.values()) {
      for (Trial.Selection selection : SELECTIONS) {
        if (!trial.run(operation, selection, reference, loop)) {
          return false;
        }
      }
    }
    return true;
  }
}
