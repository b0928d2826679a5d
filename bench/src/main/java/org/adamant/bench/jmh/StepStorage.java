package org.adamant.bench.jmh;

import java.util.Locale;
import org.adamant.AdamSlice;
import org.adamant.Format;
import org.adamant.bench.support.StepStorages;

/** Where the operands of a step lie, and how their numbers are written. */
public enum StepStorage {
  /** The storage with which all others are compared. */
  FLOAT_ARRAYS(false, Format.FLOAT32, Format.FLOAT32, Format.FLOAT32),
  NATIVE_FLOAT32(true, Format.FLOAT32, Format.FLOAT32, Format.FLOAT32),
  BF16_MOMENTS_IN_ARRAYS(false, Format.FLOAT32, Format.FLOAT32, Format.BFLOAT16),
  BF16_MOMENTS(true, Format.FLOAT32, Format.FLOAT32, Format.BFLOAT16),
  ALL_BF16_IN_ARRAYS(false, Format.BFLOAT16, Format.BFLOAT16, Format.BFLOAT16),
  ALL_BF16(true, Format.BFLOAT16, Format.BFLOAT16, Format.BFLOAT16),
  BLOCK8_MOMENTS(true, Format.FLOAT32, Format.FLOAT32, Format.BLOCK8),
  /** The fewest bytes. */
  BF16_AND_BLOCK8_MOMENTS(true, Format.BFLOAT16, Format.BFLOAT16, Format.BLOCK8),
  /** Parameters in two halves, an exact float. */
  BF16_WITH_REMAINDER(true, Format.BFLOAT16, Format.FLOAT32, Format.FLOAT32),
  /** Parameters written a second time, for the forward pass. */
  FLOAT32_WITH_BF16_COPY(true, Format.FLOAT32, Format.FLOAT32, Format.FLOAT32);

  private final boolean isNative;
  private final Format params;
  private final Format grads;
  private final Format moments;

  StepStorage(boolean isNative, Format params, Format grads, Format moments) {
    this.isNative = isNative;
    this.params = params;
    this.grads = grads;
    this.moments = moments;
  }

  /** Four operands of these formats. */
  public StepStorages operands(int length) {
    return new StepStorages(params, grads, moments, length, isNative);
  }

  /** These operands, with the fifth if there is one. */
  public AdamSlice slice(StepStorages operands) {
    return switch (this) {
      case BF16_WITH_REMAINDER -> operands.slice()
          .withRemainder(operands.allocate(Format.BFLOAT16));
      case FLOAT32_WITH_BF16_COPY -> operands.slice().withCopy(operands.allocate(Format.BFLOAT16));
      default -> operands.slice();
    };
  }

  /** Whether steps give the bits of steps on floats. */
  public boolean isLossless() {
    return moments == Format.FLOAT32;
  }

  /** The bytes that a step reads and writes for an element. */
  public double bytes() {
    final double fifth =
        switch (this) {
          case BF16_WITH_REMAINDER -> 2 * bytes(Format.BFLOAT16);
          // Written only.
          case FLOAT32_WITH_BF16_COPY -> bytes(Format.BFLOAT16);
          default -> 0;
        };
    return 2 * bytes(params) + bytes(grads) + 4 * bytes(moments) + fifth;
  }

  private static double bytes(Format format) {
    return (double) format.byteSize(Format.BLOCK_LENGTH) / Format.BLOCK_LENGTH;
  }

  /** The storage in words. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
