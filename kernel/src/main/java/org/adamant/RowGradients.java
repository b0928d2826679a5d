package org.adamant;

import java.lang.reflect.Array;
import java.util.Arrays;
import org.adamant.training.SparseRows;

/**
 * Gradients of rows, one micro-batch after the other. In each micro-batch a row occurs once. A step adds the
 * gradients of a row in this order, so that the sums are those of dense gradients.
 */
final class RowGradients {

  private final int rowLength;
  private int[] rows = {};

  /** A {@code float[]} or {@code double[]}. */
  private Object values;

  private int count;

  RowGradients(SparseRows like) {
    this.rowLength = like.rowLength();
    this.values = Array.newInstance(like.values().getClass().getComponentType(), 0);
  }

  /** {@return how many numbers a row has} */
  int rowLength() {
    return rowLength;
  }

  /** Makes room for the gradients of a further micro-batch; changes nothing else. */
  void reserve(SparseRows next) {
    final int needed = Math.addExact(count, next.rows().length);
    if (needed > rows.length) {
      // More than needed, as there are further micro-batches.
      final int room = Math.max(needed, Math.min(2 * rows.length, 1 << 30));
      final Object more =
          Array.newInstance(
              values.getClass().getComponentType(), Math.multiplyExact(room, rowLength));
      System.arraycopy(values, 0, more, 0, count * rowLength);
      rows = Arrays.copyOf(rows, room);
      values = more;
    }
  }

  /** The gradient with every row once; gradients of the same row are added in their order. */
  private SparseRows merged(SparseRows gradient) {
    final TouchedRows touched = new TouchedRows();
    touched.read(gradient.rows(), Integer.MAX_VALUE);
    if (!touched.hasDuplicates()) {
      return gradient;
    }
    final RowGradients merged = new RowGradients(gradient);
    merged.reserve(gradient);
    merged.count = touched.count();
    for (int k = 0; k < merged.count; k++) {
      merged.rows[k] = touched.row(k);
    }
    touched.addUp(gradient, merged.values, false);
    return merged.all();
  }

  /**
   * Adds a micro-batch.
   *
   * @param isFirst whether there was none before it, not even one without rows
   */
  void add(SparseRows withDuplicates, boolean isFirst) {
    final int before = count;
    append(merged(withDuplicates));
    if (!isFirst) {
      addZeros(before);
    }
  }

  /**
   * Adds 0 to rows that are only in the last micro-batch, or only in those before it. A dense gradient has a 0 there,
   * and -0 + 0 is 0.
   */
  private void addZeros(int before) {
    final int[] earlier = Arrays.copyOf(rows, before);
    final int[] last = Arrays.copyOfRange(rows, before, count);
    Arrays.sort(earlier);
    Arrays.sort(last);
    for (int k = 0; k < count; k++) {
      if (Arrays.binarySearch(k < before ? last : earlier, rows[k]) < 0) {
        addZero(k);
      }
    }
  }

  private void addZero(int k) {
    for (int i = k * rowLength; i < (k + 1) * rowLength; i++) {
      if (values instanceof float[] floats) {
        floats[i] += 0;
      } else {
        ((double[]) values)[i] += 0;
      }
    }
  }

  /** Appends a gradient of several micro-batches, without merging rows. */
  void append(SparseRows next) {
    reserve(next);
    final int length = next.rows().length;
    System.arraycopy(next.rows(), 0, rows, count, length);
    System.arraycopy(next.values(), 0, values, count * rowLength, length * rowLength);
    count += length;
  }

  /** {@return all of them as one gradient} */
  SparseRows all() {
    final int[] itsRows = Arrays.copyOf(rows, count);
    return values instanceof float[] floats
        ? SparseRows.of(itsRows, Arrays.copyOf(floats, count * rowLength), rowLength)
        : SparseRows.of(itsRows, Arrays.copyOf((double[]) values, count * rowLength), rowLength);
  }

  /**
   * {@return all of them and those of the last micro-batch; changes nothing}
   *
   * @param isFirst see {@link #add}
   */
  SparseRows with(SparseRows last, boolean isFirst) {
    final RowGradients both = new RowGradients(last);
    both.append(all());
    both.add(last, isFirst);
    return both.all();
  }
}
