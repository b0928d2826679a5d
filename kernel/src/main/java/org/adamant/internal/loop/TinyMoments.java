package org.adamant.internal.loop;

/**
 * The rule that keeps moments out of the subnormal numbers.
 *
 * <p>If gradients stay zero, m and v shrink by a factor each step until they are subnormal. There they stay for
 * good, as {@code m + (1 - beta) * (0 - m)} no longer changes the smallest of them. Arithmetic on them is slower by
 * a factor of 2 to 25, depending on the processor. So, at every step t divisible by {@value #PERIOD}, after the
 * update,
 *
 * <pre>
 *   |m| &lt; 2^-100  becomes +0    (double: 2^-960)
 *    v  &lt; 2^-126  becomes +0    (double: 2^-1022; in both the smallest normal number)
 * </pre>
 *
 * if epsilon is large enough to hide it, see {@link #flushesAfter}. With a smaller epsilon, or none, tiny moments
 * decide the direction of the step, so nothing is flushed.
 *
 * <p>Why only every {@value #PERIOD}th step: a comparison in the loop would keep the compiler from vectorising the
 * scalar path (7 times slower), and has no intrinsic on vectors of two lanes (50 times slower). In {@value #PERIOD}
 * steps at beta1 = 0.9, an m at its threshold shrinks only to 2^-110, far from subnormal. The rule depends on t
 * alone, so it is the same on every path, for every slice and thread count.
 */
public final class TinyMoments {

  /** Steps from one flush to the next. */
  public static final long PERIOD = 64;

  static final double FLOAT_M = 0x1p-100;
  static final double FLOAT_V = Float.MIN_NORMAL;
  static final double DOUBLE_M = 0x1p-960;
  static final double DOUBLE_V = Double.MIN_NORMAL;

  private TinyMoments() {}

  /**
   * Whether tiny moments are flushed after step {@code t}.
   *
   * <p>A flushed v changes the root by less than {@code 2^-63 * rootFactor}, wherever the correction is: as {@code
   * sqrt(a + b) <= sqrt(a) + sqrt(b)}, it does not matter that CORRECTED and rootEpsilon have the square of the
   * factor inside the root. Half a unit in the last place of the denominator, in float, is at least {@code 2^-25 *
   * epsilon}; a smaller change is less than a rounding. With such an epsilon, at least 2^-38, a flushed m changes a
   * step by less than 2^-62 of the step size. Both types use the rule of float, so that both flush at the same
   * steps.
   *
   * @param t the step
   * @param rootFactor 1 / sqrt(1 - beta2^t), or 1 where epsilon is added to the raw root
   * @param epsilon epsilon
   * @return whether to flush
   */
  public static boolean flushesAfter(long t, double rootFactor, double epsilon) {
    return t % PERIOD == 0 && rootFactor * 0x1p-63 < epsilon * 0x1p-25;
  }
}
