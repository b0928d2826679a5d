package org.adamant;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Decimal arithmetic with far more digits than comparisons of results need. */
final class Exact {

  /**
   * 120 digits: a power with an exponent of 63 bits multiplies the relative error of its factors by
   * 2^63, about 1e19, which leaves a hundred.
   */
  static final MathContext DIGITS = new MathContext(120, RoundingMode.HALF_EVEN);

  private Exact() {}

  /** 1 - beta^t. */
  static BigDecimal oneMinusPower(double beta, long t) {
    // Below 1e-400 the power cannot be seen in 1 - power, and its exponent would overflow.
    if (beta == 0 || t * Math.log10(beta) < -400) {
      return BigDecimal.ONE;
    }
    BigDecimal power = BigDecimal.ONE;
    BigDecimal square = new BigDecimal(beta);
    for (long bits = t;; square = square.multiply(square, DIGITS)) {
      if ((bits & 1) != 0) {
        power = power.multiply(square, DIGITS);
      }
      bits >>>= 1;
      if (bits == 0) {
        return BigDecimal.ONE.subtract(power, DIGITS);
      }
    }
  }

  static BigDecimal divide(BigDecimal a, BigDecimal b) {
    return a.divide(b, DIGITS);
  }

  static BigDecimal sqrt(BigDecimal a) {
    return a.sqrt(DIGITS);
  }

  /** The distance of a result from the exact value. */
  static double absoluteError(double actual, BigDecimal exact) {
    return new BigDecimal(actual).subtract(exact, DIGITS).abs().doubleValue();
  }

  /** The distance of a result from the exact value, in parts of that value. */
  static double relativeError(double actual, BigDecimal exact) {
    return divide(new BigDecimal(actual).subtract(exact, DIGITS), exact).abs().doubleValue();
  }
}
