package org.adamant.proptest.oracle;

/** Collects errors. */
public final class Errors {

  private double max;
  private double sum;
  private double squares;
  private long count;

  Errors() {}

  void add(double error) {
    max = Math.max(max, Math.abs(error));
    sum += Math.abs(error);
    squares += error * error;
    count++;
  }

  /**
   * The largest.
   *
   * @return the largest magnitude
   */
  public double max() {
    return max;
  }

  /**
   * The mean.
   *
   * @return the mean magnitude
   */
  public double mean() {
    return sum / count;
  }

  double rms() {
    return Math.sqrt(squares / count);
  }
}
