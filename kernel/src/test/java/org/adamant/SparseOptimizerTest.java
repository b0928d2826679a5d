package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.adamant.AdamOptimizer.Builder;
import org.adamant.training.Accumulation;
import org.adamant.training.Schedule;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.adamant.training.StepReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of some rows, by the optimizer. */
class SparseOptimizerTest {

  private static final int ROWS = 9;
  private static final int ROW_LENGTH = 3;

  @TempDir
  Path folder;

  private static Builder builder(boolean isBf16) {
    final Builder builder =
        AdamOptimizer.builder(
            Adam.defaults().withWeightDecay(0.1).withAmsgrad(Adam.AmsGrad.RAW))
            .kernel(AdamKernel.of(LaneWidth.SCALAR))
            .schedule(Schedule.warmupCosine(0.01, 0.001, 4, 40))
            .group("table", name -> name.startsWith("table"), a -> a.withBeta1(0.8))
            .maxNorm(1)
            .nonFinite(NonFinite.SKIP)
            .sparse(SparseMode.EXACT);
    return isBf16 ? builder.moments(Format.BFLOAT16, Format.BFLOAT16) : builder;
  }

  /** One step's gradients, of some rows, as such and as a dense gradient. */
  private static Map<String, Object> gradients(
      long step, boolean areDense, boolean leavesOut) {
    final SplittableRandom random = new SplittableRandom(step);
    final Map<String, Object> grads = new LinkedHashMap<>();
    grads.put("other", new float[] {(float) random.nextDouble(), 1});
    // Now and then the table is left out.
    if (!leavesOut || step % 5 != 2) {
      final int[] rows = new int[random.nextInt(5)];
      final float[] values = new float[rows.length * ROW_LENGTH];
      final float[] dense = new float[ROWS * ROW_LENGTH];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = random.nextInt(ROWS);
        for (int k = 0; k < ROW_LENGTH; k++) {
          values[i * ROW_LENGTH + k] =
              step % 7 == 3 && i == 1
                  ? Float.NaN
                  // Of different sizes, so that sums depend on their order.
                  : ((float) random.nextDouble() - 0.5f) * (1 << random.nextInt(12));
          dense[rows[i] * ROW_LENGTH + k] += values[i * ROW_LENGTH + k];
        }
      }
      grads.put("table", areDense ? dense : SparseRows.of(rows, values, ROW_LENGTH));
    }
    return grads;
  }

  private static Map<String, Object> params() {
    final Map<String, Object> params = new LinkedHashMap<>();
    params.put("other", new float[] {1, 2});
    final float[] table = new float[ROWS * ROW_LENGTH];
    for (int i = 0; i < table.length; i++) {
      table[i] = i * 0.1f;
    }
    params.put("table", table);
    return params;
  }

  private static void step(
      AdamOptimizer optimizer, Map<String, Object> params, long step, boolean isDense) {
    final Map<String, Object> grads = gradients(step, isDense, true);
    final Map<String, Object> used = new LinkedHashMap<>(params);
    used.keySet().retainAll(grads.keySet());
    optimizer.step(used, grads);
  }

  private static List<Object> state(AdamOptimizer optimizer, Map<String, Object> params) {
    final List<Object> state = new ArrayList<>();
    for (String name : optimizer.names()) {
      state.add(optimizer.stepCount(name));
      state.add(optimizer.firstMoment(name, float[].class));
      state.add(optimizer.secondMoment(name, float[].class));
      state.add(optimizer.maximum(name, float[].class));
      state.add(((float[]) params.get(name)).clone());
    }
    return state;
  }

  private static void assertSame(List<Object> actual, List<Object> expected) {
    // By the elements of arrays, in raw bits but for NaN.
    assertThat(Arrays.deepToString(actual.toArray()))
        .isEqualTo(Arrays.deepToString(expected.toArray()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void exactRowsHaveTheBitsOfDenseGradients(boolean isBf16) {
    final AdamOptimizer sparse = builder(isBf16).build();
    final AdamOptimizer dense = builder(isBf16).build();
    final Map<String, Object> ofSparse = params();
    final Map<String, Object> ofDense = params();
    for (long step = 1; step <= 30; step++) {
      step(sparse, ofSparse, step, step == 12);
      step(dense, ofDense, step, true);
      if (step % 10 == 0) {
        sparse.catchUp(ofSparse);
        assertSame(state(sparse, ofSparse), state(dense, ofDense));
      }
    }
    assertThat(sparse.stepCount()).isLessThan(30);
  }

  /** Micro-batches, in one of which a row may come twice: the sums of dense gradients. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void accumulatedRowsHaveTheBitsOfDenseGradients(boolean isInDouble) throws Exception {
    for (Accumulation accumulation : Accumulation.values()) {
      final Builder builder = builder(false).accumulate(3, accumulation);
      final Builder accumulating = isInDouble ? builder.accumulateInDouble() : builder;
      AdamOptimizer sparse = accumulating.build();
      final AdamOptimizer dense = accumulating.build();
      final Map<String, Object> ofSparse = params();
      final Map<String, Object> ofDense = params();
      final Path file = folder.resolve("state");
      for (long step = 0; step < 60; step++) {
        final StepReport report =
            sparse.step(ofSparse, gradients(step, step / 3 == 9, false));
        assertThat(dense.step(ofDense, gradients(step, true, false))).isEqualTo(report);
        // At any place in an update.
        sparse.save(file, ofSparse);
        sparse = accumulating.load(file, ofSparse);
      }
      sparse.catchUp(ofSparse);
      assertSame(state(sparse, ofSparse), state(dense, ofDense));
      assertThat(sparse.stepCount()).isBetween(5L, 19L);
    }
  }

  /** Rows that lie in two blocks of the norm, or several in one, and come twice, or not in order. */
  @ParameterizedTest
  @EnumSource(SparseMode.class)
  void theNormIsThatOfTheDenseGradient(SparseMode mode) {
    final int rowLength = 1000;
    final SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 40; round++) {
      final Builder builder = AdamOptimizer.builder(Adam.defaults()).sparse(mode);
      final Builder clipping =
          round % 4 == 3
              ? builder.maxNormPerParameter(1)
              : builder.maxNorm(round % 2 == 0 ? 1 : 1e9);
      // The last row of the odd ones ends in the middle of a block.
      final int rowCount = 40 + round;
      final int[] rows =
          random.ints(random.nextInt(20), 0, round % 3 == 0 ? 5 : rowCount).toArray();
      final float[] values = new float[rows.length * rowLength];
      final float[] dense = new float[rowCount * rowLength];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextDouble() - 0.5);
        dense[rows[i / rowLength] * rowLength + i % rowLength] += values[i];
      }
      final float[] other = {1, 2, 3};
      final StepReport expected =
          clipping.build()
              .step(
                  ordered(new float[3], new float[dense.length]), ordered(other, dense));
      final StepReport actual =
          clipping.build()
              .step(
                  ordered(new float[3], new float[dense.length]),
                  ordered(other, SparseRows.of(rows, values, rowLength)));
      assertThat(actual).as("round %s", round).isEqualTo(expected);
    }
  }

  private static Map<String, Object> ordered(Object first, Object second) {
    final Map<String, Object> map = new LinkedHashMap<>();
    map.put("first", first);
    map.put("second", second);
    return map;
  }

  @Test
  void refusesDenseGradientsAndRowsInOneSum() {
    final AdamOptimizer optimizer = AdamOptimizer.builder(Adam.defaults()).accumulate(2).build();
    final float[] table = {1, 2, 3, 4, 5, 6};
    final Map<String, Object> rows =
        Map.of("table", SparseRows.of(new int[] {1}, new float[] {1, 1, 1}, 3));
    optimizer.step(Map.of("table", table), rows);
    for (Object other : new Object[] {
      new float[6], SparseRows.of(new int[] {1}, new float[] {1, 1}, 2)
    }) {
      assertThatThrownBy(() -> optimizer.step(Map.of("table", table), Map.of("table", other)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "expected SparseRows of length 3, as in the earlier micro-batches of this update");
    }
    assertThat(optimizer.step(Map.of("table", table), rows).isUpdated()).isTrue();
    assertThat(table).startsWith(1, 2, 3);
    assertThat(table[3]).isLessThan(4);
    optimizer.step(Map.of("table", table), Map.of("table", new float[6]));
    assertThatThrownBy(() -> optimizer.step(Map.of("table", table), rows))
        .hasMessageContaining("expected a dense one, as in the earlier micro-batches");
  }

  @Test
  void refusesRowsThatLieInTheParameter() {
    final AdamOptimizer optimizer = AdamOptimizer.builder(Adam.defaults()).build();
    final float[] table = {1, 2, 3};
    assertThatThrownBy(
        () -> optimizer.step(
            Map.of("table", table), Map.of("table", SparseRows.of(new int[] {0}, table, 3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lies in memory of the parameter or its state");
    assertThat(table).containsExactly(1, 2, 3);
  }

  /** In the middle, with rows that have steps to take. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowsThatAreBehindAreSavedAsSuch(boolean isBf16) throws Exception {
    final AdamOptimizer through = builder(isBf16).build();
    final Map<String, Object> ofThrough = params();
    for (long step = 1; step <= 20; step++) {
      step(through, ofThrough, step, false);
    }
    through.catchUp(ofThrough);
    for (int stop = 0; stop <= 20; stop++) {
      AdamOptimizer optimizer = builder(isBf16).build();
      Map<String, Object> params = params();
      for (long step = 1; step <= 20; step++) {
        step(optimizer, params, step, false);
        if (step == stop) {
          final Path file = folder.resolve("state");
          optimizer.save(file, params);
          params = params();
          optimizer = builder(isBf16).load(file, params);
        }
      }
      optimizer.catchUp(params);
      assertSame(state(optimizer, params), state(through, ofThrough));
    }
  }

  @Test
  void refusesBadRowsBeforeAnythingChanges() {
    final AdamOptimizer optimizer = builder(false).build();
    final float[] table = {1, 2, 3, 4, 5, 6};
    for (int row : new int[] {-1, 2}) {
      assertThatThrownBy(
          () -> optimizer.step(
              Map.of("table", table),
              Map.of("table", SparseRows.of(new int[] {0, row}, new float[6], 3))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "gradient 'table' has row " + row
                  + ": expected 0 <= row < 2, the rows of the parameter");
    }
    assertThatThrownBy(
        () -> optimizer.step(
            Map.of("table", table),
            Map.of("table", SparseRows.of(new int[] {0}, new double[3], 3))))
        .hasMessageContaining("expected values of float");
    assertThatThrownBy(
        () -> optimizer.step(
            Map.of("table", table),
            Map.of("table", SparseRows.of(new int[] {0}, new float[4], 4))))
        .hasMessageContaining("expected a row length that divides 6");
    assertThat(table).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(optimizer.names()).isEmpty();
  }

  @Test
  void hyperParametersDoNotChangeWhileRowsAreBehind() {
    final AdamOptimizer optimizer = builder(false).build();
    final float[] table = {1, 2, 3, 4, 5, 6};
    final Map<String, Object> params = Map.of("table", table);
    for (int i = 0; i < 2; i++) {
      optimizer.step(
          params,
          Map.of("table", SparseRows.of(new int[] {i}, new float[] {1, 1, 1}, 3)));
    }
    final Adam other = optimizer.adam().withBeta2(0.5);
    assertThatThrownBy(() -> optimizer.setAdam(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("expected catchUp(params) before");
    optimizer.catchUp(params);
    optimizer.setAdam(other);
    assertThat(optimizer.adam()).isEqualTo(other);
  }

  @Test
  void lazyRowsMayCountTheirSteps() {
    final Adam adam = Adam.defaults();
    final AdamOptimizer counting = AdamOptimizer.builder(adam).sparseWithCounters().build();
    final AdamOptimizer one = AdamOptimizer.builder(adam).build();
    final float[] a = {1, 1};
    final float[] b = {1, 1};
    for (int i = 0; i < 2; i++) {
      final SparseRows gradient = SparseRows.of(new int[] {i}, new float[] {5}, 1);
      counting.step(Map.of("w", a), Map.of("w", gradient));
      one.step(Map.of("w", b), Map.of("w", gradient));
    }
    assertThat(a[1]).as("as of its first step").isEqualTo(a[0]);
    assertThat(b[1]).as("as of a second step, without a first").isGreaterThan(b[0]);
  }
}
