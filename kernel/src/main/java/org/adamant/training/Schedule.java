package org.adamant.training;

import java.util.List;

/**
 * A number for each step, most often its learning rate, as a pure function of the number of the step. So only that
 * number needs saving, and a resumed training has the rates it would have had.
 *
 * <p><b>Counting.</b> t = 1 is the first update, as in the formula of Adam. The formulas below use {@code s = t -
 * 1}, the number of completed updates, which the schedules of optax, MLX, Keras, PyTorch and Hugging Face count.
 *
 * <p><b>Equal bits.</b> The schedules made here compute in double, with the cosine and the powers of {@link
 * StrictMath}: a step has the same rate on every JVM and processor. Their values are finite for every t, lie
 * between the values the schedule was made from, and are exactly those where a phase begins or ends. Two schedules
 * made from the same values are equal.
 *
 * <p>A schedule of your own, even a lambda, must be pure, too.
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
   * A straight line to a value that then stays: {@code from + (to - from) * min(1, s / steps)}.
   *
   * <p>As optax's {@code linear_schedule} and MLX's; as PyTorch's {@code LinearLR} if its factors are multiplied by
   * the rate. The first update with the value {@code to} is steps + 1.
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
   * A rise from 0 to a value that then stays: {@code peak * min(1, s / warmup)}.
   *
   * <p>As Hugging Face's {@code get_constant_schedule_with_warmup}: the first update has the rate 0 and changes
   * only the moments. To waste no update, use {@code linearWarmup(peak, warmup)}{@link #skipping .skipping(1)},
   * which is {@code peak * min(1, (s + 1) / warmup)}.
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
   * A fall along half a wave to a value that then stays: {@code end + (peak - end) * (1 + cos(pi * min(1, s /
   * total))) / 2}.
   *
   * <p>As optax's and MLX's {@code cosine_decay} and Keras's {@code CosineDecay}. PyTorch's {@code
   * CosineAnnealingLR} and Burn's scheduler rise again after the end, with a period of twice the total. The first
   * update with the value {@code end} is total + 1.
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
   * A linear rise from 0, then a fall along half a wave to a value that stays:
   *
   * <pre>
   *   s &lt; warmup   peak * s / warmup
   *   otherwise    end + (peak - end) * (1 + cos(pi * min(1, (s - warmup) / (total - warmup)))) / 2
   * </pre>
   *
   * <p>The total includes the warm-up, as in optax's {@code warmup_cosine_decay_schedule} (its {@code decay_steps})
   * and Hugging Face's {@code get_cosine_schedule_with_warmup}, whose end is 0. The total of Keras's {@code
   * CosineDecay} with a warm-up excludes it: its {@code decay_steps} are total - warmup. The first update has the
   * rate 0, see {@link #linearWarmup}.
   *
   * @param peak the highest value, finite and at least 0
   * @param end the value at the end, from 0 to peak
   * @param warmup how many updates the rise takes, at least 0
   * @param total after how many updates, those of the rise included, the end is reached; more than warmup
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule warmupCosine(double peak, double end, long warmup, long total) {
    return new Schedules.WarmupCosine(peak, end, warmup, total);
  }

  /**
   * A linear rise, a phase at the highest value, and a fall to a value that stays:
   *
   * <pre>
   *   s &lt; warmup              end + (peak - end) * s / warmup
   *   s &lt; warmup + stable     peak
   *   otherwise               end + (peak - end) * shape of min(1, (s - warmup - stable) / decay)
   * </pre>
   *
   * <p>As Hugging Face's {@code get_wsd_schedule} with {@code min_lr_ratio} = end / peak. The rise begins at {@code
   * end}, too: the first update has that rate.
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
   * <p>As optax's {@code polynomial_schedule}; as Keras's {@code PolynomialDecay} and PyTorch's {@code
   * PolynomialLR} if begin is 0.
   *
   * @param from the value at the beginning, finite and at least 0
   * @param to the value at the end, finite and at least 0
   * @param power finite and greater than 0; 1 is a straight line
   * @param begin how many updates have the value {@code from} before it begins to change, at least 0
   * @param steps after how many more updates {@code to} is reached, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule polynomial(double from, double to, double power, long begin, long steps) {
    return new Schedules.Polynomial(from, to, power, begin, steps);
  }

  /**
   * A rate that rises and falls once, with its schedule of beta1.
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
   * A linear rise from 0, then a fall with the inverse of the root: {@code inverseRoot(peak, warmup, warmup)}.
   * Without a warm-up the timescale is 10,000.
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
   * A linear rise from 0, then a fall with the inverse of the root:
   *
   * <pre>
   *   s &lt; warmup   peak * s / warmup
   *   otherwise    peak / sqrt(1 + (s - warmup) / timescale)
   * </pre>
   *
   * <p>As Hugging Face's {@code get_inverse_sqrt_schedule}, which writes the radicand as {@code (s + timescale -
   * warmup) / timescale}.
   *
   * @param peak the highest value, finite and at least 0
   * @param warmup how many updates the rise takes, at least 0
   * @param timescale a third of the updates after which half of the peak is left, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule inverseRoot(double peak, long warmup, long timescale) {
    return new Schedules.InverseRoot(peak, warmup, timescale);
  }

  /**
   * The schedule of the Transformer: {@code factor / sqrt(width) * min(1 / sqrt(t), t / warmup^1.5)}.
   *
   * <p>Counts from t = 1, as in Vaswani et al. 2017, section 5.3, and in Burn, so no update is wasted. The highest
   * value is {@code factor / sqrt(width * warmup)}, at t = warmup.
   *
   * @param factor finite and at least 0
   * @param width the width of the model, at least 1
   * @param warmup the update with the highest value, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule noam(double factor, long width, long warmup) {
    return new Schedules.Noam(factor, width, warmup);
  }

  /**
   * Exponential decay: {@code from * factor^(s / every)}.
   *
   * <p>As optax's {@code exponential_decay}; as PyTorch's {@code ExponentialLR} if every is 1.
   *
   * @param from the value at the first update, finite and at least 0
   * @param factor greater than 0, at most 1
   * @param every after how many updates the value is multiplied by the factor, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule exponential(double from, double factor, long every) {
    return new Schedules.Exponential(from, factor, every, false);
  }

  /**
   * Exponential decay in steps: {@code from * factor^floor(s / every)}.
   *
   * <p>As PyTorch's {@code StepLR} and optax's {@code exponential_decay} with {@code staircase}. The first update
   * with another value is every + 1.
   *
   * @param from the value at the first update, finite and at least 0
   * @param factor greater than 0, at most 1
   * @param every how many updates share a value, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static Schedule staircase(double from, double factor, long every) {
    return new Schedules.Exponential(from, factor, every, true);
  }

  /**
   * Schedules one after another, each counted from its own start: for {@code boundaries[i - 1] <= s <
   * boundaries[i]} the value is that of schedule i at t - boundaries[i - 1].
   *
   * <p>As {@code join_schedules} of optax and MLX. PyTorch's {@code SequentialLR} has the same boundaries.
   *
   * @param schedules at least one
   * @param boundaries the number of updates before each schedule but the first: ascending, at least 0, one fewer
   *     than the schedules
   * @return the schedule
   * @throws IllegalArgumentException if there are not as many boundaries or they do not ascend
   * @throws NullPointerException if anything is null
   */
  static Schedule sequence(List<Schedule> schedules, long... boundaries) {
    return Schedules.Sequence.of(schedules, boundaries);
  }

  /**
   * This schedule multiplied by a factor.
   *
   * @param factor finite and at least 0; a product that overflows is infinite
   * @return the schedule
   * @throws IllegalArgumentException if the factor is outside its range
   */
  default Schedule times(double factor) {
    return new Schedules.Times(this, factor);
  }

  /**
   * This schedule without its first updates: its value at t + updates. A sum that overflows counts as the largest
   * long.
   *
   * @param updates how many are left out, at least 0
   * @return the schedule
   * @throws IllegalArgumentException if the number is negative
   */
  default Schedule skipping(long updates) {
    return new Schedules.Skipping(this, updates);
  }
}
