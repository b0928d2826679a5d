package org.adamant.bench.page;

import java.math.BigDecimal;
import java.util.Locale;

/** Numbers as text, the same in every language setting. */
public final class Numbers {

  private Numbers() {}

  /** As short as is exact, with separators of thousands: 0.001, 1,000. */
  public static String plain(double x) {
    if (x == Math.rint(x)) {
      return String.format(Locale.ROOT, "%,.0f", x);
    }
    return new BigDecimal(Double.toString(x)).stripTrailingZeros().toPlainString();
  }

  /** Four significant digits. */
  public static String four(double x) {
    final double size = Math.abs(x);
    if (size != 0 && (size < 1e-3 || size >= 1e6)) {
      return String.format(Locale.ROOT, "%.3e", x);
    }
    return String.format(Locale.ROOT, "%.4g", x);
  }

  /** A share in percent. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  /** A time. */
  public static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f s", seconds);
  }

  /** Fractions fixed at this many digits. */
  public static String fixed(double x, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", x);
  }
}
