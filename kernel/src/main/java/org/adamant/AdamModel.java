package org.adamant;

import java.util.Arrays;
import java.util.List;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.work.Work;

/**
 * All the slices that one call steps: the hundreds of small tensors of a network, or one of a hundred million
 * elements. Immutable, and checked once, when it is made. Work is split by elements, not by slices.
 */
public final class AdamModel {

  final AdamSlice[] slices;

  final Work work;

  private AdamModel(AdamSlice[] slices) {
    this.slices = slices;
    // Not a stream: the first lambda of a program takes milliseconds to link.
    final Operands[] operands = new Operands[slices.length];
    for (int i = 0; i < slices.length; i++) {
      operands[i] = slices[i].operands;
    }
    this.work = new Work(operands);
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
    final AdamSlice[] copy = slices.toArray(AdamSlice[]::new);
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
    requireDisjoint(notKnown.toArray(AdamSlice[]::new));
    return new AdamModel(slices.toArray(AdamSlice[]::new));
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
