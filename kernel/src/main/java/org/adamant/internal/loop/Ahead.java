package org.adamant.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Reads rows of a table shortly before they are stepped. Rows are far from each other, and the processor sees the next one
 * too late, so that each step would wait for its memory. When several rows are read together, it waits once for all of
 * them. A step of 1,000 rows of 64 floats takes a quarter less time (Zen 4).
 */
public final class Ahead {

  /** How many rows are read together; 2 to 16 take the same time. */
  public static final int ROWS = 4;

  /** The longest rows that are read. Of longer ones the processor soon fetches the rest by itself. */
  private static final int LONGEST = 128;

  private static final int FLOATS_OF_LINE = 16;
  private static final int DOUBLES_OF_LINE = 8;

  /** Keeps the compiler from leaving the reads out. */
  private static double sink;

  private Ahead() {}

  /**
   * Reads parameters and moments of some rows, where they are short and in arrays.
   *
   * @param all the operands of many rows
   * @param from the first of those that are stepped next
   */
  public static void read(Operands[] all, int from) {
    double sum = sink;
    for (int i = from; i < Math.min(from + ROWS, all.length); i++) {
      final Operands o = all[i];
      if (o.length <= LONGEST) {
        final int end = o.offset + (int) o.length;
        sum += read(o.params, o.offset, end) + read(o.m, o.offset, end) + read(o.v, o.offset, end);
      }
    }
    sink = sum;
  }

  private static double read(@Nullable Object memory, int from, int end) {
    double sum = 0;
    if (memory instanceof float[] floats) {
      for (int i = from; i < end; i += FLOATS_OF_LINE) {
        sum += floats[i];
      }
    } else if (memory instanceof double[] doubles) {
      for (int i = from; i < end; i += DOUBLES_OF_LINE) {
        sum += doubles[i];
      }
    }
    return sum;
  }
}
