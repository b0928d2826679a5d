package org.adamant;

import java.util.concurrent.Executor;

/**
 * One step of Adam over arrays of parameters, gradients and moments, in a single pass.
 *
 * <p>Thread-safe and stateless: a kernel may be shared, and threads may step disjoint slices of the same
 * arrays at once. Once the JIT has compiled its loop, a step on the calling thread allocates nothing; one on
 * several threads allocates a few hundred bytes, whatever the size of the model.
 *
 * <p><b>Formula.</b> For every element, at {@linkplain AdamStep step t}, with these roundings in the
 * element's type and no others ({@code fma(a, b, c)} is {@code a * b + c} rounded once, {@code [...]} is
 * computed in double and rounded once):
 *
 * <pre>
 *   m' = fma([1 - beta1], g - m, m)
 *   v' = fma([1 - beta2], fma(g, g, -v), v)
 *   d  = fma(sqrt(v'), [1 / sqrt(1 - beta2^t)], epsilon)
 *   p' = p + ([-learningRate / (1 - beta1^t)] * m') / d
 * </pre>
 *
 * <p><b>Variants</b> put these lines in their place, in this order:
 *
 * <pre>
 *   g = g * [gradientScale * clipFactor]                      {@link AdamStep#withGradientScale}
 *   g = max(min(g, clipValue), -clipValue)                    {@link Adam#clipValue}
 *   g = -g                                                    {@link Adam#maximize}
 *   g = fma(weightDecay, p, g)                                {@link Adam.WeightDecay#L2}
 *   p = fma([-learningRate * weightDecay], p, p)              {@link Adam.WeightDecay#DECOUPLED}
 *   p = fma(-weightDecay, p, p)                               {@link Adam.WeightDecay#INDEPENDENT}
 *   m' = fma([1 - beta1] - 1, g - m, g)                       if 1 - beta1 &gt;= 1/2
 *   v' = fma([1 - beta2] - 1, g * g - v, g * g)               if 1 - beta2 &gt;= 1/2
 *   s = v'; max' = max(max, s); s = max'                      {@link Adam.AmsGrad#RAW}
 *   s = v' * [1 / (1 - beta2^t)]; max' = max(max, s); s = max'    {@link Adam.AmsGrad#CORRECTED}
 *   s = fma(s, [1 / (1 - beta2^t)], rootEpsilon)              {@link Adam#rootEpsilon}; s + rootEpsilon
 *                                                             if s is corrected already
 *   d = sqrt(s) + epsilon                                     if s is corrected, or with
 *                                                             {@link Adam.EpsilonPlacement#EPSILON_HAT}
 *   n = fma([-learningRate * beta1 / (1 - beta1^(t+1))], m',
 *           [-learningRate * (1 - beta1) / (1 - beta1^t)] * g)    {@link Adam#nesterov}
 *   g' = n / d                                                {@link AdamStep#withUpdateOnly}; decoupled or
 *                                                             independent decay makes it
 *                                                             fma([...], p, n / d)
 *   a' = fma([1 - averageDecay], p' - a, a)                   {@link Adam#averageDecay}
 *   g' = 0                                                    {@link AdamStep#withZeroGradient}
 * </pre>
 *
 * <p>With {@code EPSILON_HAT}, [1 / (1 - beta2^t)] is 1, and the step sizes have the factor sqrt(1 -
 * beta2^t). With {@link Adam.Arithmetic#PYTORCH}:
 *
 * <pre>
 *   v' = fma([1 - beta2] * g, g, v * beta2)                   for every beta2
 *   m' = fma([1 - beta1] - 1, g - m, g)                       if [1 - beta1] &gt;= 1/2
 *   d  = sqrt(s) / [sqrt(1 - beta2^t)] + epsilon              a root of 1 - 2^-53 is 1
 *   p  = p * [1 - learningRate * weightDecay]                 {@link Adam.WeightDecay#DECOUPLED}
 * </pre>
 *
 * <p><b>Exactness.</b> The result is the same to the last bit for every lane width, slice, thread count,
 * JVM and processor; only the payload of a NaN is not specified.
 *
 * <p><b>Tiny moments.</b> After every step t divisible by 64, elements of m with |m| &lt; 2^-100 (double:
 * 2^-960) and of v with v &lt; 2^-126 (double: 2^-1022) are set to +0, because arithmetic on subnormal
 * numbers is slow and moments would stay subnormal for good where gradients are zero. This moves a
 * parameter by less than 2^-62 of the step size. Where epsilon is too small to hide it (2^-38 times
 * the factor of the root, or less), or with PyTorch's arithmetic, nothing is set to zero. See {@link
 * AdamStep#flushesTinyMoments}.
 *
 * <p><b>Special values.</b> A NaN gradient makes m, v and the parameter NaN. An infinite gradient, or one
 * whose square overflows, makes v infinite, and the element's update NaN or zero; from the next step on
 * such a moment is NaN, with a beta2 of at most 1/2 at once. With epsilon 0, an element with m = v = 0
 * becomes NaN.
 *
 * <p><b>Shapes.</b> All four arrays have the same length and are four different arrays; m and v are zero
 * before step 1. A slice is given by offset and length, in elements; a length of 0 does nothing.
 *
 * <p><b>Errors.</b> Every argument is checked before the first write; when an exception is thrown, all
 * arrays are as they were, unless it says otherwise, as some do of steps on several threads.
 *
 * <p><b>Source.</b> Kingma &amp; Ba 2014, Algorithm 1.
 */
public interface AdamKernel {

  /**
   * The fastest kernel for this machine.
   *
   * <p>This kernel starts on the scalar path, which is soon compiled. It switches to SIMD once the JIT has
   * compiled that and the compiled code has given the bits of the reference: after half a second at full load
   * for the basic step, and up to two for one that does everything. Only the speed changes; {@link
   * #explanation} says how far it is. Once it has switched, data of any kind and length are stepped by
   * compiled code that allocates nothing.
   *
   * <p>What was chosen and why is said once, through {@link System.Logger} {@code org.adamant}: where there
   * is no SIMD by this call, as a warning. Where it is likely and the property names no width, the Vector
   * API is loaded and checked only by a later step than the first, when 30 ms have passed, or when {@link
   * #laneWidth} or {@link #explanation} is asked for, as that takes some 0.1 s.
   *
   * @return the kernel of {@link LaneWidth#preferred}
   * @throws IllegalArgumentException if the system property {@value LaneWidth#PROPERTY} names no width
   * @throws UnsupportedOperationException if the property names a width that is not supported here
   */
  static AdamKernel preferred() {
    return SpecialisedKernel.preferred();
  }

  /**
   * The kernel of one lane width, for experiments and tests: it runs the loop of that width from the first
   * call on. Until the JIT has compiled that, it is slow and allocates: where no memory is left, a step can
   * end with an {@link OutOfMemoryError} and arrays that are partly updated. {@link #preferred} cannot.
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
   * Why this kernel works the way it does, what the user can do about it, and how much of it has switched to
   * SIMD by now, in one sentence for a log or a bug report.
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
   * @return the number of gradients that are NaN or infinite, for which {@link NonFinite#SKIP} left
   *     everything as it was; 0 if the step was taken
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, two of them are the same array, or
   *     a coefficient is outside the range of float
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   */
  long step(AdamStep step, float[] params, float[] grads, float[] m, float[] v);

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
   * @return the number of gradients that are NaN or infinite, for which {@link NonFinite#SKIP} left
   *     everything as it was; 0 if the step was taken
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, two of them are the same array, or
   *     a coefficient is outside the range of float
   * @throws IndexOutOfBoundsException if the slice does not lie in the arrays
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   */
  long step(
      AdamStep step, float[] params, float[] grads, float[] m, float[] v, int offset, int length);

  /**
   * Steps whole arrays of doubles.
   *
   * @param step the coefficients, see {@link Adam#atStep}
   * @param params parameters, updated
   * @param grads gradients, read
   * @param m first moments, updated
   * @param v second moments, updated
   * @return the number of gradients that are NaN or infinite, for which {@link NonFinite#SKIP} left
   *     everything as it was; 0 if the step was taken
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, or two of them are the same array
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   */
  long step(AdamStep step, double[] params, double[] grads, double[] m, double[] v);

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
   * @return the number of gradients that are NaN or infinite, for which {@link NonFinite#SKIP} left
   *     everything as it was; 0 if the step was taken
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, or two of them are the same array
   * @throws IndexOutOfBoundsException if the slice does not lie in the arrays
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   */
  long step(
      AdamStep step,
      double[] params,
      double[] grads,
      double[] m,
      double[] v,
      int offset,
      int length);

  /**
   * Steps one slice, with what its variant needs besides the four arrays.
   *
   * @param step the coefficients, and what else to do in the same pass
   * @param slice the arrays
   * @return the number of gradients that are NaN or infinite, for which {@link NonFinite#SKIP} left
   *     everything as it was; 0 if the step was taken
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the variant needs an array that the slice does not have, or a
   *     coefficient is outside the range of float
   * @throws ArithmeticException if there are such gradients, with {@link NonFinite#THROW}
   */
  long step(AdamStep step, AdamSlice slice);

  /**
   * Steps a whole model on the calling thread.
   *
   * @param step the coefficients, and what else to do in the same pass
   * @param model the slices
   * @return the number of gradients that are NaN or infinite, for which {@link NonFinite#SKIP} left
   *     everything as it was; 0 if the step was taken
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the variant needs an array that a slice does not have, or a
   *     coefficient is outside the range of float
   * @throws ArithmeticException if there are such gradients, with {@link NonFinite#THROW}
   */
  long step(AdamStep step, AdamModel model);

  /**
   * Steps a whole model on several threads, with the same bits. Small models stay on the calling thread,
   * which takes part in any case. Returns when everything is done.
   *
   * @param step the coefficients, and what else to do in the same pass
   * @param model the slices
   * @param executor where further threads come from, for example {@link
   *     java.util.concurrent.ForkJoinPool#commonPool}; none is created here. What it rejects, the calling
   *     thread does; what else it throws before any thread has begun comes out as it is, with all arrays as
   *     they were
   * @param threads the largest number of threads, the calling one included, at least 1
   * @return the number of gradients that are NaN or infinite, for which {@link NonFinite#SKIP} left
   *     everything as it was; 0 if the step was taken
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code threads} is less than 1, the variant needs an array that a
   *     slice does not have, or a coefficient is outside the range of float
   * @throws ArithmeticException if there are such gradients, with {@link NonFinite#THROW}
   * @throws IllegalStateException if a thread failed in the middle, which leaves the arrays partly
   *     updated, or the executor after threads had begun, which leaves them completely updated; with the
   *     cause, and a message that says which
   */
  long step(AdamStep step, AdamModel model, Executor executor, int threads);

  /**
   * The Euclidean norm of all gradients of a model, the same to the last bit for every lane width and
   * thread count.
   *
   * <p>Allocates eight bytes for each 4,096 elements, four for each slice, and less than a kilobyte besides.
   *
   * <p><b>Order of operations.</b> Each slice is cut into blocks of 4,096 elements. In a block, element i
   * is squared and added in double, by fma, to sum i mod 32; the 32 sums are added in halves (0 and 16, 1
   * and 17, ...). The sums of all blocks, in the order of the slices, are added pairwise: the two halves of
   * a range, the first the shorter by at most one. <b>Accuracy.</b> The relative error is at most about
   * (70 + log2 of the number of blocks) times 2^-53. <b>Special values.</b> Squares that overflow or
   * underflow double are computed once more with gradients scaled by a power of two. NaN if a gradient is,
   * otherwise infinite if one is.
   *
   * @param model the slices, of which only the gradients are read
   * @return the norm
   * @throws NullPointerException if the model is null
   */
  double globalNorm(AdamModel model);

  /**
   * As {@link #globalNorm(AdamModel)}, on several threads.
   *
   * @param model the slices, of which only the gradients are read
   * @param executor where further threads come from
   * @param threads the largest number of threads, the calling one included, at least 1
   * @return the norm
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code threads} is less than 1
   * @throws IllegalStateException if a thread failed, or the executor after threads had begun; with the
   *     cause
   */
  double globalNorm(AdamModel model, Executor executor, int threads);
}
