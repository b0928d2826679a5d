package org.adamant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

/** A gradient of rows refuses bad arguments, and is a view. */
class SparseRowsTest {

  @Test
  void isAViewOfTheArrays() {
    final int[] rows = {3, 1};
    final double[] values = new double[8];
    final SparseRows gradient = SparseRows.of(rows, values, 4);
    assertThat(gradient.rows()).isSameAs(rows);
    assertThat(gradient.values()).isSameAs(values);
    assertThat(gradient.rowLength()).isEqualTo(4);
    assertThat(gradient).hasToString("SparseRows[2 rows, rowLength = 4, double[]]");
  }

  @Test
  void refusesNull() {
    assertThatNullPointerException()
        .isThrownBy(() -> SparseRows.of(null, new float[0], 1))
        .withMessage("rows is null");
    assertThatNullPointerException()
        .isThrownBy(() -> SparseRows.of(new int[0], (double[]) null, 1))
        .withMessage("values is null");
  }

  @Test
  void refusesAnotherNumberOfValues() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseRows.of(new int[2], new float[7], 4))
        .withMessage("values has length 7: expected 8, for 2 rows of length 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseRows.of(new int[2], new float[0], 0))
        .withMessage("rowLength = 0: expected at least 1");
  }

  @Test
  void countsValuesWithoutOverflow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseRows.of(new int[1 << 16], new float[0], 1 << 16))
        .withMessageContaining("expected 4294967296");
  }
}
