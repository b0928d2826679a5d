package org.adamant.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.loop.StubLoop;
import org.adamant.internal.loop.Templates;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.platform.Changeover.Progress;
import org.adamant.internal.platform.Trial.Operation;
import org.adamant.internal.platform.Trial.Selection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which of its two loops a changeover uses for each operation, before it has switched and after. */
class ChangeoverPathsTest {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  private static final Specialisation CONSTANTS =
      new Specialisation(Layout.FLOATS, 0, Variant.BASIC);

  private static final Coefficients COEFFICIENTS =
      new Coefficients(1, 1, 0, 1, 0.1, 0.001, 0.999, 1, 0, 1, 1e-8, 1, 1, -1e-3, 0, 0, true, 0);

  /** Elements of whole vectors in a trial. */
  private static final int WHOLE = Trial.WHOLE;

  /** Does what the reference does, and records its calls. */
  private static class Asked extends StubLoop {

    private final Loop reference = Specialiser.loop(CONSTANTS.forTrials());
    long nanoseconds;
    final List<String> asked = new ArrayList<>();
    final List<String> trials = new ArrayList<>();
    final List<Long> times = new ArrayList<>();

    /** A loop that takes this long for a block, and for a trial of whole vectors. */
    Asked(long nanoseconds) {
      this.nanoseconds = nanoseconds;
    }

    @Override
    public void step(
        Coefficients c, Operands o, float[] moments, long first, int count) {
      note("block", o, first, count);
      if (o != null) {
        reference.step(c, o, moments, first, count);
      }
    }

    @Override
    public void flush(Operands o, long first, int count) {
      note("flush", null, first, count);
    }

    @Override
    public void pack(Coefficients c, Operands o, float[] moments, long first, int count) {
      note("pack", o, first, count);
    }

    @Override
    public long countInBlock(Operands o, long first, int count) {
      note("count", o, first, count);
      return o == null ? 3 : reference.countInBlock(o, first, count);
    }

    @Override
    public void addSquares(double[] sums, Operands o, double scale, long first, int count) {
      note("squares", o, first, count);
      if (o == null) {
        sums[0] = 2 * scale;
      } else {
        reference.addSquares(sums, o, scale, first, count);
      }
    }

    /** A sample has operands, the blocks of these tests have none. */
    private void note(String what, Operands o, long first, int count) {
      (o == null ? asked : trials).add(what + " " + first + " " + (first + count));
      if (o != null) {
        times.add(System.nanoTime());
      }
      final long begin = System.nanoTime();
      while (System.nanoTime() - begin < nanoseconds) {
        Thread.onSpinWait();
      }
    }

    void forget() {
      asked.clear();
      trials.clear();
    }
  }

  /** With the first trial at once. */
  private static Changeover changeover(Loop first, Loop simd) {
    return new Changeover(CONSTANTS, first, () -> simd, 0, Runnable::run,
        ChangeoverPathsTest::noWarning);
  }

  private static void noWarning(String warning) {
    throw new AssertionError(warning);
  }

  private static void step(Loop loop, int from, int to) {
    loop.step(null, null, null, from, to - from);
  }

  private static void switchSteps(Changeover loop) {
    final long end = System.nanoTime() + PATIENCE;
    while (!loop.hasSwitched() && System.nanoTime() < end) {
      step(loop, 0, 100);
    }
    assertThat(loop.hasSwitched()).isTrue();
  }

  /** The answers of the stubs go through, whichever was asked. */
  private static void ask(Loop loop, int to) {
    assertThat(loop.countInBlock(null, 0, to)).isEqualTo(3);
    assertThat(loop.sumOfSquares(new double[Loop.SUMS], null, 0.5, 0, to)).isEqualTo(1);
  }

  private static String[] answers(int to) {
    return new String[] {"count 0 " + to, "squares 0 " + to};
  }

  @Test
  void whatReadsFastSwitches() {
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(first, simd);
    final long end = System.nanoTime() + PATIENCE;
    do {
      first.forget();
      simd.forget();
      ask(loop, 63);
    } while (!first.asked.isEmpty() && System.nanoTime() < end);
    assertThat(first.asked).isEmpty();
    assertThat(simd.asked).containsExactly(answers(63));
    assertThat(loop.hasSwitched()).as("that steps have switched").isFalse();
    assertThat(loop.progress()).isEqualTo(new Progress(2, 2, 0, 0, 0));
  }

  @Test
  void whatReadsSlowlyIsLeftToTheFirstLoop() {
    final Asked first = new Asked(0);
    final Asked simd = new Asked(20_000_000);
    final Changeover loop = changeover(first, simd);
    ask(loop, 300);
    assertThat(simd.trials)
        .hasSize(10)
        .startsWith("count 1 " + (1 + WHOLE))
        .endsWith("squares 1 " + (1 + WHOLE));
    // The next may not be one for some time.
    for (int i = 0; i < 3; i++) {
      ask(loop, 300);
    }
    assertThat(simd.trials).hasSize(10);
    assertThat(simd.asked).isEmpty();
    assertThat(first.asked).hasSize(8).startsWith(answers(300));
    assertThat(loop.progress()).isEqualTo(new Progress(2, 0, 0, 0, 0));
  }

  @Test
  void oneOfTheLoopsFlushes() {
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(first, simd);
    loop.flush(null, 1, 8);
    first.asked.removeIf(asked -> asked.startsWith("block"));
    switchSteps(loop);
    loop.flush(null, 2, 7);
    assertThat(
        Stream.of(first, simd)
            .flatMap(asked -> asked.asked.stream())
            .filter(asked -> asked.startsWith("flush")))
        .containsExactly("flush 1 9", "flush 2 9");
  }

  @Test
  void afterTheSwitchTheSimdLoopDoesWholeBlocksAndNoTrials() {
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(first, simd);
    switchSteps(loop);
    first.forget();
    simd.forget();
    for (int i = 0; i < 20; i++) {
      step(loop, 7, 1000);
    }
    assertThat(first.asked).isEmpty();
    assertThat(simd.asked).hasSize(20).containsOnly("block 7 1000");
    assertThat(simd.trials).isEmpty();
  }

  private static Operands block() {
    final float[] numbers = new float[Loop.BLOCK];
    return new Operands(
        Layout.FLOATS, numbers, numbers.clone(), numbers.clone(), numbers.clone(), 0, Loop.BLOCK);
  }

  @Test
  void whereTheFirstLoopIsFasterItDoesTheSteps() {
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(first, simd);
    switchSteps(loop);
    simd.nanoseconds = 200_000;
    final Operands operands = block();
    final long end = System.nanoTime() + PATIENCE;
    while (loop.progress().measured() == 0 && System.nanoTime() < end) {
      loop.step(COEFFICIENTS, operands, null, 0, Loop.BLOCK);
    }
    assertThat(loop.progress()).isEqualTo(new Progress(1, 1, 0, 1, 1));
    simd.forget();
    first.forget();
    loop.step(COEFFICIENTS, operands, null, 0, Loop.BLOCK);
    assertThat(simd.trials).isEmpty();
    assertThat(first.trials).hasSize(1);
    // Short slices are not measured.
    step(loop, 0, 10);
    assertThat(simd.asked).hasSize(1);
  }

  @Test
  void momentsInBlocksArePackedByTheLoopThatStepsThem() {
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop = changeover(first, simd);
    loop.pack(null, null, null, 0, 50);
    assertThat(first.asked).containsExactly("pack 0 50");
    final long end = System.nanoTime() + PATIENCE;
    while (!loop.hasSwitched() && System.nanoTime() < end) {
      first.forget();
      loop.step(null, null, null, 0, 50);
    }
    assertThat(loop.hasSwitched()).isTrue();
    first.forget();
    simd.forget();
    loop.step(null, null, null, 0, 50);
    loop.pack(null, null, null, 0, 50);
    assertThat(first.asked).isEmpty();
    assertThat(simd.asked).containsExactly("block 0 50", "pack 0 50");
  }

  /** Every trial takes too long here, so that every block is left to the first loop. */
  @Test
  void beforeTheSwitchEveryElementIsSteppedOnce() {
    final Asked first = new Asked(0);
    final Asked simd = new Asked(2000);
    final Changeover loop = changeover(first, simd);
    final long patience = System.nanoTime() + PATIENCE;
    for (int block = 0; simd.trials.size() < 10 && System.nanoTime() < patience; block++) {
      final int from = block & 1023;
      final int to = from + (block % 2 == 0 ? 1000 : 63);
      first.forget();
      final int trials = simd.trials.size();
      step(loop, from, to);
      if (simd.trials.size() > trials) {
        assertThat(block % 8).as("the number of a block with a trial").isZero();
      }
      int end = from;
      for (String call : first.asked) {
        final String[] words = call.split(" ");
        assertThat(words[1]).isEqualTo(Integer.toString(end));
        end = Integer.parseInt(words[2]);
      }
      assertThat(end).isEqualTo(to);
    }
    assertThat(simd.asked).isEmpty();
    assertThat(loop.hasSwitched()).isFalse();
    // Whole vectors, with a tail and special numbers, with a tail, a tail alone, and whole ones again.
    final int end = Trial.LENGTH - 1;
    final String all = "block 1 " + end;
    final String whole = "block 1 " + (1 + WHOLE);
    final String tail = "block " + (1 + WHOLE) + " " + end;
    assertThat(simd.trials).containsExactly(whole, all, all, tail, whole, whole, all, all, tail,
        whole);
  }

  @Test
  void trialsTakeOneEighthOfTheTimeAtMost() {
    final long duration = 200_000;
    final Asked simd = new Asked(duration);
    final Changeover loop = changeover(new Asked(0), simd);
    final long patience = System.nanoTime() + PATIENCE;
    while (simd.times.size() < 4 * 5 && System.nanoTime() < patience) {
      step(loop, 0, 100);
    }
    assertThat(simd.times).hasSize(4 * 5);
    for (int trial = 1; trial < 4; trial++) {
      assertThat(simd.times.get(5 * trial) - simd.times.get(5 * (trial - 1)))
          .isGreaterThanOrEqualTo(8 * 5 * duration);
    }
  }

  /** The compiler counts calls. */
  @Test
  void theFirstLoopStartsWithShortCallsAndGoesOnWithLongOnes() {
    final Asked first = new Asked(0);
    final Changeover loop = changeover(first, new Asked(2000));
    // 65,536 elements in calls of 64.
    step(loop, 0, 200_000);
    assertThat(first.asked)
        .hasSize(1025)
        .startsWith("block 0 64", "block 64 128")
        .endsWith("block 65472 65536", "block 65536 200000");
    first.forget();
    step(loop, 5, 4096);
    assertThat(first.asked).containsExactly("block 5 4096");
  }

  @Test
  void aShortCallIsNotCutFurther() {
    final Asked first = new Asked(0);
    final Changeover loop = changeover(first, new Asked(2000));
    step(loop, 100, 163);
    step(loop, 100, 164);
    step(loop, 100, 165);
    assertThat(first.asked)
        .containsExactly("block 100 163", "block 100 164", "block 100 164", "block 164 165");
  }

  /** As one does in which vectors are allocated: compiled, and 10 ns per element. */
  @Test
  void aLoopThatTakesTenNanosecondsPerElementIsNotSwitchedTo() {
    final Asked simd = new Asked(WHOLE * 10);
    final Changeover loop = changeover(new Asked(0), simd);
    final long patience = System.nanoTime() + PATIENCE;
    while (simd.trials.size() < 100 && System.nanoTime() < patience) {
      step(loop, 0, 100);
      assertThat(loop.hasSwitched()).isFalse();
    }
    assertThat(simd.trials).hasSizeGreaterThanOrEqualTo(100);
  }

  /** A first step does not wait for the classes of the Vector API. */
  @Test
  void theSimdLoopIsNotAskedForBeforeItsTime() {
    final List<Loop> made = new ArrayList<>();
    final Asked first = new Asked(0);
    final Changeover loop =
        new Changeover(
            CONSTANTS,
            first,
            () -> {
              made.add(new Asked(0));
              return made.getLast();
            },
            PATIENCE,
            Runnable::run,
            ChangeoverPathsTest::noWarning);
    for (int block = 0; block < 100; block++) {
      step(loop, 0, 100);
    }
    ask(loop, 4000);
    assertThat(made).isEmpty();
    assertThat(first.asked).isNotEmpty();
    assertThat(loop.progress()).isEqualTo(new Progress(3, 0, 0, 0, 0));
  }

  /** Blocks before this one have been written: an exception would leave a step half done. */
  @Test
  void whereTheSimdLoopCannotBeMadeTheFirstLoopGoesOn() {
    final AtomicInteger tries = new AtomicInteger();
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop =
        new Changeover(
            CONSTANTS,
            first,
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
            0,
            Runnable::run,
            ChangeoverPathsTest::noWarning);
    step(loop, 0, 100);
    assertThat(first.asked).containsExactly("block 0 64", "block 64 100");
    first.forget();
    ask(loop, 300);
    assertThat(first.asked).containsExactly(answers(300));
    // Not at every block: the next try is some time away.
    assertThat(tries).hasValue(1);
    switchSteps(loop);
    assertThat(tries).hasValue(4);
    assertThat(simd.trials).isNotEmpty();
  }

  /** A loop that counts its steps and fails in each. */
  private static Asked failing(AtomicInteger steps, Runnable failure) {
    return new Asked(0) {
      @Override
      public void step(
          Coefficients c, Operands o, float[] moments, long first, int count) {
        assertThat(o).isNotNull();
        steps.incrementAndGet();
        failure.run();
      }
    };
  }

  /** A trial works on a sample, never on the caller's arrays. */
  @Test
  void aTrialThatFailsLeavesTheStepToTheFirstLoop() {
    final AtomicInteger failures = new AtomicInteger();
    final Asked simd =
        failing(failures, () -> {
          throw new OutOfMemoryError("not really");
        });
    final Asked first = new Asked(0);
    final Changeover loop = changeover(first, simd);
    // The next trial is some time away.
    for (int block = 0; block < 20; block++) {
      step(loop, 3, 60);
    }
    assertThat(failures).hasValue(1);
    assertThat(first.asked).hasSize(20).containsOnly("block 3 60");
  }

  /** Unlike memory that is short for a moment, this does not pass, and nobody would learn of it. */
  @Test
  void aLoopThatThrowsIsNotTriedAgainAndAWarningSaysSo() {
    final AtomicInteger tries = new AtomicInteger();
    final Asked simd =
        failing(tries, () -> {
          throw new ClassCastException("not really");
        });
    final List<String> warnings = new ArrayList<>();
    final Asked first = new Asked(0);
    final Changeover loop =
        new Changeover(CONSTANTS, first, () -> simd, 0, Runnable::run, warnings::add);
    final long end = System.nanoTime() + 200_000_000;
    while (System.nanoTime() < end) {
      step(loop, 3, 60);
    }
    assertThat(tries).hasValue(1);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst())
        .startsWith("a compiled SIMD loop failed with java.lang.ClassCastException: not really")
        .contains("STEP", "FLOAT", "please report this");
    assertThat(loop.progress().rejected()).isEqualTo(1);
    assertThat(first.asked).containsOnly("block 3 60");
  }

  /** A compiler that is wrong: for one kind of sample only, and only after a while. */
  @ParameterizedTest
  @EnumSource
  void aLoopWithOtherBitsIsNotSwitchedTo(Operation operation) {
    for (Selection kind : Selection.values()) {
      final AtomicInteger calls = new AtomicInteger();
      final Asked simd =
          new Asked(0) {
            private boolean isWrong(long first, int count) {
              return calls.incrementAndGet() > 20
                  && first == kind.from(Layout.FLOATS)
                  && count == kind.count(Layout.FLOATS);
            }

            @Override
            public void step(
                Coefficients c, Operands o, float[] moments, long first, int count) {
              super.step(c, o, moments, first, count);
              if (o != null && isWrong(first, count)) {
                final float[] m = (float[]) o.memory(Operand.M);
                final int last = (int) first + count - 1;
                m[last] = Math.nextUp(m[last]);
              }
            }

            @Override
            public long countInBlock(Operands o, long first, int count) {
              return super.countInBlock(o, first, count)
                  + (o != null && isWrong(first, count) ? 1 : 0);
            }

            @Override
            public void addSquares(double[] sums, Operands o, double scale, long first, int count) {
              super.addSquares(sums, o, scale, first, count);
              if (o != null && isWrong(first, count)) {
                sums[31] = -sums[31] - 1;
              }
            }
          };
      // Slow at first, as it is before it is compiled.
      final Asked slow =
          new Asked(0) {
            @Override
            public void step(
                Coefficients c, Operands o, float[] moments, long first, int count) {
              simd.step(c, o, moments, first, count);
              waitAtFirst(o);
            }

            @Override
            public long countInBlock(Operands o, long first, int count) {
              waitAtFirst(o);
              return simd.countInBlock(o, first, count);
            }

            @Override
            public void addSquares(double[] sums, Operands o, double scale, long first, int count) {
              waitAtFirst(o);
              simd.addSquares(sums, o, scale, first, count);
            }

            private void waitAtFirst(Operands o) {
              final long begin = System.nanoTime();
              while (o != null && calls.get() < 20 && System.nanoTime() - begin < 2000) {
                Thread.onSpinWait();
              }
            }
          };
      final List<String> warnings = new ArrayList<>();
      final Changeover loop =
          new Changeover(CONSTANTS, new Asked(0), () -> slow, 0, Runnable::run, warnings::add);
      final long end = System.nanoTime() + PATIENCE;
      while (loop.progress().rejected() == 0 && System.nanoTime() < end) {
        switch (operation) {
          case STEP -> step(loop, 0, 10);
          case COUNT -> loop.countInBlock(null, 0, 10);
          case SQUARES -> loop.addSquares(new double[Loop.SUMS], null, 1, 0, 10);
        }
      }
      assertThat(loop.progress()).as("%s", kind).isEqualTo(new Progress(1, 0, 1, 0, 0));
      assertThat(warnings).hasSize(1);
      assertThat(warnings.getFirst()).contains("other bits", operation.name(), "FLOAT");
      final int trials = calls.get();
      for (int i = 0; i < 1000; i++) {
        step(loop, 0, 10);
      }
      // None is given up for another that is right.
      assertThat(operation == Operation.STEP ? calls.get() : trials).isEqualTo(trials);
    }
  }

  /** Neither the first step nor a later one waits for the classes of the Vector API. */
  @Test
  void stepsGoOnWhileTheSimdLoopIsMade() {
    final List<Runnable> started = new ArrayList<>();
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop =
        new Changeover(
            CONSTANTS, first, () -> simd, 0, started::add, ChangeoverPathsTest::noWarning);
    for (int block = 0; block < 100; block++) {
      step(loop, 0, 100);
    }
    assertThat(started).as("it is made once").hasSize(1);
    assertThat(first.asked).hasSize(200);
    assertThat(simd.trials).isEmpty();
    started.getFirst().run();
    switchSteps(loop);
    assertThat(loop.hasSwitched()).isTrue();
    assertThat(started).hasSize(1);
  }

  /** A logger, for example, may hold locks that the thread that steps has. */
  @Test
  void codeOfTheCallerRunsInAThreadThatSteps() throws Exception {
    final List<Thread> makers = new CopyOnWriteArrayList<>();
    final List<Thread> told = new CopyOnWriteArrayList<>();
    final Asked simd = new Asked(0);
    final Changeover.Maker maker =
        new Changeover.Maker() {
          @Override
          public Loop make() {
            makers.add(Thread.currentThread());
            return simd;
          }

          @Override
          public void made() {
            told.add(Thread.currentThread());
          }
        };
    final Changeover loop =
        new Changeover(
            CONSTANTS, new Asked(0), maker, 0, Background::run, ChangeoverPathsTest::noWarning);
    switchSteps(loop);
    assertThat(told).containsExactly(Thread.currentThread());
    assertThat(makers).hasSize(1).doesNotContain(Thread.currentThread());
    makers.getFirst().join();
  }

  /** Otherwise both would be timed, and one called the faster. */
  @Test
  void theSameLoopIsNotComparedWithItself() {
    final Asked first = new Asked(0);
    final Changeover loop = changeover(first, first);
    switchSteps(loop);
    assertThat(loop.progress()).isEqualTo(new Progress(1, 1, 0, 0, 0));
    // Twice as long as a comparison takes.
    final Operands operands = block();
    final long end = System.nanoTime() + 500_000_000;
    while (System.nanoTime() < end) {
      loop.step(COEFFICIENTS, operands, null, 0, Loop.BLOCK);
    }
    assertThat(loop.progress().measured()).isZero();
  }

  /** The stack may be full, or there may be no memory, in the middle of a step of several slices. */
  @Test
  void whereTheMakingCannotBeginTheFirstLoopGoesOn() {
    final AtomicInteger tries = new AtomicInteger();
    final Asked first = new Asked(0);
    final Asked simd = new Asked(0);
    final Changeover loop =
        new Changeover(
            CONSTANTS,
            first,
            () -> simd,
            0,
            work -> {
              switch (tries.incrementAndGet()) {
                case 1 -> throw new StackOverflowError("not really");
                case 2 -> throw new OutOfMemoryError("not really");
                default -> work.run();
              }
            },
            ChangeoverPathsTest::noWarning);
    step(loop, 0, 50);
    assertThat(first.asked).containsExactly("block 0 50");
    switchSteps(loop);
    assertThat(loop.hasSwitched()).isTrue();
    assertThat(tries).hasValue(3);
  }

  @Test
  void withoutVectorsThereIsNothingToSwitchTo() {
    final Specialisation constants = Templates.newConstants();
    assertThat(Changeover.create(constants)).isSameAs(Specialiser.loop(constants));
    assertThat(Changeover.createTrained(constants)).isSameAs(Specialiser.loop(constants));
  }
}
