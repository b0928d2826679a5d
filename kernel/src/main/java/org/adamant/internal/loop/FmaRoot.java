package org.adamant.internal.loop;

/**
 * The square root of doubles by multiplications, correctly rounded: what {@link SimdLoop} does for one
 * vector in {@value #SHARE}, so that the divider and the multipliers work at the same time.
 *
 * <p><b>Where.</b> For doubles in vectors of 512 bits, see {@link Specialisation#rootsByFma}. There the
 * divider is busy with a root and a division of eight doubles for longer than all the rest of the step
 * takes. At 256 bits a step was slower this way (Zen 4), and one of floats as fast in C at best (Zen 4 and 5).
 *
 * <p><b>How many.</b> On Zen 5 a root and a division of eight doubles take the divider some 12 cycles, a root by
 * multiplications the multipliers about 9, on top of the 2.5 of the rest: two in five would use both fully.
 * But it is a chain of some 70 cycles, and where one follows the other closely the processor runs out of
 * entries to hold what waits. One in two was slower than none there, one in three no faster than one in
 * four. On Zen 4 one in two is the fastest in quiet hours and slower than none in others, one in four
 * faster than none in all.
 *
 * <p><b>How.</b> For {@code s} with {@code x ~ sqrt(s)} and {@code y ~ -1 / (2 sqrt(s))} (Goldschmidt; the
 * sign saves negations):
 *
 * <pre>
 *   y = SEED - (bits of s >>> 1), as a double       relative error e0 &lt; 0.0344
 *   x = -s * (y + y)
 *   four times: r = fma(x, y, 1/2); x = fma(x, r, x); y = fma(y, r, y)
 *   root = fma(fma(x, x, -s), y, x)
 * </pre>
 *
 * <p><b>Why it is exact.</b> Write u = 2^-53.
 *
 * <ol>
 *   <li>With x and y both off by e, relative, r = -e - e^2/2, and they are then off by at most 1.5 e^2 +
 *       e^3/2: from 0.0344 by 1.8e-3, 4.8e-6 and 3.6e-11 to 2e-21. Roundings add to this. The quotient of x
 *       and y, -2s, is off by one rounding at first and two in each of the first three rounds, 7u, and x and
 *       y by half of that; the error of their product is what the last r mends. With the last roundings x
 *       and y are off by less than 5u each.
 *   <li>Before its rounding, the result is x - (1 + h) (x^2 - s) / (2 sqrt(s)), where h is the error of y and
 *       the rounding of the residual, less than 7u. With x = sqrt(s) (1 + d) that is off by at most
 *       d^2/2 + |h d| &lt; 48 u^2.
 *   <li>A root is rounded wrongly only if a midpoint of two doubles lies between it and what is rounded. Let
 *       s be in [1, 4), which is enough: a factor of 4 changes exponents only. S = 2^104 s is an integer, a
 *       multiple of 2^52, from s = 2 on of 2^53, and the midpoints are M + 1/2 in units of 2^-52, with
 *       2^52 &lt;= M &lt; 2^53. With k = S - M^2 - M, an even integer, the root is off the midpoint by
 *       |k - 1/4| / 2S, relative. As S &lt; 2^106, only |k| &lt; 2 * 48 + 1 &lt; {@value #HARDEST} is in
 *       question.
 *   <li>For each k there are two M modulo 2^52, or 2^53, with M^2 + M + k divisible by it, as the derivative
 *       2M + 1 is odd: a few hundred cases. {@code FmaRootTest} computes these, and all up to a k of a
 *       million, and has the loop take their roots. (With the last y left out, some with k from 790,000 on
 *       are wrong: one root in 10^11.)
 * </ol>
 *
 * <p><b>What is not covered</b> is left to the instruction, for the whole vector: below 2^-900, where the
 * residual could be subnormal, and zeros, negative numbers, infinities and NaN.
 */
final class FmaRoot {

  /** The seed of y: an exponent and mantissa such that the error is about the same at both ends. */
  static final long SEED = 0x5fe6eb50c7b537a9L - (1L << 52) | Long.MIN_VALUE;

  /** The bits of the least covered number. */
  static final long LOWEST = Double.doubleToRawLongBits(0x1p-900);

  /** The bits from there to infinity: less than this above {@link #LOWEST} is covered. */
  static final long RANGE = Double.doubleToRawLongBits(Double.POSITIVE_INFINITY) - LOWEST;

  /** One vector in as many; a power of two. */
  static final int SHARE = 4;

  /** Rounds until x and y are as exact as their roundings let them be. */
  static final int ROUNDS = 4;

  /** From this k on, the argument above does without tests. */
  static final long HARDEST = 100;

  private FmaRoot() {}
}
