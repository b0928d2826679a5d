package org.adamant.internal.work;

import java.util.Arrays;
import org.adamant.internal.loop.Ahead;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operands;

/**
 * The operands of all slices of a model, one after the other, and where they are cut. Every slice is cut into
 * blocks of {@value Loop#BLOCK} elements from its first element on, for every operation and number of threads.
 */
public final class Work {

  private final Operands[] operands;

  /** The number of elements before slice i; the last entry counts all elements. */
  private final long[] before;

  /** The number of blocks before slice i; the last entry counts all blocks. */
  private final long[] blocksBefore;

  /**
   * The work on these operands.
   *
   * @param operands the operands of each slice; the array is kept
   */
  public Work(Operands... operands) {
    this.operands = operands;
    this.before = new long[operands.length + 1];
    this.blocksBefore = new long[operands.length + 1];
    for (int i = 0; i < operands.length; i++) {
      before[i + 1] = before[i] + operands[i].length();
      blocksBefore[i + 1] = blocksBefore[i] + Math.ceilDiv(operands[i].length(), Loop.BLOCK);
    }
  }

  /** {@return the number of slices} */
  public int slices() {
    return operands.length;
  }

  /** {@return the number of elements in all slices} */
  public long length() {
    return before[operands.length];
  }

  /** The number of blocks in all slices. */
  long blocks() {
    return blocksBefore[operands.length];
  }

  /**
   * {@return the operands of a slice}
   *
   * @param slice which, from 0
   */
  public Operands operands(int slice) {
    return operands[slice];
  }

  /**
   * Reads some slices before they are stepped.
   *
   * @param from the first
   */
  public void readAhead(int from) {
    Ahead.read(operands, from);
  }

  /**
   * {@return the number of elements before a slice}
   *
   * @param slice which, from 0
   */
  public long before(int slice) {
    return before[slice];
  }

  /** The number of blocks before a slice. */
  long blocksBefore(int slice) {
    return blocksBefore[slice];
  }

  /**
   * The slice that an element is in.
   *
   * @param index the number of an element, less than {@link #length}
   * @return the number of the slice
   */
  public int sliceOf(long index) {
    final int found = Arrays.binarySearch(before, index);
    if (found < 0) {
      return -found - 2;
    }
    // Empty slices begin where the next slice does; the last slice of those has the element.
    int last = found;
    while (before[last + 1] == index) {
      last++;
    }
    return last;
  }

  /**
   * The first element of the block that an element is in, where work may be cut.
   *
   * @param index the number of an element, at most {@link #length}
   * @return at most the index
   */
  public long cut(long index) {
    if (index >= length()) {
      return length();
    }
    final long first = before[sliceOf(index)];
    return index - (index - first) % Loop.BLOCK;
  }
}
