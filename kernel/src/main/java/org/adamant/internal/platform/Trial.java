package org.adamant.internal.platform;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.adamant.internal.loop.Block8;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Memory;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.loop.Specialisation.Element;
import org.jspecify.annotations.Nullable;

/**
 * Runs a loop and the reference on a sample: are the bits the same, and how long did the loop take?
 *
 * <p>The samples reveal a JVM on which an operation of the Vector API rounds otherwise than the reference, above
 * all an fma that rounds twice; on which a lane or the tail is lost; or on which zeros, infinities and NaN compare
 * otherwise. So no term of the formula is small beside the one it is added to, where its last bits would be lost.
 * And there are enough elements for every operation to round differently in several of them.
 *
 * <p>The samples also show the compiler what a loop does before it compiles it: numbers of every kind, whole
 * vectors, tails, and both in turn. It would leave out what it has not seen.
 */
final class Trial {

  /** Elements of whole vectors of every width. */
  static final int WHOLE = 6 * 16;

  /** Those, a tail, and an element on either side that must not change. */
  static final int LENGTH = 1 + WHOLE + 3 + 1;

  /** Where the elements of the second block begin, if moments are in blocks. */
  private static final int BLOCK = Block8.LENGTH;

  private static final double[] SPECIAL_FLOATS = {
    0.0, -0.0, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, 1 / 0.0, -1 / 0.0, 0 / 0.0
  };
  private static final double[] SPECIAL_DOUBLES = {
    0.0, -0.0, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE, 1 / 0.0, -1 / 0.0, 0 / 0.0
  };

  /** Coefficients of many digits, neither large nor small, so that every operation rounds visibly. */
  private static final Coefficients COEFFICIENTS =
      new Coefficients(
          0.9, 0.4, -0.6, 1, 0.3, 0.9, 0.999, 1.6, 0.1, 1.8, 0.2, 0.7, 0.8, -5.6, -3.5, 0.3, true,
          7);

  /** The operands up to the average. */
  private static final int ALWAYS = Operand.COPY.ordinal();

  /** An operation of a loop. */
  enum Operation {
    /** To step, see {@link Loop#block}. */
    STEP,
    /** To count what is not finite, see {@link Loop#countInBlock}. */
    COUNT,
    /** To add squares, see {@link Loop#addSquares}. */
    SQUARES
  }

  /** Which elements of which sample are worked on. */
  enum Selection {
    /** Whole vectors of ordinary numbers; this kind is timed. */
    WHOLE_VECTORS(false, 1, 1 + WHOLE, 0, BLOCK),
    /** Special numbers among ordinary ones, with a tail. */
    SPECIAL_NUMBERS(true, 1, LENGTH - 1, 0, BLOCK + LENGTH - 1),
    /** Ordinary numbers, with a tail. */
    WITH_TAIL(false, 1, LENGTH - 1, 0, BLOCK + LENGTH - 1),
    /** A tail alone. */
    TAIL(false, 1 + WHOLE, LENGTH - 1, BLOCK, BLOCK + 3);

    private static final Selection[] ALL = values();

    private final boolean isSpecial;
    private final int from;
    private final int to;
    private final int fromInBlocks;
    private final int toInBlocks;

    Selection(boolean isSpecial, int from, int to, int fromInBlocks, int toInBlocks) {
      this.isSpecial = isSpecial;
      this.from = from;
      this.to = to;
      this.fromInBlocks = fromInBlocks;
      this.toInBlocks = toInBlocks;
    }

    static final int COUNT = ALL.length;

    /** The first element. */
    int from(Layout layout) {
      return layout.hasBlocks() ? fromInBlocks : from;
    }

    /** How many elements. */
    int count(Layout layout) {
      return layout.hasBlocks() ? toInBlocks - fromInBlocks : to - from;
    }

    /** The selections in turn. */
    static Selection of(int number) {
      return ALL[number % ALL.length];
    }
  }

  private final Layout layout;
  private final Subject ordinary;
  private final Subject special;
  private final Subject expected;
  private final Subject actual;
  private final AtomicBoolean isBusy = new AtomicBoolean();
  private long nanoseconds;

  /** A trial with samples of its own. */
  Trial(Layout layout) {
    this.layout = layout;
    this.ordinary = new Subject(layout, sample(layout, false));
    this.special = new Subject(layout, sample(layout, true));
    this.expected = new Subject(layout, sample(layout, false));
    this.actual = new Subject(layout, sample(layout, false));
  }

  /** The operands of a loop, and its result. */
  private static final class Subject {
    private final Layout layout;
    private final @Nullable Object[] sample;
    private final Operands operands;
    private final double[] sums = new double[Loop.SUMS];
    private long count;

    Subject(Layout layout, @Nullable Object[] sample) {
      this.layout = layout;
      this.sample = sample;
      this.operands = new Operands(layout, sample, 0, length(layout), 0);
    }

    void run(Operation operation, Loop loop, int first, int elements) {
      switch (operation) {
        case STEP -> loop.block(COEFFICIENTS, operands, first, elements);
        case COUNT -> count = loop.countInBlock(operands, first, elements);
        case SQUARES -> loop.addSquares(sums, operands, 0.5, first, elements);
      }
    }

    void reset(Subject values) {
      for (int k = 0; k < sample.length; k++) {
        Memory.copy(layout.kind(Operand.of(k)), values.sample[k], sample[k]);
      }
      Arrays.fill(sums, 0);
      count = 0;
    }

    /** Compares bits: NaN equals NaN, and 0 does not equal -0. */
    boolean hasTheBitsOf(Subject other) {
      boolean isEqual = count == other.count && Arrays.equals(sums, other.sums);
      for (int k = 0; k < sample.length; k++) {
        isEqual &= Memory.equal(layout.kind(Operand.of(k)), sample[k], other.sample[k]);
      }
      return isEqual;
    }
  }

  /** The elements of a sample. */
  private static int length(Layout layout) {
    return layout.hasBlocks() ? BLOCK + LENGTH : LENGTH;
  }

  /** Takes the samples for one thread; false if another has them. */
  boolean begin() {
    return isBusy.compareAndSet(false, true);
  }

  /** Gives the samples back. */
  void end() {
    isBusy.set(false);
  }

  /**
   * Runs both loops, each on its sample. Allocates nothing itself.
   *
   * @return whether the loop gave the bits of the reference
   */
  boolean run(Operation operation, Selection selection, Loop reference, Loop loop) {
    final Subject values = selection.isSpecial ? special : ordinary;
    final int first = selection.from(layout);
    final int count = selection.count(layout);
    expected.reset(values);
    expected.run(operation, reference, first, count);
    actual.reset(values);
    final long start = System.nanoTime();
    actual.run(operation, loop, first, count);
    // The time of as many elements as without blocks.
    nanoseconds = (System.nanoTime() - start) * WHOLE / Math.max(WHOLE, count);
    return actual.hasTheBitsOf(expected);
  }

  /** How long the loop took in the last run. */
  long nanoseconds() {
    return nanoseconds;
  }

  /**
   * Parameters, gradients, moments, maxima and averages, and what the layout has besides. A special sample has a
   * special number in one operand of every other element.
   */
  static @Nullable Object[] sample(Layout layout, boolean isSpecial) {
    final double[] special =
        layout.element() == Element.FLOAT ? SPECIAL_FLOATS : SPECIAL_DOUBLES;
    final @Nullable Object[] memory = new Object[Operand.COUNT];
    for (int k = 0; k < memory.length; k++) {
      final double[] doubles = new double[length(layout)];
      for (int i = 0; i < doubles.length; i++) {
        // Any numbers will do whose digits all differ.
        doubles[i] = (i + 1) * (k + 3) * 0.6180339887498949 % 1;
      }
      // In another operand each time; every operand that is read and always there has room for every number.
      for (int n = 0; isSpecial && n < special.length && k < ALWAYS; n++) {
        doubles[2 * (k + ALWAYS * n) + 1] = special[n];
      }
      if (layout.hasBlocks()) {
        sign(doubles, Operand.of(k), isSpecial);
      }
      memory[k] = Memory.of(layout.kind(Operand.of(k)), layout.place(Operand.of(k)), doubles);
    }
    return memory;
  }

  /**
   * Gives moments in blocks the signs that a step writes. A loop of vectors leaves other blocks to the scalar path,
   * so nothing would be known of its vectors. The second block of special numbers is such another one.
   */
  private static void sign(double[] moments, Operand operand, boolean isSpecial) {
    for (int i = 0; i < moments.length; i++) {
      final boolean isAsWritten = !isSpecial || i < BLOCK;
      if (operand == Operand.M && isAsWritten || operand == Operand.V && !isAsWritten) {
        moments[i] *= i % 2 == 0 ? 1 : -1;
      } else {
        moments[i] = Math.abs(moments[i]);
      }
    }
  }
}
