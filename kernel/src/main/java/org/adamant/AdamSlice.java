package org.adamant;

import java.lang.reflect.Array;
import org.adamant.internal.Specialisation.Element;

/**
 * The arrays of one step and the part of them it is for: parameters, gradients, moments, and what some
 * variants need besides. Immutable, and checked once, here; the arrays themselves are the caller's and
 * change with every step.
 */
public final class AdamSlice {

  final Element element;
  final Object params;
  final Object grads;
  final Object m;
  final Object v;
  final Object maximum;
  final Object average;
  final int offset;
  final int length;

  private AdamSlice(
      Element element,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object maximum,
      Object average,
      int offset,
      int length) {
    this.element = element;
    this.params = params;
    this.grads = grads;
    this.m = m;
    this.v = v;
    this.maximum = maximum;
    this.average = average;
    this.offset = offset;
    this.length = length;
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
    return of(Element.FLOAT, params, grads, m, v);
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
    return of(Element.DOUBLE, params, grads, m, v);
  }

  private static AdamSlice of(Element element, Object params, Object grads, Object m, Object v) {
    Arguments.requireStepArrays(params, grads, m, v);
    return new AdamSlice(element, params, grads, m, v, null, null, 0, Array.getLength(params));
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
    requireFurther("maximum", newMaximum, average, "average");
    return new AdamSlice(element, params, grads, m, v, newMaximum, average, offset, length);
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
    requireFurther("average", newAverage, maximum, "maximum");
    return new AdamSlice(element, params, grads, m, v, maximum, newAverage, offset, length);
  }

  /**
   * The same arrays, for the elements {@code newOffset <= i < newOffset + newLength} only.
   *
   * @param newOffset the first element, counted from the beginning of the arrays
   * @param newLength the number of elements
   * @return the copy
   * @throws IndexOutOfBoundsException if the slice does not lie in the arrays
   */
  public AdamSlice range(int newOffset, int newLength) {
    Arguments.requireSlice(newOffset, newLength, Array.getLength(params));
    return new AdamSlice(
        element, params, grads, m, v, maximum, average, newOffset, newLength);
  }

  /**
   * The first element of the slice.
   *
   * @return the offset in the arrays
   */
  public int offset() {
    return offset;
  }

  /**
   * The number of elements of the slice.
   *
   * @return the length, at least 0
   */
  public int length() {
    return length;
  }

  /** The names of the arrays, in their order. */
  static final String[] ARRAY_NAMES = {"params", "grads", "m", "v", "maximum", "average"};

  /** The arrays that a step of some variant may write. */
  Object[] arrays() {
    return new Object[] {params, grads, m, v, maximum, average};
  }

  private void requireFurther(String name, Object array, Object other, String otherName) {
    Arguments.requireNonNull(name, array);
    if (array.getClass() != params.getClass()) {
      throw new IllegalArgumentException(
          name + " is a " + array.getClass().getSimpleName() + ": expected "
              + params.getClass().getSimpleName() + ", as params");
    }
    Arguments.requireLength(name, array, Array.getLength(params));
    Arguments.requireDifferent(name, array, "params", params);
    Arguments.requireDifferent(name, array, "grads", grads);
    Arguments.requireDifferent(name, array, "m", m);
    Arguments.requireDifferent(name, array, "v", v);
    Arguments.requireDifferent(name, array, otherName, other);
  }

  @Override
  public String toString() {
    return "AdamSlice[" + params.getClass().getSimpleName() + ", offset = " + offset + ", length = "
        + length + "]";
  }
}
