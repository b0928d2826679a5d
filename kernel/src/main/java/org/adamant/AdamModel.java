package org.adamant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * All the slices that one call steps: the hundreds of small tensors of a network, or one of a hundred
 * million elements. Immutable, and checked once, here. Work is split by elements, not by slices.
 */
public final class AdamModel {

  final AdamSlice[] slices;

  /** The number of elements before slice i; the last entry is the number of all. */
  private final long[] before;

  private AdamModel(AdamSlice[] slices) {
    this.slices = slices;
    this.before = new long[slices.length + 1];
    for (int i = 0; i < slices.length; i++) {
      before[i + 1] = before[i] + slices[i].length;
    }
  }

  /**
   * A model of these slices, in this order.
   *
   * @param slices the slices, which may be of floats and of doubles; an array may be in several only if
   *     they do not overlap
   * @return the model
   * @throws NullPointerException if the list or a slice is null
   * @throws IllegalArgumentException if two slices overlap in an array
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
   * @throws IllegalArgumentException if two slices overlap in an array
   */
  public static AdamModel of(AdamSlice... slices) {
    Arguments.requireNonNull("slices", slices);
    return of(Arrays.asList(slices));
  }

  /**
   * The number of elements in all slices.
   *
   * @return the sum of their lengths
   */
  public long length() {
    return before[slices.length];
  }

  /** The slice that element {@code index} of the model is in. */
  int sliceOf(long index) {
    final int found = Arrays.binarySearch(before, index);
    if (found < 0) {
      return -found - 2;
    }
    // Empty slices begin where the next one does; the last of them has the element.
    int last = found;
    while (before[last + 1] == index) {
      last++;
    }
    return last;
  }

  /** The number of elements before a slice. */
  long before(int slice) {
    return before[slice];
  }

  /** One of the arrays of a slice. */
  private record Use(AdamSlice slice, int index, int array) {
    @Override
    public String toString() {
      return AdamSlice.ARRAY_NAMES[array] + " of slices[" + index + "] (offset = " + slice.offset
          + ", length = " + slice.length + ")";
    }
  }

  private static void requireDisjoint(AdamSlice[] slices) {
    final Map<Object, List<Use>> users = new IdentityHashMap<>();
    for (int i = 0; i < slices.length; i++) {
      final Object[] arrays = slices[i].arrays();
      for (int k = 0; k < arrays.length; k++) {
        if (arrays[k] != null && slices[i].length > 0) {
          users.computeIfAbsent(arrays[k], _ -> new ArrayList<>()).add(new Use(slices[i], i, k));
        }
      }
    }
    for (List<Use> sharing : users.values()) {
      sharing.sort(Comparator.comparingInt(use -> use.slice.offset));
      for (int i = 1; i < sharing.size(); i++) {
        final Use left = sharing.get(i - 1);
        final Use right = sharing.get(i);
        if (right.slice.offset - left.slice.offset < left.slice.length) {
          throw new IllegalArgumentException(
              "slices overlap in an array, which is " + left + " and " + right
                  + ": expected every element once");
        }
      }
    }
  }

  @Override
  public String toString() {
    return "AdamModel[" + slices.length + " slices, " + length() + " elements]";
  }
}
