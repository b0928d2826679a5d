package org.adamant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.adamant.internal.loop.Block8;
import org.adamant.internal.loop.Operand;
import org.jspecify.annotations.Nullable;

/**
 * Memory in which rows of all operands lie one after the other, in their formats. It is kept between steps and
 * grows.
 */
final class RowMemory {

  private final int rowLength;
  private final long firstNumber;
  private final @Nullable Storage[] memory = new Storage[Operand.COUNT];

  /** The operands whose rows these are, kept for one step only. */
  private @Nullable Storage @Nullable [] operands;

  /** All of the memory; null until it is made. */
  private @Nullable AdamSlice all;

  RowMemory(int rowLength, long firstNumber) {
    this.rowLength = rowLength;
    this.firstNumber = firstNumber;
  }

  /** Makes room for rows of these operands and of gradients, whose entry is not read. */
  void open(@Nullable Storage[] newOperands, int rows) {
    requireWholeBlocks(newOperands);
    for (int k = 0; k < Operand.COUNT; k++) {
      if (k != Operand.GRADS.ordinal()) {
        reserve(k, newOperands[k] == null ? null : newOperands[k].format(), rows);
      }
    }
    grads(Objects.requireNonNull(newOperands[0]).format() == Format.FLOAT64, rows);
    operands = newOperands;
  }

  private void reserve(int k, @Nullable Format format, int rows) {
    final long length = (long) rows * rowLength;
    if (format == null
        ? memory[k] != null
        : memory[k] == null || memory[k].format() != format || memory[k].length() < length) {
      all = null;
      memory[k] = format == null ? null : allocate(format, length);
    }
  }

  /** Refuses operands whose blocks span rows. */
  void requireWholeBlocks(@Nullable Storage[] newOperands) {
    for (int k = 0; k < Operand.COUNT && rowLength % Format.BLOCK_LENGTH != 0; k++) {
      if (newOperands[k] != null && newOperands[k].format() == Format.BLOCK8) {
        throw new IllegalArgumentException(
            Operand.of(k) + " has the format BLOCK8 for rows of length " + rowLength
                + ": expected a multiple of " + Format.BLOCK_LENGTH
                + ", since rows would share a scale");
      }
    }
  }

  /** Memory for the gradients of so many rows. */
  Storage grads(boolean isDouble, int rows) {
    final int k = Operand.GRADS.ordinal();
    reserve(k, isDouble ? Format.FLOAT64 : Format.FLOAT32, rows);
    return Objects.requireNonNull(memory[k]);
  }

  /** Forgets the operands. */
  void close() {
    operands = null;
  }

  private static Storage allocate(Format format, long exactLength) {
    // More than needed, as the next steps have other rows; whole blocks if the length is.
    final long more = exactLength > 1 << 30 ? 0 : exactLength / 4;
    final int length = Math.toIntExact(exactLength + more - more % Format.BLOCK_LENGTH);
    return format == Format.BLOCK8
        ? Storage.of(
            MemorySegment.ofArray(new byte[Math.toIntExact(format.byteSize(length))]), format)
        : Storage.inArray(format, length);
  }

  /** A {@code float[]} or {@code double[]}. */
  Object grads() {
    return Objects.requireNonNull(
        Objects.requireNonNull(memory[Operand.GRADS.ordinal()]).array);
  }

  /** Sets the gradients of the first rows to zero. */
  void clearGrads(int rows) {
    if (grads() instanceof float[] floats) {
      Arrays.fill(floats, 0, rows * rowLength, 0);
    } else {
      Arrays.fill((double[]) grads(), 0, rows * rowLength, 0);
    }
  }

  /** A slice of some of the rows, of which the first has this number in the parameter. */
  AdamSlice slice(int from, int to, int row) {
    if (all == null) {
      // All memory has at least this length; it can be longer, as it was allocated at different times.
      final @Nullable Storage[] alike = memory.clone();
      final long length =
          Arrays.stream(memory).filter(s -> s != null).mapToLong(Storage::length).min().orElse(0);
      for (int k = 0; k < alike.length; k++) {
        alike[k] = alike[k] == null ? null : alike[k].range(0, length);
      }
      all = AdamSlice.of(alike);
    }
    return all.part(
        (long) from * rowLength, (long) (to - from) * rowLength,
        firstNumber + (long) row * rowLength);
  }

  /** Copies rows from the operands, or back. */
  void copy(TouchedRows rows, boolean isBack) {
    final @Nullable Storage[] whole = Objects.requireNonNull(operands);
    for (int k = 0; k < Operand.COUNT; k++) {
      final Storage its = memory[k];
      final Storage operand = whole[k];
      if (k == Operand.GRADS.ordinal() || its == null || operand == null) {
        continue;
      }
      for (int i = 0; i < rows.count(); i++) {
        final long there = (long) rows.row(i) * rowLength;
        final long here = (long) i * rowLength;
        if (isBack) {
          copy(its, here, operand, there);
        } else {
          copy(operand, there, its, here);
        }
      }
    }
  }

  private void copy(Storage from, long at, Storage to, long place) {
    if (from.array != null && to.array != null) {
      System.arraycopy(
          from.array, from.offset + (int) at, to.array, to.offset + (int) place, rowLength);
      return;
    }
    final int bytes = from.format().bytes();
    MemorySegment.copy(
        from.bytes(), at * bytes, to.bytes(), place * bytes, (long) rowLength * bytes);
    if (from.scales != null && to.scales != null) {
      MemorySegment.copy(
          from.scales, Block8.scaleBytes(at), to.scales, Block8.scaleBytes(place),
          Block8.scaleBytes(rowLength));
    }
  }

  /** Whether the moments of a row, and its maxima, are zero, and a step would write the same bytes. */
  boolean hasNoMoments(int row) {
    final @Nullable Storage[] whole = Objects.requireNonNull(operands);
    return isZero(whole[Operand.M.ordinal()], row)
        && isZero(whole[Operand.V.ordinal()], row)
        && isZero(whole[Operand.MAXIMUM.ordinal()], row);
  }

  /** Whether a row is zero, or there is no such operand. */
  private boolean isZero(@Nullable Storage storage, int row) {
    if (storage == null) {
      return true;
    }
    // Blocks of zero get another scale when they are stepped.
    final long length = (long) rowLength * storage.format().bytes();
    final MemorySegment bytes = storage.bytes().asSlice(row * length, length);
    if (storage.scales != null || bytes.get(ValueLayout.JAVA_BYTE, 0) != 0) {
      return false;
    }
    // Every byte equals the one before it.
    return MemorySegment.mismatch(bytes, 0, length - 1, bytes, 1, length) < 0;
  }

  /** Whether a step that rounds stochastically depends on the numbers of the elements. */
  boolean isLossy() {
    for (int k = 0; k <= Operand.AVERAGE.ordinal(); k++) {
      final boolean isWhole =
          k == Operand.PARAMS.ordinal() && memory[Operand.REMAINDER.ordinal()] != null
              || memory[k] == null
              || memory[k].format().bytes() >= Float.BYTES;
      if (!isWhole) {
        return true;
      }
    }
    return false;
  }

  /** Whether a step without gradient writes the bytes that are there, if all moments are zero. */
  boolean hasOnlyWhatRests() {
    return memory[Operand.AVERAGE.ordinal()] == null && memory[Operand.COPY.ordinal()] == null;
  }
}
