package org.adamant.proptest.witness;

/**
 * Marsaglia's 64-bit xorshift generator. It uses integer arithmetic only, so it gives the same numbers everywhere.
 *
 * <p><b>Source.</b> G. Marsaglia, "Xorshift RNGs", 2003.
 */
public final class XorShift {

  private long s = 88172645463325252L;

  /** Starts at Marsaglia's own seed. */
  public XorShift() {}

  /**
   * The next number.
   *
   * @return 64 bits, never all zero
   */
  public long next() {
    s ^= s << 13;
    s ^= s >>> 7;
    s ^= s << 17;
    return s;
  }

  /**
   * The next number between 0 and 1.
   *
   * @return a multiple of 2^-53, less than 1
   */
  public double uniform() {
    return (next() >>> 11) * 0x1p-53;
  }
}
