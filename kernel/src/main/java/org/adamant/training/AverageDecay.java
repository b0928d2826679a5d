package org.adamant.training;

/**
 * Schedules for the decay of an exponential moving average of the parameters, {@code average = d * average + (1 - d) *
 * parameters}: the value at t is the d of update t, 1 at an update that leaves the average as it is.
 *
 * <p>A constant decay near 1 keeps for long what the average began with; these begin with a smaller one.
 */
public final class AverageDecay {

  private AverageDecay() {}

  /**
   * A decay that grows up to its last value: {@code min(decay, (1 + t) / (10 + t))}.
   *
   * <p>As TensorFlow's {@code ExponentialMovingAverage} with {@code num_updates}, which is t here: the updates that are
   * completed when the average is taken, this one included; the first value is 2/11. So counts torch_ema too.
   *
   * @param decay the last value, at least 0 and less than 1
   * @return the schedule
   * @throws IllegalArgumentException if the decay is outside its range
   */
  public static Schedule warmup(double decay) {
    return new Schedules.AverageWarmup(decay);
  }

  /**
   * A decay that makes up for the beginning: {@code 1 - (1 - decay) / (1 - decay^t)}.
   *
   * <p>An average that is kept with it equals one that began at 0 and is divided by {@code 1 - decay^t}, as Adam does
   * with its moments: the first value is 0, which takes the parameters as they are, and the average of t parameters has
   * the weights decay^(t-1), ..., decay, 1, divided by their sum.
   *
   * @param decay the last value, at least 0 and less than 1
   * @return the schedule
   * @throws IllegalArgumentException if the decay is outside its range
   */
  public static Schedule debiased(double decay) {
    return new Schedules.AverageDebiased(decay);
  }

  /**
   * 1, so no average, before a start; from there on a schedule that is counted from the start.
   *
   * @param start the first update that is averaged, at least 1
   * @param schedule that of the updates from there on, whose t = 1 is the start
   * @return the schedule
   * @throws IllegalArgumentException if the start is less than 1
   * @throws NullPointerException if the schedule is null
   */
  public static Schedule startingAt(long start, Schedule schedule) {
    return new Schedules.StartingAt(start, schedule);
  }

  static void requireDecay(double decay) {
    Arguments.require("decay", decay, decay >= 0 && decay < 1, "0 <= decay < 1");
  }
}
