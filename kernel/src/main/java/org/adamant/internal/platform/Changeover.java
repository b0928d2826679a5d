package org.adamant.internal.platform;

import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.loop.Shared;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.platform.Trial.Operation;
import org.adamant.internal.platform.Trial.Selection;
import org.jspecify.annotations.Nullable;

/**
 * Starts on one loop, usually the scalar path, and switches to the SIMD loop once C2 has compiled that and the
 * compiled code has given the bits of the reference. Only the speed changes. Until it is compiled, an operation of
 * the Vector API is a call that allocates, hundreds of times slower. The scalar path is soon compiled.
 *
 * <p>The compiler compiles only what runs. So now and then, for at most one {@value #SHARE}th of the time, the SIMD
 * loop works on a {@linkplain Trial sample}. A trial touches no array of the caller: if it runs out of memory, no
 * step ends half done. If the SIMD loop never becomes fast, because an operation has lost its intrinsic, the first
 * loop is kept. If it once gives other bits than the reference, or fails with an exception, the first loop is kept for
 * good, and a warning says so: this library, the JVM's compiler or its Vector API has an error.
 *
 * <p>Steps, the search for gradients that are not finite, and sums of squares are compiled separately, and switch
 * separately. Steps of long slices go back to the first loop if that is measured to be faster, see {@link Contest}.
 *
 * <p>Threads share the fields that are not volatile without synchronisation: a race costs one trial more or less.
 */
public final class Changeover extends Loop {

  /**
   * Nanoseconds before the SIMD loop, and so the classes of the Vector API, are loaded. That takes some 0.15 s of a
   * processor, which a short run saves.
   */
  private static final long FIRST_WAIT = 30_000_000;

  /**
   * The limit in nanoseconds for {@link Trial#WHOLE} elements. Every width meets it when compiled. Uncompiled loops
   * do not, nor do loops in which the compiler has not inlined everything: those allocate vectors, at some 10 ns
   * per element.
   */
  private static final long FAST = 600;

  /** The same limit for operations that only read. */
  private static final long READ_FAST = 375;

  private static final int SHARE = 8;

  /** The most nanoseconds to the next trial, as something else may have made a trial long. */
  private static final long LONGEST_WAIT = 50_000_000;

  /** How often the longest wait is doubled where making the SIMD loop fails again and again: up to a minute. */
  private static final int MOST_DOUBLINGS = 10;

  /** Blocks from one look at the clock to the next, less one. */
  private static final int CLOCK_MASK = 7;

  /** The length of the scalar path's first calls: the compiler weighs calls more than iterations. */
  private static final int FIRST_CALLS = 64;

  /** How many elements are stepped with short calls. */
  private static final int FIRST_ELEMENTS = 1 << 16;

  /** One for each layout, made when it is first needed. */
  private static final ConcurrentHashMap<Layout, Trial> TRIALS = new ConcurrentHashMap<>();

  // Not a lambda, as the first lambda of a program takes milliseconds to link.
  private static final Consumer<String> LOG =
      new Consumer<>() {
        @Override
        public void accept(String warning) {
          try {
            System.getLogger("org.adamant").log(Level.WARNING, warning);
          } catch (Throwable e) {
            // A logger that fails must not end a step half done. Any throwable: it may be written in Kotlin or Scala.
          }
        }
      };

  // Not a method reference, for the same reason.
  private static final Consumer<Runnable> BACKGROUND =
      new Consumer<>() {
        @Override
        public void accept(Runnable work) {
          Background.run(work);
        }
      };

  /** Makes the loop to switch to. */
  @FunctionalInterface
  public interface Maker {
    /**
     * Makes the loop, in the background, so no code of the caller may run here, see {@link Background}.
     *
     * @return the loop
     */
    Loop make();

    /** Called once by a thread that steps when the loop exists; throws nothing. */
    default void made() {}
  }

  private final Specialisation constants;
  private final Loop first;
  private final @Nullable Maker maker;
  private final Consumer<Runnable> background;
  private final Consumer<String> warnings;
  private final Stage steps = new Stage(Operation.STEP, FAST);
  private final Stage counts = new Stage(Operation.COUNT, READ_FAST);
  private final Stage squares = new Stage(Operation.SQUARES, READ_FAST);
  // Volatile, as the fields of the loop are not final.
  private volatile @Nullable Loop simd;
  /** Which loop is faster, by the size of slices; null until the SIMD loop exists, or if there is only one loop. */
  private volatile Contest @Nullable [] contests;
  private volatile long nextMaking;
  private volatile boolean isMaking;
  private boolean isAnnounced;
  private int failures;
  private @Nullable Loop reference;
  private int elements;

  /** The progress of one operation. */
  private final class Stage {
    private long nextTrial = System.nanoTime();
    private final Operation operation;
    private final long fast;
    private boolean hasSwitched;
    private boolean isRejected;
    private int blocks;

    Stage(Operation operation, long fast) {
      this.operation = operation;
      this.fast = fast;
    }

    /** The SIMD loop if the operation has switched, otherwise null; another thread may see the switch first. */
    @Nullable
    Loop switched() {
      return hasSwitched ? simd : null;
    }

    /** Has a trial, if one is due. */
    void advance(@Nullable Loop loop) {
      final boolean looksAtClock = (blocks++ & CLOCK_MASK) == 0;
      if (!looksAtClock || loop == null || isRejected) {
        return;
      }
      final long start = System.nanoTime();
      if (start - nextTrial < 0) {
        return;
      }
      try {
        final Trial trial = trial(constants.layout());
        if (trial.begin()) {
          try {
            advance(trial, loop);
          } finally {
            trial.end();
          }
        }
        final long end = System.nanoTime();
        nextTrial = end + Math.min((SHARE - 1) * (end - start), LONGEST_WAIT);
      } catch (RuntimeException e) {
        // A fault of the loop, not of the moment as a lack of memory is.
        reject("failed with " + e);
      } catch (Error e) {
        nextTrial = System.nanoTime() + LONGEST_WAIT;
      }
    }

    /** All selections, and the first once more: what is compiled has to stay compiled. */
    private void advance(Trial trial, Loop loop) {
      boolean isFast = true;
      for (int i = 0; i <= Selection.COUNT; i++) {
        final Selection selection = Selection.of(i);
        if (!isRight(trial, selection, loop)) {
          return;
        }
        isFast &= selection != Selection.WHOLE_VECTORS || trial.nanoseconds() < fast;
      }
      if (isFast) {
        hasSwitched = true;
      }
    }

    private boolean isRight(Trial trial, Selection selection, Loop loop) {
      if (reference == null) {
        reference = Specialiser.loop(constants.forTrials());
      }
      final boolean isRight = trial.run(operation, selection, reference, loop);
      if (!isRight) {
        reject("gave other bits than the reference");
      }
      return isRight;
    }

    private void reject(String what) {
      if (!isRejected) {
        isRejected = true;
        warnings.accept(
            "a compiled SIMD loop " + what + " and is not switched to (" + operation + ", "
                + constants.layout() + ", " + constants.variant()
                + "); please report this with the output of java -version");
      }
    }
  }

  Changeover(
      Specialisation constants,
      Loop first,
      @Nullable Maker maker,
      long wait,
      Consumer<Runnable> background,
      Consumer<String> warnings) {
    this.background = background;
    this.warnings = warnings;
    this.constants = constants;
    this.first = first;
    this.maker = maker;
    nextMaking = System.nanoTime() + wait;
  }

  /**
   * A loop for these constants that starts on the scalar path.
   *
   * @param constants element type, lane width and variant
   * @return the loop, a new one at every call if there are vectors
   */
  public static Loop create(Specialisation constants) {
    return constants.isScalar()
        ? Specialiser.loop(constants)
        : create(constants.withoutVectors(), () -> Specialiser.loop(constants));
  }

  /**
   * A loop that starts on the scalar path.
   *
   * @param scalar the constants of the scalar path
   * @param maker makes the loop to switch to, some time after the first step
   * @return the loop, a new one at every call
   */
  public static Loop create(Specialisation scalar, Maker maker) {
    return new Changeover(scalar, Specialiser.loop(scalar), maker, FIRST_WAIT, BACKGROUND, LOG);
  }

  /**
   * A loop that is the SIMD loop from the first call on. It runs trials, too, so that the compiler sees cases that
   * the caller's data may not contain.
   *
   * @param constants element type, lane width and variant
   * @return the loop, a new one at every call if there are vectors
   */
  public static Loop createTrained(Specialisation constants) {
    final Loop simd = Specialiser.loop(constants);
    if (constants.isScalar()) {
      return simd;
    }
    final Changeover loop = new Changeover(constants, simd, null, 0, BACKGROUND, LOG);
    loop.simd = simd;
    loop.elements = FIRST_ELEMENTS;
    return loop;
  }

  private static Trial trial(Layout layout) {
    final Trial known = TRIALS.get(layout);
    return known != null ? known : Shared.keep(TRIALS, layout, new Trial(layout));
  }

  /**
   * The SIMD loop for trials, or null until it exists. It is made in the background: the first one of a program loads
   * the classes of the Vector API, which takes some 0.15 s.
   */
  private @Nullable Loop loopForTrials() {
    if (simd != null) {
      if (maker != null && !isAnnounced) {
        isAnnounced = true;
        maker.made();
      }
    } else if (maker != null && !isMaking && System.nanoTime() - nextMaking >= 0) {
      isMaking = true;
      try {
        background.accept(new Making(maker));
      } catch (RuntimeException | Error e) {
        // First of all, as the stack may be full.
        isMaking = false;
        makeLater();
      }
    }
    return simd;
  }

  /** Each time after twice as long, as the reason may stay. */
  private void makeLater() {
    nextMaking = System.nanoTime() + (LONGEST_WAIT << failures);
    failures = Math.min(failures + 1, MOST_DOUBLINGS);
  }

  /**
   * Makes the SIMD loop. If that fails, for want of memory for example, the first loop is kept, and it is tried again
   * later.
   */
  private final class Making implements Runnable {
    private final Maker maker;

    Making(Maker maker) {
      this.maker = maker;
    }

    @Override
    public void run() {
      try {
        final Loop made = maker.make();
        // It is the same one where the width turns out to be scalar.
        if (made != first) {
          final Contest[] bySize = new Contest[Contest.SIZES];
          for (int i = 0; i < bySize.length; i++) {
            bySize[i] = new Contest(made, first);
          }
          contests = bySize;
        }
        simd = made;
      } catch (Throwable e) {
        // Any throwable: a class loader may throw anything.
        makeLater();
        isMaking = false;
      }
    }
  }

  @Override
  public void step(
      Coefficients c, Operands o, float @Nullable [] moments, long first, int count) {
    final Loop switched = steps.switched();
    if (switched != null) {
      final Contest[] bySize = contests;
      if (count < Contest.SHORTEST || bySize == null) {
        switched.step(c, o, moments, first, count);
      } else {
        bySize[Contest.size(o.length())].step(c, o, moments, first, count);
      }
    } else {
      stepAtFirst(c, o, moments, first, count);
    }
  }

  /** Steps with the first loop: apart from {@link #step}, which the compiler inlines only if it is short. */
  private void stepAtFirst(
      Coefficients c, Operands o, float @Nullable [] moments, long first, int count) {
    steps.advance(loopForTrials());
    int done = 0;
    while (elements < FIRST_ELEMENTS && count - done > FIRST_CALLS) {
      this.first.step(c, o, moments, first + done, FIRST_CALLS);
      done += FIRST_CALLS;
      elements += FIRST_CALLS;
    }
    this.first.step(c, o, moments, first + done, count - done);
  }

  @Override
  public void flush(Operands o, long first, int count) {
    this.first.flush(o, first, count);
  }

  @Override
  public void pack(Coefficients c, Operands o, float[] moments, long first, int count) {
    // Flushing is a part of stepping and switches with it.
    final Loop switched = steps.switched();
    (switched != null ? switched : this.first).pack(c, o, moments, first, count);
  }

  @Override
  public long countInBlock(Operands o, long first, int count) {
    final Loop switched = counts.switched();
    if (switched != null) {
      return switched.countInBlock(o, first, count);
    }
    counts.advance(loopForTrials());
    return this.first.countInBlock(o, first, count);
  }

  @Override
  public void addSquares(double[] sums, Operands o, double scale, long first, int count) {
    final Loop switched = squares.switched();
    if (switched != null) {
      switched.addSquares(sums, o, scale, first, count);
      return;
    }
    squares.advance(loopForTrials());
    this.first.addSquares(sums, o, scale, first, count);
  }

  /**
   * Whether steps have switched to the SIMD loop.
   *
   * @return whether it was fast and right
   */
  public boolean hasSwitched() {
    return steps.hasSwitched;
  }

  /**
   * The progress of all operations.
   *
   * @return the numbers
   */
  public Progress progress() {
    int asked = 0;
    int switched = 0;
    int rejected = 0;
    for (Stage stage : new Stage[] {steps, counts, squares}) {
      asked += stage.blocks != 0 ? 1 : 0;
      switched += stage.hasSwitched ? 1 : 0;
      rejected += stage.isRejected ? 1 : 0;
    }
    int measured = 0;
    int scalar = 0;
    for (Contest contest : contests == null ? new Contest[0] : contests) {
      measured += contest.hasEnded() ? 1 : 0;
      scalar += contest.isScalar() ? 1 : 0;
    }
    return new Progress(asked, switched, rejected, measured, scalar);
  }

  /**
   * How many operations were used, and which loop does them.
   *
   * @param asked how many of steps, counts and norms were used
   * @param switched how many of these the SIMD loop does
   * @param rejected how many it is not to do because it gave other bits than the reference
   * @param measured for how many sizes of slices it was measured which loop steps them faster
   * @param scalar for how many of these that is the first loop
   */
  public record Progress(int asked, int switched, int rejected, int measured, int scalar) {
    /** No operation was used yet. */
    public static final Progress NONE = new Progress(0, 0, 0, 0, 0);

    /**
     * The sum with another progress.
     *
     * @param other the other one
     * @return the sums
     */
    public Progress plus(Progress other) {
      return new Progress(
          asked + other.asked, switched + other.switched, rejected + other.rejected,
          measured + other.measured, scalar + other.scalar);
    }
  }
}
