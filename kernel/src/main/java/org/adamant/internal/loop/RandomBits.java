package org.adamant.internal.loop;

/**
 * The random numbers of stochastic rounding. They are a function of the seed, the step, the operand and the number
 * of the element in its parameter only. Lanes, slice, thread and machine do not matter.
 *
 * <pre>
 *   stream  = mix(seed + t * 0x9e3779b97f4a7c15)                        once for a step
 *   key     = upper half of mix(stream + (2 * (number >>> 32) + set) * 0x9e3779b97f4a7c15)
 *   x       = lower half of number ^ key
 *   x       = (x ^ x >>> 16) * 0x21f0aaad
 *   x       = (x ^ x >>> 15) * 0xd35a2d97
 *   x       =  x ^ x >>> 15
 * </pre>
 *
 * <p>{@code mix} is the finaliser of SplitMix64. Several operands share one x, as it is the larger part of the
 * work. In set 0, m takes the lower 16 bits of x, v the upper 16 (20 bits in {@link Block8}), and parameters or
 * gradients, whichever are written, the upper 16 bits of {@code x * 0x9e3779b9}. In set 1, the maximum takes the
 * lower 16 bits, the average the upper 16.
 *
 * <p>Sources: Steele, Lea &amp; Flood 2014 (SplitMix); Wellons, "Prospecting for Hash Functions", and its comments (the
 * 32-bit hash).
 */
public final class RandomBits {

  /** For moments, parameters and gradients. */
  static final int MAIN = 0;

  /** For maximum and average. */
  static final int FURTHER = 1;

  /** The factor that makes a third number of a hash. */
  static final int THIRD = 0x9e3779b9;

  static final int FIRST_FACTOR = 0x21f0aaad;
  static final int SECOND_FACTOR = 0xd35a2d97;

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private RandomBits() {}

  /**
   * The stream of a step.
   *
   * @param seed the seed
   * @param t the step
   * @return the number from which the keys are made
   */
  public static long stream(long seed, long t) {
    return mix(seed + t * GOLDEN);
  }

  /** The key of a set of operands, for elements whose numbers have the same upper half. */
  static int key(long stream, long number, int set) {
    return (int) (mix(stream + (2 * (number >>> 32) + set) * GOLDEN) >>> 32);
  }

  /** 32 random bits for an element. */
  static int hash(int number, int key) {
    int x = number ^ key;
    x = (x ^ x >>> 16) * FIRST_FACTOR;
    x = (x ^ x >>> 15) * SECOND_FACTOR;
    return x ^ x >>> 15;
  }

  private static long mix(long x) {
    long z = x;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
