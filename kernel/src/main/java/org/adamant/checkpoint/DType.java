package org.adamant.checkpoint;

import java.util.Arrays;

/** The type of a tensor's numbers: all types of safetensors, in its order, which is that of rising alignment. */
public enum DType {
  /** True or false, in a byte. */
  BOOL(8),
  /** A float in 4 bits. */
  F4(4),
  /** A float of 2 bits of exponent and 3 of fraction. */
  F6_E2M3(6),
  /** A float of 3 bits of exponent and 2 of fraction. */
  F6_E3M2(6),
  /** An unsigned integer of 8 bits. */
  U8(8),
  /** A signed integer of 8 bits. */
  I8(8),
  /** A float of 5 bits of exponent and 2 of fraction. */
  F8_E5M2(8),
  /** A float of 4 bits of exponent and 3 of fraction. */
  F8_E4M3(8),
  /** A power of two of 8 bits of exponent. */
  F8_E8M0(8),
  /** As F8_E4M3, finite, with one zero. */
  F8_E4M3FNUZ(8),
  /** As F8_E5M2, finite, with one zero. */
  F8_E5M2FNUZ(8),
  /** A signed integer of 16 bits. */
  I16(16),
  /** An unsigned integer of 16 bits. */
  U16(16),
  /** A float of 5 bits of exponent and 10 of fraction. */
  F16(16),
  /** The upper half of a float. */
  BF16(16),
  /** A signed integer of 32 bits. */
  I32(32),
  /** An unsigned integer of 32 bits. */
  U32(32),
  /** A float. */
  F32(32),
  /** A complex number of two floats. */
  C64(64),
  /** A double. */
  F64(64),
  /** A signed integer of 64 bits. */
  I64(64),
  /** An unsigned integer of 64 bits. */
  U64(64);

  /** The largest dimension and offset that is accepted; doubles and pointers hold it with room to spare. */
  static final long MAX_NUMBER = 1L << 48;

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /**
   * How many bits a number takes.
   *
   * @return 4 to 64
   */
  public int bits() {
    return bits;
  }

  /**
   * How many bytes a tensor takes.
   *
   * @param shape its dimensions; none for a single number
   * @return the bytes; 0 where a dimension is 0
   * @throws NullPointerException if the shape is null
   * @throws IllegalArgumentException if a dimension is negative or more than 2^48, if the product of the dimensions
   *     other than 0 has more bits than a long counts, or the bits do not fill whole bytes
   */
  public long byteSize(long... shape) {
    long all = bits;
    boolean isEmpty = false;
    for (long dimension : shape) {
      if (dimension < 0 || dimension > MAX_NUMBER) {
        throw new IllegalArgumentException(
            "dimension = " + dimension + ": expected 0 to 2^48, " + MAX_NUMBER);
      }
      isEmpty |= dimension == 0;
      // The product leaves zeros out, so that overflow does not depend on the order of the dimensions.
      if (dimension > 1) {
        if (all > Long.MAX_VALUE / dimension) {
          throw new IllegalArgumentException(
              "shape = " + text(shape) + " of " + this
                  + " has more bits than 2^63: expected fewer");
        }
        all *= dimension;
      }
    }
    if (isEmpty) {
      return 0;
    }
    if (all % Byte.SIZE != 0) {
      throw new IllegalArgumentException(
          "shape = " + text(shape) + " of " + this + " has " + all
              + " bits: expected a multiple of 8");
    }
    return all / Byte.SIZE;
  }

  /** A shape for a message, shortened if it has many dimensions. */
  static String text(long[] shape) {
    final int shown = 16;
    return shape.length <= shown
        ? Arrays.toString(shape)
        : Arrays.toString(Arrays.copyOf(shape, shown)).replace("]", ", ...]");
  }
}
