package org.adamant.spark;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.NoSuchElementException;
import java.util.SequencedSet;

/**
 * The parameters as they are before a step. All tasks of an executor share the arrays: they are to be read only.
 */
public final class Parameters implements Serializable {

  private static final long serialVersionUID = 1;

  private final long step;
  private final double lossScale;
  private final LinkedHashMap<String, Serializable> arrays;

  // A map that has an order and is serializable.
  @SuppressWarnings("NonApiType")
  Parameters(long step, double lossScale, LinkedHashMap<String, Serializable> arrays) {
    this.step = step;
    this.lossScale = lossScale;
    this.arrays = arrays;
  }

  /**
   * The number of the step that the gradient is for.
   *
   * @return the number, from 1; steps that are skipped count
   */
  public long step() {
    return step;
  }

  /**
   * What the loss is to be multiplied by before its gradient is taken.
   *
   * @return the scale; 1 without {@link ShardedAdam.Builder#lossScale}
   */
  public double lossScale() {
    return lossScale;
  }

  /**
   * What the parameters are called.
   *
   * @return the names in their order, unmodifiable
   */
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(arrays.sequencedKeySet());
  }

  /**
   * A parameter of floats.
   *
   * @param name what it is called
   * @return its elements, to be read only
   * @throws NoSuchElementException if there is none of this name
   * @throws ClassCastException if it is of another type
   */
  public float[] floats(String name) {
    return (float[]) array(name);
  }

  /**
   * A parameter of doubles.
   *
   * @param name what it is called
   * @return its elements, to be read only
   * @throws NoSuchElementException if there is none of this name
   * @throws ClassCastException if it is of another type
   */
  public double[] doubles(String name) {
    return (double[]) array(name);
  }

  /**
   * A parameter of the upper halves of floats, {@link org.adamant.Format#BFLOAT16}.
   *
   * @param name what it is called
   * @return the bits of its elements, to be read only
   * @throws NoSuchElementException if there is none of this name
   * @throws ClassCastException if it is of another type
   */
  public short[] bfloat16(String name) {
    return (short[]) array(name);
  }

  Serializable array(String name) {
    final Serializable array = arrays.get(name);
    if (array == null) {
      throw new NoSuchElementException(
          "name = " + name + ": expected one of " + arrays.keySet());
    }
    return array;
  }

  // As above.
  @SuppressWarnings("NonApiType")
  LinkedHashMap<String, Serializable> arrays() {
    return arrays;
  }
}
