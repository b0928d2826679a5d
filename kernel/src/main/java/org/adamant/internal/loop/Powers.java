package org.adamant.internal.loop;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Correctly rounded powers, as PyTorch's bias corrections need them.
 *
 * <p><b>Method.</b> The power is computed by squaring and multiplying; each number is a sum of two doubles h + l.
 * If all numbers within the bound of the error are rounded to the same double, that is the correctly rounded power.
 * Otherwise it is computed again in decimal arithmetic; this happens if the power lies exactly between two doubles,
 * and else once in 2^45 / t times.
 *
 * <p><b>The bound.</b> Let u = 2^-53 and t &lt; 2^30. The low part is not added to the high part, which would only
 * take time, so it grows. The low part of a power n is at most n u of the high part, up to a factor of 1 + 2^-22,
 * which also covers all products of small terms below. A product is (h + l)(k + j) = q + e + h j + l (k + j), where
 * q is h k rounded, and its error e is exact by fma. The low part is computed with three roundings: of k + j, of e
 * + l (k + j), and of h j added to that. None of them changes the product by more than u times the new low part. So
 * a product with the exponent n gets a relative error of at most 3 n u^2; a square, which has two roundings, of 2 n
 * u^2. Errors of factors add up. So squares have errors of at most 2 k n u^2, where n = 2^k. Those that are
 * multiplied together, whose exponents have the sum t, contribute at most 58 t u^2, as k is at most 29. The
 * products, whose exponents are below t, t, t/2, t/4, ..., contribute at most 9 t u^2. In all, that is 67 t u^2.
 * The test uses 128 t u^2, which has room for its own rounding, of at most t u^2.
 */
public final class Powers {

  /** 128 u^2, see above. */
  private static final double ERROR_PER_STEP = 0x1p-99;

  /** The largest exponent that BigDecimal accepts. */
  private static final long LARGEST_DECIMAL = 999_999_999;

  /** Powers below this do not change 1 - power; numbers above it lose no digits to underflow. */
  private static final double NEGLIGIBLE = 0x1p-60;

  /** The natural logarithm of the double 0.96, as a sum of two doubles, to 107 bits. */
  private static final double LOG = -0x1.4e69ed6d80eb3p-5;
  private static final double LOG_LOW = -0x1.067d54cb9a84cp-60;

  /** The natural logarithm of 2, likewise. */
  private static final double LOG_OF_2 = 0x1.62e42fefa39efp-1;
  private static final double LOG_OF_2_LOW = 0x1.abc9e3b39803fp-56;

  /** From this exponent on, 1 minus half a power of 0.96 is 1. */
  private static final double LARGEST_EXPONENT = 1000;

  /** How often the exponential is squared, and the terms of its series. */
  private static final int SQUARINGS = 8;
  private static final int TERMS = 12;

  private Powers() {}

  /**
   * {@code pow(0.96, exponent)}, rounded correctly except once in 2^40 times; 0 from an exponent of 1000 on, where
   * 1 minus its half is 1.
   *
   * <p><b>Method.</b> It is the exponential of the exponent times the logarithm, both sums of two doubles. A power
   * of 2 is split off; the rest is divided by 2^8, put into the series, and squared eight times. Each of some forty
   * operations errs by at most 2^-103, and the argument by 2^-99: in all less than 2^-94.
   *
   * @param exponent at least 0
   * @return the power
   */
  public static double of096(double exponent) {
    if (exponent >= LARGEST_EXPONENT) {
      return 0;
    }
    final double y = exponent * LOG;
    final double yLow = Math.fma(exponent, LOG_LOW, Math.fma(exponent, LOG, -y));
    final double halvings = Math.rint(y / LOG_OF_2);
    final double product = halvings * LOG_OF_2;
    final double error = Math.fma(halvings, LOG_OF_2, -product);
    // Exact, as both are close to each other.
    final double difference = y - product;
    final double low = yLow - error - halvings * LOG_OF_2_LOW;
    final double r = Math.scalb(difference + low, -SQUARINGS);
    final double rLow = Math.scalb(low - (difference + low - difference), -SQUARINGS);
    // e^r - 1 by Horner's rule: r (1 + r/2 (1 + r/3 (...))). Without the 1, squares lose no digits.
    double sum = 1;
    double sumLow = 0;
    for (int k = TERMS; k > 1; k--) {
      final double factor = r / k;
      final double factorLow = (Math.fma(-factor, k, r) + rLow) / k;
      final double term = sum * factor;
      final double termLow =
          Math.fma(sum, factor, -term) + (sum * factorLow + sumLow * factor);
      sum = 1 + term;
      sumLow = 1 - sum + term + termLow;
    }
    double x = sum * r;
    double xLow = Math.fma(sum, r, -x) + (sum * rLow + sumLow * r);
    for (int k = 0; k < SQUARINGS; k++) {
      // (1 + x)^2 - 1 = 2 x + x^2.
      final double square = x * x;
      final double squareLow = Math.fma(x, x, -square) + 2 * x * xLow;
      final double next = 2 * x + square;
      xLow = 2 * x - next + square + (2 * xLow + squareLow);
      x = next;
    }
    final double one = 1 + x;
    return Math.scalb(one + (1 - one + x + xLow), (int) halvings);
  }

  /**
   * {@code 1 - pow(beta, t)}: the power is rounded correctly, then the difference. From t = 10^9 on the power is
   * that of {@link StrictMath#pow}.
   *
   * @param beta at least 0 and less than 1
   * @param t at least 1
   * @return 1 minus the power
   */
  public static double oneMinusPower(double beta, long t) {
    return 1 - power(beta, t, NEGLIGIBLE);
  }

  /**
   * {@code pow(beta, t)}, rounded correctly, or 0 if it is less than 2^-200. From t = 10^9 on it is that of {@link
   * StrictMath#pow}.
   *
   * @param beta at least 0 and less than 1
   * @param t at least 1
   * @return the power
   */
  public static double power(double beta, long t) {
    return power(beta, t, 0x1p-200);
  }

  private static double power(double beta, long t, double negligible) {
    if (t > LARGEST_DECIMAL) {
      return StrictMath.pow(beta, (double) t);
    }
    double square = beta;
    double squareLow = 0;
    double power = 1;
    double powerLow = 0;
    for (int bits = (int) t;;) {
      // It is a factor of the power, and no factor is greater than 1.
      if (square < negligible) {
        return 0;
      }
      if ((bits & 1) != 0) {
        final double product = power * square;
        final double error = Math.fma(power, square, -product);
        powerLow =
            Math.fma(power, squareLow, Math.fma(powerLow, square + squareLow, error));
        power = product;
      }
      bits >>>= 1;
      if (bits == 0) {
        break;
      }
      final double next = square * square;
      final double error = Math.fma(square, square, -next);
      squareLow = Math.fma(squareLow, 2 * square + squareLow, error);
      square = next;
    }
    if (power < negligible) {
      return 0;
    }
    final double bound = power * (t * ERROR_PER_STEP);
    final double least = power + (powerLow - bound);
    final double most = power + (powerLow + bound);
    return least == most ? least : decimalPower(beta, (int) t);
  }

  /**
   * A power of at most 54 bits, which can lie exactly between two doubles, is computed exactly. Any other power is
   * wrong only if it is within 2^-110 of the middle.
   */
  private static double decimalPower(double beta, int t) {
    final int bits =
        Double.PRECISION - Long.numberOfTrailingZeros(Double.doubleToRawLongBits(beta) | 1L << 52);
    final BigDecimal exact = new BigDecimal(beta);
    return ((bits - 1L) * t <= Double.PRECISION
        ? exact.pow(t)
        : exact.pow(t, MathContext.DECIMAL128))
        .doubleValue();
  }
}
