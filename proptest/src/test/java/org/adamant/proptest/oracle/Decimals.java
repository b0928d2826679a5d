package org.adamant.proptest.oracle;

import java.math.BigDecimal;
import java.math.MathContext;

/** Decimal numbers of 60 digits: a relative error below 1e-59 in each operation. */
enum Decimals implements Reals<BigDecimal> {
  INSTANCE;

  private static final MathContext DIGITS = new MathContext(60);

  @Override
  public BigDecimal of(double x) {
    return new BigDecimal(x);
  }

  @Override
  public BigDecimal add(BigDecimal a, BigDecimal b) {
    return a.add(b, DIGITS);
  }

  @Override
  public BigDecimal subtract(BigDecimal a, BigDecimal b) {
    return a.subtract(b, DIGITS);
  }

  @Override
  public BigDecimal multiply(BigDecimal a, BigDecimal b) {
    return a.multiply(b, DIGITS);
  }

  @Override
  public BigDecimal divide(BigDecimal a, BigDecimal b) {
    return a.divide(b, DIGITS);
  }

  @Override
  public BigDecimal sqrt(BigDecimal a) {
    return a.sqrt(DIGITS);
  }

  @Override
  public BigDecimal negate(BigDecimal a) {
    return a.negate();
  }

  @Override
  public BigDecimal max(BigDecimal a, BigDecimal b) {
    return a.max(b);
  }

  @Override
  public double approximate(BigDecimal a) {
    return a.doubleValue();
  }
}
