package org.adamant.internal.loop;

/**
 * The rule that keeps moments out of the subnormal numbers.
 *
 * <p>Where gradients are zero for long, m and v shrink by a factor each step until they are subnormal,
 * and stay there for good: the smallest ones no longer change under {@code m + (1 - beta) * (0 - m)}.
 * Arithmetic on them is slow, twice to twenty-five times depending on the processor. So, at every step
 * t divisible by {@value #PERIOD}, after the update,
 *
 * <pre>
 *   |m| &lt; 2^-100  becomes +0    (double: 2^-960)
 *    v  &lt; 2^-126  becomes +0    (double: 2^-1022; in both the smallest normal number)
 * </pre>
 *
 * provided that epsilon is large enough to hide it, see {@link #flushesAfter}. With a smaller epsilon,
 * or none, tiny moments carry the direction of the step, and nothing is flushed.
 *
 * <p>Why only every {@value #PERIOD}th step: a comparison in the loop would keep the compiler from
 * vectorising the scalar path (7 times slower) and loses its intrinsic on vectors of two lanes (50
 * times slower), while an m at its threshold shrinks in {@value #PERIOD} steps at beta1 = 0.9 only to
 * 2^-110, far from subnormal. The rule depends on t alone, so it is the same on every path, for every
 * slice and thread count.
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
   * <p>A flushed v changes the root by less than {@code 2^-63 * rootFactor}, wherever the correction is:
   * {@code sqrt(a + b) <= sqrt(a) + sqrt(b)}, so it makes no difference that CORRECTED and rootEpsilon have the
   * square of the factor inside. Half a unit in the last place of the denominator, in float, is at least {@code
   * 2^-25 * epsilon}; a change below that is less than a rounding. With such an epsilon, at least
   * 2^-38, a flushed m changes a step by less than 2^-62 of the step size. The rule is that of float
   * for both types, so that both flush at the same steps.
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
