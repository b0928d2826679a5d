package org.adamant;

/**
 * One step of Adam over arrays of parameters, gradients and moments, in a single pass.
 *
 * <p>Thread-safe and stateless: a kernel may be shared, and threads may step disjoint slices of the same
 * arrays at once. After the first call a step allocates nothing.
 *
 * <p><b>Formula.</b> For every element, at {@linkplain AdamStep step t}, with these roundings in the
 * element's type and no others ({@code fma(a, b, c)} is {@code a * b + c} rounded once):
 *
 * <pre>
 *   p  = fma(-(learningRate * weightDecay), p, p)                 only with weight decay
 *   m' = fma(1 - beta1, g - m, m)
 *   v' = fma(1 - beta2, fma(g, g, -v), v)
 *   d  = fma(sqrt(v'), 1 / sqrt(1 - beta2^t), epsilon)
 *   p' = p + (-(learningRate / (1 - beta1^t)) * m') / d
 * </pre>
 *
 * <p><b>Exactness.</b> The result is the same to the last bit for every lane width, slice, thread count,
 * JVM and processor; only the payload of a NaN is not specified.
 *
 * <p><b>Tiny moments.</b> After every step t divisible by 64, elements of m with |m| &lt; 2^-100 (double:
 * 2^-960) and of v with v &lt; 2^-126 (double: 2^-1022) are set to +0, because arithmetic on subnormal
 * numbers is slow and moments would stay subnormal for good where gradients are zero. This moves a
 * parameter by less than 2^-62 of the step size. Where epsilon is too small to hide it (below 2^-38 /
 * sqrt(1 - beta2^t)), nothing is set to zero. See {@link AdamStep#flushesTinyMoments}.
 *
 * <p><b>Special values.</b> A NaN gradient makes m, v and the parameter NaN. An infinite gradient, or one
 * whose square overflows, makes v infinite, and the element's update NaN or zero; from the next step on
 * such a moment is NaN. With epsilon 0, an element with m = v = 0 becomes NaN.
 *
 * <p><b>Shapes.</b> All four arrays have the same length and are four different arrays; m and v are zero
 * before step 1. A slice is given by offset and length, in elements; a length of 0 does nothing.
 *
 * <p><b>Errors.</b> Every argument is checked before the first write; when an exception is thrown, all
 * arrays are as they were.
 *
 * <p><b>Source.</b> Kingma &amp; Ba 2014, Algorithm 1.
 */
public interface AdamKernel {

  /**
   * The fastest kernel for this machine.
   *
   * <p>The first call says once, through {@link System.Logger} {@code org.adamant}, what was chosen and
   * why: as a warning if there is no SIMD.
   *
   * @return the kernel of {@link LaneWidth#preferred}
   * @throws IllegalArgumentException if the system property {@value LaneWidth#PROPERTY} names no width
   * @throws UnsupportedOperationException if the property names a width that is not supported here
   */
  static AdamKernel preferred() {
    return SpecialisedKernel.preferred();
  }

  /**
   * The kernel of one lane width.
   *
   * @param width the width
   * @return the kernel
   * @throws UnsupportedOperationException if this JVM does not run the width natively; the message says
   *     why, and which ones it does
   */
  static AdamKernel of(LaneWidth width) {
    return SpecialisedKernel.of(width);
  }

  /**
   * The width of the vectors this kernel works with.
   *
   * @return the lane width
   */
  LaneWidth laneWidth();

  /**
   * Why this kernel works the way it does, and what the user can do about it, in one sentence for a log
   * or a bug report.
   *
   * @return the sentence
   */
  String explanation();

  /**
   * Steps whole arrays of floats.
   *
   * @param step the coefficients, see {@link Adam#atStep}
   * @param params parameters, updated
   * @param grads gradients, read
   * @param m first moments, updated
   * @param v second moments, updated
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, two of them are the same array, or
   *     a coefficient is too large for a float
   */
  void step(AdamStep step, float[] params, float[] grads, float[] m, float[] v);

  /**
   * Steps the elements {@code offset <= i < offset + length} of arrays of floats.
   *
   * @param step the coefficients, see {@link Adam#atStep}
   * @param params parameters, updated
   * @param grads gradients, read
   * @param m first moments, updated
   * @param v second moments, updated
   * @param offset the first element
   * @param length the number of elements
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, two of them are the same array, or
   *     a coefficient is too large for a float
   * @throws IndexOutOfBoundsException if the slice does not lie in the arrays
   */
  void step(
      AdamStep step, float[] params, float[] grads, float[] m, float[] v, int offset, int length);

  /**
   * Steps whole arrays of doubles.
   *
   * @param step the coefficients, see {@link Adam#atStep}
   * @param params parameters, updated
   * @param grads gradients, read
   * @param m first moments, updated
   * @param v second moments, updated
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, or two of them are the same array
   */
  void step(AdamStep step, double[] params, double[] grads, double[] m, double[] v);

  /**
   * Steps the elements {@code offset <= i < offset + length} of arrays of doubles.
   *
   * @param step the coefficients, see {@link Adam#atStep}
   * @param params parameters, updated
   * @param grads gradients, read
   * @param m first moments, updated
   * @param v second moments, updated
   * @param offset the first element
   * @param length the number of elements
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, or two of them are the same array
   * @throws IndexOutOfBoundsException if the slice does not lie in the arrays
   */
  void step(
      AdamStep step,
      double[] params,
      double[] grads,
      double[] m,
      double[] v,
      int offset,
      int length);
}
