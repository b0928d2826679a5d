package org.adamant.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.adamant.internal.Specialisation.Element;

/**
 * Lets a loop work on a sample beside the reference: has it the same bits, and how long did it take?
 *
 * <p>The samples are there to notice a JVM on which an operation of the Vector API does not round as the
 * reference does, above all an fma that rounds twice; on which a lane is lost, or the tail; or on which
 * zeros, infinities and NaN compare in another way. So no term of the formula is small beside the one it
 * is added to, where its last bits would be rounded away, and there are enough elements for every
 * operation to round differently in several of them.
 *
 * <p>They are also what the compiler sees of a loop before it compiles it: numbers of every kind, whole
 * vectors, tails, and both in turn. What it has not seen it would leave out.
 */
final class Trial {

  /** Elements of whole vectors of every width. */
  static final int WHOLE = 6 * 16;

  /** These, a tail, and an element on either side that is not to be touched. */
  static final int LENGTH = 1 + WHOLE + 3 + 1;

  private static final double[] SPECIAL_FLOATS = {
    0.0, -0.0, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, 1 / 0.0, -1 / 0.0, 0 / 0.0
  };
  private static final double[] SPECIAL_DOUBLES = {
    0.0, -0.0, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE, 1 / 0.0, -1 / 0.0, 0 / 0.0
  };

  /** Of many digits and neither large nor small, so that every operation rounds, and it shows. */
  private static final Coefficients COEFFICIENTS =
      new Coefficients(
          0.9, 0.4, -0.6, 1, 0.3, 0.9, 0.999, 1.6, 0.1, 1.8, 0.2, -5.6, -3.5, 0.3, true);

  /** What a loop can be asked to do. */
  enum Operation {
    /** To step, see {@link Loop#block}. */
    STEP,
    /** To count what is not finite, see {@link Loop#countInBlock}. */
    COUNT,
    /** To add squares, see {@link Loop#addSquares}. */
    SQUARES
  }

  /** Which elements of which sample. */
  enum Kind {
    /** Whole vectors of ordinary numbers: the one whose time is taken. */
    WHOLE_VECTORS(false, 1, 1 + WHOLE),
    /** Special numbers among ordinary ones, with a tail. */
    SPECIAL_NUMBERS(true, 1, LENGTH - 1),
    /** Ordinary numbers, with a tail. */
    WITH_TAIL(false, 1, LENGTH - 1),
    /** A tail alone. */
    TAIL(false, 1 + WHOLE, LENGTH - 1);

    private static final Kind[] ALL = values();

    private final boolean isSpecial;
    private final int from;
    private final int to;

    Kind(boolean isSpecial, int from, int to) {
      this.isSpecial = isSpecial;
      this.from = from;
      this.to = to;
    }

    static final int COUNT = ALL.length;

    /** The first element. */
    int from() {
      return from;
    }

    /** One past the last. */
    int to() {
      return to;
    }

    /** The kinds in turn. */
    static Kind of(int number) {
      return ALL[number % ALL.length];
    }
  }

  private final Object[] ordinary;
  private final Object[] special;
  private final Work expected;
  private final Work actual;
  private final AtomicBoolean isBusy = new AtomicBoolean();
  private long nanoseconds;

  /** A trial with samples of its own. */
  Trial(Element element) {
    this.ordinary = sample(element, false);
    this.special = sample(element, true);
    this.expected = new Work(sample(element, false));
    this.actual = new Work(sample(element, false));
  }

  /** What a loop works on, and what comes of it. */
  private static final class Work {
    private final Object[] sample;
    private final double[] sums = new double[Loop.SUMS];
    private long count;

    Work(Object[] sample) {
      this.sample = sample;
    }

    void run(Operation operation, Loop loop, int from, int to) {
      switch (operation) {
        case STEP -> loop.block(
            COEFFICIENTS, sample[0], sample[1], sample[2], sample[3], sample[4], sample[5], from,
            to);
        case COUNT -> count = loop.countInBlock(sample[1], from, to);
        case SQUARES -> loop.addSquares(sums, sample[1], 0.5, from, to);
      }
    }

    void reset(Object[] values) {
      for (int k = 0; k < sample.length; k++) {
        System.arraycopy(values[k], 0, sample[k], 0, LENGTH);
      }
      Arrays.fill(sums, 0);
      count = 0;
    }

    /** NaN is equal to NaN, and 0 is not equal to -0. */
    boolean hasTheBitsOf(Work other) {
      boolean isEqual = count == other.count && Arrays.equals(sums, other.sums);
      for (int k = 0; k < sample.length; k++) {
        isEqual &=
            sample[k] instanceof float[] floats
                ? Arrays.equals(floats, (float[]) other.sample[k])
                : Arrays.equals((double[]) sample[k], (double[]) other.sample[k]);
      }
      return isEqual;
    }
  }

  /** Takes the samples for one thread; false if another has them. */
  boolean begin() {
    return isBusy.compareAndSet(false, true);
  }

  /** Gives them back. */
  void end() {
    isBusy.set(false);
  }

  /**
   * Runs both loops, each on its sample. Allocates nothing itself.
   *
   * @return whether the loop gave the bits of the reference
   */
  boolean run(Operation operation, Kind kind, Loop reference, Loop loop) {
    final Object[] values = kind.isSpecial ? special : ordinary;
    expected.reset(values);
    expected.run(operation, reference, kind.from, kind.to);
    actual.reset(values);
    final long start = System.nanoTime();
    actual.run(operation, loop, kind.from, kind.to);
    nanoseconds = System.nanoTime() - start;
    return actual.hasTheBitsOf(expected);
  }

  /** How long the loop took in the last run. */
  long nanoseconds() {
    return nanoseconds;
  }

  /**
   * Parameters, gradients, moments, maxima and averages. Where there are special numbers, every other
   * element has one in one of its arrays.
   */
  static Object[] sample(Element element, boolean isSpecial) {
    final double[] special = element == Element.FLOAT ? SPECIAL_FLOATS : SPECIAL_DOUBLES;
    final Object[] arrays = new Object[6];
    for (int k = 0; k < arrays.length; k++) {
      final double[] doubles = new double[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        // Any numbers will do that differ in all their digits.
        doubles[i] = (i + 1) * (k + 3) * 0.6180339887498949 % 1;
      }
      // In another array each time; there is room for every number in every array.
      for (int n = 0; isSpecial && n < special.length; n++) {
        doubles[2 * (k + arrays.length * n) + 1] = special[n];
      }
      arrays[k] = element == Element.FLOAT ? toFloats(doubles) : doubles;
    }
    return arrays;
  }

  static float[] toFloats(double[] doubles) {
    final float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }
}
