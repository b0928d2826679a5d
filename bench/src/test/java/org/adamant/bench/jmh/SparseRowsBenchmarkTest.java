package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.bench.jmh.SparseRowsBenchmark.Gradient;
import org.adamant.training.SparseRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The body of the benchmark: it steps the rows with a gradient, and no others. */
class SparseRowsBenchmarkTest {

  private static final int ROWS = 700;
  private static final int ROW_LENGTH = 5;

  private final SparseRowsBenchmark benchmark = new SparseRowsBenchmark();

  private static SparseRowsBenchmark.Table table(Gradient gradient) {
    final SparseRowsBenchmark.Table table = new SparseRowsBenchmark.Table();
    table.gradient = gradient;
    table.rows = ROWS;
    table.rowLength = ROW_LENGTH;
    table.fill();
    return table;
  }

  private static float[] params(SparseRowsBenchmark.Table table) {
    return (float[]) table.params.get("table");
  }

  @ParameterizedTest
  @EnumSource(names = "DENSE", mode = EnumSource.Mode.EXCLUDE)
  void theFirstStepIsThatOfTheKernelOnOnePercentOfTheRows(Gradient gradient) {
    final SparseRowsBenchmark.Table table = table(gradient);
    final float[] expected = params(table).clone();
    benchmark.step(table);
    final SparseRows rows = (SparseRows) table.gradients[table.next].get("table");
    assertThat(rows.rows()).hasSize(ROWS / SparseRowsBenchmark.SHARE).doesNotHaveDuplicates();
    final float[] dense = new float[expected.length];
    for (int i = 0; i < rows.rows().length; i++) {
      System.arraycopy(
          rows.values(), i * ROW_LENGTH, dense, rows.rows()[i] * ROW_LENGTH, ROW_LENGTH);
    }
    final float[] m = new float[dense.length];
    AdamKernel.preferred()
        .step(Adam.defaults().atStep(1), expected, dense, m, new float[dense.length]);
    assertThat(params(table)).containsExactly(expected);
  }

  @Test
  void theDenseStepMovesEveryElement() {
    final SparseRowsBenchmark.Table table = table(Gradient.DENSE);
    final float[] before = params(table).clone();
    benchmark.step(table);
    for (int i = 0; i < before.length; i++) {
      assertThat(params(table)[i]).isNotEqualTo(before[i]);
    }
  }

  /** Otherwise the rows of all steps would soon be in a cache. */
  @Test
  void allStepsTogetherTouchMostOfTheRows() {
    final Set<Integer> touched = new HashSet<>();
    for (Map<String, Object> gradient : table(Gradient.LAZY).gradients) {
      for (int row : ((SparseRows) gradient.get("table")).rows()) {
        touched.add(row);
      }
    }
    assertThat(touched.size()).isGreaterThan(ROWS * 4 / 5);
  }
}
