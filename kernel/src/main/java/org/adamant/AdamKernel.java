package org.adamant;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.DoubleFunction;
import org.adamant.internal.work.GlobalNorm;

/**
 * One step of Adam over arrays of parameters, gradients and moments, in a single pass.
 *
 * <p>Thread-safe and stateless: a kernel may be shared, and threads may step disjoint slices of the same arrays at
 * once.
 *
 * <p><b>Allocation.</b> Once the JIT has compiled the loop, a step of a slice or a model on the calling thread
 * allocates nothing, whatever the data. A step of four arrays allocates a small object of some 60 bytes, before the
 * first write. A step on several threads allocates a few hundred bytes, whatever the size of the model, and what
 * the executor allocates for each thread. The first step of a thread on moments in {@link Format#BLOCK8} allocates
 * 8 KiB for that thread to work in.
 *
 * <p><b>Formula.</b> For every element, at {@linkplain AdamStep step t}, with these roundings in the element's type
 * and no others:
 *
 * <pre>
 *   m' = fma([1 - beta1], g - m, m)
 *   v' = fma([1 - beta2], fma(g, g, -v), v)
 *   d  = fma(sqrt(v'), [1 / sqrt(1 - beta2^t)], epsilon)
 *   n  = [-learningRate / (1 - beta1^t)] * m'
 *   p' = p + n / d
 * </pre>
 *
 * <p>{@code fma(a, b, c)} is {@code a * b + c} rounded once. An expression in {@code [...]} is computed in double,
 * in the order of operations that {@link AdamStep} gives, and rounded once to the type; so is a hyper-parameter
 * that stands alone. All roundings are to nearest, ties to even. Subnormal numbers are numbers like others. {@code
 * max} and {@code min} are those of {@link Math}: NaN if one of the two is, and -0 is less than +0.
 *
 * <p><b>Variants.</b> These lines are added, or replace that of the same letter, in this order:
 *
 * <pre>
 *   g = g * [gradientScale * clipFactor]                      {@link AdamStep#withGradientScale}, if the
 *                                                             product is not 1
 *   g = max(min(g, clipValue), -clipValue)                    {@link Adam#clipValue}, if finite
 *   g = -g                                                    {@link Adam#maximize}
 *   g = fma(weightDecay, p, g)                                {@link Adam.WeightDecay#L2}
 *   p = fma([-learningRate * weightDecay], p, p)              {@link Adam.WeightDecay#DECOUPLED}
 *   p = fma(-weightDecay, p, p)                               {@link Adam.WeightDecay#INDEPENDENT}
 *   m' = fma([1 - beta1] - 1, g - m, g)                       if 1 - beta1 &gt;= 1/2
 *   v' = fma([1 - beta2] - 1, g * g - v, g * g)               if 1 - beta2 &gt;= 1/2
 *   s = v'; max' = max(max, s); s = max'                      {@link Adam.AmsGrad#RAW}
 *   s = v' * [1 / (1 - beta2^t)]; max' = max(max, s); s = max'    {@link Adam.AmsGrad#CORRECTED}
 *   s = fma(s, [1 / (1 - beta2^t)], rootEpsilon)              {@link Adam#rootEpsilon}; s + rootEpsilon
 *                                                             with {@code CORRECTED}; the factor is 1 with
 *                                                             {@code EPSILON_HAT}
 *   d = sqrt(s) + epsilon                                     with {@code CORRECTED}, rootEpsilon, or
 *                                                             {@link Adam.EpsilonPlacement#EPSILON_HAT}
 *   n = [-learningRate * sqrt(1 - beta2^t) / (1 - beta1^t)] * m'  with {@code EPSILON_HAT}
 *   n = fma([-learningRate * mu_(t+1) / (1 - mu_1 ... mu_(t+1))], m',
 *           [-learningRate * (1 - mu_t) / (1 - mu_1 ... mu_t)] * g)    {@link Adam#nesterov}; both learning rates
 *                                                             times sqrt(1 - beta2^t) with
 *                                                             {@code EPSILON_HAT}
 *   v' = max(v * beta2, |g| + epsilon); n / d is n / v'       {@link Adam.Rule#ADAMAX}
 *   n / d is -learningRate * sign(fma([1 - beta1], g - m, m)) {@link Adam.Rule#LION}, where sign(x) is 1 or -1,
 *   m' = fma([1 - beta2], g - m, m)                           or x if that is 0 or NaN; v is neither read nor
 *                                                             written. Both fma begin at g, with the weight
 *                                                             minus 1, where their 1 - beta &gt;= 1/2
 *   learningRate times r in all lines for n                   {@link Adam#rectification}, where rho &gt; 5
 *   n / d is [-learningRate / (1 - beta1^t)] * m'             the same, where not: no learningRate is
 *                                                             times sqrt(1 - beta2^t), and no epsilon is
 *                                                             added
 *   p = fma(c, p, p)                                          {@link Adam.WeightDecay#CAUTIOUS}, where c is 0 if
 *                                                             n / d and p are both &gt; 0 or both &lt; 0,
 *                                                             otherwise [-learningRate * weightDecay]
 *   g' = n / d                                                {@link AdamStep#withUpdateOnly}: p is neither
 *                                                             decayed nor written
 *   g' = fma([-learningRate * weightDecay], p, n / d)         the same with {@code DECOUPLED}
 *   g' = fma(-weightDecay, p, n / d)                          the same with {@code INDEPENDENT}
 *   g' = fma(c, p, n / d)                                     the same with {@code CAUTIOUS}
 *   the four lines above with the step sizes and the
 *   factors of decay negated, c being 0 where it was          {@link AdamStep#withNegatedUpdate}
 *   a' = fma([1 - averageDecay], p' - a, a)                   {@link Adam#averageDecay}, if less than 1
 *   g' = +0                                                   {@link AdamStep#withZeroGradient}
 * </pre>
 *
 * <p>mu_i is the momentum beta1 * (1 - 0.96^(i * momentumDecay) / 2), which is beta1 if {@link Adam#momentumDecay} is
 * infinite; r and rho are those of {@link AdamStep}.
 *
 * <p>Without {@link Adam#biasCorrection}, 1 - beta1^t, 1 - beta2^t, and 1 minus each product of momenta are 1 for
 * every t. Where no line gives s, s is v'. Where no line gives d or n, it is the formula's, with s in place of v'.
 * Where weightDecay or rootEpsilon is 0, its line is left out. Conditions are evaluated in double, before numbers
 * are rounded to the type: a rootEpsilon that is 0 in float adds 0.
 *
 * <p><b>PyTorch's arithmetic.</b> With {@link Adam.Arithmetic#PYTORCH} these lines replace those for the same
 * letter. Other lines stay, such as that of {@code withUpdateOnly} with {@code DECOUPLED}. Adam and AdamW:
 *
 * <pre>
 *   v' = fma([1 - beta2] * g, g, v * beta2)                   for every beta2
 *   m' = fma([1 - beta1] - 1, g - m, g)                       if [1 - beta1], rounded, is &gt;= 1/2
 *   d  = sqrt(s) / [sqrt(1 - beta2^t)] + epsilon              s being v' or max'
 *   p  = p * [1 - learningRate * weightDecay]                 {@link Adam.WeightDecay#DECOUPLED}
 * </pre>
 *
 * <p>NAdam, with {@link Adam#nesterov}:
 *
 * <pre>
 *   d  = sqrt(v' / [1 - beta2^t]) + epsilon
 *   p  = p + ([-learningRate * (1 - mu_t) / (1 - mu_1 ... mu_t)] * g) / d
 *   n  = [-learningRate * mu_(t+1) / (1 - mu_1 ... mu_(t+1))] * m'
 *   g' = (the quotient added to p) + n / d                    {@link AdamStep#withUpdateOnly}
 * </pre>
 *
 * <p>RAdam, with {@link Adam#rectification}, where u takes the place of n / d:
 *
 * <pre>
 *   x  = (m' / [1 - beta1^t]) * [-learningRate]
 *   u  = (x * ((1 / (sqrt(v') + epsilon)) * [sqrt(1 - beta2^t)])) * [r]      where rho &gt; 5
 *   u  = x                                                    where not
 * </pre>
 *
 * <p>SparseAdam, with {@link Adam.EpsilonPlacement#EPSILON_HAT} and no rectification, where u does, too:
 *
 * <pre>
 *   m' = m + (g - m) * [1 - beta1]                            for every beta1
 *   v' = v + (g * g - v) * [1 - beta2]                        for every beta2
 *   u  = (m' / (sqrt(v') + epsilon)) * [-learningRate * sqrt(1 - beta2^t) / (1 - beta1^t)]
 * </pre>
 *
 * <p><b>Storage.</b> Operands lie in arrays or in segments of memory, and are written in formats of their own, see {@link
 * Storage} and {@link Format}. The element's type is double where the parameters are doubles, and then all operands are;
 * otherwise it is float. Numbers of 16 and 8 bits are read exactly. All of the above is computed, and at the end what is
 * written in fewer bits is rounded once more, by the step's {@link Rounding}: to nearest, or stochastically. Within a step
 * nothing is read back that was rounded: p' of the average and of the copy is that before. The copy is always rounded to
 * nearest. Where 20 random bits (in formats of 16 bits: 16) decide, a number x between two of the format, a nearer to zero and
 * b, becomes b if
 *
 * <pre>
 *   (what the bits of x, or of BLOCK8's z, drop) + random &gt;= 2^20      2^16 in formats of 16 bits, see {@link Format}
 * </pre>
 *
 * <p>The random bits are a function of the {@linkplain AdamStep#withSeed seed}, t, the operand, and the number n of
 * the element in its parameter, which is its index in the operands plus {@link AdamSlice#numberedFrom}. They are
 * computed in integers that wrap around, of 64 bits, and from x on of 32:
 *
 * <pre>
 *   mix(z)  = z ^= z &gt;&gt;&gt; 30; z *= 0xbf58476d1ce4e5b9; z ^= z &gt;&gt;&gt; 27; z *= 0x94d049bb133111eb; z ^ z &gt;&gt;&gt; 31
 *   stream  = mix(seed + t * 0x9e3779b97f4a7c15)
 *   key     = mix(stream + (2 * (n &gt;&gt;&gt; 32) + set) * 0x9e3779b97f4a7c15) &gt;&gt;&gt; 32
 *   x       = (int) n ^ (int) key
 *   x       = (x ^ x &gt;&gt;&gt; 16) * 0x21f0aaad
 *   x       = (x ^ x &gt;&gt;&gt; 15) * 0xd35a2d97
 *   x       =  x ^ x &gt;&gt;&gt; 15
 * </pre>
 *
 * <p>The set is 0 for m, v, parameters and gradients, and 1 for maximum and average. m and the maximum take the
 * lower 16 bits of x; v and the average take the upper 16; in {@code BLOCK8} both take 20. Parameters, and
 * gradients over which an update is written, take the upper 16 bits of {@code x * 0x9e3779b9}.
 *
 * <p><b>Exactness.</b> The result is the same to the last bit for every lane width, slice, thread count, JVM,
 * processor and place of the operands. Only the sign and payload of a NaN are not specified.
 *
 * <p><b>Tiny moments.</b> After every step t divisible by 64, when everything else is done, elements of m' with
 * |m'| &lt; 2^-100 (double: 2^-960) and of v' with v' &lt; 2^-126 (double: 2^-1022) are set to +0. The reason:
 * arithmetic on subnormal numbers is slow, and moments would stay subnormal for good where gradients are zero. It
 * is done only where epsilon hides it, that is, if in double
 *
 * <pre>
 *   epsilon &gt; 2^-38 * (1 / sqrt(1 - beta2^t))                 2^-38 with {@code EPSILON_HAT}
 * </pre>
 *
 * <p>The condition is the same for both types, with {@code CORRECTED} and with rootEpsilon. It is never done with
 * PyTorch's arithmetic, nor with {@code LION}, whose steps do not get smaller with m; {@link
 * AdamStep#flushesTinyMoments} tells. Apart from roundings that fall the other way, it changes little. An m' set to
 * 0 changes n / d at step t + k, k &gt; 0, by less than 2^-62 * beta1^k of the step size, so all later steps
 * together by less than 2^-62 / (1 - beta1). A v' set to 0 changes d by less than 2^-25 epsilon, which is less than
 * half a unit in the last place of a float. Moments in {@link Format#BLOCK8} are never tiny.
 *
 * <p><b>Special values</b> follow from the formula. A NaN gradient makes m, v and the parameter NaN. An infinite
 * gradient makes the parameter NaN, and each moment infinite and at the next step NaN; a moment computed by the
 * line for 1 - beta &gt;= 1/2 is NaN at once. A finite gradient whose square overflows makes v infinite likewise:
 * the update of this step is 0, and the parameter becomes NaN when v does. With PyTorch's arithmetic it is the
 * square times [1 - beta2] that overflows, and v stays infinite (NaN at the next step if beta2 is 0): after that,
 * only decay moves the parameter. With decay that acts on the parameter, an infinite parameter becomes NaN, with
 * {@code CAUTIOUS} even where c is 0. With epsilon 0 and no rootEpsilon, an element with m' = v' = 0 becomes NaN.
 * All of this holds for the numbers in their type: an epsilon of 1e-46 is 0 in float.
 *
 * <p><b>Shapes.</b> All operands have the same length and no byte in common; m and v are zero
 * before step 1. A slice is given by offset and length, in elements; a length of 0 does nothing.
 *
 * <p><b>Errors.</b> Every argument is checked before the first write. After an exception all arrays are as they
 * were, unless its message says otherwise: some exceptions of steps on several threads do, and that of an arena
 * which another thread closes during the step.
 *
 * <p><b>Range of float.</b> A step of floats is refused if, in float, the factor of the gradients rounds to
 * infinity, or to 0 without being 0; if clipValue rounds to 0; or if epsilon, rootEpsilon, the factor of weight
 * decay or a step size rounds to infinity. This holds whether the variant uses the number or not. Every other
 * number is taken as it rounds. A step size of 1e-50 is 0: the moments change and no parameter moves. An epsilon, a
 * rootEpsilon or a factor of weight decay of 1e-50 is 0. A clipValue of 1e300 is infinity, which clips nothing.
 *
 * <p><b>Source.</b> Kingma &amp; Ba 2014, Algorithm 1.
 */
public sealed interface AdamKernel permits SpecialisedKernel {

  /**
   * The fastest kernel for this machine.
   *
   * <p>This kernel starts on the scalar path, which is soon compiled. It switches to SIMD once the JIT has compiled
   * the SIMD loop and the compiled code has given the bits of the reference. At full load that takes one second for
   * the basic step, two for one with every variant, and three to four in formats of 16 and 8 bits; longer if the
   * compiler gets little time. Only the speed changes; {@link #explanation} says how far it is. After the switch,
   * compiled code that allocates nothing steps data of any kind and length.
   *
   * <p>The {@link System.Logger} {@code org.adamant} gets one message that says what was chosen and why. If there
   * is no SIMD, this call logs it as a warning. If SIMD is likely and the property names no width, loading and
   * checking the Vector API is put off, as it takes some 0.15 s: a daemon thread does it, which a step starts once 30
   * ms have passed and which then ends, or the first call of {@link #laneWidth} or {@link #explanation}.
   *
   * @return the kernel of {@link LaneWidth#preferred}
   * @throws IllegalArgumentException if the system property {@value LaneWidth#PROPERTY} names no width
   * @throws UnsupportedOperationException if the property names a width that is not supported here
   */
  static AdamKernel preferred() {
    return KernelCache.preferred();
  }

  /**
   * The kernel of one lane width, for experiments and tests. It runs the loop of that width from the first call on.
   * Until the JIT has compiled the loop, it is slow and allocates: if memory runs out, a step can end with an
   * {@link OutOfMemoryError} and arrays that are partly updated. That cannot happen with {@link #preferred}.
   *
   * @param width the width
   * @return the kernel
   * @throws UnsupportedOperationException if this JVM does not run the width natively; the message says
   *     why, and which ones it does
   */
  static AdamKernel of(LaneWidth width) {
    return KernelCache.of(width);
  }

  /**
   * The width of the vectors this kernel works with.
   *
   * @return the lane width
   */
  LaneWidth laneWidth();

  /**
   * One sentence for a log or a bug report: why this kernel works the way it does, what the user can do about it,
   * and how much of it has switched to SIMD by now.
   *
   * @return the sentence
   */
  String explanation();

  /**
   * Steps whole arrays of floats.
   *
   * @param step the coefficients, see {@link Adam#atStep}
   * @param params parameters, updated
   * @param grads gradients, read; written only if {@link AdamStep#withZeroGradient} or {@link AdamStep#withUpdateOnly}
   *     says so
   * @param m first moments, updated
   * @param v second moments, updated
   * @return 0 if the step was taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
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
   * @param grads gradients, read; written only if {@link AdamStep#withZeroGradient} or {@link AdamStep#withUpdateOnly}
   *     says so
   * @param m first moments, updated
   * @param v second moments, updated
   * @param offset the first element
   * @param length the number of elements
   * @return 0 if the step was taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
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
   * @param grads gradients, read; written only if {@link AdamStep#withZeroGradient} or {@link AdamStep#withUpdateOnly}
   *     says so
   * @param m first moments, updated
   * @param v second moments, updated
   * @return 0 if the step was taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
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
   * @param grads gradients, read; written only if {@link AdamStep#withZeroGradient} or {@link AdamStep#withUpdateOnly}
   *     says so
   * @param m first moments, updated
   * @param v second moments, updated
   * @param offset the first element
   * @param length the number of elements
   * @return 0 if the step was taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the arrays differ in length, or two of them are the same array
   * @throws IndexOutOfBoundsException if the slice does not lie in the arrays
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   */
  long step(
      AdamStep step, double[] params, double[] grads, double[] m, double[] v, int offset,
      int length);

  /**
   * Steps one slice, which also holds what a variant needs besides the four arrays.
   *
   * @param step the coefficients, and what else to do in the same pass
   * @param slice the arrays
   * @return 0 if the step was taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the variant needs an array that the slice does not have, or a
   *     coefficient is outside the range of float
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   * @throws IllegalStateException if a segment's arena is closed; if it was closed during the step, some operands are
   *     partly updated
   * @throws WrongThreadException if a segment belongs to another thread's confined arena
   */
  long step(AdamStep step, AdamSlice slice);

  /**
   * Steps a whole model on the calling thread.
   *
   * @param step the coefficients, and what else to do in the same pass
   * @param model the slices
   * @return 0 if the step was taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the variant needs an array that a slice does not have, or a
   *     coefficient is outside the range of float
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   * @throws IllegalStateException if a segment's arena is closed; if it was closed during the step, some operands are
   *     partly updated
   * @throws WrongThreadException if a segment belongs to another thread's confined arena
   */
  long step(AdamStep step, AdamModel model);

  /**
   * Steps a whole model on several threads, with the same bits. The calling thread takes part, and steps small
   * models alone. Returns when everything is done.
   *
   * @param step the coefficients, and what else to do in the same pass
   * @param model the slices
   * @param executor where further threads come from, for example {@link
   *     java.util.concurrent.ForkJoinPool#commonPool}; none is created here. The calling thread does what it
   *     rejects. Anything else that it throws before a thread has begun is passed on, and all arrays are as they
   *     were
   * @param threads the largest number of threads, the calling one included, at least 1
   * @return 0 if the step was taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code threads} is less than 1, the variant needs an array that a
   *     slice does not have, or a coefficient is outside the range of float
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   * @throws IllegalStateException if a segment's arena is closed; if it was closed during the step, some operands are
   *     partly updated
   * @throws WrongThreadException if a segment belongs to another thread's confined arena, or, on several threads,
   *     to any confined arena
   * @throws IllegalStateException if a thread failed in the middle, which leaves the arrays partly updated; or if
   *     the executor failed after threads had begun, which leaves them completely updated. The message says which,
   *     and it has the cause
   */
  long step(AdamStep step, AdamModel model, Executor executor, int threads);

  /**
   * Steps a whole model, each slice by a step of its own, on the calling thread.
   *
   * @param steps the step of each slice, in their order; read while the slices are stepped
   * @param model the slices
   * @return as {@link #step(List, AdamModel, Executor, int)}
   * @throws NullPointerException if an argument or a step is null
   * @throws IllegalArgumentException as {@link #step(List, AdamModel, Executor, int)}
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   * @throws IllegalStateException if a segment's arena is closed; if it was closed during the step, some operands are
   *     partly updated
   * @throws WrongThreadException if a segment belongs to another thread's confined arena
   */
  long step(List<AdamStep> steps, AdamModel model);

  /**
   * Steps a whole model, each slice by a step of its own, on several threads. Examples: weights that decay and
   * biases that do not; parameters that joined late and have a smaller t. The policy for gradients that are not
   * finite holds for all slices together: with {@link NonFinite#SKIP}, one such gradient in any slice leaves all
   * slices as they were.
   *
   * @param steps the step of each slice, in their order; read while the slices are stepped
   * @param model the slices
   * @param executor where further threads come from, see {@link #step(AdamStep, AdamModel, Executor, int)}
   * @param threads the largest number of threads, the calling one included, at least 1
   * @return 0 if the steps were taken; otherwise the number of gradients that are NaN or infinite, because of which
   *     {@link NonFinite#SKIP} changed nothing
   * @throws NullPointerException if an argument or a step is null
   * @throws IllegalArgumentException if there are not as many steps as slices, or their {@link
   *     AdamStep#nonFinite} differ; if {@code threads} is less than 1, a variant needs an array that its slice
   *     does not have, or a coefficient is outside the range of float
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   * @throws IllegalStateException if a segment's arena is closed; if it was closed during the step, some operands are
   *     partly updated
   * @throws WrongThreadException if a segment belongs to another thread's confined arena, or, on several threads,
   *     to any confined arena
   * @throws IllegalStateException as {@link #step(AdamStep, AdamModel, Executor, int)}
   */
  long step(List<AdamStep> steps, AdamModel model, Executor executor, int threads);

  /**
   * The Euclidean norm of all gradients of a model, the same to the last bit for every lane width and
   * thread count.
   *
   * <p>Allocates eight bytes per 4,096 elements, four per slice, and less than a kilobyte besides.
   *
   * <p><b>Order of operations.</b> Each slice is cut into blocks of 4,096 elements. In a block, element i is
   * squared and added in double, by fma, to sum i mod 32. The 32 sums are added in halves (0 and 16, 1 and 17,
   * ...). The sums of all blocks, in the order of the slices, are added pairwise: each range is split into two
   * halves, of which the first is shorter by at most one. <b>Accuracy.</b> The relative error is at most about (70
   * + log2 of the number of blocks) times 2^-53. <b>Special values.</b> Squares that overflow or underflow double
   * are computed once more with gradients scaled by a power of two. NaN if a gradient is, otherwise infinite if one
   * is.
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
   * @throws IllegalStateException if a thread failed, or the executor did after threads had begun; with the cause
   */
  double globalNorm(AdamModel model, Executor executor, int threads);

  /**
   * The sum of squares of each block of a part of a model, from which {@link #normOfSums} computes the {@linkplain
   * #globalNorm(AdamModel) global norm} of the whole. For gradients that are not in one place.
   *
   * <p>The sums of the parts are those of the whole if each part begins at a multiple of 4,096 elements of its
   * slice, where a block does.
   *
   * @param model the slices, of which only the gradients are read
   * @param scale the factor of every gradient before it is squared, finite and greater than 0; a power of two rounds
   *     nothing
   * @return the sums of the blocks of the first slice, then of the next
   * @throws NullPointerException if the model is null
   * @throws IllegalArgumentException if the scale is not finite and greater than 0
   */
  double[] sumsOfSquares(AdamModel model, double scale);

  /**
   * The {@linkplain #globalNorm(AdamModel) global norm} of gradients that are not in one place, to the bit.
   *
   * @param sumsOfSquares takes a scale, and gives what {@link #sumsOfSquares} returned with that scale for all
   *     parts, in the order of the whole. Called once with 1, and again with another scale if squares overflowed or
   *     underflowed
   * @return the norm
   * @throws NullPointerException if an argument, or what it gives, is null
   */
  static double normOfSums(DoubleFunction<double[]> sumsOfSquares) {
    Arguments.requireNonNull("sumsOfSquares", sumsOfSquares);
    return GlobalNorm.of(
        scale -> {
          final double[] sums = sumsOfSquares.apply(scale);
          Arguments.requireNonNull("what sumsOfSquares gives", sums);
          return sums;
        });
  }

  /**
   * The number of gradients of a model that are NaN or infinite, by which {@link NonFinite#SKIP} decides before a
   * step. For gradients that are not in one place.
   *
   * @param model the slices, of which only the gradients are read
   * @return the number
   * @throws NullPointerException if the model is null
   */
  long countNonFinite(AdamModel model);
}
