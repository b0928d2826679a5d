package org.adamant.proptest.witness;

import org.adamant.testkit.Elements;

/**
 * The inputs of the run: bits from integer arithmetic, scaled by powers of two and rounded once, which is the same
 * everywhere. Most elements have ordinary gradients; the others exercise the corners of the arithmetic.
 */
final class WitnessInputs {

  private static final int KINDS = 16;

  private final XorShift random = new XorShift();
  private final int hugeExponent;
  private final int tinyExponentOfM;
  private final int tinyExponentOfV;

  WitnessInputs(Class<?> type) {
    final boolean isFloat = type == float.class;
    hugeExponent = isFloat ? 62 : 500;
    // Below the thresholds under which moments are set to zero at every 64th step.
    tinyExponentOfM = isFloat ? -98 : -958;
    tinyExponentOfV = isFloat ? -60 : -510;
  }

  void fillParams(Object params, int length) {
    for (int i = 0; i < length; i++) {
      Elements.set(params, i, random.uniform() - 0.5);
    }
  }

  /** The gradients of step t. */
  void fillGrads(Object grads, int length, int t) {
    for (int i = 0; i < length; i++) {
      final long bits = random.next();
      final double x = (bits >> 10) * 0x1p-53; // -1 to 1
      Elements.set(grads, i, switch (i % KINDS) {
        case 1 -> t % 97 == 1 ? x : 0; // sparse
        case 3 -> Math.scalb(x, hugeExponent);
        case 5 -> Math.scalb(x, tinyExponentOfM);
        case 7 -> Math.scalb(x, tinyExponentOfV);
        case 9 -> Math.scalb(x, -(int) (bits & 31)); // all magnitudes
        case 11 -> (i + t) % 2 == 0 ? 0.0 : -0.0;
        case 13 -> 0x1.8p-7 * (i % 3 - 1); // constant
        case 15 -> i == KINDS - 1 && t % 20 == 10 ? nonFinite(t) : x * 0x1p-6;
        default -> x * 0x1p-6;
      });
    }
  }

  private static double nonFinite(int t) {
    return t % 3 == 0 ? Double.NaN : t % 3 == 1 ? Double.NEGATIVE_INFINITY : 1e300;
  }
}
