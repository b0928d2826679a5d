package org.adamant.bench.train;

import java.math.BigDecimal;
import java.util.Locale;

/** Numbers as text, the same in every language setting. */
final class Numbers {

  private Numbers() {}

  /** As short as exactness allows, with thousands set apart: 0.001, 1,000. */
  static String plain(double x) {
    if (x == Math.rint(x)) {
      return String.format(Locale.ROOT, "%,.0f", x);
    }
    return new BigDecimal(Double.toString(x)).stripTrailingZeros().toPlainString();
  }

  /** Four significant digits. */
  static String four(double x) {
    final double size = Math.abs(x);
    if (size != 0 && (size < 1e-3 || size >= 1e6)) {
      return String.format(Locale.ROOT, "%.3e", x);
    }
    return String.format(Locale.ROOT, "%.4g", x);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f s", seconds);
  }

  /** Fractions fixed at this many digits. */
  static String fixed(double x, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", x);
  }
}
