package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.adamant.Adam.AmsGrad;
import org.adamant.Kept.As;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps with gradients of some rows give the bits of steps on all rows, or on only those rows. */
class SparseStateTest {

  private static final AdamKernel KERNEL = AdamKernel.of(LaneWidth.SCALAR);

  private static final int ROWS = 9;

  /** Around two flushes. */
  private static final int FIRST = 58;

  private static final int LAST = 130;

  /** One variant in so many, all with {@code -Dadamant.sparse.stride=1}, which takes a minute. */
  private static final int STRIDE = Integer.getInteger("adamant.sparse.stride", 11);

  // ---- Operands. ----

  /** Ways to keep the operands; rows of blocks are longer. */
  static List<Combination> combinations() {
    final Combination floats = Combination.all(As.FLOATS);
    final Combination halves = Combination.all(As.HALVES).with(Operand.GRADS, As.FLOATS);
    return List.of(
        floats,
        Combination.all(As.DOUBLES),
        halves,
        Combination.all(As.NATIVE_DOUBLES),
        Combination.all(As.FLOATS_IN_BYTES),
        Combination.all(As.FLOATS_ELSEWHERE).with(Operand.V, As.NATIVE_HALVES),
        floats.with(Operand.M, As.NATIVE_BLOCKS).with(Operand.V, As.BLOCKS_IN_BYTES),
        halves.with(Operand.PARAMS, As.HALVES_ELSEWHERE).with(Operand.REMAINDER, As.NATIVE_HALVES),
        floats.with(Operand.COPY, As.HALVES),
        halves.with(Operand.M, As.NATIVE_FLOATS).with(Operand.AVERAGE, As.HALVES_ELSEWHERE));
  }

  /** Without operands that these steps do not need. */
  private static Combination cut(Combination combination, Adam adam) {
    final Map<Operand, As> as = new EnumMap<>(combination.as());
    as.put(Operand.GRADS, combination.isDouble() ? As.DOUBLES : As.FLOATS);
    if (adam.amsgrad() == AmsGrad.NONE) {
      as.remove(Operand.MAXIMUM);
    }
    if (adam.averageDecay() == 1) {
      as.remove(Operand.AVERAGE);
    }
    return new Combination(as);
  }

  private static int rowLength(Combination combination) {
    return combination.hasBlocks() ? 2 * Format.BLOCK_LENGTH : 5;
  }

  private static Storage[] storages(Map<Operand, Kept> kept) {
    final Storage[] storages = new Storage[Operand.COUNT];
    kept.forEach((operand, one) -> storages[operand.ordinal()] = one.storage());
    return storages;
  }

  private static void assertSame(
      String what, Map<Operand, Kept> expected, Map<Operand, Kept> actual) {
    final Map<Operand, Kept> but = new EnumMap<>(expected);
    but.remove(Operand.GRADS);
    Combination.assertSame(what, but, actual);
  }

  /** Makes every third row one without moments. */
  private static void rest(Map<Operand, Kept> kept, int rowLength) {
    for (Operand operand : List.of(Operand.M, Operand.V, Operand.MAXIMUM)) {
      final Kept one = kept.get(operand);
      if (one == null) {
        continue;
      }
      for (int row = 0; row < ROWS; row += 3) {
        final long bytes = (long) rowLength * one.as().format.bytes();
        one.numbers().asSlice(row * bytes, bytes).fill((byte) 0);
      }
    }
  }

  // ---- Gradients. ----

  /** Some rows, with luck none, with luck one several times. */
  private static SparseRows drawn(boolean isDouble, int rowLength, Random random) {
    final int[] rows = random.ints(random.nextInt(5), 0, ROWS).toArray();
    final double[] values =
        random.doubles((long) rows.length * rowLength).map(x -> (x - 0.5) * 0.02).toArray();
    if (isDouble) {
      return SparseRows.of(rows, values, rowLength);
    }
    final float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return SparseRows.of(rows, floats, rowLength);
  }

  /** The sums of the gradients of each row, in the order in which they come. */
  private static Map<Integer, double[]> sums(SparseRows gradient) {
    final Map<Integer, double[]> sums = new TreeMap<>();
    final int length = gradient.rowLength();
    for (int k = 0; k < gradient.rows().length; k++) {
      final double[] row = sums.get(gradient.rows()[k]);
      final double[] sum = row == null ? new double[length] : row;
      for (int i = 0; i < length; i++) {
        if (gradient.values() instanceof float[] floats) {
          final float x = floats[k * length + i];
          sum[i] = row == null ? x : (float) sum[i] + x;
        } else {
          final double x = ((double[]) gradient.values())[k * length + i];
          sum[i] = row == null ? x : sum[i] + x;
        }
      }
      sums.put(gradient.rows()[k], sum);
    }
    return sums;
  }

  private static void setGradient(Map<Operand, Kept> kept, SparseRows gradient) {
    final Storage grads = kept.get(Operand.GRADS).storage();
    for (long i = 0; i < grads.length(); i++) {
      grads.set(i, 0);
    }
    sums(gradient)
        .forEach(
            (row, sum) -> {
              for (int i = 0; i < sum.length; i++) {
                grads.set((long) row * sum.length + i, sum[i]);
              }
            });
  }

  // ---- Steps. ----

  private static void step(
      SparseState state, Storage[] storages, SparseRows gradient, long t, SparseState.Steps steps) {
    state.prepare(gradient, false, storages, t, steps, KERNEL);
    final List<AdamStep> ofSlices = new ArrayList<>();
    for (int i = 0; i < state.slices().size(); i++) {
      ofSlices.add(steps.at(state.stepNumber(i)));
    }
    KERNEL.step(ofSlices, AdamModel.ofDisjoint(state.slices(), List.of()));
    state.finish(steps.at(t));
  }

  private static void assertExact(
      Combination given, SparseState.Steps steps, long first, long last, long seed) {
    final Combination combination = cut(given, steps.at(first).adam());
    final int rowLength = rowLength(combination);
    final Random random = new Random(seed);
    final Map<Operand, Kept> dense = combination.filled(ROWS * rowLength, random.nextLong());
    rest(dense, rowLength);
    final Map<Operand, Kept> sparse = Combination.copy(dense);
    final Storage[] storages = storages(sparse);
    final SparseState state =
        new SparseState(SparseMode.EXACT, false, (long) ROWS * rowLength, rowLength, first - 1);
    for (long t = first; t <= last; t++) {
      final SparseRows gradient = drawn(combination.isDouble(), rowLength, random);
      setGradient(dense, gradient);
      KERNEL.step(steps.at(t), Combination.slice(dense));
      step(state, storages, gradient, t, steps);
      if (random.nextInt(30) == 0 || t == last) {
        state.catchUp(storages, t, steps, KERNEL);
        assertSame(combination + ", seed " + seed + ", " + steps.at(t), dense, sparse);
      }
    }
  }

  // ---- EXACT. ----

  static Stream<Combination> formats() {
    return combinations().stream();
  }

  @ParameterizedTest
  @MethodSource("formats")
  void exactGivesTheBitsOfAllRowsInEveryFormat(Combination combination) {
    final Adam plain = Adam.defaults().withEpsilon(1e-6);
    final Adam full =
        plain.withWeightDecay(0.01).withAmsgrad(AmsGrad.RAW).withAverageDecay(0.9);
    for (long seed = 0; seed < 6; seed++) {
      final long tested = seed;
      final Adam adam = seed % 2 == 0 ? plain : full;
      final Rounding rounding = seed < 4 ? Rounding.STOCHASTIC : Rounding.NEAREST;
      assertExact(
          combination,
          t -> adam.withLearningRate(0.01 / t).atStep(t).withRounding(rounding).withSeed(tested),
          FIRST,
          LAST,
          seed);
    }
  }

  /** In one of three formats each. */
  @Test
  void exactGivesTheBitsOfAllRowsInEveryVariant() {
    final List<Adam> adams =
        VariantsTest.cases().stream().map(VariantsTest.Case::adam).distinct().toList();
    for (int i = 0; i < adams.size(); i += STRIDE) {
      final Adam adam = adams.get(i);
      assertExact(combinations().get(i % 3), adam::atStep, 62, 70, i);
    }
  }

  /** Where a decay begins or ends, and nothing of it may be left out. */
  @Test
  void rowsWithoutMomentsAreCaughtUpWithStepsThatMoveThem() {
    final Adam plain = Adam.defaults().withEpsilon(1e-6);
    final Adam other = plain.withWeightDecay(0.01);
    for (long seed = 0; seed < 20; seed++) {
      assertExact(
          combinations().get((int) seed % 3),
          t -> (t / 5 % 2 == 0 ? plain : other).atStep(t), 1, 30, seed);
    }
  }

  /** Minus zero among them, and with an epsilon of 0, which makes them NaN. */
  @Test
  void rowsWithoutMomentsRestOnlyWhereThatIsExact() {
    final Adam plain = Adam.defaults();
    for (Adam adam : List.of(
        plain,
        plain.withMaximize(true).withBeta1(0),
        plain.withMaximize(true).withNesterov(true),
        plain.withEpsilon(0))) {
      for (long seed = 0; seed < 10; seed++) {
        assertExact(combinations().get((int) seed % 2), adam::atStep, 1, 40, seed);
      }
    }
  }

  /** So a row that comes for the first time costs nothing of the steps before it. */
  @Test
  void rowsWithoutMomentsAreNotCaughtUp() {
    final Adam adam = Adam.defaults();
    final Storage[] storages = zeros(4 * 3);
    final SparseState state = new SparseState(SparseMode.EXACT, false, 12, 3, 0);
    final List<Long> asked = new ArrayList<>();
    final SparseState.Steps steps =
        t -> {
          asked.add(t);
          return adam.atStep(t);
        };
    for (long t = 1; t <= 10; t++) {
      state.prepare(ones(0), false, storages, t, steps, KERNEL);
      state.finish(adam.atStep(t));
    }
    state.prepare(ones(2), false, storages, 11, steps, KERNEL);
    assertThat(asked).isEmpty();
    state.finish(adam.withWeightDecay(0.1).atStep(11));
    state.prepare(ones(3), false, storages, 12, steps, KERNEL);
    assertThat(asked).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
  }

  // ---- LAZY. ----

  @ParameterizedTest
  @MethodSource("formats")
  void lazyStepsTheRowsWithGradientAlone(Combination combination) {
    final Adam full =
        Adam.defaults()
            .withEpsilon(1e-6)
            .withWeightDecay(0.01)
            .withAmsgrad(AmsGrad.RAW)
            .withAverageDecay(0.9);
    for (Rounding rounding : Rounding.values()) {
      assertLazy(combination, t -> full.atStep(t).withRounding(rounding), false);
      assertLazy(combination, t -> full.atStep(t).withRounding(rounding), true);
    }
  }

  private static void assertLazy(
      Combination given, SparseState.Steps steps, boolean countsRows) {
    final Combination combination = cut(given, steps.at(1).adam());
    final int rowLength = rowLength(combination);
    final Random random = new Random(countsRows ? 7 : 8);
    final Map<Operand, Kept> dense = combination.filled(ROWS * rowLength, 3);
    final Map<Operand, Kept> sparse = Combination.copy(dense);
    final SparseState state =
        new SparseState(
            SparseMode.LAZY, countsRows, (long) ROWS * rowLength, rowLength, FIRST - 1);
    final long[] counts = new long[ROWS];
    for (long t = FIRST; t <= LAST; t++) {
      final SparseRows gradient = drawn(combination.isDouble(), rowLength, random);
      setGradient(dense, gradient);
      for (int row : sums(gradient).keySet()) {
        counts[row]++;
        KERNEL.step(
            steps.at(countsRows ? FIRST - 1 + counts[row] : t),
            Combination.slice(dense).range((long) row * rowLength, rowLength));
      }
      step(state, storages(sparse), gradient, t, steps);
      assertSame(combination + ", " + steps.at(t), dense, sparse);
    }
    if (countsRows) {
      for (int row = 0; row < ROWS; row++) {
        assertThat(state.counters()[row]).isEqualTo(FIRST - 1 + (int) counts[row]);
      }
    }
  }

  /** No call for each row, where no random numbers go by the place of a row. */
  @Test
  void rowsThatGoAlikeAreOneSlice() {
    final Storage[] storages = zeros(8 * 2);
    final SparseRows gradient = SparseRows.of(new int[] {7, 6, 2, 3, 0}, new float[10], 2);
    final SparseState lazy = new SparseState(SparseMode.LAZY, false, 16, 2, 0);
    lazy.prepare(gradient, false, storages, 1, null, KERNEL);
    // 2 and 3, whose gradients are next to each other; those of 6 and 7 are the other way round.
    assertThat(lengths(lazy)).containsExactly(List.of(2L, 4L, 2L, 2L));
    final SparseRows twice = SparseRows.of(new int[] {7, 6, 2, 3, 0, 7}, new float[12], 2);
    lazy.prepare(twice, false, storages, 1, null, KERNEL);
    assertThat(lengths(lazy)).containsExactly(List.of(2L, 4L, 4L));
    final SparseState counting = new SparseState(SparseMode.LAZY, true, 16, 2, 0);
    counting.counters()[3] = 5;
    counting.prepare(gradient, false, storages, 1, null, KERNEL);
    assertThat(lengths(counting)).containsExactly(List.of(2L, 2L, 2L, 2L), List.of(2L));
    assertThat(counting.stepNumber(0)).isEqualTo(1);
    assertThat(counting.stepNumber(1)).isEqualTo(6);
  }

  /** The lengths of the ranges of each slice. */
  private static List<List<Long>> lengths(SparseState state) {
    return state.slices()
        .stream()
        .map(slice -> Arrays.stream(slice.ranges).map(Operands::length).toList())
        .toList();
  }

  /** Rows with fewer steps come first, and the sums of a block need its rows in order. */
  @Test
  void sumsOfSquaresAreThoseOfTheDenseGradient() {
    final int rowLength = 50;
    final int rowCount = 300;
    final Random random = new Random(5);
    final int[] rows = random.ints(0, rowCount).distinct().limit(120).toArray();
    final float[] values = new float[rows.length * rowLength];
    final float[] dense = new float[rowCount * rowLength];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
      dense[rows[i / rowLength] * rowLength + i % rowLength] = values[i];
    }
    final SparseState state =
        new SparseState(SparseMode.LAZY, true, dense.length, rowLength, 0);
    for (int row = 0; row < rowCount; row++) {
      state.counters()[row] = random.nextInt(4);
    }
    state.prepare(
        SparseRows.of(rows, values, rowLength), false, zeros(dense.length), 1, null, KERNEL);
    final AdamSlice slice = AdamSlice.ofGradients(Storage.of(dense));
    assertThat(state.sumsOfSquares(KERNEL, 0.5))
        .containsExactly(
            KERNEL.sumsOfSquares(AdamModel.ofDisjoint(List.of(slice), List.of()), 0.5));
  }

  @Test
  void anotherLengthKeepsTheCountersOfTheRowsThatStay() {
    final SparseState counting = new SparseState(SparseMode.LAZY, true, 3 * 2, 2, 0);
    for (int row = 0; row < 3; row++) {
      counting.counters()[row] = 10 + row;
    }
    assertThat(counting.resized(5 * 2, 99).counters()).containsExactly(10, 11, 12, 0, 0);
    assertThat(counting.resized(2 * 2, 99).counters()).containsExactly(10, 11);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> counting.resized(5, 99))
        .withMessage(
            "newLength = 5: expected a multiple of 2, the length of the rows, which have counters");

    final SparseState exact = new SparseState(SparseMode.EXACT, false, 3 * 2, 2, 0);
    assertThat(exact.resized(5 * 2, 99).counters()).containsExactly(99, 99, 99, 99, 99);
    assertThat(exact.resized(5, 99)).isNull();
    final SparseState lazy = new SparseState(SparseMode.LAZY, false, 3 * 2, 2, 0);
    assertThat(lazy.resized(4 * 2, 99).counters()).isNull();
    assertThat(lazy.resized(4 * 2, 99).rowLength()).isEqualTo(2);
  }

  @Test
  void countersOfRowsEndWithTheInts() {
    final SparseState counting = new SparseState(SparseMode.LAZY, true, 3, 3, 0);
    final Storage[] storages = zeros(3);
    counting.prepare(ones(0), false, storages, Integer.MAX_VALUE, null, KERNEL);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> counting.prepare(ones(0), false, storages, 1L << 31, null, KERNEL))
        .withMessageStartingWith("t = 2147483648: expected at most 2147483647");
    final SparseState lazy = new SparseState(SparseMode.LAZY, false, 3, 3, 0);
    lazy.prepare(ones(0), false, storages, 1L << 31, null, KERNEL);
    assertThat(lazy.stepNumber(0)).isEqualTo(1L << 31);
  }

  // ---- Duplicates and errors. ----

  private static Storage[] zeros(int length) {
    final Storage[] storages = new Storage[Operand.COUNT];
    for (Operand operand : List.of(Operand.PARAMS, Operand.M, Operand.V)) {
      storages[operand.ordinal()] = Storage.of(new float[length]);
    }
    return storages;
  }

  private static SparseRows ones(int row) {
    return SparseRows.of(new int[] {row}, new float[] {1, 1, 1}, 3);
  }

  /** Another order gives another sum. */
  @Test
  void duplicatesAreAddedUpInTheOrderInWhichTheyCome() {
    final TouchedRows rows = new TouchedRows();
    final int[] numbers = {4, 1, 4, 4, 1};
    rows.read(numbers, 5);
    assertThat(rows.count()).isEqualTo(2);
    assertThat(rows.row(0)).isEqualTo(1);
    assertThat(rows.row(1)).isEqualTo(4);
    final float[] sums = new float[2];
    rows.addUp(SparseRows.of(numbers, new float[] {1e8f, -0f, -1e8f, 3, -0f}, 1), sums, false);
    assertThat(sums).containsExactly(-0f, 3f);
    assertThat(Float.floatToRawIntBits(sums[0])).isEqualTo(Float.floatToRawIntBits(-0f));
    rows.addUp(SparseRows.of(numbers, new float[] {3, 0, 1e8f, -1e8f, 0}, 1), sums, false);
    assertThat(sums[1]).isEqualTo(0f);
    final double[] doubles = new double[2];
    rows.addUp(SparseRows.of(numbers, new double[] {3, 0.1, 1e17, -1e17, 0.2}, 1), doubles, false);
    assertThat(doubles).containsExactly(0.1 + 0.2, 3 + 1e17 - 1e17);
    rows.addUp(SparseRows.of(numbers, new float[] {3, 0, 1e8f, -1e8f, 0}, 1), sums, true);
    assertThat(sums).containsExactly(0f, 3f);
  }

  @Test
  void badRowsLeaveEverythingAsItWas() {
    final Combination combination = cut(Combination.all(As.FLOATS), Adam.defaults());
    for (SparseMode mode : SparseMode.values()) {
      final Map<Operand, Kept> before = combination.filled(ROWS * 3, 1);
      final Map<Operand, Kept> after = Combination.copy(before);
      final SparseState state = new SparseState(mode, true, ROWS * 3L, 3, 4);
      for (int bad : new int[] {-1, ROWS, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(
                () -> state.prepare(
                    SparseRows.of(new int[] {0, bad}, new float[6], 3), false, storages(after), 7,
                    Adam.defaults()::atStep, KERNEL))
            .withMessage(
                "rows[1] = " + bad
                    + ": expected 0 <= row < 9, the number of rows of the parameter");
        assertThat(state.slices()).isEmpty();
      }
      assertSame(mode.toString(), before, after);
      assertThat(state.counters()).containsOnly(4);
    }
  }

  /** As after a step that was skipped; what was caught up is thrown away with it. */
  @Test
  void nothingIsWrittenBeforeTheEnd() {
    final Combination combination = cut(Combination.all(As.FLOATS), Adam.defaults());
    final Map<Operand, Kept> before = combination.filled(ROWS * 3, 1);
    final Map<Operand, Kept> after = Combination.copy(before);
    final SparseState state = new SparseState(SparseMode.EXACT, false, ROWS * 3L, 3, 4);
    state.prepare(ones(2), false, storages(after), 7, Adam.defaults()::atStep, KERNEL);
    KERNEL.step(Adam.defaults().atStep(7), AdamModel.of(state.slices()));
    state.abandon();
    assertThat(state.slices()).isEmpty();
    assertSame("abandoned", before, after);
    assertThat(state.counters()).containsOnly(4);
  }

  @Test
  void refusesWhatDoesNotFit() {
    final Storage[] storages = zeros(12);
    final SparseState state = new SparseState(SparseMode.LAZY, false, 12, 3, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SparseState(SparseMode.LAZY, false, 12, 5, 0))
        .withMessageContaining("rowLength = 5: expected a divisor of 12");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> state.prepare(
                SparseRows.of(new int[1], new float[4], 4), false, storages, 1, null, KERNEL))
        .withMessageContaining("expected rows of length 3 of float");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> state.prepare(
                SparseRows.of(new int[1], new double[3], 3), false, storages, 1, null, KERNEL))
        .withMessageContaining("expected rows of length 3 of float");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.prepare(ones(1), false, zeros(15), 1, null, KERNEL))
        .withMessageContaining("params has length 15: expected 12");
    storages[Operand.M.ordinal()] = Combination.all(As.NATIVE_BLOCKS)
        .filled(12, 1)
        .get(Operand.M)
        .storage();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.prepare(ones(1), false, storages, 1, null, KERNEL))
        .withMessage(
            "m has the format BLOCK8 for rows of length 3: expected a multiple of 256, since rows"
                + " would share a scale");
  }

  // ---- Others. ----

  /** PyTorch's SparseAdam, transcribed: plain operations, and epsilon added to the raw root. */
  @Test
  void isPyTorchsSparseAdamToTheBit() {
    final Adam adam = Adam.pytorchSparseAdam().withLearningRate(0.01);
    final double weight1 = 1 - adam.beta1();
    final double weight2 = 1 - adam.beta2();
    final Storage[] storages = zeros(ROWS * 3);
    final float[] p = new float[ROWS * 3];
    final float[] m = new float[ROWS * 3];
    final float[] v = new float[ROWS * 3];
    final SparseState state = new SparseState(SparseMode.LAZY, false, ROWS * 3L, 3, 0);
    final Random random = new Random(1);
    for (long t = 1; t <= 100; t++) {
      final SparseRows gradient = drawn(false, 3, random);
      step(state, storages, gradient, t, adam::atStep);
      final double c1 = 1 - Math.pow(adam.beta1(), t);
      final double c2 = 1 - Math.pow(adam.beta2(), t);
      final float stepSize = (float) (adam.learningRate() * Math.sqrt(c2) / c1);
      sums(gradient)
          .forEach(
              (row, sum) -> {
                for (int k = 0; k < 3; k++) {
                  final int i = row * 3 + k;
                  final float g = (float) sum[k];
                  m[i] += (g - m[i]) * (float) weight1;
                  v[i] += (g * g - v[i]) * (float) weight2;
                  final float d = (float) Math.sqrt(v[i]) + (float) adam.epsilon();
                  p[i] += -stepSize * (m[i] / d);
                }
              });
    }
    for (int i = 0; i < p.length; i++) {
      assertThat(storages[0].get(i)).isEqualTo(p[i]);
    }
  }
}
