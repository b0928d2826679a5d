package org.adamant.internal;

import org.adamant.internal.Specialisation.Element;

/**
 * Runs a SIMD loop once against the reference, before anyone relies on it: is the Vector API there, in the
 * form this was compiled for? What it does once compiled is found out by {@link Changeover}.
 */
final class SelfCheck {

  /** Every operation that a loop can do, as far as they go together. */
  private static final Variant VARIANT =
      new Variant(
          Variant.Arithmetic.EXACT,
          true,
          true,
          true,
          Variant.Decay.DECOUPLED,
          false,
          false,
          false,
          Variant.Maximum.RAW,
          true,
          true,
          false,
          true,
          true);

  private SelfCheck() {}

  /** What the check specialises the loop of an element type and width for. */
  static Specialisation constants(Element element, int laneBits) {
    return new Specialisation(element, laneBits, VARIANT);
  }

  /** Whether the loop of this width gives the bits of the reference, NaN being equal to NaN. */
  static boolean passes(Element element, int laneBits) {
    final Specialisation simd = constants(element, laneBits);
    return agree(element, Specialiser.loop(simd.scalar()), Specialiser.loop(simd));
  }

  /** Whether two loops for these constants give the same bits, NaN being equal to NaN. */
  static boolean agree(Element element, Loop reference, Loop loop) {
    final Trial trial = new Trial(element);
    for (Trial.Operation operation : Trial.Operation.values()) {
      for (Trial.Kind kind : Trial.Kind.values()) {
        if (!trial.run(operation, kind, reference, loop)) {
          return false;
        }
      }
    }
    return true;
  }
}
