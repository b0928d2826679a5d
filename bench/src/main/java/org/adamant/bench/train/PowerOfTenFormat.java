package org.adamant.bench.train;

import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.Locale;

/** Labels an axis of logarithms with the numbers they stand for: -2 is 0.01, 3 is 1,000. */
final class PowerOfTenFormat extends NumberFormat {

  private static final long serialVersionUID = 1;

  @Override
  public StringBuffer format(double exponent, StringBuffer to, FieldPosition position) {
    if (exponent < -4 || exponent > 6) {
      return to.append(String.format(Locale.ROOT, "1e%.0f", exponent));
    }
    final int digits = (int) Math.max(0, -exponent);
    return to.append(Numbers.fixed(Math.pow(10, exponent), digits));
  }

  @Override
  public StringBuffer format(long exponent, StringBuffer to, FieldPosition position) {
    return format((double) exponent, to, position);
  }

  @Override
  public Number parse(String text, ParsePosition position) {
    throw new UnsupportedOperationException("only formats");
  }
}
