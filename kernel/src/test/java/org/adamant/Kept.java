package org.adamant;

import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * A storage for tests, and all the bytes around it, which no step may touch.
 *
 * @param as how it is kept
 * @param storage the storage
 * @param all the memory it lies in
 */
record Kept(As as, Storage storage, MemorySegment all) {

  /** Bytes before and behind, a multiple of the bytes of every number. */
  private static final int MARGIN = 48;

  /** The formats whose numbers have 16 bits. */
  static final List<Format> OF_16_BITS =
      Arrays.stream(Format.values()).filter(format -> format.bytes() == Short.BYTES).toList();

  /** The kind of memory, and the format. */
  enum As {
    FLOATS(Format.FLOAT32, Where.ARRAY),
    FLOATS_ELSEWHERE(Format.FLOAT32, Where.ARRAY_ELSEWHERE),
    NATIVE_FLOATS(Format.FLOAT32, Where.NATIVE),
    FLOATS_IN_BYTES(Format.FLOAT32, Where.BYTES),
    DOUBLES(Format.FLOAT64, Where.ARRAY),
    DOUBLES_ELSEWHERE(Format.FLOAT64, Where.ARRAY_ELSEWHERE),
    NATIVE_DOUBLES(Format.FLOAT64, Where.NATIVE),
    DOUBLES_IN_BYTES(Format.FLOAT64, Where.BYTES),
    HALVES(Format.BFLOAT16, Where.ARRAY),
    HALVES_ELSEWHERE(Format.BFLOAT16, Where.ARRAY_ELSEWHERE),
    NATIVE_HALVES(Format.BFLOAT16, Where.NATIVE),
    HALVES_IN_BYTES(Format.BFLOAT16, Where.BYTES),
    NATIVE_BLOCKS(Format.BLOCK8, Where.NATIVE),
    BLOCKS_IN_BYTES(Format.BLOCK8, Where.BYTES);

    final Format format;
    private final Where where;

    As(Format format, Where where) {
      this.format = format;
      this.where = where;
    }

    /** The way to keep numbers of a format there. */
    static As of(Format format, Where where) {
      return Arrays.stream(values())
          .filter(as -> as.format == format && as.where == where)
          .findFirst()
          .orElseThrow();
    }

    boolean isLossy() {
      return format.segment.isLossy();
    }
  }

  enum Where {
    ARRAY,
    /** In an array, at an index that is another one for every place. */
    ARRAY_ELSEWHERE,
    NATIVE,
    BYTES
  }

  /** Zeros. */
  static Kept of(As as, int length, int place) {
    final int bytes = as.format.bytes();
    final int size = (int) as.format.byteSize(length);
    final int before =
        as.where == Where.ARRAY_ELSEWHERE ? MARGIN + (place + 1) * bytes : MARGIN;
    final int all = before + size + MARGIN;
    final MemorySegment memory =
        switch (as.where) {
          case NATIVE -> Arena.ofAuto().allocate(all, 64);
          case BYTES -> MemorySegment.ofArray(new byte[all]);
          default ->
              switch (as.format) {
                case FLOAT32 -> MemorySegment.ofArray(new float[all / bytes]);
                case FLOAT64 -> MemorySegment.ofArray(new double[all / bytes]);
                default -> MemorySegment.ofArray(new short[all / bytes]);
              };
        };
    return new Kept(as, Storage.of(memory.asSlice(before, size), as.format), memory);
  }

  Kept copy(int place) {
    final Kept copy = of(as, (int) storage.length(), place);
    copy.all.copyFrom(all);
    return copy;
  }

  /** Numbers of all classes of an operand, and other numbers around them. */
  void fill(Values values, int place) {
    for (long i = 0; i < all.byteSize(); i++) {
      all.set(ValueLayout.JAVA_BYTE, i, (byte) (values.uniform() * 256));
    }
    final ElementType type =
        as.format == Format.FLOAT64 ? ElementType.DOUBLE : ElementType.FLOAT;
    final StepArrays one = StepArrays.zeros(type, 1);
    for (int i = 0; i < storage.length(); i++) {
      if (values.once(8)) {
        values.setSpecial(one, 0);
      } else {
        values.setOrdinary(one, 0);
      }
      // Maxima are like v, and averages, copies and remainders like parameters.
      final Object array = one.arrays().get(place < 4 ? place : place == 4 ? 3 : 0);
      final long bits = type.rawBits(array, 0);
      switch (as.format) {
        case FLOAT32 -> numbers().set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) bits);
        case FLOAT64 -> numbers().set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, bits);
        case BFLOAT16 ->
            numbers()
                .set(
                    ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i,
                    (short) (place == 7 ? bits : bits >>> 16));
        case BLOCK8 -> {
          // Any byte. Its scale is that of ordinary numbers, in one block of four any, and seldom that of the other moments.
          if (i % Format.BLOCK_LENGTH == 0) {
            final long scale = i / Format.BLOCK_LENGTH * 2;
            final int ordinary = place == 2 ? 120 : 113;
            final boolean isOther = values.once(8);
            final int b = values.once(4) ? (int) (values.uniform() * 256) : ordinary;
            storage.scales.set(ValueLayout.JAVA_BYTE, scale, (byte) b);
            storage.scales.set(
                ValueLayout.JAVA_BYTE, scale + 1, (byte) (place == 2 == isOther ? 1 : 0));
          }
        }
      }
    }
  }

  /** The bytes of the numbers. */
  MemorySegment numbers() {
    return storage.bytes();
  }

  /** The bit pattern of a number, every NaN being the same one. */
  long bits(long i) {
    final double x = storage.get(i);
    return x != x ? -1 : Double.doubleToRawLongBits(x);
  }

  /** What is written for a number. */
  long rawBits(long i) {
    return switch (as.format.bytes()) {
      case Float.BYTES -> numbers().get(ValueLayout.JAVA_INT_UNALIGNED, 4 * i);
      case Double.BYTES -> numbers().get(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i);
      case Short.BYTES -> numbers().get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i);
      default -> numbers().get(ValueLayout.JAVA_BYTE, i);
    };
  }

  /** Asserts the same numbers, the same scales, and around them the same bytes. */
  void assertSame(String what, Kept actual, boolean isBits) {
    final boolean areSame = numbers().mismatch(actual.numbers()) < 0;
    for (long i = 0; i < storage.length() && !areSame; i++) {
      final boolean isSame =
          isBits ? rawBits(i) == actual.rawBits(i) : bits(i) == actual.bits(i);
      if (!isSame) {
        fail(
            "%s[%d] differs%n  expected %x (%s)%n  actual   %x (%s)",
            what, i, rawBits(i), storage.get(i), actual.rawBits(i), actual.storage.get(i));
      }
    }
    if (storage.scales != null && storage.scales.mismatch(actual.storage.scales) >= 0) {
      fail("%s: the scales differ at %d", what, storage.scales.mismatch(actual.storage.scales));
    }
  }

  /** Asserts that none of these bytes but those of the numbers {@code from <= i < to} were written. */
  void assertUntouchedBeside(String what, Kept before, long from, long to) {
    final Storage range = storage.range(from, to - from);
    final byte[] now = all.toArray(ValueLayout.JAVA_BYTE);
    final byte[] then = before.all.toArray(ValueLayout.JAVA_BYTE);
    for (long i = 0; i < all.byteSize(); i++) {
      if (now[(int) i] != then[(int) i] && !isIn(i, range)) {
        fail("%s: byte %d of %d was written", what, i, all.byteSize());
      }
    }
  }

  private boolean isIn(long at, Storage range) {
    return isIn(at, range.bytes()) || range.scales != null && isIn(at, range.scales);
  }

  private boolean isIn(long at, MemorySegment part) {
    final long begin = part.address() - all.address();
    return at >= begin && at < begin + part.byteSize();
  }
}
