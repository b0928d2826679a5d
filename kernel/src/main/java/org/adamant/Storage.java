package org.adamant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.adamant.internal.loop.Block8;
import org.adamant.internal.loop.Kind;
import org.adamant.internal.loop.Memory;
import org.jspecify.annotations.Nullable;

/**
 * Where an operand of a step lies, and how its numbers are written. It is an immutable view; the memory belongs to
 * the caller.
 *
 * <p>The memory is an array, or a {@link MemorySegment} of any kind: native, a mapped file, an array's, a {@code
 * ByteBuffer}'s. Numbers are in the {@linkplain java.nio.ByteOrder#nativeOrder order of bytes} of the machine.
 */
public final class Storage {

  /** Native storages begin at multiples of this, the cache line. */
  private static final int ALIGNMENT = 64;

  /** The place in a page of memory moves by this from one native storage to the next; not a power of two. */
  private static final int STAGGER = 5 * ALIGNMENT;

  private static final int PAGE = 4096;

  private static final AtomicInteger ALLOCATED = new AtomicInteger();

  private final Format format;

  /** A {@code float[]}, {@code double[]} or {@code short[]}; null where the memory is a segment. */
  final @Nullable Object array;

  /** The index of the first number in the array. */
  final int offset;

  /** The bytes of the numbers; null where the memory is an array. */
  final @Nullable MemorySegment segment;

  /** The bytes of the scales in BLOCK8; otherwise null. */
  final @Nullable MemorySegment scales;

  private final long length;

  private Storage(
      Format format, @Nullable Object array, int offset, @Nullable MemorySegment segment,
      @Nullable MemorySegment scales, long length) {
    this.format = format;
    this.array = array;
    this.offset = offset;
    this.segment = segment;
    this.scales = scales;
    this.length = length;
  }

  private Storage(Format format, Object array, int offset, long length) {
    this(format, array, offset, null, null, length);
  }

  private Storage(
      Format format, MemorySegment segment, @Nullable MemorySegment scales, long length) {
    this(format, null, 0, segment, scales, length);
  }

  /**
   * An array of floats.
   *
   * @param array the array
   * @return a view of all of it
   * @throws NullPointerException if the array is null
   */
  public static Storage of(float[] array) {
    Arguments.requireNonNull("array", array);
    return new Storage(Format.FLOAT32, array, 0, array.length);
  }

  /**
   * An array of doubles.
   *
   * @param array the array
   * @return a view of all of it
   * @throws NullPointerException if the array is null
   */
  public static Storage of(double[] array) {
    Arguments.requireNonNull("array", array);
    return new Storage(Format.FLOAT64, array, 0, array.length);
  }

  /**
   * An array of the upper halves of floats.
   *
   * @param bits the upper 16 bits of each float
   * @return a view of all of it
   * @throws NullPointerException if the array is null
   */
  public static Storage ofBfloat16(short[] bits) {
    Arguments.requireNonNull("bits", bits);
    return new Storage(Format.BFLOAT16, bits, 0, bits.length);
  }

  /**
   * A segment of memory.
   *
   * @param segment the memory, all of which is used: native, mapped, of an array, or {@linkplain
   *     MemorySegment#ofBuffer of a buffer}
   * @param format how its numbers are written
   * @return a view of it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if its size is not that of a whole number of numbers, see {@link Format#byteSize},
   *     or it does not begin at a multiple of their size
   * @throws IllegalStateException if its arena is closed
   */
  public static Storage of(MemorySegment segment, Format format) {
    Arguments.requireNonNull("segment", segment);
    Arguments.requireNonNull("format", format);
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(
          "segment lies in an arena that is closed: expected an open one");
    }
    final long size = segment.byteSize();
    final long length = length(size, format);
    if (format.byteSize(length) != size) {
      throw new IllegalArgumentException(
          "segment has " + size + " bytes: expected those of a whole number of " + format
              + ", such as " + format.byteSize(length) + " for " + length);
    }
    if (segment.address() % format.bytes() != 0) {
      throw new IllegalArgumentException(
          "segment begins at address " + segment.address() + ": expected a multiple of "
              + format.bytes() + ", the bytes of a " + format);
    }
    if (format == Format.BLOCK8) {
      return new Storage(format, segment.asSlice(0, length), segment.asSlice(length), length);
    }
    final Object array = segment.heapBase().orElse(null);
    return array != null && format.array.isArray(array)
        ? new Storage(format, array, (int) (segment.address() / format.bytes()), length)
        : new Storage(format, segment, null, length);
  }

  /** Zeros in an array, in any format but BLOCK8. */
  static Storage inArray(Format format, int length) {
    return new Storage(format, format.array.newArray(length), 0, length);
  }

  /** The most numbers that fit into so many bytes. */
  private static long length(long size, Format format) {
    if (format != Format.BLOCK8) {
      return size / format.bytes();
    }
    final long inBlock = Format.BLOCK_LENGTH + Block8.scaleBytes(Format.BLOCK_LENGTH);
    return size / inBlock * Format.BLOCK_LENGTH
        + Math.max(0, size % inBlock - Block8.scaleBytes(1));
  }

  /**
   * New native memory, set to zero, that begins at a cache line. A storage of a page or more begins at another
   * place in its page than the storage before it: if arrays lie a whole number of pages apart, a processor takes a
   * load from one to depend on a store to the other.
   *
   * @param format how numbers are written
   * @param length how many numbers, at least 0
   * @param arena the arena that owns the memory and frees it
   * @return a view of it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the length is negative
   * @throws OutOfMemoryError if there is not enough memory
   * @throws IllegalStateException if the arena is closed
   */
  public static Storage allocate(Format format, long length, Arena arena) {
    Arguments.requireNonNull("format", format);
    Arguments.requireNonNull("arena", arena);
    final long size = format.byteSize(length);
    if (size < PAGE) {
      return of(arena.allocate(size, ALIGNMENT), format);
    }
    final int place = Math.floorMod(ALLOCATED.getAndIncrement() * STAGGER, PAGE);
    final MemorySegment memory =
        arena.allocate(Math.addExact(size, (long) PAGE - ALIGNMENT), ALIGNMENT);
    return of(memory.asSlice(Math.floorMod(place - memory.address(), PAGE), size), format);
  }

  /**
   * How numbers are written.
   *
   * @return the format
   */
  public Format format() {
    return format;
  }

  /**
   * How many numbers there are.
   *
   * @return the length
   */
  public long length() {
    return length;
  }

  /**
   * A view of some of the numbers.
   *
   * @param newOffset the first of them, counted from the first of this view
   * @param newLength how many
   * @return the view
   * @throws IndexOutOfBoundsException if they are not all in this view
   * @throws IllegalArgumentException in {@link Format#BLOCK8} if the view would not begin where a block does, or
   *     end neither where a block nor where this view does
   */
  public Storage range(long newOffset, long newLength) {
    Arguments.requireSlice(newOffset, newLength, length);
    if (segment != null && scales != null) {
      requireBlocks(newOffset, newLength, length);
      return new Storage(
          format,
          segment.asSlice(newOffset, newLength),
          scales.asSlice(
              Block8.scaleBytes(newOffset), Block8.scaleBytes(newLength)),
          newLength);
    }
    return array != null
        ? new Storage(format, array, offset + (int) newOffset, newLength)
        : new Storage(
            format,
            bytes().asSlice(newOffset * format.bytes(), newLength * format.bytes()),
            null,
            newLength);
  }

  /** Refuses a range that cuts a block. */
  static void requireBlocks(long offset, long length, long all) {
    final int block = Format.BLOCK_LENGTH;
    if (length > 0 && (offset % block != 0 || length % block != 0 && offset + length != all)) {
      throw new IllegalArgumentException(
          "offset = " + offset + ", length = " + length + ": expected multiples of " + block
              + ", the length of a block of " + Format.BLOCK8 + ", or a range to the end at "
              + all);
    }
  }

  /**
   * Reads one number; slow, for set-up and tests.
   *
   * @param index which, from 0
   * @return its value, exactly
   * @throws IndexOutOfBoundsException if there is no such number
   */
  public double get(long index) {
    Objects.checkIndex(index, length);
    return Memory.get(kind(), memory(), offset + index);
  }

  /**
   * Writes one number; slow, for set-up and tests. Except in FLOAT64, it is rounded to a float and then to the
   * nearest number of the format. In {@link Format#BLOCK8} this may change the scale of the block and round its
   * other numbers again.
   *
   * @param index which, from 0
   * @param value its value
   * @throws IndexOutOfBoundsException if there is no such number
   * @throws IllegalArgumentException if the memory is read-only
   */
  public void set(long index, double value) {
    Objects.checkIndex(index, length);
    requireWritable("this storage");
    Memory.set(kind(), memory(), offset + index, value);
  }

  /** Refuses memory that cannot be written; the message uses the name. */
  void requireWritable(String name) {
    if (segment != null && segment.isReadOnly()) {
      throw new IllegalArgumentException(
          name + " lies in a read-only segment: expected one that can be written");
    }
  }

  /** The kind of memory by which a loop is chosen. */
  Kind kind() {
    return array == null ? format.segment : format.array;
  }

  /** The object that a loop takes: an array, in which this view begins at {@link #offset}, a segment, or blocks. */
  Object memory() {
    if (array != null) {
      return array;
    }
    return scales == null ? bytes() : new Block8(bytes(), scales);
  }

  /** The object that a loop takes for a range, see {@link #memory()}. */
  Object memory(long first, long newLength) {
    return array != null ? array : range(first, newLength).memory();
  }

  /** The same numbers as a segment. */
  Storage asSegment() {
    return array == null ? this : new Storage(format, bytes(), null, length);
  }

  /** The bytes of the numbers, without their scales. */
  MemorySegment bytes() {
    if (segment != null) {
      return segment;
    }
    // Not a switch: a switch over types defines a hidden class, which not every JVM allows.
    final MemorySegment all;
    if (array instanceof float[] floats) {
      all = MemorySegment.ofArray(floats);
    } else if (array instanceof double[] doubles) {
      all = MemorySegment.ofArray(doubles);
    } else {
      all = MemorySegment.ofArray((short[]) array);
    }
    return all.asSlice((long) offset * format.bytes(), length * format.bytes());
  }

  @Override
  public String toString() {
    final String where =
        array != null
            ? array.getClass().getSimpleName()
            : bytes().isNative() ? bytes().isMapped() ? "mapped" : "native" : "heap segment";
    return "Storage[" + format + ", " + where + ", length = " + length + "]";
  }
}
