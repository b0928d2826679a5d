package org.adamant.internal.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a segment lies in. A loop of vectors has the class of each of its segments as a constant. Without it the compiler
 * goes by the classes that it has seen in all loops of the JVM: with two of them a step takes twice as long, with more of
 * them many times as long.
 */
public enum Place {
  /** An array itself, or none of what follows: left to what the compiler has seen. */
  ANY,
  /** Native memory, and mapped files. */
  NATIVE,
  /** {@code float[]}, and the numbers are floats. Of other arrays the compiler does not load vectors of them at all. */
  FLOATS,
  /** {@code double[]}, and the numbers are doubles. */
  DOUBLES,
  /** {@code short[]}, and the numbers have 16 bits. */
  SHORTS,
  /** {@code byte[]}, and the numbers are bytes, too. */
  BYTES;

  /**
   * Where an operand lies.
   *
   * @param kind its kind
   * @param memory an array, a segment, or blocks
   * @return the place; one that vectors of this kind can be loaded from
   */
  public static Place of(Kind kind, Object memory) {
    if (!kind.isSegment) {
      return ANY;
    }
    final MemorySegment segment =
        memory instanceof Block8 blocks ? blocks.codes : (MemorySegment) memory;
    if (segment.isNative()) {
      return NATIVE;
    }
    final Place ofNumbers =
        switch (kind.bytes) {
          case Float.BYTES -> FLOATS;
          case Double.BYTES -> DOUBLES;
          case Short.BYTES -> SHORTS;
          default -> BYTES;
        };
    return segment.getClass() == ofNumbers.type() ? ofNumbers : ANY;
  }

  /** A class that every segment there is of. */
  Class<?> type() {
    return this == ANY ? Object.class : allocate(0).getClass();
  }

  /** New memory there, all zero. */
  MemorySegment allocate(long bytes) {
    final int numbers = Math.toIntExact(bytes + Long.BYTES);
    final MemorySegment segment =
        switch (this) {
          case ANY, NATIVE -> Arena.ofAuto().allocate(bytes, Long.BYTES);
          case FLOATS -> MemorySegment.ofArray(new float[numbers / Float.BYTES]);
          case DOUBLES -> MemorySegment.ofArray(new double[numbers / Double.BYTES]);
          case SHORTS -> MemorySegment.ofArray(new short[numbers / Short.BYTES]);
          case BYTES -> MemorySegment.ofArray(new byte[numbers]);
        };
    return segment.asSlice(0, bytes);
  }
}
