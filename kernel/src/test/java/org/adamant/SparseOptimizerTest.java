package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.adamant.AdamOptimizer.Builder;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.internal.loop.Kind;
import org.adamant.internal.loop.Memory;
import org.adamant.internal.loop.Place;
import org.adamant.training.Accumulation;
import org.adamant.training.Schedule;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.adamant.training.StepReport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The optimizer with gradients of some rows. */
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
        rows[i] = random.nextInt(random.nextBoolean() ? 2 : ROWS);
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
        .hasMessageContaining(
            "gradient 'table' lies in the memory of parameter 'table': expected memory of its own");
    assertThat(table).containsExactly(1, 2, 3);
  }

  @Test
  void refusesGradientsInTheMemoryOfAnotherParameterOrMemoryThatCannotBeWritten() {
    for (SparseMode mode : SparseMode.values()) {
      final AdamOptimizer optimizer =
          AdamOptimizer.builder(Adam.defaults()).sparse(mode).build();
      final float[] a = {1, 1};
      final float[] b = {1, 1};
      for (Map<String, Object> grads : List.of(
          ordered(new float[2], SparseRows.of(new int[] {0, 1}, a, 1)),
          ordered(new float[2], SparseRows.of(new int[] {0, 0}, a, 1)),
          ordered(Storage.of(b).range(0, 2), SparseRows.of(new int[] {0}, new float[1], 1)))) {
        assertThatThrownBy(() -> optimizer.step(ordered(a, b), grads))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("lies in the memory of parameter");
      }
      final Storage readOnly =
          Storage.of(MemorySegment.ofArray(new float[2]).asReadOnly(), Format.FLOAT32);
      final SparseRows rows = SparseRows.of(new int[] {0}, new float[] {1}, 1);
      assertThatThrownBy(
          () -> optimizer.step(ordered(a, readOnly), ordered(new float[] {1, 1}, rows)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("parameter 'second' lies in a read-only segment");
      final Arena arena = Arena.ofConfined();
      final Storage closed = Storage.allocate(Format.FLOAT32, 2, arena);
      arena.close();
      assertThatThrownBy(
          () -> optimizer.step(ordered(a, closed), ordered(new float[] {1, 1}, rows)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("parameter 'second' lies in an arena that is closed");
      assertThat(a).containsExactly(1, 1);
      assertThat(optimizer.names()).isEmpty();
    }
  }

  /** 2^-24 and 2^-24 are added to 1 in double, and lost one by one in float. */
  @ParameterizedTest
  @EnumSource(SparseMode.class)
  void inDoubleNoMicroBatchIsRoundedBeforeTheLast(SparseMode mode) {
    final Builder builder =
        AdamOptimizer.builder(Adam.defaults())
            .sparse(mode)
            .accumulate(3, Accumulation.SUM)
            .accumulateInDouble();
    final AdamOptimizer sparse = builder.build();
    final AdamOptimizer dense = builder.build();
    for (float g : new float[] {1, 0x1p-24f, 0x1p-24f}) {
      sparse.step(
          Map.of("w", new float[1]),
          Map.of("w", SparseRows.of(new int[] {0}, new float[] {g}, 1)));
      dense.step(Map.of("w", new float[1]), Map.of("w", new float[] {g}));
    }
    assertThat(sparse.firstMoment("w", float[].class))
        .isEqualTo(dense.firstMoment("w", float[].class));
    // Rows of one micro-batch are added up in their own type.
    final AdamOptimizer one =
        AdamOptimizer.builder(Adam.defaults()).sparse(mode).accumulateInDouble().build();
    one.step(
        Map.of("w", new float[1]),
        Map.of(
            "w", SparseRows.of(new int[] {0, 0, 0}, new float[] {1, 0x1p-24f, 0x1p-24f}, 1)));
    assertThat(one.firstMoment("w", float[].class)[0]).isEqualTo(0.1f);
  }

  @Test
  void rowsChangedInPlaceAreCheckedOnceMore() {
    final AdamOptimizer optimizer = AdamOptimizer.builder(Adam.defaults()).accumulate(2).build();
    final int[] rows = {0};
    final Map<String, Object> params = ordered(new float[2], new float[2]);
    final Map<String, Object> grads =
        ordered(new float[] {1, 1}, SparseRows.of(rows, new float[] {1}, 1));
    optimizer.step(params, grads);
    rows[0] = 7;
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> optimizer.step(params, grads))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("gradient 'second' has row 7: expected 0 <= row < 2");
    }
    rows[0] = 1;
    assertThat(optimizer.step(params, grads).isUpdated()).isTrue();
    assertThat(optimizer.firstMoment("first", float[].class)).containsExactly(0.1f, 0.1f);
  }

  @Test
  void rowsThatCouldNotBeSteppedAreNotAccumulated() {
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(Adam.defaults())
            .moments(Format.BLOCK8, Format.FLOAT32)
            .accumulate(2)
            .build();
    assertThatThrownBy(
        () -> optimizer.step(
            Map.of("w", new float[6]),
            Map.of("w", SparseRows.of(new int[] {0}, new float[3], 3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gradient 'w' is")
        .hasMessageContaining("expected a multiple of 256 as rowLength");
    assertThat(optimizer.names()).isEmpty();
  }

  private static AdamOptimizer behind(Builder builder, Map<String, Object> params) {
    final AdamOptimizer optimizer = builder.build();
    for (int row : new int[] {0, 1, 1, 1}) {
      optimizer.step(
          params, Map.of("w", SparseRows.of(new int[] {row}, new float[] {1}, 1)));
    }
    return optimizer;
  }

  /** With what steps do, nothing changes that rows have yet to take. */
  @Test
  void rowsThatAreBehindAreNotResizedRenamedIntoOtherGroupsOrLoadedWithNewSettings()
      throws Exception {
    final Map<String, Object> params = Map.of("w", new float[] {1, 1});
    final Builder builder =
        AdamOptimizer.builder(Adam.defaults())
            .group("fast", name -> name.startsWith("f"), a -> a.withLearningRate(1))
            .sparse(SparseMode.EXACT);
    final AdamOptimizer optimizer = behind(builder, params);
    final Path file = folder.resolve("state");
    optimizer.save(file);
    final Builder other =
        AdamOptimizer.builder(Adam.defaults().withLearningRate(1)).sparse(SparseMode.EXACT);
    final Builder lazy = AdamOptimizer.builder(Adam.defaults());
    for (ThrowingCallable refused : List.<ThrowingCallable>of(
        () -> optimizer.resize("w", 3), () -> optimizer.rename("w", "f"),
        () -> optimizer.savePyTorch(folder.resolve("torch"), Map.of()),
        () -> other.loadWithNewSettings(file, Map.of()),
        () -> lazy.loadWithNewSettings(file, Map.of()))) {
      assertThatThrownBy(refused)
          .hasMessageContaining("steps to take")
          .hasMessageContaining("catchUp(params)");
    }
    optimizer.rename("w", "v");
    optimizer.catchUp(Map.of("v", params.get("w")));
    optimizer.save(file);
    assertThat(lazy.loadWithNewSettings(file, Map.of()).stepCount("v")).isEqualTo(4);
    assertThat(other.loadWithNewSettings(file, Map.of()).stepCount("v")).isEqualTo(4);
    optimizer.resize("v", 3);
    optimizer.rename("v", "f");
    optimizer.step(
        Map.of("f", new float[3]),
        Map.of("f", SparseRows.of(new int[] {2}, new float[] {1}, 1)));
    assertThat(optimizer.stepCount("f")).isEqualTo(5);
  }

  /** Each of these was loaded, and then stepped wrongly, for ever, or not at all. */
  @Test
  void refusesFilesWhoseCountsCannotBe() throws Exception {
    final Builder builder = AdamOptimizer.builder(Adam.defaults()).sparse(SparseMode.EXACT);
    final Path file = folder.resolve("state");
    behind(builder, Map.of("w", new float[] {1, 1})).save(file);
    final String good = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(builder.load(file).stepCount("w")).isEqualTo(4);
    for (String[] change : new String[][] {
      {"updates=1:1", "updates=1:0"}, {"updates=1:1", "updates=5:1"},
      {"updates=1:1", "updates=,,,"}, {"updates=1:1", "updates=1:2"},
      {"updates=1:1", "updates=3:3"}, {"updates\":\"4\"", "updates\":\"3\""}
    }) {
      assertThat(good).contains(change[0]);
      Files.writeString(
          file, good.replace(change[0], change[1]), StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> builder.load(file))
          .as(change[1])
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("parameter 'w'");
    }
  }

  @Test
  void countersStayWithTheirRows() throws Exception {
    final Builder builder = AdamOptimizer.builder(Adam.defaults()).sparseWithCounters();
    final AdamOptimizer optimizer = builder.build();
    final SparseRows second = SparseRows.of(new int[] {1}, new float[] {1}, 1);
    for (int i = 0; i < 9; i++) {
      optimizer.step(Map.of("w", new float[2]), Map.of("w", second));
    }
    optimizer.resize("w", 3);
    final float[] w = new float[3];
    optimizer.step(
        Map.of("w", w), Map.of("w", SparseRows.of(new int[] {0, 2}, new float[] {1, 1}, 1)));
    // A first step is of the size of the rate.
    assertThat(w).containsExactly(-0.001f, 0, -0.001f);
    // Counts of the mode LAZY are not steps that a row is behind.
    final Path file = folder.resolve("state");
    optimizer.save(file);
    final AdamOptimizer exact =
        AdamOptimizer.builder(Adam.defaults())
            .sparse(SparseMode.EXACT)
            .loadWithNewSettings(file, Map.of());
    final float[] before = w.clone();
    exact.catchUp(Map.of("w", w));
    assertThat(w).isEqualTo(before);
  }

  /** A maximum that only some of the steps have which a row has yet to take. */
  @Test
  void rowsCatchUpWithMaximaThatHaveEnded() {
    final Builder builder =
        AdamOptimizer.builder(Adam.defaults())
            .schedule(t -> t < 3 ? 0.01 : 0.001)
            .group(
                "all", name -> true,
                a -> a.withAmsgrad(
                    a.learningRate() > 0.005 ? Adam.AmsGrad.RAW : Adam.AmsGrad.NONE));
    final AdamOptimizer sparse = builder.sparse(SparseMode.EXACT).build();
    final AdamOptimizer dense = builder.build();
    final float[] w = {1, 1};
    final float[] ofDense = {1, 1};
    for (int row : new int[] {0, 1, 1, 1, 0, 1}) {
      sparse.step(
          Map.of("w", w), Map.of("w", SparseRows.of(new int[] {row}, new float[] {1}, 1)));
      final float[] g = new float[2];
      g[row] = 1;
      dense.step(Map.of("w", ofDense), Map.of("w", g));
    }
    sparse.catchUp(Map.of("w", w));
    assertThat(w).isEqualTo(ofDense);
  }

  /** An average that begins, and ends, while a row has yet to take steps; weight decay moves that row. */
  @Test
  void rowsCatchUpBeforeTheirAverageBeginsOrEnds() {
    final Builder builder =
        AdamOptimizer.builder(Adam.defaults().withWeightDecay(0.1))
            .schedule(t -> t < 3 || t > 5 ? 0.1 : 0.01)
            .group(
                "all", name -> true,
                a -> a.learningRate() < 0.05 ? a.withAverageDecay(0.9) : a);
    final AdamOptimizer sparse = builder.sparse(SparseMode.EXACT).build();
    final AdamOptimizer dense = builder.build();
    final float[] w = {1, 1};
    final float[] ofDense = {1, 1};
    for (int step = 1; step <= 8; step++) {
      sparse.step(
          Map.of("w", w), Map.of("w", SparseRows.of(new int[] {0}, new float[] {1}, 1)));
      dense.step(Map.of("w", ofDense), Map.of("w", new float[] {1, 0}));
      if (step == 5) {
        sparse.catchUp(Map.of("w", w));
        assertThat(sparse.average("w", float[].class)).isEqualTo(dense.average("w", float[].class));
      }
    }
    sparse.catchUp(Map.of("w", w));
    assertThat(w).isEqualTo(ofDense);
  }

  /** A dense gradient has a 0 where a micro-batch has no row, and -0 + 0 is 0. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aNegativeZeroIsAddedToTheZerosOfOtherMicroBatches(int batchesWithTheRow) {
    final Builder builder = AdamOptimizer.builder(Adam.defaults().withBeta1(0)).accumulate(3);
    for (int first = 0; first <= 3 - batchesWithTheRow; first++) {
      for (Class<?> type : new Class<?>[] {float[].class, double[].class}) {
        final AdamOptimizer sparse = builder.sparse(SparseMode.EXACT).build();
        final AdamOptimizer dense = builder.build();
        final Object w = array(type, -0.0, -0.0);
        final Object ofDense = array(type, -0.0, -0.0);
        for (int batch = 0; batch < 3; batch++) {
          final boolean hasRow = first <= batch && batch < first + batchesWithTheRow;
          sparse.step(
              Map.of("w", w),
              Map.of("w", hasRow ? rows(type, new int[] {1}, -0.0) : rows(type, new int[] {})));
          dense.step(Map.of("w", ofDense), Map.of("w", array(type, 0, hasRow ? -0.0 : 0)));
        }
        sparse.catchUp(Map.of("w", w));
        // Told apart by their signs.
        assertThat(text(w)).isEqualTo(text(ofDense));
        assertThat(text(sparse.firstMoment("w", type)))
            .isEqualTo(text(dense.firstMoment("w", type)));
      }
    }
  }

  private static Object array(Class<?> type, double... numbers) {
    return Memory.of(
        type == float[].class ? Kind.FLOAT_ARRAY : Kind.DOUBLE_ARRAY, Place.ANY, numbers);
  }

  private static SparseRows rows(Class<?> type, int[] rows, double... numbers) {
    return array(type, numbers) instanceof float[] floats
        ? SparseRows.of(rows, floats, 1)
        : SparseRows.of(rows, numbers, 1);
  }

  private static String text(Object array) {
    return array instanceof float[] floats
        ? Arrays.toString(floats)
        : Arrays.toString((double[]) array);
  }

  /** The gradient is the caller's, who may let it go. */
  @ParameterizedTest
  @EnumSource(SparseMode.class)
  void aRefusedStepKeepsNoGradient(SparseMode mode) throws Exception {
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(Adam.defaults()).sparse(mode).build();
    final Map<String, float[]> params = Map.of("w", new float[8]);
    optimizer.step(params, Map.of("w", SparseRows.of(new int[] {1}, new float[] {1, 1}, 2)));
    optimizer.catchUp(params);
    optimizer.setAdam(Adam.defaults().withLearningRate(1e200));
    AdamOptimizerTest.assertCollected(List.of(refused(optimizer, params)));
    assertThat(optimizer.stepCount()).isEqualTo(1);
  }

  /** In a method of its own, so that no variable keeps the array. */
  private static WeakReference<Object> refused(
      AdamOptimizer optimizer, Map<String, float[]> params) {
    final float[] values = {1, 1};
    assertThatThrownBy(
        () -> optimizer
            .step(params, Map.of("w", SparseRows.of(new int[] {2}, values, 2))))
        .isInstanceOf(IllegalArgumentException.class);
    return new WeakReference<>(values);
  }

  /** Of what is partly done, the message says which parameters are not. */
  @ParameterizedTest
  @EnumSource(SparseMode.class)
  void anExecutorThatFailsInTheMiddleLeavesExactRowsAsTheyWere(SparseMode mode) {
    final AtomicInteger tasks = new AtomicInteger();
    final Executor failing =
        task -> {
          if (tasks.getAndIncrement() > 0) {
            throw new AssertionError("not really");
          }
          task.run();
        };
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(Adam.defaults()).sparse(mode).threads(failing, 3).build();
    final int rowLength = 100;
    final float[] table = new float[1000 * rowLength];
    final float[] other = new float[50_000];
    final float[] ones = new float[500 * rowLength];
    Arrays.fill(ones, 1);
    final int[] rows = IntStream.range(0, 500).map(i -> 2 * i).toArray();
    assertThatThrownBy(
        () -> optimizer.step(
            Map.of("table", table, "other", other),
            Map.of("table", SparseRows.of(rows, ones, rowLength), "other", ones)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("all of them were done nevertheless")
        .satisfies(
            e -> assertThat(e.getMessage().endsWith("in the mode EXACT were not changed"))
                .isEqualTo(mode == SparseMode.EXACT));
    assertThat(other).doesNotContain(0);
    assertThat(table[0] == 0).isEqualTo(mode == SparseMode.EXACT);
    assertThat(optimizer.stepCount()).isZero();
  }

  /** An arena closed before the step is named, as it is without rows. */
  @ParameterizedTest
  @EnumSource(SparseMode.class)
  void aClosedArenaIsNamed(SparseMode mode) {
    final Arena arena = Arena.ofShared();
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(Adam.defaults()).sparse(mode).arena(arena).build();
    final Map<String, float[]> params = Map.of("w", new float[8]);
    final Map<String, SparseRows> grads =
        Map.of("w", SparseRows.of(new int[] {1}, new float[] {1, 1}, 2));
    optimizer.step(params, grads);
    final float[] before = params.get("w").clone();
    arena.close();
    assertThatThrownBy(() -> optimizer.step(params, grads))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("m ")
        .hasMessageContaining("lies in an arena that is closed: expected an open one");
    assertThat(params.get("w")).isEqualTo(before);
  }

  /** A parameter that is left out now and then has a gap in its updates each time. */
  @ParameterizedTest
  @EnumSource(SparseMode.class)
  void whatIsKeptDoesNotGrowWithTheSteps(SparseMode mode) throws Exception {
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(Adam.defaults()).sparse(mode).build();
    final Path file = folder.resolve("state");
    long size = 0;
    for (int step = 1; step <= 4000; step++) {
      final SparseRows rows = SparseRows.of(new int[] {0, 1}, new float[] {1, 1}, 1);
      optimizer.step(
          ordered(new float[1], new float[2]), ordered(new float[] {1}, rows));
      optimizer.step(Map.of("first", new float[1]), Map.of("first", new float[] {1}));
      if (step == 1000) {
        optimizer.save(file);
        size = Files.size(file);
      }
    }
    optimizer.save(file);
    assertThat(Files.size(file)).isLessThan(size + 100);
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
