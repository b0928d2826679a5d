package org.adamant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a parameter whose gradients are {@link SparseRows}: the state of its rows, and memory to step them
 * in.
 *
 * <p>To take a step, {@link #prepare} cuts {@link #slices}. A kernel steps each of them at the step {@link
 * #stepNumber}, together with all other slices. Then {@link #finish} counts the step. In the mode LAZY slices consist
 * of the rows themselves. In the mode EXACT they are copies, next to each other, that have caught up, and {@code
 * finish} copies them back. A step that is skipped or refused ends with {@link #abandon}, and has written nothing
 * of the parameter. One that fails in the middle may have written rows in the mode LAZY, and nothing in EXACT.
 */
final class SparseState {

  /** The steps that a parameter has taken. */
  @FunctionalInterface
  interface Steps {

    /** The step of this number, as a dense parameter would have taken it; factors of gradients may be left out. */
    AdamStep at(long t);
  }

  /** How many numbers catch up together; they stay in a cache. */
  private static final int TOGETHER = 1 << 16;

  private final SparseMode mode;
  private final int rowLength;
  private final long rowCount;
  private final long firstNumber;

  /**
   * EXACT: the last step of the parameter that each row has taken. LAZY: how many steps each row has taken; null if
   * the step of the parameter counts.
   */
  private final int @Nullable [] counters;

  /** EXACT: the last step that can change a row without moments. */
  private long lastUnrest;

  private final TouchedRows rows = new TouchedRows();
  private final RowMemory memory;
  /** The gradients of the prepared step. */
  private @Nullable Storage gradients;

  /** Whether those are in the order of the rows, or stay where the caller has them. */
  private boolean arePacked;

  private final List<AdamSlice> slices = new ArrayList<>();
  /** The place of each slice's first row among the touched rows. */
  private final List<Integer> begins = new ArrayList<>();
  private long t;

  /**
   * The state of a parameter.
   *
   * @param mode what a step does to rows without gradient
   * @param countsRows whether every row has a t of its own, in the mode LAZY
   * @param length how many numbers the parameter has
   * @param rowLength how many numbers a row has
   * @param stepsTaken how many steps all rows have taken so far
   */
  SparseState(SparseMode mode, boolean countsRows, long length, int rowLength, long stepsTaken) {
    this(mode, countsRows, length, rowLength, stepsTaken, 0);
  }

  /**
   * The state of a parameter whose elements are not numbered from 0.
   *
   * @param firstNumber the number of its first element, see {@link AdamSlice#numberedFrom}
   */
  SparseState(
      SparseMode mode,
      boolean countsRows,
      long length,
      int rowLength,
      long stepsTaken,
      long firstNumber) {
    if (length % rowLength != 0) {
      throw new IllegalArgumentException(
          "rowLength = " + rowLength + ": expected a divisor of " + length
              + ", the length of the parameter");
    }
    this.mode = mode;
    this.rowLength = rowLength;
    this.rowCount = length / rowLength;
    this.firstNumber = firstNumber;
    this.memory = new RowMemory(rowLength, firstNumber);
    this.counters =
        mode == SparseMode.EXACT || countsRows ? new int[Math.toIntExact(rowCount)] : null;
    tookAll(stepsTaken);
  }

  /** {@return what a step does to rows without gradient} */
  SparseMode mode() {
    return mode;
  }

  /** {@return how many numbers a row has} */
  int rowLength() {
    return rowLength;
  }

  /** {@return whether rows have missed some of the steps that the parameter has taken} */
  boolean isBehind(long steps) {
    for (int i = 0; mode == SparseMode.EXACT && counters != null && i < counters.length; i++) {
      if (counters[i] < steps) {
        return true;
      }
    }
    return false;
  }

  /** {@return EXACT: the fewest steps that a row has taken; LAZY: the largest long} */
  long least() {
    long least = Long.MAX_VALUE;
    for (int i = 0; mode == SparseMode.EXACT && counters != null && i < counters.length; i++) {
      least = Math.min(least, counters[i]);
    }
    return least;
  }

  /** {@return the state for another length, in which no row has to catch up; null for one that begins anew} */
  @Nullable
  SparseState resized(long newLength, long steps) {
    if (mode == SparseMode.EXACT || counters == null) {
      // All rows are alike.
      return newLength % rowLength == 0
          ? new SparseState(mode, counters != null, newLength, rowLength, steps, firstNumber)
          : null;
    }
    if (newLength % rowLength != 0) {
      throw new IllegalArgumentException(
          "newLength = " + newLength + ": expected a multiple of " + rowLength
              + ", the length of the rows, which have counters");
    }
    final SparseState other = new SparseState(mode, true, newLength, rowLength, 0, firstNumber);
    System.arraycopy(
        counters, 0, Objects.requireNonNull(other.counters), 0,
        Math.min(counters.length, other.counters.length));
    return other;
  }

  /** The counters themselves, to be saved and restored; null if there are none. */
  int @Nullable [] counters() {
    return counters;
  }

  /** The other number to be saved in the mode EXACT. */
  long lastUnrest() {
    return lastUnrest;
  }

  /** Restores it; the number of steps taken is always safe. */
  void setLastUnrest(long newLastUnrest) {
    lastUnrest = newLastUnrest;
  }

  /** Records that all rows have taken this many steps. */
  void tookAll(long steps) {
    if (counters != null) {
      Arrays.fill(counters, Math.toIntExact(steps));
    }
    lastUnrest = steps;
  }

  /**
   * Prepares the rows of a gradient for a step; in the mode EXACT, copies them and makes the copies catch up.
   * Writes nothing of the parameter.
   *
   * @param gradient the gradient
   * @param addsInDouble whether numbers of one row are added in double, whatever their type
   * @param operands the whole parameter, its moments and other operands, indexed by {@link Operand}
   * @param newT the step that the parameter is to take
   * @param past the steps before
   * @param kernel the kernel for catching up
   */
  void prepare(
      SparseRows gradient,
      boolean addsInDouble,
      @Nullable Storage[] operands,
      long newT,
      Steps past,
      AdamKernel kernel) {
    abandon();
    final Storage params = Objects.requireNonNull(operands[0]);
    final boolean isDouble = params.format() == Format.FLOAT64;
    if (gradient.rowLength() != rowLength || gradient.values() instanceof double[] != isDouble) {
      throw new IllegalArgumentException(
          gradient + ": expected rows of length " + rowLength + " of "
              + (isDouble ? "double" : "float"));
    }
    if (params.length() != rowCount * rowLength) {
      throw new IllegalArgumentException(
          "params has length " + params.length() + ": expected " + rowCount * rowLength
              + ", what it was at its first step");
    }
    if (counters != null && newT > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "t = " + newT + ": expected at most " + Integer.MAX_VALUE
              + " steps of a parameter whose rows have counters");
    }
    rows.read(gradient.rows(), rowCount);
    t = newT;
    if (mode == SparseMode.LAZY) {
      cutInPlace(gradient, addsInDouble, operands);
      return;
    }
    AdamSlice.ofRows(operands, Numbers.ofArray(gradient.values()), firstNumber)
        .requireAccessible(-1, null);
    gather(operands);
    replay(t - 1, past, kernel);
    addUp(gradient, addsInDouble);
    cut(false);
  }

  /**
   * Cuts the parameter itself into slices, one for all rows with the same counter, which are ranges of rows that are
   * adjacent, and whose gradients are.
   */
  private void cutInPlace(SparseRows gradient, boolean addsInDouble, @Nullable Storage[] operands) {
    for (int k = 0; counters != null && k < rows.count(); k++) {
      rows.setCounter(k, counters[rows.row(k)]);
    }
    rows.sortByCounter();
    memory.requireWholeBlocks(operands);
    arePacked = rows.hasDuplicates();
    if (arePacked) {
      addUp(gradient, addsInDouble);
    } else {
      gradients = Numbers.ofArray(gradient.values());
    }
    final AdamSlice all =
        AdamSlice.ofRows(operands, Objects.requireNonNull(gradients), firstNumber);
    final List<Operands> ranges = new ArrayList<>();
    int begin = 0;
    int firstOfSlice = 0;
    for (int k = 1; k <= rows.count(); k++) {
      final boolean isEnd = k == rows.count() || rows.counter(k) != rows.counter(begin);
      if (isEnd || rows.row(k) != rows.row(k - 1) + 1 || place(k) != place(k - 1) + 1) {
        ranges.add(
            all.rows(
                (long) rows.row(begin) * rowLength, (long) place(begin) * rowLength,
                (long) (k - begin) * rowLength));
        begin = k;
      }
      if (isEnd) {
        begins.add(firstOfSlice);
        slices.add(all.ofRanges(ranges.toArray(Operands[]::new)));
        ranges.clear();
        firstOfSlice = k;
      }
    }
  }

  /** Adds gradients of the same row, and writes them in the order of the rows. */
  private void addUp(SparseRows gradient, boolean addsInDouble) {
    arePacked = true;
    gradients = memory.grads(gradient.values() instanceof double[], rows.count());
    rows.addUp(gradient, memory.grads(), addsInDouble);
  }

  /** The place of a row's gradient, counted in rows. */
  private int place(int k) {
    return arePacked ? k : rows.firstPlace(k);
  }

  /** Copies the touched rows; those that have taken fewer steps come first. */
  private void gather(@Nullable Storage[] operands) {
    memory.open(operands, rows.count());
    if (counters != null) {
      for (int k = 0; k < rows.count(); k++) {
        final int row = rows.row(k);
        final boolean rests =
            mode == SparseMode.EXACT && counters[row] < t - 1 && counters[row] >= lastUnrest
                && memory.hasOnlyWhatRests()
                && memory.hasNoMoments(row);
        rows.setCounter(k, rests ? (int) t - 1 : counters[row]);
      }
      rows.sortByCounter();
    }
    memory.copy(rows, false);
  }

  /**
   * The sums of squares of all blocks of the parameter, as for a dense gradient that is zero elsewhere. To be
   * called between {@link #prepare} and {@link #finish}.
   *
   * @param kernel the kernel that adds
   * @param scale see {@link AdamKernel#sumsOfSquares}
   * @return the sums
   */
  double[] sumsOfSquares(AdamKernel kernel, double scale) {
    final double[] sums =
        new double[Math.toIntExact(Math.ceilDiv(rowCount * rowLength, Loop.BLOCK))];
    final long[] ascending = new long[rows.count()];
    for (int k = 0; k < ascending.length; k++) {
      ascending[k] = (long) rows.row(k) << 32 | place(k);
    }
    Arrays.sort(ascending);
    final Storage its = Objects.requireNonNull(gradients);
    final Storage block = Numbers.zeros(its.format(), Loop.BLOCK, null);
    final AdamModel ofBlock =
        AdamModel.ofDisjoint(List.of(AdamSlice.ofGradients(block)), List.of());
    long number = -1;
    for (long row : ascending) {
      for (int i = 0; i < rowLength;) {
        final long at = (row >>> 32) * rowLength + i;
        if (at / Loop.BLOCK != number) {
          if (number >= 0) {
            sums[(int) number] = kernel.sumsOfSquares(ofBlock, scale)[0];
          }
          number = at / Loop.BLOCK;
          block.bytes().fill((byte) 0);
        }
        final int count = (int) Math.min(rowLength - i, (number + 1) * Loop.BLOCK - at);
        Numbers.copy(
            its.range((long) (int) row * rowLength + i, count),
            block.range(at - number * Loop.BLOCK, count));
        i += count;
      }
    }
    if (number >= 0) {
      sums[(int) number] = kernel.sumsOfSquares(ofBlock, scale)[0];
    }
    return sums;
  }

  /**
   * Cuts the copies into slices: where the counter changes, if {@code byCounter}, and where numbers are not
   * adjacent.
   */
  private void cut(boolean byCounter) {
    slices.clear();
    begins.clear();
    final boolean isNumbered = memory.isLossy();
    int begin = 0;
    for (int k = 1; k <= rows.count(); k++) {
      if (k == rows.count() || byCounter && rows.counter(k) != rows.counter(begin)
          || isNumbered && rows.row(k) != rows.row(k - 1) + 1) {
        begins.add(begin);
        slices.add(memory.slice(begin, k, rows.row(begin)));
        begin = k;
      }
    }
  }

  /** Steps the rows with gradients of zero until all have taken this step. */
  private void replay(long to, Steps past, AdamKernel kernel) {
    if (rows.count() == 0 || rows.counter(0) >= to) {
      return;
    }
    memory.clearGrads(rows.count());
    final boolean isNumbered = memory.isLossy();
    if (isNumbered) {
      cut(true);
    }
    AdamSlice together = null;
    int count = 0;
    for (long s = rows.counter(0) + 1L; s <= to; s++) {
      final int before = count;
      while (count < rows.count() && rows.counter(count) < s) {
        count++;
      }
      final AdamStep step = past.at(s);
      if (isNumbered) {
        for (int k = 0; k < slices.size() && begins.get(k) < count; k++) {
          kernel.step(step, slices.get(k));
        }
      } else {
        if (count > before) {
          together = memory.slice(0, count, 0);
        }
        kernel.step(step, Objects.requireNonNull(together));
      }
    }
  }

  /** The slices to be stepped after {@link #prepare}; none for a gradient without rows. */
  List<AdamSlice> slices() {
    return Collections.unmodifiableList(slices);
  }

  /** The t of a slice: that of the parameter, or of its rows. */
  long stepNumber(int slice) {
    return mode == SparseMode.LAZY && counters != null
        ? rows.counter(begins.get(slice)) + 1L
        : t;
  }

  /**
   * Copies the rows back, after the slices were stepped.
   *
   * @param step the step that they took, or one of those
   */
  void finish(AdamStep step) {
    if (mode == SparseMode.EXACT) {
      memory.copy(rows, true);
    }
    for (int k = 0; counters != null && k < rows.count(); k++) {
      counters[rows.row(k)] = mode == SparseMode.EXACT ? (int) t : rows.counter(k) + 1;
    }
    if (!step.adam().keepsElementsWithoutMoments()) {
      lastUnrest = t;
    }
    abandon();
  }

  /** Forgets the prepared step. The state is as before it. */
  void abandon() {
    memory.close();
    gradients = null;
    slices.clear();
    begins.clear();
  }

  /**
   * EXACT: makes all rows catch up, before the parameter is read as a whole, is saved, or takes a step with a
   * gradient for all rows.
   *
   * @param operands as of {@link #prepare}
   * @param steps how many steps the parameter has taken
   * @param past those steps
   * @param kernel the kernel
   */
  void catchUp(@Nullable Storage[] operands, long steps, Steps past, AdamKernel kernel) {
    if (mode == SparseMode.LAZY || counters == null) {
      return;
    }
    final int most = Math.max(1, TOGETHER / rowLength);
    final int[] behind = new int[most];
    int count = 0;
    for (int row = 0; row <= rowCount; row++) {
      if (count == most || row == rowCount && count > 0) {
        rows.readAscending(behind, count);
        count = 0;
        t = steps + 1;
        gather(operands);
        replay(steps, past, kernel);
        memory.copy(rows, true);
        for (int k = 0; k < rows.count(); k++) {
          counters[rows.row(k)] = (int) steps;
        }
        abandon();
      }
      if (row < rowCount && counters[row] < steps) {
        behind[count++] = row;
      }
    }
  }
}
