package org.adamant.training;

/**
 * The learning rate rises and falls once, and beta1 does the opposite. Immutable. With {@code s = t - 1}:
 *
 * <pre>
 *   s &lt;= rise * total - 1    max / startDivisor up to max              highBeta1 down to lowBeta1
 *   s &lt;= total - 1           max down to max / startDivisor / endDivisor   lowBeta1 up to highBeta1
 * </pre>
 *
 * <p>Each phase is half a wave, {@code to + (from - to) * (1 + cos(pi x)) / 2}, where x is the share of the phase
 * that is over. After the last phase the values stay.
 *
 * <p>As PyTorch's {@code OneCycleLR}, which fails after its total. The rate is highest at t = rise * total, and
 * reaches its last value at t = total. In optax's {@code cosine_onecycle_schedule} both come an update later, and
 * the first is rounded down. Source: Smith &amp; Topin 2017, "Super-Convergence".
 *
 * @param max the highest rate, finite and at least 0
 * @param total how many updates there are, at least 2
 * @param rise the share of the updates in which the rate rises, less than 1 and more than one update
 * @param startDivisor how many times smaller the first rate is than the highest, finite and at least 1
 * @param endDivisor how many times smaller the last rate is than the first, finite and at least 1
 * @param highBeta1 beta1 at both ends, at least lowBeta1 and less than 1
 * @param lowBeta1 beta1 at the highest rate, at least 0
 */
public record OneCycle(
    double max,
    long total,
    double rise,
    double startDivisor,
    double endDivisor,
    double highBeta1,
    double lowBeta1) {

  /**
   * A cycle.
   *
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public OneCycle {
    Arguments.requireFiniteAtLeastZero("max", max);
    Arguments.requireAtLeast("total", total, 2);
    Arguments.require(
        "rise", rise, rise < 1 && rise * total > 1, "1 / total < rise < 1 with total = " + total);
    requireDivisor("startDivisor", startDivisor);
    requireDivisor("endDivisor", endDivisor);
    Arguments.require(
        "highBeta1", highBeta1, highBeta1 >= 0 && highBeta1 < 1, "0 <= highBeta1 < 1");
    Arguments.requireNotAbove("lowBeta1", lowBeta1, "highBeta1", highBeta1);
  }

  private static void requireDivisor(String name, double value) {
    Arguments.require(
        name, value, value >= 1 && value < Double.POSITIVE_INFINITY, "a finite value >= 1");
  }

  /**
   * The cycle with the values of PyTorch: a rise of 0.3, divisors of 25 and 10,000, beta1 between 0.95 and 0.85.
   *
   * @param max the highest rate, finite and at least 0
   * @param total how many updates there are, at least 4
   * @return the cycle
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static OneCycle of(double max, long total) {
    return new OneCycle(max, total, 0.3, 25, 10_000, 0.95, 0.85);
  }

  /**
   * A cycle with another rise.
   *
   * @param changed the share of the updates in which the rate rises
   * @return the changed cycle
   * @throws IllegalArgumentException if it is outside its range
   */
  public OneCycle withRise(double changed) {
    return new OneCycle(max, total, changed, startDivisor, endDivisor, highBeta1, lowBeta1);
  }

  /**
   * A cycle with other ends.
   *
   * @param start how many times smaller the first rate is than the highest
   * @param end how many times smaller the last rate is than the first
   * @return the changed cycle
   * @throws IllegalArgumentException if one is outside its range
   */
  public OneCycle withDivisors(double start, double end) {
    return new OneCycle(max, total, rise, start, end, highBeta1, lowBeta1);
  }

  /**
   * A cycle with another beta1.
   *
   * @param high beta1 at both ends
   * @param low beta1 at the highest rate
   * @return the changed cycle
   * @throws IllegalArgumentException if one is outside its range
   */
  public OneCycle withBeta1(double high, double low) {
    return new OneCycle(max, total, rise, startDivisor, endDivisor, high, low);
  }

  /**
   * The schedule of the learning rate.
   *
   * @return the schedule
   */
  public Schedule rate() {
    final double start = max / startDivisor;
    return new Schedules.Cycle(start, max, start / endDivisor, rise, total);
  }

  /**
   * The schedule of beta1, the decay of the first moment, which is low where the rate is high.
   *
   * @return the schedule
   */
  public Schedule beta1() {
    return new Schedules.Cycle(highBeta1, lowBeta1, highBeta1, rise, total);
  }
}
