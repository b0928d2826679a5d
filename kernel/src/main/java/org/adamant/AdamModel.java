package org.adamant;

import java.util.Arrays;
import java.util.List;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.work.Work;
import org.jspecify.annotations.Nullable;

/**
 * All the slices that one call steps: the hundreds of small tensors of a network, or one of a hundred million
 * elements. Immutable, and checked once, when it is made. Work is split by elements, not by slices.
 */
public final class AdamModel {

  final AdamSlice[] slices;

  /** The operands of all slices, of some of which there are many ranges. */
  final Work work;

  /** To which slice each operands of the work belong; null if each is a slice. */
  private final int @Nullable [] sliceOfOperands;

  private AdamModel(AdamSlice[] slices) {
    this.slices = slices;
    // Not streams: the first lambda of a program takes milliseconds to link.
    int count = 0;
    for (AdamSlice slice : slices) {
      count += slice.ranges == null ? 1 : slice.ranges.length;
    }
    final Operands[] operands = new Operands[count];
    final int[] sliceOfOperands = count == slices.length ? null : new int[count];
    int at = 0;
    for (int i = 0; i < slices.length; i++) {
      final Operands[] ranges = slices[i].ranges;
      final int begin = at;
      if (ranges == null) {
        operands[at++] = slices[i].operands;
      } else {
        System.arraycopy(ranges, 0, operands, at, ranges.length);
        at += ranges.length;
      }
      if (sliceOfOperands != null) {
        Arrays.fill(sliceOfOperands, begin, at, i);
      }
    }
    this.work = new Work(operands);
    this.sliceOfOperands = sliceOfOperands;
  }

  /** Whether there are slices of many ranges. */
  boolean hasRanges() {
    return sliceOfOperands != null;
  }

  /** The number of the slice to which operands of the work belong. */
  int sliceOf(int operands) {
    return sliceOfOperands == null ? operands : sliceOfOperands[operands];
  }

  /**
   * A model of these slices, in this order.
   *
   * @param slices the slices, some of floats and some of doubles if need be; ranges of the same memory if they do
   *     not overlap
   * @return the model
   * @throws NullPointerException if the list or a slice is null
   * @throws IllegalArgumentException if two slices overlap in memory
   */
  public static AdamModel of(List<AdamSlice> slices) {
    Arguments.requireNonNull("slices", slices);
    final AdamSlice[] copy = slices.toArray(new AdamSlice[0]);
    for (int i = 0; i < copy.length; i++) {
      Arguments.requireNonNull("slices[" + i + "]", copy[i]);
    }
    requireDisjoint(copy);
    return new AdamModel(copy);
  }

  /**
   * A model of these slices, in this order.
   *
   * @param slices the slices
   * @return the model
   * @throws NullPointerException if a slice is null
   * @throws IllegalArgumentException if two slices overlap in memory
   */
  public static AdamModel of(AdamSlice... slices) {
    Arguments.requireNonNull("slices", slices);
    return of(Arrays.asList(slices));
  }

  /** A model of slices of which only {@code notKnown} could overlap with each other. */
  static AdamModel ofDisjoint(List<AdamSlice> slices, List<AdamSlice> notKnown) {
    requireDisjoint(notKnown.toArray(new AdamSlice[0]));
    return new AdamModel(slices.toArray(new AdamSlice[0]));
  }

  /**
   * The number of elements in all slices.
   *
   * @return the sum of their lengths
   */
  public long length() {
    return work.length();
  }

  /** One of the operands of a slice. */
  private record Use(AdamSlice slice, int index, Operand operand) {
    @Override
    public String toString() {
      return operand + " of slices[" + index + "] (offset = " + slice.offset() + ", length = "
          + slice.length() + ")";
    }
  }

  private static void requireDisjoint(AdamSlice[] slices) {
    final Overlap.Finder finder = new Overlap.Finder();
    for (int i = 0; i < slices.length; i++) {
      for (int k = 0; k < Operand.COUNT; k++) {
        final Operand operand = Operand.of(k);
        final Storage storage = slices[i].storage(operand);
        if (storage != null && slices[i].length() > 0) {
          finder.add(
              storage.range(slices[i].offset(), slices[i].length()),
              new Use(slices[i], i, operand));
        }
      }
    }
    finder.requireDisjoint();
  }

  @Override
  public String toString() {
    return "AdamModel[" + slices.length + " slices, " + length() + " elements]";
  }
}
