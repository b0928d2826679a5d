package org.adamant.bench.support;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;

/**
 * The arrays of a step: ordinary parameters and gradients, the same in every JVM, and moments of zero.
 *
 * <p>They are kept apart in memory. A load waits for an earlier store whose address has the same last twelve bits.
 * Arrays that are allocated one after the other lie almost whole pages apart, and a loop may take three times as
 * long, which says nothing about the code. So gaps of about a quarter of a page lie between four of them, a fifth
 * of one between five, and no two arrays are close in these bits. The lengths of the gaps differ, so that the alignment of the arrays to a
 * cache line does, as in a program: if all were aligned alike, a loop that aligns itself to one of them would be
 * aligned to all.
 *
 * <p>That holds while the arrays are not moved. A young collection copies them one after the other. A step of 1,000
 * floats then took 1.5 to 4 times as long in three JVMs of eight; only those of the kernel, as the plain loop
 * causes no collection. So {@link #settle} follows. If it cannot, the arrays have a padding.
 */
public final class StepArrays {

  private static final int[] GAPS_OF_FOUR = {1080, 1088, 1104};
  private static final int[] GAPS_OF_FIVE = {792, 800, 816};
  static final double LARGEST_PARAM = 1;
  static final double LARGEST_GRAD = 0.01;

  /** The role of an array in a step. */
  public enum Role {
    PARAMS,
    GRADS,
    FIRST_MOMENT,
    SECOND_MOMENT,
    /** The moving average of the parameters, or another fifth array. */
    AVERAGE
  }

  private final Element element;
  private final int length;
  private final Object[] arrays = new Object[Role.values().length];
  private final List<byte[]> gaps = new ArrayList<>();

  /** Four arrays that will not be moved. */
  public StepArrays(Element element, int length) {
    this(element, length, 0, 0, 1, false);
    settle();
  }

  /**
   * Arrays that may still be moved.
   *
   * @param padding bytes at the end of each array that are not stepped
   * @param hasAverage whether there is a fifth array, a copy of the parameters
   */
  public StepArrays(
      Element element, int length, int padding, int seed, double gradScale, boolean hasAverage) {
    this.element = element;
    this.length = length;
    final int padded = length + padding / element.bytes();
    final int[] between = hasAverage ? GAPS_OF_FIVE : GAPS_OF_FOUR;
    put(Role.PARAMS, element.random(padded, LARGEST_PARAM, 2L * seed), between);
    put(Role.GRADS, element.random(padded, gradScale * LARGEST_GRAD, 2L * seed + 1), between);
    put(Role.FIRST_MOMENT, element.zeros(padded), between);
    put(Role.SECOND_MOMENT, element.zeros(padded), between);
    if (hasAverage) {
      put(Role.AVERAGE, Element.copyOf(get(Role.PARAMS), padded), between);
    }
  }

  private void put(Role role, Object array, int[] between) {
    arrays[role.ordinal()] = array;
    gaps.add(gap(role, between));
  }

  /** The gap after one of four arrays in memory. */
  static byte[] gap(Role role) {
    return gap(role, GAPS_OF_FOUR);
  }

  private static byte[] gap(Role role, int[] between) {
    return new byte[between[role.ordinal() % between.length]];
  }

  /** Moves all arrays for the last time, by a full collection, which keeps their order and makes them old. */
  public static void settle() {
    System.gc();
  }

  public Element element() {
    return element;
  }

  /** The number of stepped elements. */
  public int length() {
    return length;
  }

  /** A {@code float[]} or {@code double[]} with its padding; null if there is none. */
  public Object get(Role role) {
    return arrays[role.ordinal()];
  }

  public float[] floats(Role role) {
    return (float[]) get(role);
  }

  public double[] doubles(Role role) {
    return (double[]) get(role);
  }

  /** The first elements of all arrays, to {@link #restore} them later. */
  public Object[] copies() {
    return Arrays.stream(arrays)
        .map(array -> array == null ? null : Element.copyOf(array, length))
        .toArray();
  }

  /** Restores earlier values of some of the arrays. */
  public void restore(Object[] copies, Role... roles) {
    for (Role role : roles) {
      System.arraycopy(copies[role.ordinal()], 0, get(role), 0, length);
    }
  }

  /** The four arrays, without their padding. */
  public AdamSlice slice() {
    final AdamSlice[] slice = new AdamSlice[1];
    run(
        (p, g, m, v) -> slice[0] = AdamSlice.of(p, g, m, v),
        (p, g, m, v) -> slice[0] = AdamSlice.of(p, g, m, v));
    return slice[0].range(0, length);
  }

  /** A loop over four arrays of floats. */
  @FunctionalInterface
  public interface FloatLoop {
    void run(float[] params, float[] grads, float[] m, float[] v);
  }

  /** A loop over four arrays of doubles. */
  @FunctionalInterface
  public interface DoubleLoop {
    void run(double[] params, double[] grads, double[] m, double[] v);
  }

  /** Runs the loop for the element type. */
  public void run(FloatLoop floats, DoubleLoop doubles) {
    final Object grads = get(Role.GRADS);
    final Object m = get(Role.FIRST_MOMENT);
    final Object v = get(Role.SECOND_MOMENT);
    if (get(Role.PARAMS) instanceof float[] params) {
      floats.run(params, (float[]) grads, (float[]) m, (float[]) v);
    } else {
      doubles.run((double[]) get(Role.PARAMS), (double[]) grads, (double[]) m, (double[]) v);
    }
  }

  /** A step of the four arrays. */
  public void step(AdamKernel kernel, AdamStep step) {
    run(
        (p, g, m, v) -> kernel.step(step, p, g, m, v, 0, length),
        (p, g, m, v) -> kernel.step(step, p, g, m, v, 0, length));
  }
}
