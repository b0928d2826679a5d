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
import org.adamant.training.Schedule;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
  private static Map<String, Object> gradients(long step, boolean areDense) {
    final SplittableRandom random = new SplittableRandom(step);
    final Map<String, Object> grads = new LinkedHashMap<>();
    grads.put("other", new float[] {(float) random.nextDouble(), 1});
    // Now and then the table is left out.
    if (step % 5 != 2) {
      final int[] rows = new int[random.nextInt(5)];
      final float[] values = new float[rows.length * ROW_LENGTH];
      final float[] dense = new float[ROWS * ROW_LENGTH];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = random.nextInt(ROWS);
        for (int k = 0; k < ROW_LENGTH; k++) {
          values[i * ROW_LENGTH + k] =
              step % 7 == 3 && i == 1 ? Float.NaN : (float) random.nextDouble() - 0.5f;
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
    final Map<String, Object> grads = gradients(step, isDense);
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
