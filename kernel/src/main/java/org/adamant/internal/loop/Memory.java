package org.adamant.internal.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads and writes operands of any kind number by number, for set-up, samples and tests. Loops do not use it. */
public final class Memory {

  private Memory() {}

  /**
   * New memory with these numbers, rounded to nearest.
   *
   * @param kind the kind
   * @param place the place, where it is a segment
   * @param values the numbers
   * @return an array, a segment, or blocks; null for {@link Kind#NONE}
   */
  public static @Nullable Object of(Kind kind, Place place, double... values) {
    final Object memory = zeros(kind, place, values.length);
    for (int i = 0; i < values.length; i++) {
      set(kind, memory, i, values[i]);
    }
    return memory;
  }

  private static @Nullable Object zeros(Kind kind, Place place, int length) {
    if (kind == Kind.NONE) {
      return null;
    }
    if (kind == Kind.BLOCK8_SEGMENT) {
      return new Block8(place.allocate(length), place.allocate(Block8.scaleBytes(length)));
    }
    return kind.isSegment
        ? place.allocate((long) length * kind.bytes)
        : kind.newArray(length);
  }

  /**
   * One number.
   *
   * @param kind the kind of the memory
   * @param memory an array, a segment, or blocks
   * @param index which number
   * @return its value
   */
  public static double get(Kind kind, @Nullable Object memory, long index) {
    if (kind == Kind.NONE) {
      return 0;
    }
    Objects.requireNonNull(memory);
    return switch (kind) {
      case NONE -> 0;
      case FLOAT_ARRAY -> ((float[]) memory)[(int) index];
      case DOUBLE_ARRAY -> ((double[]) memory)[(int) index];
      case FLOAT_SEGMENT ->
          ((MemorySegment) memory).get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES);
      case DOUBLE_SEGMENT ->
          ((MemorySegment) memory).get(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES);
      case BLOCK8_SEGMENT -> ((Block8) memory).get(index);
      default -> kind.decode(bits(memory, index));
    };
  }

  private static short bits(Object memory, long index) {
    return memory instanceof short[] shorts
        ? shorts[(int) index]
        : ((MemorySegment) memory).get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES);
  }

  private static void setBits(Object memory, long index, short bits) {
    if (memory instanceof short[] shorts) {
      shorts[(int) index] = bits;
    } else {
      ((MemorySegment) memory).set(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES, bits);
    }
  }

  /**
   * Writes one number, rounded to nearest.
   *
   * @param kind the kind of the memory
   * @param memory an array, a segment, or blocks
   * @param index which number
   * @param value its value
   */
  public static void set(Kind kind, @Nullable Object memory, long index, double value) {
    if (kind == Kind.NONE) {
      return;
    }
    Objects.requireNonNull(memory);
    final float x = (float) value;
    switch (kind) {
      case NONE -> {
      }
      case FLOAT_ARRAY -> ((float[]) memory)[(int) index] = x;
      case DOUBLE_ARRAY -> ((double[]) memory)[(int) index] = value;
      case FLOAT_SEGMENT ->
          ((MemorySegment) memory).set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES, x);
      case DOUBLE_SEGMENT ->
          ((MemorySegment) memory)
              .set(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES, value);
      case BLOCK8_SEGMENT -> ((Block8) memory).set(index, x);
      default -> setBits(memory, index, kind.encode(x));
    }
  }

  /**
   * Copies all numbers bit by bit.
   *
   * @param kind the kind of both
   * @param from an array, a segment, or blocks
   * @param to the same of the same length
   */
  public static void copy(Kind kind, @Nullable Object from, @Nullable Object to) {
    if (from instanceof Block8 blocks && to instanceof Block8 others) {
      others.codes.copyFrom(blocks.codes);
      others.scales.copyFrom(blocks.scales);
    } else if (from instanceof MemorySegment segment && to instanceof MemorySegment other) {
      other.copyFrom(segment);
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
  public static boolean equal(Kind kind, @Nullable Object one, @Nullable Object other) {
    for (long i = 0; i < length(kind, one); i++) {
      final long difference =
          Double.doubleToLongBits(get(kind, one, i)) ^ Double.doubleToLongBits(get(kind, other, i));
      if (difference != 0) {
        return false;
      }
    }
    return true;
  }

  private static long length(Kind kind, @Nullable Object memory) {
    if (kind == Kind.NONE) {
      return 0;
    }
    Objects.requireNonNull(memory);
    if (memory instanceof Block8 blocks) {
      return blocks.codes.byteSize();
    }
    return memory instanceof MemorySegment segment
        ? segment.byteSize() / kind.bytes
        : Array.getLength(memory);
  }
}
