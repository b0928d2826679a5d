package org.adamant;

import java.math.BigDecimal;
import java.math.MathContext;

/** Powers with fractional exponents, in decimals of many more digits than a double has. */
public final class DecimalPower {

  private static final MathContext DIGITS = new MathContext(60);
  private static final BigDecimal LEAST = BigDecimal.ONE.movePointLeft(60);

  private DecimalPower() {}

  /**
   * The power of a base a little below 1, rounded correctly.
   *
   * @param base more than a half and less than 1
   * @param exponent at least 0
   * @return the power
   */
  public static double of(double base, double exponent) {
    // log(b) = -2 artanh((1 - b) / (1 + b)).
    final BigDecimal b = new BigDecimal(base);
    final BigDecimal x =
        BigDecimal.ONE.subtract(b).divide(BigDecimal.ONE.add(b), DIGITS);
    BigDecimal artanh = BigDecimal.ZERO;
    BigDecimal odd = x;
    for (int k = 1; odd.compareTo(LEAST) > 0; k += 2) {
      artanh = artanh.add(odd.divide(BigDecimal.valueOf(k), DIGITS));
      odd = odd.multiply(x, DIGITS).multiply(x, DIGITS);
    }
    // e^y = (e^(y / 2^16))^(2^16).
    final BigDecimal y =
        artanh.multiply(BigDecimal.valueOf(2)).multiply(new BigDecimal(exponent), DIGITS).negate();
    final BigDecimal part = y.divide(BigDecimal.valueOf(1 << 16), DIGITS);
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal term = BigDecimal.ONE;
    for (int k = 1; term.abs().compareTo(LEAST) > 0; k++) {
      sum = sum.add(term);
      term = term.multiply(part, DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
    }
    return sum.pow(1 << 16, DIGITS).doubleValue();
  }
}
