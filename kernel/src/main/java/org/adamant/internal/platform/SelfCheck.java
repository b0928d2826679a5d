package org.adamant.internal.platform;

import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialisation.Element;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.loop.Variant;

/**
 * Runs a SIMD loop once against the reference, before anyone relies on it: is the Vector API there, in the
 * form this was compiled for? What it does once compiled is found out by {@link Changeover}.
 */
public final class SelfCheck {

  private SelfCheck() {}

  /** What the check specialises the loop of an element type and width for. */
  static Specialisation constants(Element element, int laneBits) {
    return new Specialisation(Layout.of(element), laneBits, Variant.EVERYTHING);
  }

  /**
   * Whether the loop of this width gives the bits of the reference, NaN being equal to NaN.
   *
   * @param element the element type
   * @param laneBits the width
   * @return whether it does
   */
  public static boolean passes(Element element, int laneBits) {
    final Specialisation simd = constants(element, laneBits);
    return agree(element, Specialiser.loop(simd.scalar()), Specialiser.loop(simd));
  }

  /** Whether two loops for these constants give the same bits, NaN being equal to NaN. */
  static boolean agree(Element element, Loop reference, Loop loop) {
    final Trial trial = new Trial(Layout.of(element));
    for (Trial.Operation operation : Trial.Operation.values()) {
      for (Trial.Selection selection : Trial.Selection.values()) {
        if (!trial.run(operation, selection, reference, loop)) {
          return false;
        }
      }
    }
    return true;
  }
}
