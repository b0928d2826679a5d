package org.adamant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Creates, copies and adds storages for an optimizer. */
final class Numbers {

  /** How many numbers are handled at a time in temporary memory. */
  private static final int CHUNK = 1024;

  /** The most numbers that an array can have on every JVM. */
  static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private Numbers() {}

  /** {@return new numbers, all zero: in a segment if there is an arena, otherwise in an array if possible} */
  static Storage zeros(Format format, long length, @Nullable Arena arena) {
    if (arena != null || format == Format.BLOCK8) {
      return Storage.allocate(format, length, arena == null ? Arena.ofAuto() : arena);
    }
    return Storage.inArray(format, (int) length);
  }

  /** {@return the format of the type in which a step on such parameters computes} */
  static Format computeFormat(Format params) {
    return params == Format.FLOAT64 ? Format.FLOAT64 : Format.FLOAT32;
  }

  /** {@return a float[] or double[] with these numbers} */
  static Object toArray(Storage from) {
    final Storage to = zeros(computeFormat(from.format()), from.length(), null);
    copy(from, to);
    return Objects.requireNonNull(to.array);
  }

  /** {@return an array of floats or doubles as a storage} */
  static Storage ofArray(Object array) {
    return array instanceof float[] floats ? Storage.of(floats) : Storage.of((double[]) array);
  }

  /** {@return the value as a storage; null if it is neither a storage nor an array of floats or doubles} */
  static @Nullable Storage storageOf(@Nullable Object value) {
    if (value instanceof float[] floats) {
      return Storage.of(floats);
    }
    if (value instanceof double[] doubles) {
      return Storage.of(doubles);
    }
    return value instanceof Storage storage ? storage : null;
  }

  /** {@return these numbers in a format; the same storage if it has that format} */
  static Storage to(Format format, Storage from, @Nullable Arena arena) {
    if (from.format() == format) {
      return from;
    }
    final Storage to = zeros(format, from.length(), arena);
    copy(from, to);
    return to;
  }

  /** Copies as many numbers as both have, rounded to nearest if the other format has fewer bits. */
  static void copy(Storage from, Storage to) {
    final long length = Math.min(from.length(), to.length());
    if (from.format() == to.format() && from.length() == to.length()) {
      to.bytes().copyFrom(from.bytes());
      if (from.scales != null && to.scales != null) {
        to.scales.copyFrom(from.scales);
      }
      return;
    }
    if (from.scales != null && to.scales != null) {
      // Copied with their scales. If written one by one, each number would round those before it again.
      final long scales = Math.min(from.scales.byteSize(), to.scales.byteSize());
      to.bytes().asSlice(0, length).copyFrom(from.bytes().asSlice(0, length));
      to.scales.asSlice(0, scales).copyFrom(from.scales.asSlice(0, scales));
      return;
    }
    final double[] numbers = new double[CHUNK];
    for (long first = 0; first < length; first += CHUNK) {
      final int count = (int) Math.min(CHUNK, length - first);
      read(from, first, numbers, count);
      write(to, first, numbers, count);
    }
  }

  /**
   * Adds numbers to others; each sum is rounded once to the format of the others. If the numbers are the first,
   * they replace the others.
   */
  static void add(Storage from, Storage to, boolean areFirst) {
    if (areFirst) {
      copy(from, to);
      return;
    }
    final double[] numbers = new double[CHUNK];
    final double[] sums = new double[CHUNK];
    for (long first = 0; first < from.length(); first += CHUNK) {
      final int count = (int) Math.min(CHUNK, from.length() - first);
      read(from, first, numbers, count);
      read(to, first, sums, count);
      // The sum of two floats in double, rounded to float, is their sum in float.
      for (int i = 0; i < count; i++) {
        sums[i] += numbers[i];
      }
      write(to, first, sums, count);
    }
  }

  private static void read(Storage from, long first, double[] numbers, int count) {
    if (from.format() == Format.FLOAT32) {
      final MemorySegment bytes = from.bytes();
      for (int i = 0; i < count; i++) {
        numbers[i] = bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (first + i) * Float.BYTES);
      }
    } else if (from.format() == Format.FLOAT64) {
      MemorySegment.copy(
          from.bytes(), ValueLayout.JAVA_DOUBLE_UNALIGNED, first * Double.BYTES, numbers, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        numbers[i] = from.get(first + i);
      }
    }
  }

  private static void write(Storage to, long first, double[] numbers, int count) {
    if (to.format() == Format.FLOAT32) {
      final MemorySegment bytes = to.bytes();
      for (int i = 0; i < count; i++) {
        bytes.set(
            ValueLayout.JAVA_FLOAT_UNALIGNED, (first + i) * Float.BYTES, (float) numbers[i]);
      }
    } else if (to.format() == Format.FLOAT64) {
      MemorySegment.copy(
          numbers, 0, to.bytes(), ValueLayout.JAVA_DOUBLE_UNALIGNED, first * Double.BYTES, count);
    } else {
      for (int i = 0; i < count; i++) {
        to.set(first + i, numbers[i]);
      }
    }
  }
}
