package org.adamant.training;

import java.util.List;

/**
 * A number for each step, most often its learning rate: a pure function of the number of the step. So nothing of it has
 * to be saved but that number, and a training that goes on later has the rates it would have had.
 *
 * <p><b>Counting.</b> t = 1 is the first update, as in the formula of Adam. The formulas below are written with {@code s = t - 1}, the updates that are completed, which is what the
 * schedules of optax, MLX, Keras, PyTorch and Hugging Face count.
 *
 * <p><b>Equal bits.</b> The schedules made here compute in double, with the cosine and the powers of {@link
 * StrictMath}: a step has the same rate on every JVM and processor. They are finite for every t, lie between the values
 * they were made from, and have those values exactly where a phase begins or ends. Two made from the same values are
 * equal.
 *
 * <p>A schedule of one's own, even a lambda, is to be pure too.
 */
@FunctionalInterface
public interface Schedule {

  /**
   * The value at an update.
   *
   * @param t the number of the update, from 1
   * @return the value
   * @throws IllegalArgumentException if t is less than 1
   */
  double at(long t);

  /**
   * The same value at every update.
   *
   * @param rate the value, finite and at least 0
   * @return the schedule
   * @throws IllegalArgumentException if the value is outside its range
   */
  static Schedule constant(double rate) {
    return new Schedules.Constant(rate);
  }

  /**
   * A straight line, and then its end: {@code from + (to - from) * min(1, s / steps)}.
   *
   * <p>As optax's {@code linear_schedule} and MLX's; PyTorch's {@code LinearLR} with its factors multiplied by the rate.
   * The update steps + 1 is the first with the value {@code to}.
   *
   * @param from the value at the first update, finite and at least 0
   * @param to the value at the end, finite and at least 0
   * @param steps after how many updates it is reached, at least 0
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule linear(double from, double to, long steps) {
    return new Schedules.Linear(from, to, steps);
  }

  /**
   * A rise from 0 to a value at which it stays: {@code peak * min(1, s / warmup)}.
   *
   * <p>As Hugging Face's {@code get_constant_schedule_with_warmup}: the first update has the rate 0 and changes nothing
   * but the moments. To waste no update, {@code linearWarmup(peak, warmup)}{@link #skipping .skipping(1)} is
   * {@code peak * min(1, (s + 1) / warmup)}.
   *
   * @param peak the value after the rise, finite and at least 0
   * @param warmup how many updates are below it, at least 0
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule linearWarmup(double peak, long warmup) {
    return warmup == 0 ? constant(peak) : new Schedules.LinearWarmup(peak, warmup);
  }

  /**
   * A fall along half a wave, and then its end: {@code end + (peak - end) * (1 + cos(pi * min(1, s / total))) / 2}.
   *
   * <p>As optax's and MLX's {@code cosine_decay} and Keras's {@code CosineDecay}. PyTorch's {@code CosineAnnealingLR}
   * and Burn's scheduler do not stop at the end but rise again, with a period of twice the total. The update total + 1
   * is the first with the value {@code end}.
   *
   * @param peak the value at the first update, finite and at least 0
   * @param end the value at the end, from 0 to peak
   * @param total after how many updates it is reached, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule cosine(double peak, double end, long total) {
    return new Schedules.WarmupCosine(peak, end, 0, total);
  }

  /**
   * A linear rise from 0 and then a fall along half a wave:
   *
   * <pre>
   *   s &lt; warmup   peak * s / warmup
   *   otherwise    end + (peak - end) * (1 + cos(pi * min(1, (s - warmup) / (total - warmup)))) / 2
   * </pre>
   *
   * <p>The total includes the warm-up, as in optax's {@code warmup_cosine_decay_schedule} (its {@code decay_steps}) and
   * Hugging Face's {@code get_cosine_schedule_with_warmup}, whose end is 0. In Keras's {@code CosineDecay} with a
   * warm-up it does not: its {@code decay_steps} are total - warmup. After the total the value stays at the end. The
   * first update has the rate 0, see {@link #linearWarmup}.
   *
   * @param peak the highest value, finite and at least 0
   * @param end the value at the end, from 0 to peak
   * @param warmup how many updates the rise takes, at least 0
   * @param total after how many updates, those of the rise included, the end is reached; more than the warm-up
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule warmupCosine(double peak, double end, long warmup, long total) {
    return new Schedules.WarmupCosine(peak, end, warmup, total);
  }

  /**
   * A linear rise, a time at the highest value, and a fall:
   *
   * <pre>
   *   s &lt; warmup              end + (peak - end) * s / warmup
   *   s &lt; warmup + stable     peak
   *   otherwise               end + (peak - end) * shape of min(1, (s - warmup - stable) / decay)
   * </pre>
   *
   * <p>As Hugging Face's {@code get_wsd_schedule} with {@code min_lr_ratio} = end / peak, which is where its rise begins
   * too: the first update has the rate {@code end}.
   *
   * @param peak the highest value, finite and at least 0
   * @param end the value at both ends, from 0 to peak
   * @param warmup how many updates the rise takes, at least 0
   * @param stable how many updates the highest value stays, at least 0
   * @param decay how many updates the fall takes, at least 1
   * @param shape how it falls
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range, or the updates are too many for a long
   * @throws NullPointerException if the shape is null
   */
  static Schedule warmupStableDecay(
      double peak, double end, long warmup, long stable, long decay, DecayShape shape) {
    return new Schedules.WarmupStableDecay(peak, end, warmup, stable, decay, shape);
  }

  /**
   * A power of a straight line: {@code to + (from - to) * (1 - x)^power} with {@code x = clip(s - begin, 0, steps) /
   * steps}.
   *
   * <p>As optax's {@code polynomial_schedule}; Keras's {@code PolynomialDecay} and PyTorch's {@code PolynomialLR} begin
   * at 0.
   *
   * @param from the value at the beginning, finite and at least 0
   * @param to the value at the end, finite and at least 0
   * @param power finite and greater than 0; 1 is a straight line
   * @param begin how many updates have the value {@code from} before it begins to change, at least 0
   * @param steps how many updates the change takes, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule polynomial(double from, double to, double power, long begin, long steps) {
    return new Schedules.Polynomial(from, to, power, begin, steps);
  }

  /**
   * One wave up and down, with the beta1 that goes with it.
   *
   * @param max the highest rate, finite and at least 0
   * @param total how many updates there are, at least 4
   * @return the cycle with the values of PyTorch
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static OneCycle oneCycle(double max, long total) {
    return OneCycle.of(max, total);
  }

  /**
   * A linear rise from 0, and then a fall with the inverse of the root: {@code inverseRoot(peak, warmup, warmup)}, or
   * with a timescale of 10,000 where there is no warm-up.
   *
   * @param peak the highest value, finite and at least 0
   * @param warmup how many updates the rise takes, at least 0
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule inverseRoot(double peak, long warmup) {
    return inverseRoot(peak, warmup, warmup == 0 ? 10_000 : warmup);
  }

  /**
   * A linear rise from 0, and then a fall with the inverse of the root:
   *
   * <pre>
   *   s &lt; warmup   peak * s / warmup
   *   otherwise    peak / sqrt(1 + (s - warmup) / timescale)
   * </pre>
   *
   * <p>As Hugging Face's {@code get_inverse_sqrt_schedule}, which writes the same root as {@code (s + timescale -
   * warmup) / timescale}.
   *
   * @param peak the highest value, finite and at least 0
   * @param warmup how many updates the rise takes, at least 0
   * @param timescale how slowly it falls: after three times that it is half of the peak; at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule inverseRoot(double peak, long warmup, long timescale) {
    return new Schedules.InverseRoot(peak, warmup, timescale);
  }

  /**
   * That of the Transformer: {@code factor / sqrt(width) * min(1 / sqrt(t), t / warmup^1.5)}.
   *
   * <p>Counted from t = 1, as in Vaswani et al. 2017, section 5.3, and in Burn, so no update is wasted; the highest
   * value is that of t = warmup, {@code factor / sqrt(width * warmup)}.
   *
   * @param factor finite and at least 0
   * @param width that of the model, at least 1
   * @param warmup at which update it is highest, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule noam(double factor, long width, long warmup) {
    return new Schedules.Noam(factor, width, warmup);
  }

  /**
   * A value that is multiplied by the same factor again and again, evenly: {@code from * factor^(s / every)}.
   *
   * <p>As optax's {@code exponential_decay}; PyTorch's {@code ExponentialLR} for every = 1.
   *
   * @param from the value at the first update, finite and at least 0
   * @param factor greater than 0, at most 1
   * @param every how many updates it takes for the factor, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule exponential(double from, double factor, long every) {
    return new Schedules.Exponential(from, factor, every, false);
  }

  /**
   * A value that is multiplied by the same factor after every so many updates: {@code from * factor^floor(s / every)}.
   *
   * <p>As PyTorch's {@code StepLR} and optax's {@code exponential_decay} with {@code staircase}. The update every + 1 is
   * the first that is multiplied.
   *
   * @param from the value at the first update, finite and at least 0
   * @param factor greater than 0, at most 1
   * @param every after how many updates, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule staircase(double from, double factor, long every) {
    return new Schedules.Exponential(from, factor, every, true);
  }

  /**
   * Schedules one after another, each counted from its own start: where {@code boundaries[i - 1] <= s <
   * boundaries[i]}, it is schedule i at t - boundaries[i - 1].
   *
   * <p>As {@code join_schedules} of optax and MLX. PyTorch's {@code SequentialLR} has the same boundaries.
   *
   * @param schedules at least one
   * @param boundaries after how many updates in all each but the first begins: ascending, at least 0, one fewer than
   *     the schedules
   * @return the schedule
   * @throws IllegalArgumentException if there are not as many boundaries or they do not ascend
   * @throws NullPointerException if anything is null
   */
  static Schedule sequence(List<Schedule> schedules, long... boundaries) {
    return Schedules.Sequence.of(schedules, boundaries);
  }

  /**
   * This schedule, each value multiplied by a factor.
   *
   * @param factor finite and at least 0. A product that a double cannot hold is infinite
   * @return the schedule
   * @throws IllegalArgumentException if the factor is outside its range
   */
  default Schedule times(double factor) {
    return new Schedules.Times(this, factor);
  }

  /**
   * This schedule without its first updates: its value at t + updates.
   *
   * @param updates how many are left out, at least 0
   * @return the schedule
   * @throws IllegalArgumentException if the number is negative
   */
  default Schedule skipping(long updates) {
    return new Schedules.Skipping(this, updates);
  }
}
