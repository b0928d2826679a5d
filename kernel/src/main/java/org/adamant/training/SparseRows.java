package org.adamant.training;

/**
 * The gradient of some rows of a parameter, such as an embedding of which a batch used few rows. The gradient of
 * all other rows is zero. It is an immutable view: the arrays belong to the caller, and a step reads them.
 *
 * <p>A row may occur several times. Its gradients are then added in the type of the values, in their order, so that
 * the sum has the same bits whatever else is in the batch.
 *
 * <p>An optimizer keeps the row length of the first such gradient of a parameter, even if that step is skipped, and
 * refuses gradients with another one.
 */
public final class SparseRows {

  private final int[] rows;
  private final Object values;
  private final int rowLength;

  private SparseRows(int[] rows, Object values, long length, int rowLength) {
    if (rowLength < 1) {
      throw new IllegalArgumentException("rowLength = " + rowLength + ": expected at least 1");
    }
    if (length != (long) rows.length * rowLength) {
      throw new IllegalArgumentException(
          "values has length " + length + ": expected " + (long) rows.length * rowLength + ", for "
              + rows.length + " rows of length " + rowLength);
    }
    this.rows = rows;
    this.values = values;
    this.rowLength = rowLength;
  }

  /**
   * Gradients of a parameter whose steps are computed in float.
   *
   * @param rows the indices of the rows, in any order, also several times; each at least 0 and less than the number
   *     of rows of the parameter, which a step checks before it writes anything
   * @param values their gradients, one row after the other
   * @param rowLength how many numbers a row has, at least 1
   * @return the gradient
   * @throws NullPointerException if an array is null
   * @throws IllegalArgumentException if the row length is less than 1, or {@code values} does not have rowLength
   *     numbers for each row
   */
  public static SparseRows of(int[] rows, float[] values, int rowLength) {
    requireNonNull(rows, values);
    return new SparseRows(rows, values, values.length, rowLength);
  }

  /**
   * Gradients of a parameter of doubles.
   *
   * @param rows the indices of the rows, as of {@link #of(int[], float[], int)}
   * @param values their gradients, one row after the other
   * @param rowLength how many numbers a row has, at least 1
   * @return the gradient
   * @throws NullPointerException if an array is null
   * @throws IllegalArgumentException if the row length is less than 1, or {@code values} does not have rowLength
   *     numbers for each row
   */
  public static SparseRows of(int[] rows, double[] values, int rowLength) {
    requireNonNull(rows, values);
    return new SparseRows(rows, values, values.length, rowLength);
  }

  private static void requireNonNull(Object rows, Object values) {
    if (rows == null || values == null) {
      throw new NullPointerException((rows == null ? "rows" : "values") + " is null");
    }
  }

  /**
   * The indices of the rows.
   *
   * @return the caller's array
   */
  public int[] rows() {
    return rows;
  }

  /**
   * The gradients.
   *
   * @return the caller's array, a {@code float[]} or {@code double[]}
   */
  public Object values() {
    return values;
  }

  /**
   * How many numbers a row has.
   *
   * @return the length, at least 1
   */
  public int rowLength() {
    return rowLength;
  }

  @Override
  public String toString() {
    return "SparseRows[" + rows.length + " rows, rowLength = " + rowLength + ", "
        + values.getClass().getSimpleName() + "]";
  }
}
