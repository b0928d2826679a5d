package org.adamant.internal.loop;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Correctly rounded powers, as PyTorch's bias corrections need them.
 *
 * <p><b>Method.</b> The power is computed by squaring and multiplying, each number being a sum of two doubles
 * h + l. If all numbers within the bound of its error are rounded to the same double, that is the power,
 * correctly rounded. Otherwise, which happens where the power lies exactly between two doubles and once in
 * 2^45 / t times besides, it is computed again in decimal arithmetic.
 *
 * <p><b>The bound.</b> Let u = 2^-53 and t &lt; 2^30. The low part is not added to the high one, which would
 * only take time, so it grows: the low part of a power n is at most n u of the high one, up to a factor of
 * 1 + 2^-22 that holds all products of small terms below as well. A product is (h + l)(k + j) = q + e + h j +
 * l (k + j), where q is h k rounded and e, the error of that, is exact by fma. The low part is computed with
 * three roundings, of k + j, of e + l (k + j) and of h j added to that. None of the three changes the product
 * by more than u times the new low part, so it gets an error of at most 3 n u^2 of its value, n being its
 * exponent; a square, which has two roundings, of 2 n u^2. Errors of factors add up. So the squares have
 * errors of at most 2 k n u^2, where n = 2^k; those that are multiplied together, whose exponents have the sum t,
 * add at most 58 t u^2, as k is at most 29; and the products, whose exponents are below t, t, t/2, t/4, ...,
 * add at most 9 t u^2. In all, that is 67 t u^2; the test takes 128 t u^2, which has room for its own rounding, of
 * at most t u^2.
 */
public final class Powers {

  /** 128 u^2, see above. */
  private static final double ERROR_PER_STEP = 0x1p-99;

  /** The largest exponent that BigDecimal can do. */
  private static final long LARGEST_DECIMAL = 999_999_999;

  /** Powers below this cannot be seen in 1 - power, nor do the numbers above it lose digits to underflow. */
  private static final double NEGLIGIBLE = 0x1p-60;

  private Powers() {}

  /**
   * {@code 1 - pow(beta, t)}: the power rounded correctly, and then the difference. From t = 10^9 on the power
   * is that of {@link StrictMath#pow}.
   *
   * @param beta at least 0 and less than 1
   * @param t at least 1
   * @return 1 minus the power
   */
  public static double oneMinusPower(double beta, long t) {
    if (t > LARGEST_DECIMAL) {
      return 1 - StrictMath.pow(beta, t);
    }
    double square = beta;
    double squareLow = 0;
    double power = 1;
    double powerLow = 0;
    for (int bits = (int) t;;) {
      // As a factor of the power, and no other factor is greater than 1.
      if (square < NEGLIGIBLE) {
        return 1;
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
    if (power < NEGLIGIBLE) {
      return 1;
    }
    final double bound = power * (t * ERROR_PER_STEP);
    final double least = power + (powerLow - bound);
    final double most = power + (powerLow + bound);
    return 1 - (least == most ? least : decimalPower(beta, (int) t));
  }

  /**
   * A power of at most 54 bits, which can lie exactly between two doubles, is computed exactly; any other would
   * have to be within 2^-110 of the middle to come out wrong.
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
