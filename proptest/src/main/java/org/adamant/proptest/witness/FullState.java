package org.adamant.proptest.witness;

import java.lang.reflect.Array;
import java.util.List;
import org.adamant.AdamSlice;

/**
 * The arrays that any variant may need, all {@code float[]} or all {@code double[]}.
 *
 * @param params parameters
 * @param grads gradients
 * @param m first moments
 * @param v second moments
 * @param maximum running maxima of AMSGrad
 * @param average averages of the parameters
 */
public record FullState(
    Object params, Object grads, Object m, Object v, Object maximum, Object average) {

  /**
   * Arrays of zeros.
   *
   * @param type {@code float.class} or {@code double.class}
   * @param length the number of elements
   * @return the arrays
   */
  public static FullState zeros(Class<?> type, int length) {
    return new FullState(
        Array.newInstance(type, length),
        Array.newInstance(type, length),
        Array.newInstance(type, length),
        Array.newInstance(type, length),
        Array.newInstance(type, length),
        Array.newInstance(type, length));
  }

  /**
   * All arrays.
   *
   * @return the arrays in the order of the components
   */
  public List<Object> arrays() {
    return List.of(params, grads, m, v, maximum, average);
  }

  /**
   * The number of elements.
   *
   * @return the length of each array
   */
  public int length() {
    return Array.getLength(params);
  }

  /**
   * The arrays as the kernel takes them.
   *
   * @return a slice of the whole, with maximum and average
   */
  public AdamSlice slice() {
    final AdamSlice slice =
        params instanceof float[] floats
            ? AdamSlice.of(floats, (float[]) grads, (float[]) m, (float[]) v)
            : AdamSlice.of((double[]) params, (double[]) grads, (double[]) m, (double[]) v);
    return slice.withMaximum(maximum).withAverage(average);
  }

  /** Sets the averages to the parameters, as before step 1. */
  public void startAverage() {
    System.arraycopy(params, 0, average, 0, length());
  }

  /**
   * An element of one of the arrays.
   *
   * @param array a {@code float[]} or {@code double[]}
   * @param i the index
   * @return its value
   */
  public static double get(Object array, int i) {
    return array instanceof float[] floats ? floats[i] : ((double[]) array)[i];
  }

  /**
   * Sets an element of one of the arrays.
   *
   * @param array a {@code float[]} or {@code double[]}
   * @param i the index
   * @param value the value, which is rounded to the type
   */
  public static void set(Object array, int i, double value) {
    if (array instanceof float[] floats) {
      floats[i] = (float) value;
    } else {
      ((double[]) array)[i] = value;
    }
  }
}
