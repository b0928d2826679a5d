package org.adamant;

import org.adamant.checkpoint.DType;
import org.adamant.internal.loop.Block8;
import org.adamant.internal.loop.Kind;
import org.jspecify.annotations.Nullable;

/** How the numbers of an operand are written. */
public enum Format {
  /** 4 bytes: IEEE 754 single precision, {@code float}. */
  FLOAT32(Kind.FLOAT_ARRAY, Kind.FLOAT_SEGMENT),

  /** 8 bytes: IEEE 754 double precision, {@code double}. If the parameters have it, all operands must. */
  FLOAT64(Kind.DOUBLE_ARRAY, Kind.DOUBLE_SEGMENT),

  /**
   * 2 bytes: the upper half of a {@code float}, with 8 bits of exponent and 7 of mantissa. That is 2 to 3 decimal
   * digits in the range of float. For any operand. Numbers beyond the largest are rounded to infinity.
   */
  BFLOAT16(Kind.BFLOAT16_ARRAY, Kind.BFLOAT16_SEGMENT),

  /**
   * 1 byte, and 2 more for each block of 256 numbers, which share a scale. For first and second moments only.
   *
   * <p><b>In memory.</b> First one byte for each number; then two for each block of 256 numbers, of which the last
   * may be shorter. The first of the two is b, unsigned; the second is 0 if numbers have a sign, otherwise 1. A b
   * less than 44 counts as 44. Bytes of zero are numbers of zero.
   *
   * <pre>
   *   0:  bits s EEEE nnn     x = (z - 2^-15) * 2^(b-126), z = 2^(E-15) * (1 + n/8); if s is 1, -x
   *   1:  bits  EEEEE nnn     x = (z - 2^-31) * 2^(b-126), z = 2^(E-31) * (1 + n/8)
   *       the largest E:      infinity if n = 0, otherwise NaN
   * </pre>
   *
   * <p>First moments are written with a sign, second moments without. b is such that 2^(126-b) times the largest
   * finite magnitude of the block is in [0.4375, 0.875). z is {@code fma(|x|, 2^(126-b), 2^-15)}, without a sign
   * {@code 2^-31} at the end, rounded to a float and then to 3 bits of mantissa. So rounding to nearest has a
   * relative error of 1/16 down to 2^-13 of the largest magnitude (second moments: 2^-29), and an absolute error
   * below. A second moment that is not zero is never written as zero: it becomes at least the smallest number.
   *
   * <p>Such moments are stepped on the scalar path where vectors have less than 256 bits, and in the first step on
   * new memory.
   */
  BLOCK8(Kind.NONE, Kind.BLOCK8_SEGMENT);

  /** How many numbers of {@link #BLOCK8} share a scale. */
  public static final int BLOCK_LENGTH = Block8.LENGTH;

  /** What it is to a loop where it lies in an array; NONE if it does in none. */
  final Kind array;

  /** What it is to a loop where it lies in a segment. */
  final Kind segment;

  Format(Kind array, Kind segment) {
    this.array = array;
    this.segment = segment;
  }

  /** {@return how a file says that numbers are written so; bytes, where their scales are among them} */
  DType dtype() {
    return switch (this) {
      case FLOAT32 -> DType.F32;
      case FLOAT64 -> DType.F64;
      case BFLOAT16 -> DType.BF16;
      case BLOCK8 -> DType.U8;
    };
  }

  /** {@return the format of such a tensor of a file; null if there is none} */
  static @Nullable Format of(DType dtype) {
    for (Format format : values()) {
      if (format != BLOCK8 && format.dtype() == dtype) {
        return format;
      }
    }
    return null;
  }

  /** The bytes of one number, without its share of the scale. */
  int bytes() {
    return segment.bytes;
  }

  /**
   * The memory that numbers take.
   *
   * @param length how many numbers, at least 0
   * @return how many bytes, the scales included
   * @throws IllegalArgumentException if the length is negative
   * @throws ArithmeticException if there are more bytes than a long can count
   */
  public long byteSize(long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length = " + length + ": expected at least 0");
    }
    final long ofNumbers = Math.multiplyExact(length, (long) bytes());
    return this == BLOCK8
        ? Math.addExact(ofNumbers, Block8.scaleBytes(length))
        : ofNumbers;
  }
}
