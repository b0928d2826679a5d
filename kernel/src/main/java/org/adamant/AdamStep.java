package org.adamant;

import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Variant;
import org.jspecify.annotations.Nullable;

/**
 * The coefficients of step t, the same for every element, and what else one call does in its single pass.
 * Immutable; made by {@link Adam#atStep}. Every {@code with} method returns a changed copy.
 *
 * <p><b>Formula.</b> The coefficients contain the bias corrections of Algorithm 1. All are computed in double,
 * whatever the element type, in this order. Each operation is rounded once; a minus sign changes only the sign:
 *
 * <pre>
 *   c1            = -expm1(t * log(beta1))
 *   c2            = -expm1(t * log(beta2))
 *   c1 = c2       = 1                                    without {@link Adam#biasCorrection}, for every t
 *   hat           = sqrt(c2)                             with {@link EpsilonPlacement#EPSILON_HAT}, otherwise 1
 *
 *   [1 - beta1], [1 - beta2], [1 - averageDecay]         as they stand
 *   [1 / sqrt(1 - beta2^t)]                              1 / sqrt(c2)
 *   [1 / (1 - beta2^t)]                                  1 / c2
 *   [-learningRate / (1 - beta1^t)]                      -((learningRate * hat) / c1)
 *   [-learningRate * mu_(t+1) / (1 - mu_1 ... mu_(t+1))] -(((learningRate * hat) * mu of t + 1) / c of t + 1)
 *   [-learningRate * (1 - mu_t) / (1 - mu_1 ... mu_t)]   -(((learningRate * hat) / c of t) * (1 - mu of t))
 *   [-learningRate * weightDecay]                        -(learningRate * weightDecay)
 *   [gradientScale * clipFactor]                         as it stands
 * </pre>
 *
 * <p>t is converted to double and rounded to nearest; for the largest long, t + 1 is t. log and expm1 are those of
 * {@link StrictMath}, which is fdlibm 5.3, the same on every JVM and processor. log(0) is minus infinity, which
 * makes c 1. {@code expm1} keeps the digits that {@code 1 - pow(beta, t)} loses for small t.
 *
 * <p>With {@link Adam#nesterov}, a step i has
 *
 * <pre>
 *   mu            = beta1 * (1 - 0.5 * pow(0.96, i * momentumDecay))
 *   c             = -expm1(i * log(beta1) + (log1p(-h_1) + log1p(-h_2) + ...))     1 without bias correction
 *   h_k           = 0.5 * pow(0.96, k * momentumDecay)
 * </pre>
 *
 * <p>The sum starts at k = 1. It ends with i, or when h_k is less than 2^-108, or when k * log(beta1) and the
 * sum of the terms before k are together less than -40. The sum for t + 1 is that for t and one more term. With an
 * infinite momentumDecay, mu is beta1, and c is c1. {@code pow} and {@code log1p} are those of {@link StrictMath},
 * too.
 *
 * <p>With {@link Adam#rectification}
 *
 * <pre>
 *   rho_inf       = 2 / (1 - beta2) - 1
 *   rho           = rho_inf - ((2 * t) * exp(t * log(beta2))) / c2
 *   r             = sqrt((((rho - 4) * (rho - 2)) * rho_inf) / (((rho_inf - 4) * (rho_inf - 2)) * rho))
 * </pre>
 *
 * <p>Where rho is greater than 5, learningRate becomes (learningRate * r) in every bracket but those of weight
 * decay. Where rho is at most 5, learningRate stays, and hat is 1.
 *
 * <p>In the {@linkplain Arithmetic#PYTORCH arithmetic of PyTorch}:
 *
 * <pre>
 *   c1, c2                                               1 - beta^t
 *   c                                                    1 - f_t; of t + 1 it is 1 - (f_t * mu of t + 1)
 *   f_i                                                  f_(i-1) * mu, both rounded to float, as is f_i; f_0 is 1;
 *                                                        what is less than 2^-60 is 0
 *   [-learningRate * (1 - mu_t) / (1 - mu_1 ... mu_t)]   -((learningRate * (1 - mu of t)) / c of t)
 *   rho                                                  with beta2^t in place of exp(t * log(beta2))
 *   [r]                                                  r, but 1 if its square is 1 - 2^-53
 *   [-learningRate], [1 - beta1^t], [1 - beta2^t]        as they stand
 *   [sqrt(1 - beta2^t)]                                  sqrt(c2), but 1 if c2 is 1 - 2^-53
 *   [1 - learningRate * weightDecay]                     1 - (learningRate * weightDecay)
 * </pre>
 *
 * <p>Powers are correctly rounded, with these exceptions. One power of 0.96 in 2^40 is not, and from an exponent of
 * 1000 on it is 0. From t = 10^9 on, powers of beta are those of {@link StrictMath#pow}, which are fdlibm's and
 * within an ulp. PyTorch's powers come from the C library, where about one in a thousand is off by its last bit;
 * which ones depends on the library. Only a step of doubles shows the difference.
 *
 * <p><b>Accuracy.</b> Without PyTorch's arithmetic and {@code EPSILON_HAT}, the relative error of a step size is at
 * most 7 * 2^-53, that of the factor of the root at most 5 * 2^-53. A {@code float} step rounds each coefficient
 * once more, to nearest.
 *
 * <p><b>Range.</b> No coefficient that is used is NaN or infinite. A coefficient that overflows double is refused
 * when the step is made, one that a float cannot hold when a step of floats is done, see {@link AdamKernel}.
 *
 * <p><b>Source.</b> Kingma &amp; Ba 2014, section 2 (the efficient order of computation) and section 3.
 */
public final class AdamStep {

  private final Adam adam;
  private final long t;
  private final PerCall perCall;
  private final double stepSize;

  /** The coefficients of the step without the options of a call. */
  private final Coefficients ofStep;

  private final Coefficients coefficients;

  /** The variants of these hyper-parameters, see {@link PerCall#variants}. */
  private final @Nullable Variant[] variants;

  private final Variant variant;

  /** The first coefficient outside float's range, or null. */
  private final @Nullable String outsideFloat;

  AdamStep(Adam adam, long t) {
    if (t < 1) {
      throw new IllegalArgumentException("t = " + t + ": expected a step number of at least 1");
    }
    this.adam = adam;
    this.t = t;
    this.perCall = PerCall.NOTHING;
    final double correction1 = BiasCorrection.ofFirstMoment(adam, t);
    final double correction2 = BiasCorrection.ofSecondMoment(adam, t);
    final double rectification = BiasCorrection.rectification(adam, t, correction2);
    final double rate = StepCoefficients.correctedRate(adam, correction2, rectification);
    stepSize = StepCoefficients.stepSize(adam, t, rate, correction1);
    ofStep =
        StepCoefficients.of(
            adam, t, correction1, correction2, rectification, rate, stepSize);
    coefficients = ofStep;
    outsideFloat = StepCoefficients.outsideFloat(coefficients);
    variants = PerCall.variants(adam.variant(StepCoefficients.isRootless(rectification)));
    variant = perCall.variant(variants);
  }

  /** The same step with other options; what both have in common is not computed again. */
  private AdamStep(AdamStep step, PerCall perCall) {
    this.adam = step.adam;
    this.t = step.t;
    this.perCall = perCall;
    this.stepSize = step.stepSize;
    this.ofStep = step.ofStep;
    this.coefficients = StepCoefficients.with(perCall, ofStep, adam, t);
    this.outsideFloat = StepCoefficients.outsideFloat(coefficients);
    this.variants = step.variants;
    this.variant = perCall.variant(variants);
  }

  /**
   * A step whose gradients are first multiplied by a factor, for example by the inverse of a loss scale.
   *
   * @param gradientScale the factor, finite and greater than 0; it is multiplied by the {@linkplain #withClipFactor
   *     clip factor} in double
   * @return the changed step
   * @throws IllegalArgumentException if the factor is outside its range, or its product with the clip factor
   *     overflows, or is 0 though neither is
   */
  public AdamStep withGradientScale(double gradientScale) {
    Arguments.requirePositiveFinite("gradientScale", gradientScale);
    return with(perCall.withGradientScale(gradientScale));
  }

  /**
   * A step whose gradients are first multiplied by a factor that brings their norm down to a limit, see
   * {@link #clipFactor}.
   *
   * @param clipFactor the factor, finite and at least 0
   * @return the changed step
   * @throws IllegalArgumentException if the factor is outside its range, or its product with the gradient scale
   *     overflows, or is 0 though neither is
   */
  public AdamStep withClipFactor(double clipFactor) {
    Arguments.requireFiniteAtLeastZero("clipFactor", clipFactor);
    return with(perCall.withClipFactor(clipFactor));
  }

  /**
   * The factor that brings the norm of gradients down to a limit: {@code maxNorm / norm} if the norm is greater
   * than the limit, otherwise 1.
   *
   * <p>A norm that is infinite or NaN gives 0, which suits every {@link NonFinite}. {@code SKIP} and {@code THROW}
   * act on the gradients, whatever the factor. With {@code PROPAGATE} the gradients that are not finite become NaN,
   * and the others 0.
   *
   * @param norm the norm of all gradients, see {@link AdamKernel#globalNorm}, times the gradient scale if there is
   *     one; at least 0, infinite or NaN
   * @param maxNorm the limit, finite and greater than 0
   * @return the factor, at most 1
   * @throws IllegalArgumentException if the norm is negative or the limit outside its range
   */
  public static double clipFactor(double norm, double maxNorm) {
    if (norm < 0) {
      throw new IllegalArgumentException("norm = " + norm + ": expected a value >= 0, or NaN");
    }
    Arguments.requirePositiveFinite("maxNorm", maxNorm);
    if (Double.isNaN(norm)) {
      return 0;
    }
    return norm > maxNorm ? maxNorm / norm : 1;
  }

  /**
   * A step that sets every gradient to +0 after using it, ready for the next accumulation.
   *
   * @return the changed step
   * @throws IllegalArgumentException if this step writes its update to the gradients
   */
  public AdamStep withZeroGradient() {
    return with(perCall.withZeroGradient());
  }

  /**
   * A step that leaves the parameters as they are and overwrites the gradients with the update, which the caller
   * <em>adds</em> to the parameters. The update includes decay that acts on the parameter; parameter plus update
   * can then differ by roundings from the parameter that the step itself would have written.
   *
   * @return the changed step
   * @throws IllegalArgumentException if this step sets gradients to zero or averages parameters
   */
  public AdamStep withUpdateOnly() {
    return with(perCall.withUpdate(PerCall.Update.WRITTEN));
  }

  /**
   * A step with another policy for gradients that are NaN or infinite.
   *
   * @param nonFinite the policy; the default is {@link NonFinite#PROPAGATE}
   * @return the changed step
   */
  public AdamStep withNonFinite(NonFinite nonFinite) {
    Arguments.requireNonNull("nonFinite", nonFinite);
    return with(perCall.withNonFinite(nonFinite));
  }

  /**
   * A step that, as with {@link #withUpdateOnly}, leaves the parameters as they are, but overwrites the gradients
   * with what the caller <em>subtracts</em> from the parameters, as other libraries do. The moments do not change
   * their sign, as they do with {@link Adam#maximize}.
   *
   * @return the changed step
   * @throws IllegalArgumentException if this step sets gradients to zero or averages parameters
   */
  public AdamStep withNegatedUpdate() {
    return with(perCall.withUpdate(PerCall.Update.NEGATED));
  }

  /**
   * A step with another rounding of numbers that are stored in fewer bits than it computes in, see {@link Format}.
   *
   * @param rounding the rounding; the default is {@link Rounding#STOCHASTIC}
   * @return the changed step
   * @throws NullPointerException if the argument is null
   */
  public AdamStep withRounding(Rounding rounding) {
    Arguments.requireNonNull("rounding", rounding);
    return with(perCall.withRounding(rounding));
  }

  /**
   * A step with other random numbers for {@link Rounding#STOCHASTIC}: for another training run, or another model
   * that must not share them. Use one seed for all steps of a run; the random numbers depend on t, too.
   *
   * @param seed any number; the default is 0
   * @return the changed step
   */
  public AdamStep withSeed(long seed) {
    return with(perCall.withSeed(seed));
  }

  private AdamStep with(PerCall changed) {
    if (changed.updateOnly() && changed.zeroGradient()) {
      throw new IllegalArgumentException(
          "updateOnly with zeroGradient: expected one of them, both write the gradients");
    }
    if (changed.updateOnly() && adam.averageDecay() < 1) {
      throw new IllegalArgumentException(
          "updateOnly with averageDecay = " + adam.averageDecay()
              + ": expected 1, the new parameters are not known to this step");
    }
    return new AdamStep(this, changed);
  }

  /**
   * The hyper-parameters this step was made from.
   *
   * @return the hyper-parameters
   */
  public Adam adam() {
    return adam;
  }

  /**
   * The number of the step.
   *
   * @return t, at least 1
   */
  public long t() {
    return t;
  }

  /**
   * The weight of the gradient in the new first moment.
   *
   * @return 1 - beta1
   */
  public double firstMomentWeight() {
    return coefficients.firstMomentWeight();
  }

  /**
   * The weight of the squared gradient in the new second moment.
   *
   * @return 1 - beta2
   */
  public double secondMomentWeight() {
    return coefficients.secondMomentWeight();
  }

  /**
   * The learning rate with the bias corrections that it includes.
   *
   * @return learningRate / (1 - beta1^t), times sqrt(1 - beta2^t) if epsilon is added to the raw root, and times r
   *     if it is rectified; the learning rate itself without bias correction
   */
  public double stepSize() {
    return stepSize;
  }

  /**
   * The bias correction of the second moment, as a factor of its root (a divisor in PyTorch's arithmetic); 1 if the
   * correction is elsewhere.
   *
   * @return 1 / sqrt(1 - beta2^t), or sqrt(1 - beta2^t), or 1
   */
  public double rootScale() {
    return coefficients.rootScale();
  }

  /**
   * What this step does about gradients that are NaN or infinite.
   *
   * @return the policy
   */
  public NonFinite nonFinite() {
    return perCall.nonFinite();
  }

  /**
   * Whether this step ends by setting tiny moments to zero, see {@link AdamKernel}.
   *
   * @return true at every 64th step, unless epsilon is too small to hide it, the rule is LION or the arithmetic
   *     PyTorch's
   */
  public boolean flushesTinyMoments() {
    return coefficients.flushes();
  }

  /** Refuses coefficients that a float loop would round to infinity, and a factor or limit it would round to 0. */
  void requireFloatRange() {
    if (outsideFloat != null) {
      throw new IllegalArgumentException(
          outsideFloat + ": expected a number in the range of float, or arrays of double, in "
              + this);
    }
  }

  /** Whether this step writes gradients. */
  boolean writesGrads() {
    return perCall.updateOnly() || perCall.zeroGradient();
  }

  boolean updateOnly() {
    return perCall.updateOnly();
  }

  Coefficients coefficients() {
    return coefficients;
  }

  Variant variant() {
    return variant;
  }

  @Override
  public String toString() {
    return "step " + t + " of " + adam + (perCall.equals(PerCall.NOTHING) ? "" : " " + perCall);
  }
}
