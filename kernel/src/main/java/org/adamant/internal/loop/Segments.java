package org.adamant.internal.loop;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The classes of memory segments. A loop casts a segment to the class that it is specialised for. Without that, where a
 * program has used segments of several classes, the compiler finds that any of them may come along, calls a method of
 * the segment for each vector, and allocates vectors.
 */
final class Segments {

  /** The class of native segments, and the superclass of mapped ones. */
  static final Class<?> NATIVE = MemorySegment.NULL.getClass();

  private Segments() {}

  /** The class of a segment; that of native ones for all outside of the heap. */
  static Class<?> type(MemorySegment segment) {
    return segment.isNative() ? NATIVE : segment.getClass();
  }

  /** A segment on the heap of a class that {@link #type} gave, for as many bytes, which are a multiple of 8. */
  static MemorySegment onHeap(Class<?> type, int bytes) {
    for (MemorySegment segment : List.of(
        MemorySegment.ofArray(new byte[bytes]),
        MemorySegment.ofArray(new short[bytes / Short.BYTES]),
        MemorySegment.ofArray(new char[bytes / Character.BYTES]),
        MemorySegment.ofArray(new int[bytes / Integer.BYTES]),
        MemorySegment.ofArray(new float[bytes / Float.BYTES]),
        MemorySegment.ofArray(new long[bytes / Long.BYTES]),
        MemorySegment.ofArray(new double[bytes / Double.BYTES]))) {
      if (segment.getClass() == type) {
        return segment;
      }
    }
    throw new AssertionError(type);
  }
}
