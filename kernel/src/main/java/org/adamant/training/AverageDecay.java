package org.adamant.training;

/**
 * Schedules for the decay of an exponential moving average of the parameters, {@code average = d * average + (1 -
 * d) * parameters}. The value at t is the d of update t; 1 leaves the average as it is.
 *
 * <p>With a constant decay near 1 the first parameters weigh for long. These schedules begin with a smaller decay.
 */
public final class AverageDecay {

  private AverageDecay() {}

  /**
   * A decay that grows to its last value: {@code min(decay, (1 + t) / (10 + t))}.
   *
   * <p>As TensorFlow's {@code ExponentialMovingAverage} whose {@code num_updates} is t: the number of updates
   * completed when the average is taken, this one included. The first value is 2/11. torch_ema counts likewise.
   *
   * @param decay the last value, at least 0 and less than 1
   * @return the schedule
   * @throws IllegalArgumentException if the decay is outside its range
   */
  public static Schedule warmup(double decay) {
    return new Schedules.AverageWarmup(decay);
  }

  /**
   * A decay that corrects the bias of the beginning: {@code 1 - (1 - decay) / (1 - decay^t)}.
   *
   * <p>The average equals one that began at 0 and is divided by {@code 1 - decay^t}, as Adam corrects its moments.
   * The first value is 0, which takes the parameters as they are. The average of t parameters has the weights
   * decay^(t-1), ..., decay, 1, divided by their sum.
   *
   * @param decay the last value, at least 0 and less than 1
   * @return the schedule
   * @throws IllegalArgumentException if the decay is outside its range
   */
  public static Schedule debiased(double decay) {
    return new Schedules.AverageDebiased(decay);
  }

  /**
   * Averages from an update on: 1, which is no average, before it, then a schedule that counts from it.
   *
   * @param start the first update that is averaged, at least 1
   * @param schedule the schedule from there on, whose t = 1 is the start
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
