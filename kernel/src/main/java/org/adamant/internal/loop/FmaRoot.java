package org.adamant.internal.loop;

/**
 * The square root of doubles by multiplications, correctly rounded. {@link SimdLoop} uses it for one vector in
 * {@value #SHARE}, so that the divider and the multipliers work at the same time.
 *
 * <p><b>Where.</b> For doubles in vectors of 512 bits, see {@link Specialisation#rootsByFma}. There a root and a
 * division of eight doubles occupy the divider for longer than all the rest of the step takes. At 256 bits this
 * made a step slower (Zen 4). For floats it was, in C, as fast at best (Zen 4 and 5).
 *
 * <p><b>How many.</b> On Zen 5 a root and a division of eight doubles take some 12 cycles of the divider. A root by
 * multiplications takes about 9 cycles of the multipliers, on top of the 2.5 of the rest. So two in five would use
 * both fully. But such a root is a chain of some 70 cycles, and if one follows another closely the processor runs
 * out of entries for waiting operations. On Zen 5, one in two was slower than none, and one in three no faster than
 * one in four. On Zen 4, one in two is the fastest on a quiet machine and slower than none on a busy one; one in
 * four is always faster than none.
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
 *   <li>If x and y both have the relative error e, then r = -e - e^2/2, and their new error is at most 1.5 e^2 +
 *   e^3/2: from 0.0344 over 1.8e-3, 4.8e-6 and 3.6e-11 to 2e-21. Roundings add to this. The quotient of x and y,
 *   -2s, has the error of one rounding at first and of two in each of the first three rounds, 7u; x and y each have
 *   half of that. The last r corrects the error of their product. With the last roundings x and y are off by less
 *   than 5u each.
 *   <li>Before its rounding, the result is x - (1 + h) (x^2 - s) / (2 sqrt(s)), where h, less than 7u, is the error
 *   of y and the rounding of the residual. With x = sqrt(s) (1 + d) its error is at most d^2/2 + |h d| &lt; 48 u^2.
 *   <li>A root is rounded wrongly only if a midpoint of two doubles lies between it and that result. Let s be in
 *   [1, 4), which is enough, as a factor of 4 changes exponents only. S = 2^104 s is an integer, a multiple of
 *   2^52, from s = 2 on of 2^53. The midpoints are M + 1/2 in units of 2^-52, with 2^52 &lt;= M &lt; 2^53. With k =
 *   S - M^2 - M, an even integer, the relative distance of the root to the midpoint is |k - 1/4| / 2S. As S &lt;
 *   2^106, only |k| &lt; 2 * 48 + 1 &lt; {@value #HARDEST} must be examined.
 *   <li>For each k there are two M modulo 2^52, or 2^53, with M^2 + M + k divisible by it, as the derivative 2M + 1
 *   is odd: a few hundred cases. {@code FmaRootTest} computes these, and all cases up to a k of a million, and
 *   checks the loop's roots of them. (Without the last y, some roots with k from 790,000 on are wrong: one root in
 *   10^11.)
 * </ol>
 *
 * <p><b>What is not covered.</b> A vector that holds a number below 2^-900, where the residual could be subnormal,
 * or a zero, negative number, infinity or NaN, uses the instruction.
 */
final class FmaRoot {

  /** The seed of y, chosen so that the error is about the same at both ends. */
  static final long SEED = 0x5fe6eb50c7b537a9L - (1L << 52) | Long.MIN_VALUE;

  /** The bits of the least covered number. */
  static final long LOWEST = Double.doubleToRawLongBits(0x1p-900);

  /** The distance to the bits of infinity: numbers less than this above {@link #LOWEST} are covered. */
  static final long RANGE = Double.doubleToRawLongBits(Double.POSITIVE_INFINITY) - LOWEST;

  /** One vector in this many uses it; a power of two. */
  static final int SHARE = 4;

  /** Rounds until x and y are as exact as their roundings allow. */
  static final int ROUNDS = 4;

  /** From this k on, the argument above needs no tests. */
  static final long HARDEST = 100;

  private FmaRoot() {}
}
