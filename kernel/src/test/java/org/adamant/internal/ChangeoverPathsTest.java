package org.adamant.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which of its two loops a changeover asks for what, before it has changed and after. */
class ChangeoverPathsTest {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  /** Remembers what it was asked. */
  private static final class Asked extends StubLoop {

    private final long nanoseconds;
    final List<String> asked = new ArrayList<>();
    final List<Long> times = new ArrayList<>();
    final List<Integer> starts = new ArrayList<>();
    final List<Integer> ends = new ArrayList<>();

    /** A loop that takes this long for a block. */
    Asked(long nanoseconds) {
      this.nanoseconds = nanoseconds;
    }

    @Override
    void step(int from, int to) {
      times.add(System.nanoTime());
      starts.add(from);
      ends.add(to);
      takeTime();
    }

    private void takeTime() {
      final long begin = System.nanoTime();
      while (System.nanoTime() - begin < nanoseconds) {
        Thread.onSpinWait();
      }
    }

    @Override
    void flush(Object m, Object v, int from, int to) {
      asked.add("flush " + from + " " + to);
    }

    @Override
    public long countNonFinite(Object array, int from, int to) {
      asked.add("countNonFinite " + from + " " + to);
      return 3;
    }

    @Override
    boolean isBlockFinite(Object array, int from, int to) {
      asked.add("isBlockFinite " + from + " " + to);
      takeTime();
      return from % 2 == 0 && to != 65;
    }

    @Override
    void addSquares(double[] sums, Object array, double scale, int from, int to) {
      asked.add("addSquares " + from + " " + to);
      takeTime();
      sums[0] = 2 * scale;
    }

    void forget() {
      asked.clear();
      starts.clear();
      ends.clear();
    }
  }

  /** With the first trial at once. */
  private static Changeover changeover(Loop scalar, Loop simd) {
    return new Changeover(scalar, () -> simd, 0);
  }

  private static void step(Loop loop, int from, int to) {
    loop.block(null, null, null, null, null, null, null, from, to);
  }

  private static void changeOver(Changeover loop) {
    final long end = System.nanoTime() + PATIENCE;
    while (!loop.hasChanged() && System.nanoTime() < end) {
      step(loop, 0, 100);
    }
    assertThat(loop.hasChanged()).isTrue();
  }

  /** The answers of the stubs go through, whichever was asked. */
  private static void ask(Loop loop, int to) {
    assertThat(loop.isFinite(null, 0, to)).isTrue();
    assertThat(loop.isFinite(null, 1, to)).isFalse();
    assertThat(loop.sumOfSquares(null, 0.5, 0, to)).isEqualTo(1);
    assertThat(loop.sumOfSquares(null, 0.25, 1, to)).isEqualTo(0.5);
  }

  private static String[] answers(int to) {
    return new String[] {
      "isBlockFinite 0 " + to, "isBlockFinite 1 " + to, "addSquares 0 " + to, "addSquares 1 " + to
    };
  }

  @Test
  void whatReadsFastChangesOver() {
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(scalar, simd);
    // Too short to be a trial.
    ask(loop, 63);
    assertThat(scalar.asked).containsExactly(answers(63));
    assertThat(simd.asked).isEmpty();
    // Until a trial of each was not interrupted by the system.
    final long end = System.nanoTime() + PATIENCE;
    do {
      scalar.forget();
      simd.forget();
      ask(loop, 4000);
    } while (!scalar.asked.isEmpty() && System.nanoTime() < end);
    assertThat(scalar.asked).isEmpty();
    assertThat(simd.asked).containsExactly(answers(4000));
    simd.forget();
    // After the change blocks of any length.
    ask(loop, 63);
    assertThat(simd.asked).containsExactly(answers(63));
    assertThat(loop.hasChanged()).as("that steps have changed over").isFalse();
  }

  @Test
  void whatReadsSlowlyIsTriedOnAFewElementsAndLeftToTheScalarPath() {
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(300_000_000);
    final Changeover loop = changeover(scalar, simd);
    loop.isFinite(null, 0, 300);
    loop.sumOfSquares(null, 1, 1, 300);
    assertThat(simd.asked).containsExactly("isBlockFinite 0 64", "addSquares 1 65");
    assertThat(scalar.asked).containsExactly("isBlockFinite 64 300", "addSquares 65 300");
    simd.forget();
    // The next may not be one for some time.
    for (int i = 0; i < 3; i++) {
      ask(loop, 300);
    }
    assertThat(simd.asked).isEmpty();
  }

  @Test
  void aNumberThatIsNotFiniteIsFoundInATrialAndBehindIt() {
    // The stubs find one where a block begins with an odd number or ends with the 65th.
    final Changeover inTrial = changeover(new Asked(0), new Asked(0));
    assertThat(inTrial.isFinite(null, 1, 100)).isFalse();
    final Changeover behind = changeover(new Asked(0), new Asked(0));
    assertThat(behind.isFinite(null, 0, 65)).isFalse();
  }

  @Test
  void whatIsRareIsAlwaysDoneByTheScalarPath() {
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(scalar, simd);
    assertThat(loop.countNonFinite(null, 1, 9)).isEqualTo(3);
    changeOver(loop);
    assertThat(loop.countNonFinite(null, 2, 9)).isEqualTo(3);
    assertThat(scalar.asked).containsExactly("countNonFinite 1 9", "countNonFinite 2 9");
    assertThat(simd.asked).isEmpty();
  }

  @Test
  void oneOfTheLoopsFlushes() {
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(scalar, simd);
    loop.flush(null, null, 1, 9);
    changeOver(loop);
    loop.flush(null, null, 2, 9);
    assertThat(Stream.of(scalar, simd).flatMap(asked -> asked.asked.stream()))
        .containsExactly("flush 1 9", "flush 2 9");
  }

  @Test
  void afterTheChangeTheSimdLoopDoesWholeBlocks() {
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(scalar, simd);
    changeOver(loop);
    scalar.forget();
    simd.forget();
    step(loop, 7, 3000);
    assertThat(scalar.starts).isEmpty();
    assertThat(simd.starts).containsExactly(7);
    assertThat(simd.ends).containsExactly(3000);
  }

  /** Every trial takes too long here, so that all that is not a trial is left to the scalar path. */
  @Test
  void beforeTheChangeEveryElementIsSteppedOnce() {
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(2000);
    final Changeover loop = changeover(scalar, simd);
    int trials = 0;
    final long patience = System.nanoTime() + PATIENCE;
    for (int block = 0; trials < 4 && System.nanoTime() < patience; block++) {
      final int from = block & 1023;
      final int to = from + (block % 2 == 0 ? 1000 : 63);
      scalar.forget();
      simd.forget();
      step(loop, from, to);
      int end = from;
      if (!simd.starts.isEmpty()) {
        trials++;
        assertThat(block % 8).as("the number of a block with a trial").isZero();
        assertThat(simd.starts).containsExactly(0);
        // In turn without a tail and with one.
        assertThat(simd.ends).containsExactly(trials % 2 == 1 ? 64 : 65);
      }
      for (int call = 0; call < scalar.starts.size(); call++) {
        assertThat(scalar.starts.get(call)).isEqualTo(end);
        end = scalar.ends.get(call);
      }
      assertThat(end).isEqualTo(to);
    }
    assertThat(trials).as("trials").isEqualTo(4);
    assertThat(loop.hasChanged()).isFalse();
  }

  @Test
  void trialsTakeOneEighthOfTheTimeAtMost() {
    final long duration = 200_000;
    final Asked simd = new Asked(duration);
    final Changeover loop = changeover(new Asked(0), simd);
    final long patience = System.nanoTime() + PATIENCE;
    while (simd.times.size() < 4 && System.nanoTime() < patience) {
      step(loop, 0, 100);
    }
    assertThat(simd.times).hasSize(4);
    for (int trial = 1; trial < 4; trial++) {
      assertThat(simd.times.get(trial) - simd.times.get(trial - 1))
          .isGreaterThanOrEqualTo(8 * duration);
    }
  }

  /** The compiler counts calls. */
  @Test
  void theScalarPathStartsWithShortCallsAndGoesOnWithLongOnes() {
    final Asked scalar = new Asked(0);
    final Changeover loop = changeover(scalar, new Asked(2000));
    // 65,536 elements in calls of 64.
    step(loop, 0, 200_000);
    assertThat(scalar.starts).hasSize(1025).startsWith(0, 64).endsWith(65_472, 65_536);
    assertThat(scalar.ends).hasSize(1025).endsWith(65_536, 200_000);
    scalar.forget();
    step(loop, 5, 4096);
    assertThat(scalar.starts).containsExactly(5);
  }

  @Test
  void aShortCallIsNotCutFurther() {
    final Asked scalar = new Asked(0);
    final Changeover loop = changeover(scalar, new Asked(2000));
    // The first is too short for a trial.
    step(loop, 100, 163);
    step(loop, 100, 164);
    step(loop, 100, 165);
    assertThat(scalar.starts).containsExactly(100, 100, 100, 164);
    assertThat(scalar.ends).containsExactly(163, 164, 164, 165);
  }

  /** As one does in which vectors are allocated: compiled, and 10 ns per element. */
  @Test
  void aLoopThatTakesTenNanosecondsPerElementIsNotChangedTo() {
    final Asked simd = new Asked(64 * 10);
    final Changeover loop = changeover(new Asked(0), simd);
    final long patience = System.nanoTime() + PATIENCE;
    while (simd.starts.size() < 100 && System.nanoTime() < patience) {
      step(loop, 0, 100);
      assertThat(loop.hasChanged()).isFalse();
    }
    assertThat(simd.starts).hasSize(100);
  }

  /** A first step does not wait for the classes of the Vector API. */
  @Test
  void theSimdLoopIsNotAskedForBeforeItsTime() {
    final List<Loop> made = new ArrayList<>();
    final Asked scalar = new Asked(0);
    final Changeover loop =
        new Changeover(
            scalar,
            () -> {
              made.add(new Asked(0));
              return made.getLast();
            },
            PATIENCE);
    for (int block = 0; block < 100; block++) {
      step(loop, 0, 100);
    }
    ask(loop, 4000);
    assertThat(made).isEmpty();
    assertThat(scalar.starts).isNotEmpty();
  }

  /** Blocks before this one have been written: an exception would leave a step half done. */
  @Test
  void whereTheSimdLoopCannotBeMadeTheScalarPathGoesOn() {
    final AtomicInteger tries = new AtomicInteger();
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop =
        new Changeover(
            scalar,
            () -> {
              switch (tries.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("a logger that throws");
                case 2 -> throw new OutOfMemoryError("not really");
                case 3 -> throw new NoClassDefFoundError("not really");
                default -> {
                  return simd;
                }
              }
            },
            0);
    step(loop, 0, 100);
    assertThat(scalar.starts).containsExactly(0, 64);
    assertThat(scalar.ends).containsExactly(64, 100);
    ask(loop, 300);
    assertThat(scalar.asked).containsExactly(answers(300));
    // Not at every block: the next try is some time away.
    assertThat(tries).hasValue(1);
    changeOver(loop);
    assertThat(tries).hasValue(4);
    assertThat(simd.starts).isNotEmpty();
  }

  /** What it has written by then are copies. */
  @ParameterizedTest
  @EnumSource
  void aTrialThatFailsLeavesTheStepToTheScalarPath(Specialisation.Element element) {
    final List<Object> written = new ArrayList<>();
    final boolean isFloat = element == Specialisation.Element.FLOAT;
    final Loop simd =
        new StubLoop() {
          @Override
          void block(
              Coefficients c,
              Object params,
              Object grads,
              Object m,
              Object v,
              Object max,
              Object average,
              int from,
              int to) {
            for (Object array : new Object[] {params, grads, m, v, max}) {
              written.add(array);
              assertThat(Array.getLength(array)).isEqualTo(to);
              assertThat(Array.getDouble(array, 0)).isEqualTo(3);
              Array.setFloat(array, 0, 7);
            }
            assertThat(average).isNull();
            throw new OutOfMemoryError("not really");
          }
        };
    final Asked scalar = new Asked(0);
    final Changeover loop = changeover(scalar, simd);
    final Object[] arrays = new Object[5];
    for (int k = 0; k < arrays.length; k++) {
      final double[] values = IntStream.range(0, 100).asDoubleStream().toArray();
      arrays[k] = isFloat ? SelfCheck.toFloats(values) : values;
    }
    loop.block(null, arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], null, 3, 100);
    assertThat(written).hasSize(5);
    assertThat(scalar.starts).containsExactly(3, 67);
    for (Object array : arrays) {
      assertThat(Array.getDouble(array, 3)).isEqualTo(3);
    }
    // The next trial is some time away.
    for (int block = 0; block < 100; block++) {
      loop.block(null, arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], null, 3, 100);
    }
    assertThat(written).hasSize(5);
  }

  /** A first step is not to wait, however long it takes. */
  @Test
  void theSimdLoopIsNotAskedForInTheMiddleOfARun() {
    final List<Loop> made = new ArrayList<>();
    final Changeover loop =
        new Changeover(
            new Asked(1_000_000),
            () -> {
              made.add(new Asked(0));
              return made.getLast();
            },
            200_000_000);
    // A run of more than the 200 ms after which it may be asked for.
    for (int block = 0; block < 300; block++) {
      step(loop, 50 * block, 50 * (block + 1));
    }
    assertThat(made).isEmpty();
    step(loop, 0, 50);
    assertThat(made).hasSize(1);
  }

  @Test
  void withoutVectorsThereIsNothingToChangeTo() {
    final Specialisation constants = SpecialiserTest.newConstants();
    assertThat(Changeover.create(constants)).isSameAs(Specialiser.loop(constants));
  }

  @Test
  void aBlockOfJustATrialIsOne() {
    final Asked scalar = new Asked(0);
    final Asked simd = new Asked(2000);
    step(changeover(scalar, simd), 3, 3 + 64);
    assertThat(simd.ends).containsExactly(64);
    assertThat(scalar.starts).containsExactly(3);
    assertThat(scalar.ends).containsExactly(3 + 64);
  }
}
