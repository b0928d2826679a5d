package org.adamant.spark;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.NoSuchElementException;
import java.util.SequencedSet;

/** The parameters before a step. All tasks of an executor share the arrays, so they must not be written. */
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
   * The number of the step to which the gradient belongs.
   *
   * @return the number, from 1; steps that are skipped count
   */
  public long step() {
    return step;
  }

  /**
   * The factor by which to multiply the loss before its gradient is computed.
   *
   * @return the scale; 1 without {@link ShardedAdam.Builder#lossScale}
   */
  public double lossScale() {
    return lossScale;
  }

  /**
   * The names of the parameters.
   *
   * @return the names in the order of the parameters, unmodifiable
   */
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(arrays.sequencedKeySet());
  }

  /**
   * A parameter of floats.
   *
   * @param name its name
   * @return its elements, read-only
   * @throws NoSuchElementException if there is none of this name
   * @throws ClassCastException if it is of another type
   */
  public float[] floats(String name) {
    return (float[]) array(name);
  }

  /**
   * A parameter of doubles.
   *
   * @param name its name
   * @return its elements, read-only
   * @throws NoSuchElementException if there is none of this name
   * @throws ClassCastException if it is of another type
   */
  public double[] doubles(String name) {
    return (double[]) array(name);
  }

  /**
   * A parameter of the upper halves of floats, {@link org.adamant.Format#BFLOAT16}.
   *
   * @param name its name
   * @return the bits of its elements, read-only
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
