package org.adamant.proptest.oracle;

import org.apache.commons.numbers.core.DD;

/**
 * Sums of two doubles, 106 bits, from Apache Commons Numbers: a relative error of about 2^-100 in each
 * operation, so that a trajectory of 5,000 steps keeps 30 bits more than a double has.
 */
enum DoubleDoubles implements Reals<DD> {
  INSTANCE;

  @Override
  public DD of(double x) {
    return DD.of(x);
  }

  @Override
  public DD add(DD a, DD b) {
    return a.add(b);
  }

  @Override
  public DD subtract(DD a, DD b) {
    return a.subtract(b);
  }

  @Override
  public DD multiply(DD a, DD b) {
    return a.multiply(b);
  }

  @Override
  public DD divide(DD a, DD b) {
    return a.divide(b);
  }

  @Override
  public DD sqrt(DD a) {
    return a.sqrt();
  }

  @Override
  public DD negate(DD a) {
    return a.negate();
  }

  @Override
  public DD max(DD a, DD b) {
    return a.subtract(b).hi() > 0 ? a : b;
  }

  @Override
  public double approximate(DD a) {
    return a.doubleValue();
  }
}
