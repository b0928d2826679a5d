package org.adamant.internal.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads and writes operands of any kind number by number, for set-up, samples and tests. Loops do not use it. */
public final class Memory {

  private Memory() {}

  /**
   * New memory with these numbers, rounded to nearest; a segment is native.
   *
   * @param kind the kind
   * @param values the numbers
   * @return an array, a segment, or blocks; null for {@link Kind#NONE}
   */
  public static Object of(Kind kind, double... values) {
    final Object memory =
        switch (kind) {
          case NONE -> null;
          case FLOAT_ARRAY -> new float[values.length];
          case DOUBLE_ARRAY -> new double[values.length];
          case BFLOAT16_ARRAY -> new short[values.length];
          case FLOAT_SEGMENT, DOUBLE_SEGMENT, BFLOAT16_SEGMENT ->
              Arena.ofAuto().allocate((long) values.length * kind.bytes, Long.BYTES);
          case BLOCK8_SEGMENT ->
              new Block8(
                  Arena.ofAuto().allocate(values.length),
                  Arena.ofAuto().allocate(Block8.scaleBytes(values.length)));
        };
    for (int i = 0; i < values.length; i++) {
      set(kind, memory, i, values[i]);
    }
    return memory;
  }

  /**
   * One number.
   *
   * @param kind the kind of the memory
   * @param memory an array, a segment, or blocks
   * @param index which number
   * @return its value
   */
  public static double get(Kind kind, Object memory, long index) {
    return switch (kind) {
      case NONE -> 0;
      case FLOAT_ARRAY -> ((float[]) memory)[(int) index];
      case DOUBLE_ARRAY -> ((double[]) memory)[(int) index];
      case BFLOAT16_ARRAY -> Bfloat16.decode(((short[]) memory)[(int) index]);
      case FLOAT_SEGMENT ->
          ((MemorySegment) memory).get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES);
      case DOUBLE_SEGMENT ->
          ((MemorySegment) memory).get(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES);
      case BFLOAT16_SEGMENT ->
          Bfloat16.decode(
              ((MemorySegment) memory).get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES));
      case BLOCK8_SEGMENT -> ((Block8) memory).get(index);
    };
  }

  /**
   * Writes one number, rounded to nearest.
   *
   * @param kind the kind of the memory
   * @param memory an array, a segment, or blocks
   * @param index which number
   * @param value its value
   */
  public static void set(Kind kind, Object memory, long index, double value) {
    final float x = (float) value;
    switch (kind) {
      case NONE -> {
      }
      case FLOAT_ARRAY -> ((float[]) memory)[(int) index] = x;
      case DOUBLE_ARRAY -> ((double[]) memory)[(int) index] = value;
      case BFLOAT16_ARRAY -> ((short[]) memory)[(int) index] = Bfloat16.encode(x);
      case FLOAT_SEGMENT ->
          ((MemorySegment) memory).set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES, x);
      case DOUBLE_SEGMENT ->
          ((MemorySegment) memory)
              .set(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES, value);
      case BFLOAT16_SEGMENT ->
          ((MemorySegment) memory)
              .set(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES, Bfloat16.encode(x));
      case BLOCK8_SEGMENT -> ((Block8) memory).set(index, x);
    }
  }

  /**
   * Copies all numbers bit by bit.
   *
   * @param kind the kind of both
   * @param from an array, a segment, or blocks
   * @param to the same of the same length
   */
  public static void copy(Kind kind, Object from, Object to) {
    if (from instanceof Block8 blocks) {
      ((Block8) to).codes.copyFrom(blocks.codes);
      ((Block8) to).scales.copyFrom(blocks.scales);
    } else if (from instanceof MemorySegment segment) {
      ((MemorySegment) to).copyFrom(segment);
    } else if (kind != Kind.NONE) {
      System.arraycopy(from, 0, to, 0, (int) length(kind, from));
    }
  }

  /**
   * Whether all numbers are equal. NaN equals NaN, and 0 does not equal -0.
   *
   * @param kind the kind of both
   * @param one an array, a segment, or blocks
   * @param other the same of the same length
   * @return whether they are
   */
  public static boolean equal(Kind kind, Object one, Object other) {
    for (long i = 0; i < length(kind, one); i++) {
      final long difference =
          Double.doubleToLongBits(get(kind, one, i)) ^ Double.doubleToLongBits(get(kind, other, i));
      if (difference != 0) {
        return false;
      }
    }
    return true;
  }

  private static long length(Kind kind, Object memory) {
    return switch (kind) {
      case NONE -> 0;
      case FLOAT_ARRAY -> ((float[]) memory).length;
      case DOUBLE_ARRAY -> ((double[]) memory).length;
      case BFLOAT16_ARRAY -> ((short[]) memory).length;
      case FLOAT_SEGMENT, DOUBLE_SEGMENT, BFLOAT16_SEGMENT ->
          ((MemorySegment) memory).byteSize() / kind.bytes;
      case BLOCK8_SEGMENT -> ((Block8) memory).codes.byteSize();
    };
  }
}
