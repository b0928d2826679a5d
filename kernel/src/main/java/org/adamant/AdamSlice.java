package org.adamant;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.adamant.internal.loop.Kind;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.loop.Place;
import org.jspecify.annotations.Nullable;

/**
 * The operands of one step, and the range of elements to step: parameters, gradients, moments, and what some
 * variants need besides. Immutable, and checked once, when it is made. The memory belongs to the caller and changes
 * with every step.
 *
 * <p>Each operand has a {@linkplain Format format} of its own. If the parameters are doubles, all operands must be,
 * and the step computes in double. Otherwise none may be, and the step computes in float; numbers of 16 and 8 bits
 * are read exactly. What is stored in fewer bits is rounded at the end, see {@link Rounding}. {@link Format#BLOCK8}
 * is for m and v only.
 */
public final class AdamSlice {

  private final @Nullable Storage[] storages;
  private final long offset;
  private final long length;
  private final long firstNumber;

  final Operands operands;

  /** Many ranges of the operands, which are stepped instead of one; null in a slice that a user makes. */
  final Operands @Nullable [] ranges;

  /** The segments of all operands, checked at every step; empty if there are only arrays. */
  final MemorySegment[] segments;

  private final boolean hasReadOnlyGrads;

  private AdamSlice(@Nullable Storage[] storages, long offset, long length, long firstNumber) {
    this.storages = storages;
    this.offset = offset;
    this.length = length;
    this.firstNumber = firstNumber;
    this.operands = operands(storages, offset, length, firstNumber + offset);
    this.ranges = null;
    this.segments = segments(storages);
    final MemorySegment grads = its(storages, Operand.GRADS).segment;
    this.hasReadOnlyGrads = grads != null && grads.isReadOnly();
  }

  private AdamSlice(AdamSlice whole, Operands[] ranges) {
    this.storages = whole.storages;
    this.offset = 0;
    this.length = 0;
    this.firstNumber = whole.firstNumber;
    this.operands = whole.operands;
    this.ranges = ranges;
    this.segments = whole.segments;
    this.hasReadOnlyGrads = whole.hasReadOnlyGrads;
  }

  /**
   * Whole arrays of floats.
   *
   * @param params parameters
   * @param grads gradients
   * @param m first moments
   * @param v second moments
   * @return the slice
   * @throws NullPointerException if an array is null
   * @throws IllegalArgumentException if the arrays differ in length or two of them are the same array
   */
  public static AdamSlice of(float[] params, float[] grads, float[] m, float[] v) {
    Arguments.requireStepArrays(params, grads, m, v);
    return of(Storage.of(params), Storage.of(grads), Storage.of(m), Storage.of(v));
  }

  /**
   * Whole arrays of doubles.
   *
   * @param params parameters
   * @param grads gradients
   * @param m first moments
   * @param v second moments
   * @return the slice
   * @throws NullPointerException if an array is null
   * @throws IllegalArgumentException if the arrays differ in length or two of them are the same array
   */
  public static AdamSlice of(double[] params, double[] grads, double[] m, double[] v) {
    Arguments.requireStepArrays(params, grads, m, v);
    return of(Storage.of(params), Storage.of(grads), Storage.of(m), Storage.of(v));
  }

  /**
   * Whole operands in any memory.
   *
   * @param params parameters
   * @param grads gradients
   * @param m first moments
   * @param v second moments
   * @return the slice, of all their elements
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the operands differ in length, two of them overlap, one that is to be written is
   *     read-only, or their formats do not go together
   */
  public static AdamSlice of(Storage params, Storage grads, Storage m, Storage v) {
    final Storage[] storages = new Storage[Operand.COUNT];
    storages[Operand.PARAMS.ordinal()] = params;
    storages[Operand.GRADS.ordinal()] = grads;
    storages[Operand.M.ordinal()] = m;
    storages[Operand.V.ordinal()] = v;
    for (int k = 0; k <= Operand.V.ordinal(); k++) {
      Arguments.requireNonNull(Operand.of(k).toString(), storages[k]);
    }
    for (int k = 0; k <= Operand.V.ordinal(); k++) {
      requireFits(storages, k);
    }
    return new AdamSlice(storages, 0, params.length(), 0);
  }

  /**
   * A copy with the running maxima that {@link Adam.AmsGrad} keeps, zero before step 1.
   *
   * @param newMaximum a {@code float[]} or {@code double[]}, as the parameters are, of their length
   * @return the copy
   * @throws NullPointerException if the array is null
   * @throws IllegalArgumentException if its type or length is not that of the parameters, or it is one of
   *     the other arrays
   */
  public AdamSlice withMaximum(Object newMaximum) {
    return withArray(Operand.MAXIMUM, newMaximum);
  }

  /**
   * A copy with the running maxima that {@link Adam.AmsGrad} keeps, zero before step 1.
   *
   * @param newMaximum the maxima, as long as the parameters
   * @return the copy
   * @throws NullPointerException if the argument is null
   * @throws IllegalArgumentException as by {@link #of(Storage, Storage, Storage, Storage)}
   */
  public AdamSlice withMaximum(Storage newMaximum) {
    return with(Operand.MAXIMUM, newMaximum);
  }

  /**
   * A copy with the averages of the parameters that {@link Adam#averageDecay} keeps, usually a copy of the
   * parameters before step 1.
   *
   * @param newAverage a {@code float[]} or {@code double[]}, as the parameters are, of their length
   * @return the copy
   * @throws NullPointerException if the array is null
   * @throws IllegalArgumentException if its type or length is not that of the parameters, or it is one of
   *     the other arrays
   */
  public AdamSlice withAverage(Object newAverage) {
    return withArray(Operand.AVERAGE, newAverage);
  }

  /**
   * A copy with the averages of the parameters that {@link Adam#averageDecay} keeps, usually a copy of the
   * parameters before step 1. What is averaged are the parameters before they are rounded to fewer bits.
   *
   * @param newAverage the averages, as long as the parameters
   * @return the copy
   * @throws NullPointerException if the argument is null
   * @throws IllegalArgumentException as by {@link #of(Storage, Storage, Storage, Storage)}
   */
  public AdamSlice withAverage(Storage newAverage) {
    return with(Operand.AVERAGE, newAverage);
  }

  /**
   * A copy whose steps write the new parameters a second time, in another format, in the same pass: for example 16
   * bits of each float, for the forward pass. The copy is always rounded to nearest, from the parameters before
   * they are rounded.
   *
   * @param newCopy where to, as long as the parameters
   * @return the copy
   * @throws NullPointerException if the argument is null
   * @throws IllegalArgumentException as by {@link #of(Storage, Storage, Storage, Storage)}
   */
  public AdamSlice withCopy(Storage newCopy) {
    return with(Operand.COPY, newCopy);
  }

  /**
   * A copy whose parameters are floats in two halves. The parameters of this slice are the upper halves, {@link
   * Format#BFLOAT16} numbers that can be used as they are; the remainder holds the lower halves. No bit of the
   * floats is lost: a step gives the bits of a step on floats.
   *
   * <p>The upper half is the nearest BFLOAT16 number, ties away from zero. The lower half is the difference of the
   * float's bits to it, a signed 16-bit number: {@code bits = (upper << 16) + lower}. So where the lower half is
   * zero, the parameter is exactly the upper half.
   *
   * @param newRemainder a storage of 16-bit elements, format {@link Format#BFLOAT16}, though they are not such numbers
   * @return the copy
   * @throws NullPointerException if the argument is null
   * @throws IllegalArgumentException if the parameters are not in the format BFLOAT16, and as by {@link #of(Storage,
   *     Storage, Storage, Storage)}
   */
  public AdamSlice withRemainder(Storage newRemainder) {
    return with(Operand.REMAINDER, newRemainder);
  }

  /**
   * The same operands, for the elements {@code newOffset <= i < newOffset + newLength} only.
   *
   * @param newOffset the first element, counted from the beginning of the operands
   * @param newLength the number of elements
   * @return the copy
   * @throws IndexOutOfBoundsException if the slice does not lie in the operands
   * @throws IllegalArgumentException if the range cuts a block of {@link Format#BLOCK8}
   */
  public AdamSlice range(long newOffset, long newLength) {
    final long all = its(storages, Operand.PARAMS).length();
    Arguments.requireSlice(newOffset, newLength, all);
    if (operands.layout().hasBlocks()) {
      Storage.requireBlocks(newOffset, newLength, all);
    }
    return new AdamSlice(storages, newOffset, newLength, firstNumber);
  }

  /**
   * A copy for operands that are themselves a part of a parameter, a shard or a view. The random numbers of {@link
   * Rounding#STOCHASTIC} depend on the number of an element in its parameter, and so not on how the parameter is
   * cut.
   *
   * @param newFirstNumber the number that element 0 of the operands has in its parameter, at least 0; the default
   *     is 0
   * @return the copy
   * @throws IllegalArgumentException if the number is negative, or not a multiple of {@link Format#BLOCK_LENGTH} where
   *     there are moments in BLOCK8
   */
  public AdamSlice numberedFrom(long newFirstNumber) {
    final boolean hasBlocks = operands.layout().hasBlocks();
    final long largest = Long.MAX_VALUE - its(storages, Operand.PARAMS).length();
    if (newFirstNumber < 0 || newFirstNumber > largest
        || hasBlocks && newFirstNumber % Format.BLOCK_LENGTH != 0) {
      throw new IllegalArgumentException(
          "firstNumber = " + newFirstNumber + ": expected 0 <= firstNumber <= " + largest
              + (hasBlocks
                  ? ", and a multiple of " + Format.BLOCK_LENGTH + ", the length of a block"
                  : ""));
    }
    return new AdamSlice(storages, offset, length, newFirstNumber);
  }

  /**
   * The number that {@link AdamOptimizer} gives to the first element of a parameter, so that parameters do not
   * share random numbers. A step of a part of such a parameter adds it in {@link #numberedFrom}.
   *
   * @param parameter the name of the parameter
   * @return a multiple of 2^32 that depends on the name alone
   * @throws NullPointerException if the name is null
   */
  public static long numberOf(String parameter) {
    Arguments.requireNonNull("parameter", parameter);
    return ParameterState.numberOf(parameter);
  }

  /**
   * The first element of the slice.
   *
   * @return the offset in the operands
   */
  public long offset() {
    return offset;
  }

  /**
   * The number of elements of the slice.
   *
   * @return the length, at least 0
   */
  public long length() {
    return length;
  }

  /** A slice of whole storages, indexed by operand; null where there is none. */
  static AdamSlice of(@Nullable Storage[] storages) {
    AdamSlice slice =
        of(
            its(storages, Operand.PARAMS), its(storages, Operand.GRADS), its(storages, Operand.M),
            its(storages, Operand.V));
    for (int k = Operand.V.ordinal() + 1; k < storages.length; k++) {
      if (storages[k] != null) {
        slice = slice.with(Operand.of(k), storages[k]);
      }
    }
    return slice;
  }

  /**
   * A slice from which {@link #rows} cuts ranges whose gradients begin elsewhere than their parameters. Nothing is
   * checked.
   *
   * @param operands whole storages, indexed by operand; without gradients
   * @param grads the gradients of some of the elements
   * @param number the number that element 0 of the operands has in its parameter
   */
  static AdamSlice ofRows(@Nullable Storage[] operands, Storage grads, long number) {
    final @Nullable Storage[] storages = operands.clone();
    storages[Operand.GRADS.ordinal()] = grads.asSegment();
    return new AdamSlice(alike(storages), 0, 0, number);
  }

  /** A slice that holds nothing but gradients. */
  static AdamSlice ofGradients(Storage grads) {
    final Storage[] storages = new Storage[Operand.COUNT];
    Arrays.fill(storages, 0, Operand.V.ordinal() + 1, grads);
    return new AdamSlice(storages, 0, grads.length(), 0);
  }

  /** The operands of a range of a slice of {@link #ofRows}, which begins at one element, its gradients at another. */
  Operands rows(long first, long firstOfGrads, long newLength) {
    final @Nullable Object[] memory = new Object[Operand.COUNT];
    int arrays = 0;
    for (int k = 0; k < storages.length; k++) {
      if (storages[k] != null) {
        memory[k] =
            storages[k].memory(k == Operand.GRADS.ordinal() ? firstOfGrads : first, newLength);
        arrays = storages[k].array == null ? arrays : storages[k].offset + (int) first;
      }
    }
    return new Operands(operands.layout(), memory, arrays, newLength, firstNumber + first);
  }

  /** A slice of {@link #ofRows} that steps these ranges, none of which overlaps another. */
  AdamSlice ofRanges(Operands... newRanges) {
    return new AdamSlice(this, newRanges);
  }

  /** A range whose first element has this number in its parameter; it must not cut blocks. */
  AdamSlice part(long newOffset, long newLength, long number) {
    return new AdamSlice(storages, newOffset, newLength, number - newOffset);
  }

  /** One of the operands that every slice has, or that is known to be there. */
  private static Storage its(@Nullable Storage[] storages, Operand operand) {
    return Objects.requireNonNull(storages[operand.ordinal()]);
  }

  // ---- What a kernel asks. ----

  /** Whether there is such an operand. */
  boolean has(Operand operand) {
    return storages[operand.ordinal()] != null;
  }

  /** The operand, or null. */
  @Nullable
  Storage storage(Operand operand) {
    return storages[operand.ordinal()];
  }

  /** Refuses gradients that cannot be written; index is that of the slice in its model, or -1. */
  void requireWritableGrads(int index) {
    if (hasReadOnlyGrads) {
      throw new IllegalArgumentException(
          "grads" + location(index)
              + " lies in a read-only segment: expected one that can be written, as this step does");
    }
  }

  /**
   * Refuses memory whose arena is closed, or belongs to another thread than those that are to step.
   *
   * @param index the number of the slice in its model, or -1
   * @param other any other thread, if others are to step as well; otherwise null
   */
  void requireAccessible(int index, @Nullable Thread other) {
    for (MemorySegment segment : segments) {
      if (!segment.scope().isAlive()) {
        throw new IllegalStateException(
            nameOf(segment, index) + " lies in an arena that is closed: expected an open one");
      }
      if (!segment.isAccessibleBy(Thread.currentThread())) {
        throw new WrongThreadException(
            nameOf(segment, index) + " lies in another thread's confined arena: expected one of"
                + " this thread's, or a shared one");
      }
      if (other != null && !segment.isAccessibleBy(other)) {
        throw new WrongThreadException(
            nameOf(segment, index)
                + " lies in a confined arena: expected a shared one for a step on"
                + " several threads");
      }
    }
  }

  private String nameOf(MemorySegment segment, int index) {
    String name = "";
    for (int k = 0; k < storages.length; k++) {
      if (storages[k] != null && segment.equals(storages[k].segment)) {
        name = Operand.of(k).toString();
      }
    }
    return name + location(index);
  }

  /** Which slice of a model it is; nothing where there is no model. */
  private static String location(int index) {
    return index < 0 ? "" : " of slices[" + index + "]";
  }

  // ---- Checks. ----

  private AdamSlice withArray(Operand operand, Object array) {
    Arguments.requireNonNull(operand.toString(), array);
    final Object params = its(storages, Operand.PARAMS).array;
    final boolean isLikeParams =
        params == null
            ? array instanceof float[] || array instanceof double[]
            : array.getClass() == params.getClass() && !(array instanceof short[]);
    if (!isLikeParams) {
      throw new IllegalArgumentException(
          operand + " is a " + array.getClass().getSimpleName() + ": expected "
              + (params == null ? "float[] or double[]" : params.getClass().getSimpleName())
              + ", as params");
    }
    Arguments.requireLength(
        operand.toString(), array, Math.toIntExact(its(storages, Operand.PARAMS).length()));
    for (int k = 0; k < storages.length; k++) {
      if (storages[k] != null && k != operand.ordinal()) {
        Arguments.requireDifferent(
            operand.toString(), array, Operand.of(k).toString(), storages[k].array);
      }
    }
    return with(
        operand,
        array instanceof float[] floats ? Storage.of(floats) : Storage.of((double[]) array));
  }

  private AdamSlice with(Operand operand, Storage storage) {
    Arguments.requireNonNull(operand.toString(), storage);
    final @Nullable Storage[] changed = storages.clone();
    changed[operand.ordinal()] = storage;
    requireFits(changed, operand.ordinal());
    return new AdamSlice(changed, offset, length, firstNumber);
  }

  /** Refuses an operand that does not fit the others. */
  private static void requireFits(@Nullable Storage[] storages, int index) {
    final Operand operand = Operand.of(index);
    final Storage storage = its(storages, operand);
    final Storage params = its(storages, Operand.PARAMS);
    if (storage.length() != params.length()) {
      throw new IllegalArgumentException(
          operand + " has length " + storage.length() + ": expected " + params.length()
              + ", the length of params");
    }
    requireFormat(operand, storage.format(), params.format());
    if (operand != Operand.GRADS) {
      // Only some steps write gradients, so each of those checks that it can.
      storage.requireWritable(operand.toString());
    }
    for (int k = 0; k < storages.length; k++) {
      if (k != index && storages[k] != null && Overlap.exists(storage, storages[k])) {
        throw new IllegalArgumentException(
            operand + " and " + Operand.of(k)
                + " overlap in memory: expected operands that have no byte in common");
      }
    }
  }

  private static void requireFormat(Operand operand, Format format, Format params) {
    final boolean isDouble = params == Format.FLOAT64;
    if (operand != Operand.PARAMS && (format == Format.FLOAT64) != isDouble) {
      throw new IllegalArgumentException(
          operand + " has the format " + format + ": expected "
              + (isDouble ? "FLOAT64, as params" : "another one, as params are " + params)
              + ", since a step computes either in double or in float");
    }
    if (format == Format.BLOCK8 && operand != Operand.M && operand != Operand.V) {
      throw new IllegalArgumentException(
          operand
              + " has the format BLOCK8: expected another one, since in 8 bits only the moments m and v"
              + " have digits enough");
    }
    if (operand == Operand.REMAINDER
        && (format != Format.BFLOAT16 || params != Format.BFLOAT16)) {
      throw new IllegalArgumentException(
          "remainder has the format " + format + " for params in " + params
              + ": expected BFLOAT16 for both, the halves of a float");
    }
  }

  private static Operands operands(@Nullable Storage[] storages, long offset, long length,
      long number) {
    final Kind[] kinds = new Kind[Operand.COUNT];
    final Place[] places = new Place[Operand.COUNT];
    final @Nullable Object[] memory = new Object[Operand.COUNT];
    final @Nullable Storage[] alike = alike(storages);
    int arrays = 0;
    for (int k = 0; k < alike.length; k++) {
      if (alike[k] == null) {
        kinds[k] = Kind.NONE;
        places[k] = Place.ANY;
        continue;
      }
      kinds[k] = alike[k].kind();
      final Object its = alike[k].memory(offset, length);
      memory[k] = its;
      places[k] = Place.of(kinds[k], its);
      arrays = alike[k].array == null ? arrays : alike[k].offset + (int) offset;
    }
    return new Operands(Layout.of(kinds, places), memory, arrays, length, number);
  }

  /**
   * Makes all arrays begin at one offset, as loops index them alike: an array at another offset becomes a segment.
   */
  private static @Nullable Storage[] alike(@Nullable Storage[] storages) {
    final @Nullable Storage[] alike = storages.clone();
    Storage first = null;
    for (int k = 0; k < alike.length; k++) {
      if (alike[k] != null && alike[k].array != null) {
        first = first == null ? alike[k] : first;
        alike[k] = alike[k].offset == first.offset ? alike[k] : alike[k].asSegment();
      }
    }
    return alike;
  }

  private static MemorySegment[] segments(@Nullable Storage[] storages) {
    final List<MemorySegment> segments = new ArrayList<>();
    for (Storage storage : storages) {
      if (storage != null && storage.segment != null) {
        segments.add(storage.segment);
      }
    }
    return segments.toArray(new MemorySegment[0]);
  }

  @Override
  public String toString() {
    final Object params = its(storages, Operand.PARAMS).array;
    return "AdamSlice[" + (params == null ? storages[0] : params.getClass().getSimpleName())
        + ", offset = " + offset + ", length = " + length + "]";
  }
}
