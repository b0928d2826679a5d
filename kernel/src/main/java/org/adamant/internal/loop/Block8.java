package org.adamant.internal.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Moments in 8 bits: {@value #LENGTH} numbers share a power of two. In memory there are first the bytes of all
 * numbers, then two bytes for each block, of which the last may be shorter: the scale b, unsigned, and 0 if its
 * numbers have a sign, otherwise 1.
 *
 * <pre>
 *   with a sign (0)      1 bit sign, 4 bits E, 3 bits n       |x| = (z - 2^-15) 2^(b-126),  z = 2^(E-15) (1 + n/8)
 *   without (1)                      5 bits E, 3 bits n        x  = (z - 2^-31) 2^(b-126),  z = 2^(E-31) (1 + n/8)
 * </pre>
 *
 * <p>The largest E is infinity if n = 0, otherwise NaN. A b below {@value #LOWEST_SCALE} counts as {@value
 * #LOWEST_SCALE}. So zero is a byte of zero; numbers are spaced evenly near zero, and in octaves beyond. Every
 * number of the format is zero or a normal float, and never a {@linkplain TinyMoments tiny moment}. First moments
 * are written with a sign, second moments without.
 *
 * <p><b>Writing.</b> b is the biased exponent of the largest finite magnitude of the block, plus one from 1.75
 * times that power of two on. So 2^(126-b) times the largest magnitude is in [0.4375, 0.875), and no finite number
 * is rounded to infinity unless it would exceed float. {@code z = fma(|x|, 2^(126-b), 2^-15)}, without a sign 2^-31
 * at the end, is rounded to 3 bits of mantissa, to nearest with ties to even or stochastically with 20 random bits.
 * A second moment that is not zero is never written as zero, because the update would then be m / epsilon: it
 * becomes the smallest number.
 *
 * <p><b>Why v and not its root.</b> The root has half the exponents, but 5 bits of exponent for v give the range
 * and the spacing of 4 for its root. And the mean of a stochastically rounded root is right, but its square is too
 * large by the variance: with a beta2 of 0.999, v ends some two per cent too large ({@code RoundingTest}).
 */
public final class Block8 {

  /** How many numbers share a scale. */
  public static final int LENGTH = 256;

  /**
   * The lowest scale: its smallest number other than zero is 2^-100 for first moments, 2^-116 for second moments.
   */
  static final int LOWEST_SCALE = 44;

  /** The smallest z, which is added to a magnitude before it is rounded. */
  static final float OFFSET_OF_M = 0x1p-15f;

  static final float OFFSET_OF_V = 0x1p-31f;

  /** The bits of E and n in a byte. */
  static final int MASK_OF_M = 0x7f;

  static final int MASK_OF_V = 0xff;

  /** Added to E, it gives the exponent of a float whose infinities and NaN are those of the format. */
  static final int EXPONENT_OF_M = 240 << 23;

  static final int EXPONENT_OF_V = 224 << 23;

  private static final byte UNSIGNED = 1;
  private static final byte SIGNED = 0;

  /** How many bits of a float's mantissa are rounded away. */
  static final int SHIFT = 20;

  /** First moments use these random bits; second moments use the other bits and a few of these. */
  static final int RANDOM_MASK = (1 << SHIFT) - 1;

  /** Half of their range, less one. */
  static final int BELOW_HALF = (1 << SHIFT - 1) - 1;

  /** Brings a decoded number back into the middle of the range: 2^128 z becomes 2^32 z. */
  static final float DECODED_SCALE = 0x1p-96f;

  final MemorySegment codes;
  final MemorySegment scales;

  /**
   * Numbers in memory.
   *
   * @param codes one byte for each number
   * @param scales two bytes for each block
   */
  public Block8(MemorySegment codes, MemorySegment scales) {
    this.codes = codes;
    this.scales = scales;
  }

  /**
   * The bytes of the scales of numbers.
   *
   * @param length how many numbers
   * @return how many bytes, without the one for each number
   */
  public static long scaleBytes(long length) {
    return 2 * Math.ceilDiv(length, LENGTH);
  }

  // ---- One block. ----

  private int exponent(long index) {
    final byte scale = scales.get(ValueLayout.JAVA_BYTE, 2 * (index / LENGTH));
    return Math.max(Byte.toUnsignedInt(scale), LOWEST_SCALE);
  }

  /** 2^(b-158), the factor of 2^32 z, in the block of this number. */
  float factor(long index) {
    return powerOfTwo(exponent(index) - 158);
  }

  /** -2^(b-126) times the smallest z, which is added to the product. */
  float offset(long index, boolean isUnsigned) {
    return -powerOfTwo(exponent(index) - (isUnsigned ? 157 : 141));
  }

  /** The same for numbers as they are written. */
  float offset(long index) {
    return offset(index, isUnsigned(index));
  }

  /**
   * Whether a block is written as second moments are, otherwise as first moments. The operand may be the other one:
   * {@link #set} does not know which moments it writes, and new memory is zeros with a sign.
   */
  boolean isUnsigned(long index) {
    return (scales.get(ValueLayout.JAVA_BYTE, 2 * (index / LENGTH) + 1) & 1) == UNSIGNED;
  }

  private static float powerOfTwo(int exponent) {
    return Float.intBitsToFloat(exponent + 127 << 23);
  }

  /**
   * Writes the scale of the block that this number is in.
   *
   * @param largest the {@link #largest} of its numbers
   * @param isUnsigned whether they have no sign
   * @return the factor of its numbers before they are rounded
   */
  float setScale(long index, int largest, boolean isUnsigned) {
    final int scale = Math.max(largest + 0x20_0000 - 0x80_0000 >> 23, LOWEST_SCALE);
    scales.set(ValueLayout.JAVA_BYTE, 2 * (index / LENGTH), (byte) scale);
    scales.set(ValueLayout.JAVA_BYTE, 2 * (index / LENGTH) + 1, isUnsigned ? UNSIGNED : SIGNED);
    // In two steps, as the result can be subnormal.
    return powerOfTwo(126 + 4 - scale) * 0x1p-4f;
  }

  /**
   * Compares magnitudes by their bits; infinities and NaN count as less than all finite numbers.
   *
   * @param largest the largest so far, 0 before the first
   * @param bits the bits of a float
   * @return the larger one
   */
  static int largest(int largest, int bits) {
    return Math.max(largest, (bits & Integer.MAX_VALUE) + 0x80_0000);
  }

  // ---- One number. ----

  byte code(long index) {
    return codes.get(ValueLayout.JAVA_BYTE, index);
  }

  void setCode(long index, byte code) {
    codes.set(ValueLayout.JAVA_BYTE, index, code);
  }

  /** The number at an index, in a block with signs or without. */
  float decode(long index, float factor, float offset) {
    final boolean isUnsigned = isUnsigned(index);
    final byte code = code(index);
    final int bits =
        ((code & (isUnsigned ? MASK_OF_V : MASK_OF_M)) << SHIFT)
            + (isUnsigned ? EXPONENT_OF_V : EXPONENT_OF_M);
    final float x = Math.fma(Float.intBitsToFloat(bits) * DECODED_SCALE, factor, offset);
    final int signOfCode = isUnsigned ? 0 : code & Integer.MIN_VALUE;
    return Float.intBitsToFloat(Float.floatToRawIntBits(x) | signOfCode);
  }

  /** The byte of a first moment; the random number has 20 bits, or means rounding to nearest. */
  static byte encodeM(float x, float factor, int random) {
    final int sign = Float.floatToRawIntBits(x) >>> 24 & 0x80;
    return (byte) (encode(x, factor, OFFSET_OF_M, random) & MASK_OF_M | sign);
  }

  /** The byte of a second moment. */
  static byte encodeV(float x, float factor, int random) {
    final int code = encode(x, factor, OFFSET_OF_V, random) & MASK_OF_V;
    return (byte) Math.max(code, Math.min(Float.floatToRawIntBits(x) & Integer.MAX_VALUE, 1));
  }

  private static int encode(float x, float factor, float offset, int random) {
    final float z = Math.fma(Math.abs(x), factor, offset);
    // z is not negative, except for the sign of a NaN.
    final int bits = Math.min(Float.floatToRawIntBits(z) & Integer.MAX_VALUE, Bfloat16.NAN);
    final int addend =
        random == ReferenceLoop.NEAREST ? BELOW_HALF + (bits >>> SHIFT & 1) : random;
    return bits + addend >>> SHIFT;
  }

  // ---- For set-up and tests. ----

  /**
   * A number.
   *
   * @param index which
   * @return its value
   */
  public float get(long index) {
    return decode(index, factor(index), offset(index));
  }

  /**
   * Writes a number. The others of its block are rounded again, to nearest. If one of them is negative, all have a
   * sign.
   *
   * @param index which
   * @param value the new value
   */
  public void set(long index, float value) {
    boolean isUnsigned = !(value < 0);
    final long first = index / LENGTH * LENGTH;
    for (long i = first; i < Math.min(first + LENGTH, codes.byteSize()); i++) {
      isUnsigned &= i == index || !(get(i) < 0);
    }
    write(first, isUnsigned, index, value);
  }

  /** Writes a block, with another value at an index. */
  private void write(long first, boolean isUnsigned, long index, float value) {
    final int length = (int) Math.min(LENGTH, codes.byteSize() - first);
    final float[] values = new float[length];
    int largest = 0;
    for (int k = 0; k < length; k++) {
      values[k] = first + k == index ? value : get(first + k);
      largest = largest(largest, Float.floatToRawIntBits(values[k]));
    }
    final float factor = setScale(first, largest, isUnsigned);
    for (int k = 0; k < length; k++) {
      setCode(
          first + k,
          isUnsigned
              ? encodeV(values[k], factor, ReferenceLoop.NEAREST)
              : encodeM(values[k], factor, ReferenceLoop.NEAREST));
    }
  }
}
