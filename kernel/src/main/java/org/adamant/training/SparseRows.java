package org.adamant.training;

/**
 * The gradient of some rows of a parameter, such as an embedding of which a batch has used few; that of all others
 * is zero. A view: it is immutable, the arrays are the caller's, and are read when a step is done.
 *
 * <p>A row may come several times: its gradients are added up, in the type of the values, in the order in which they
 * come. So the sum has the same bits whatever else is in the batch.
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
   * @param rows the indices of the rows, each at least 0 and less than the number of rows of the parameter, which is
   *     checked before a step writes anything; in any order, also several times
   * @param values their gradients, one row after the other
   * @param rowLength how many numbers a row has, at least 1
   * @return the gradient
   * @throws NullPointerException if an array is null
   * @throws IllegalArgumentException if the row length is less than 1, or {@code values} has not so many numbers
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
   * @throws IllegalArgumentException if the row length is less than 1, or {@code values} has not so many numbers
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
