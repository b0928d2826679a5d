package org.adamant;

import java.util.Arrays;
import org.adamant.training.SparseRows;

/**
 * The rows of a gradient, each once, in ascending order, or ordered by a counter and then ascending. The memory is
 * kept from one step to the next. Other rows cost no work.
 */
final class TouchedRows {

  /** For every occurrence of a row in the gradient, its number and, in the lower half, its place there; sorted. */
  private long[] occurrences = {};

  /** For every different row, its counter and, in the lower half, its first index in the occurrences. */
  private long[] order = {};

  private int total;
  private int count;

  /** How many different rows there are. */
  int count() {
    return count;
  }

  /** The number of a row in the parameter. */
  int row(int place) {
    return (int) (occurrences[(int) order[place]] >>> 32);
  }

  /** The first place of a row among the rows of the gradient. */
  int firstPlace(int place) {
    return (int) occurrences[(int) order[place]];
  }

  /** Whether a row occurs more than once in the gradient. */
  boolean hasDuplicates() {
    return count < total;
  }

  /** The counter that {@link #setCounter} gave to this row, or 0. */
  int counter(int place) {
    return (int) (order[place] >>> 32);
  }

  /** Gives a row a counter, which is not negative. Its place changes with the next sort. */
  void setCounter(int place, int counter) {
    order[place] = (long) counter << 32 | (int) order[place];
  }

  /** Puts rows with smaller counters first. */
  void sortByCounter() {
    Arrays.sort(order, 0, count);
  }

  /**
   * Reads the rows of a gradient.
   *
   * @param rows their numbers
   * @param rowCount how many rows the parameter has
   */
  void read(int[] rows, long rowCount) {
    count = 0;
    if (occurrences.length < rows.length) {
      occurrences = new long[rows.length];
      order = new long[rows.length];
    }
    total = rows.length;
    for (int i = 0; i < total; i++) {
      final int row = rows[i];
      if (row < 0 || row >= rowCount) {
        throw new IndexOutOfBoundsException(
            "rows[" + i + "] = " + row + ": expected 0 <= row < " + rowCount
                + ", the number of rows of the parameter");
      }
      occurrences[i] = (long) row << 32 | i;
    }
    Arrays.sort(occurrences, 0, total);
    int different = 0;
    for (int i = 0; i < total; i++) {
      if (i == 0 || occurrences[i] >>> 32 != occurrences[i - 1] >>> 32) {
        order[different++] = i;
      }
    }
    count = different;
  }

  /** Reads rows without gradient, in ascending order. */
  void readAscending(int[] rows, int length) {
    if (occurrences.length < length) {
      occurrences = new long[length];
      order = new long[length];
    }
    total = length;
    count = length;
    for (int i = 0; i < length; i++) {
      occurrences[i] = (long) rows[i] << 32;
      order[i] = i;
    }
  }

  /**
   * Writes the gradients in the order of the rows; those of the same row are added in the order of the gradient.
   *
   * @param isInDouble whether sums of floats are rounded once at the end, not after each addition
   */
  void addUp(SparseRows gradient, Object sums, boolean isInDouble) {
    final int length = gradient.rowLength();
    for (int k = 0; k < count; k++) {
      final int first = (int) order[k];
      int end = first + 1;
      while (end < total && occurrences[end] >>> 32 == occurrences[first] >>> 32) {
        end++;
      }
      System.arraycopy(
          gradient.values(), (int) occurrences[first] * length, sums, k * length, length);
      if (isInDouble && sums instanceof float[] floats) {
        addInDouble(floats, k * length, (float[]) gradient.values(), first, end, length);
        continue;
      }
      for (int i = first + 1; i < end; i++) {
        add(gradient.values(), (int) occurrences[i] * length, sums, k * length, length);
      }
    }
  }

  private void addInDouble(
      float[] sums, int at, float[] values, int first, int end, int length) {
    for (int j = 0; j < length; j++) {
      double sum = sums[at + j];
      for (int i = first + 1; i < end; i++) {
        sum += values[(int) occurrences[i] * length + j];
      }
      sums[at + j] = (float) sum;
    }
  }

  private static void add(Object from, int at, Object sums, int to, int length) {
    if (from instanceof float[] floats) {
      final float[] all = (float[]) sums;
      for (int i = 0; i < length; i++) {
        all[to + i] += floats[at + i];
      }
    } else {
      final double[] doubles = (double[]) from;
      final double[] all = (double[]) sums;
      for (int i = 0; i < length; i++) {
        all[to + i] += doubles[at + i];
      }
    }
  }
}
