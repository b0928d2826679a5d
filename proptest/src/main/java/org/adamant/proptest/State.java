package org.adamant.proptest;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.testkit.Elements;
import org.adamant.testkit.NamedArrays;

/**
 * The arrays of a step, all {@code float[]} or all {@code double[]}: the four of every step, and the two
 * that some variants need.
 */
public record State(
    Object params, Object grads, Object m, Object v, Object maximum, Object average)
    implements NamedArrays {

  /** What the arrays are called in messages, in the order of {@link #arrays}. */
  public static final List<String> NAMES =
      List.of("params", "grads", "m", "v", "maximum", "average");

  /** Where in {@link #arrays} each is. */
  public static final int PARAMS = 0;

  public static final int GRADS = 1;
  public static final int M = 2;
  public static final int V = 3;
  public static final int MAXIMUM = 4;
  public static final int AVERAGE = 5;

  /** Arrays of zeros. */
  public static State zeros(Class<?> type, int length) {
    return of(IntStream.range(0, 6).mapToObj(_ -> Array.newInstance(type, length)).toList());
  }

  /** A state of these arrays, in the order of {@link #NAMES}. */
  public static State of(List<Object> a) {
    return new State(a.get(0), a.get(1), a.get(2), a.get(3), a.get(4), a.get(5));
  }

  /** The same arrays, but for one. */
  public State with(int array, Object other) {
    final List<Object> others = new ArrayList<>(arrays());
    others.set(array, other);
    return of(others);
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public List<Object> arrays() {
    return List.of(params, grads, m, v, maximum, average);
  }

  /** The type of the elements. */
  public Class<?> type() {
    // The one array that no test replaces by a bad one.
    return average.getClass().componentType();
  }

  /** Whether they are arrays of floats. */
  public boolean isFloat() {
    return type() == float.class;
  }

  /** A state of copies of the arrays. */
  public State copy() {
    return of(arrays().stream().map(Elements::copy).toList());
  }

  /** A state of some elements of this one, in the given order. */
  public State select(int... elements) {
    return of(arrays().stream().map(array -> select(array, elements)).toList());
  }

  private static Object select(Object array, int... elements) {
    final Object selected =
        Array.newInstance(array.getClass().componentType(), elements.length);
    for (int i = 0; i < elements.length; i++) {
      if (array instanceof float[] floats) {
        ((float[]) selected)[i] = floats[elements[i]];
      } else {
        ((double[]) selected)[i] = ((double[]) array)[elements[i]];
      }
    }
    return selected;
  }

  /** The four arrays of every step as a slice of a model. */
  public AdamSlice bareSlice() {
    return Elements.slice(type(), params, grads, m, v);
  }

  /** All arrays as a slice of a model. */
  public AdamSlice slice() {
    return bareSlice().withMaximum(maximum).withAverage(average);
  }

  /** A part of all arrays as a slice of a model. */
  public AdamSlice slice(int offset, int length) {
    return slice().range(offset, length);
  }

  /** A step over a part of the four arrays, not as a slice. */
  public void step(AdamKernel kernel, AdamStep step, int offset, int length) {
    Elements.step(type(), kernel, step, params, grads, m, v, offset, length);
  }

  /** A step over the four arrays, not as a slice. */
  public void step(AdamKernel kernel, AdamStep step) {
    Elements.step(type(), kernel, step, params, grads, m, v);
  }

  /** Sets the averages to the parameters, as before step 1. */
  public void startAverage() {
    System.arraycopy(params, 0, average, 0, length());
  }
}
