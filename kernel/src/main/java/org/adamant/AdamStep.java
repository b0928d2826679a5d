package org.adamant;

import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Variant;
import org.jspecify.annotations.Nullable;

/**
 * The coefficients of step t, the same for every element, and what else one call does in its single pass.
 * Immutable; made by {@link Adam#atStep}, changed by the {@code with} methods.
 *
 * <p><b>Formula.</b> The bias corrections of Algorithm 1 are moved from the elements to the
 * coefficients. All are computed in double whatever the element type, each operation being rounded once, in this
 * order; a minus sign changes only the sign:
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
 * <p>t is converted to double, rounded to nearest; t + 1 of the largest long is the largest long. log and expm1
 * are those of {@link StrictMath}, which is fdlibm 5.3, the same on every JVM and processor; log(0) is minus
 * infinity, and its c is 1. {@code expm1} keeps the digits that {@code 1 - pow(beta, t)} loses for small t.
 *
 * <p>With {@link Adam#nesterov} there are, of a step i,
 *
 * <pre>
 *   mu            = beta1 * (1 - 0.5 * pow(0.96, i * momentumDecay))
 *   c             = -expm1(i * log(beta1) + (log1p(-h_1) + log1p(-h_2) + ...))     1 without bias correction
 *   h_k           = 0.5 * pow(0.96, k * momentumDecay)
 * </pre>
 *
 * <p>where the sum is made from k = 1 on to i, or until h_k is less than 2^-108, or until k * log(beta1) and the sum of
 * the terms before k are together less than -40; that for t + 1 is the sum for t and one more term. With an infinite
 * momentumDecay, mu is beta1, and c is c1. {@code pow} and {@code log1p} are those of {@link StrictMath}, too.
 *
 * <p>With {@link Adam#rectification} there are
 *
 * <pre>
 *   rho_inf       = 2 / (1 - beta2) - 1
 *   rho           = rho_inf - ((2 * t) * exp(t * log(beta2))) / c2
 *   r             = sqrt((((rho - 4) * (rho - 2)) * rho_inf) / (((rho_inf - 4) * (rho_inf - 2)) * rho))
 * </pre>
 *
 * <p>and learningRate is (learningRate * r) in every bracket that has one and is not of weight decay. Where rho is at
 * most 5, learningRate and hat are replaced by learningRate and 1 instead.
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
 * <p>with powers correctly rounded, those of 0.96 but for one in 2^40 and 0 from an exponent of 1000 on, and those of
 * beta from t = 10^9 on those of {@link StrictMath#pow}, which are fdlibm's and within an ulp. PyTorch takes it from the C library, where about one power in a thousand is off by its last bit,
 * which ones depending on the library; that can be seen in double only.
 *
 * <p><b>Accuracy.</b> A step size has a relative error of at most 7 * 2^-53, the factor of the root one of at most
 * 5 * 2^-53, without PyTorch's arithmetic and {@code EPSILON_HAT}. A {@code float} step rounds each coefficient once
 * more, to nearest.
 *
 * <p><b>Range.</b> No coefficient that is used is NaN or infinite: what would overflow in double is refused when the
 * step is made. What a float cannot hold is refused when a step of floats is done, see {@link AdamKernel}.
 *
 * <p><b>Source.</b> Kingma &amp; Ba 2014, section 2 (the efficient order of computation) and section 3.
 */
public final class AdamStep {

  private final Adam adam;
  private final long t;
  private final PerCall perCall;
  private final double stepSize;

  /** Those of the step without what a call does beyond the hyper-parameters. */
  private final Coefficients ofStep;

  private final Coefficients coefficients;

  /** The variants of steps of these hyper-parameters, see {@link PerCall#variants}. */
  private final @Nullable Variant[] variants;

  private final Variant variant;

  /** What a float step cannot be done with, or null. */
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

  /** The same step, of which a call does something else; what both have in common is not computed again. */
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
   * @param gradientScale the factor, finite and greater than 0. Multiplied, in double, with the
   *     {@linkplain #withClipFactor clip factor}
   * @return the changed step
   * @throws IllegalArgumentException if the factor is outside its range, or its product with the clip
   *     factor outside that of double
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
   * @throws IllegalArgumentException if the factor is outside its range, or its product with the gradient
   *     scale outside that of double
   */
  public AdamStep withClipFactor(double clipFactor) {
    Arguments.requireFiniteAtLeastZero("clipFactor", clipFactor);
    return with(perCall.withClipFactor(clipFactor));
  }

  /**
   * The factor that brings gradients of a norm down to a limit: {@code maxNorm / norm} if the norm is
   * greater, otherwise 1.
   *
   * <p>A norm that is infinite or NaN gives 0, so that clipping goes together with every {@link NonFinite}:
   * {@code SKIP} and {@code THROW} act on the gradients, whatever the factor; with {@code PROPAGATE} the
   * gradients that are not finite become NaN, and the others 0.
   *
   * @param norm the norm of all gradients, see {@link AdamKernel#globalNorm}, times the gradient scale if
   *     there is one; not negative
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
   * A step that leaves the parameters as they are and writes the update over the gradients: what is to be
   * <em>added</em> to the parameters. With decoupled or independent decay the update includes it; parameter plus
   * update can then differ by roundings from the parameter that the step itself would have written.
   *
   * @return the changed step
   * @throws IllegalArgumentException if this step sets gradients to zero or averages parameters
   */
  public AdamStep withUpdateOnly() {
    return with(perCall.withUpdate(PerCall.Update.WRITTEN));
  }

  /**
   * A step that does something about gradients that are NaN or infinite.
   *
   * @param nonFinite what to do
   * @return the changed step
   */
  public AdamStep withNonFinite(NonFinite nonFinite) {
    Arguments.requireNonNull("nonFinite", nonFinite);
    return with(perCall.withNonFinite(nonFinite));
  }

  /**
   * A step that, as with {@link #withUpdateOnly}, leaves the parameters as they are, and writes over the gradients what
   * is to be <em>subtracted</em> from the parameters, as optimizers of other libraries do. The moments are as ever:
   * this is another sign than that of {@link Adam#maximize}.
   *
   * @return the changed step
   * @throws IllegalArgumentException if this step sets gradients to zero or averages parameters
   */
  public AdamStep withNegatedUpdate() {
    return with(perCall.withUpdate(PerCall.Update.NEGATED));
  }

  /**
   * A step that rounds in another way what is stored in fewer bits than it computes in, see {@link Format}.
   *
   * @param rounding how; {@link Rounding#STOCHASTIC} if nothing is said
   * @return the changed step
   * @throws NullPointerException if the argument is null
   */
  public AdamStep withRounding(Rounding rounding) {
    Arguments.requireNonNull("rounding", rounding);
    return with(perCall.withRounding(rounding));
  }

  /**
   * A step with other random numbers for {@link Rounding#STOCHASTIC}: another training run, or a model whose parameters
   * are not to share them. Steps t of one run have the same seed; t itself is part of the numbers.
   *
   * @param seed any number; 0 if nothing is said
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
   * The learning rate with the bias corrections it carries.
   *
   * @return learningRate / (1 - beta1^t), times sqrt(1 - beta2^t) where epsilon is added to the raw root, and times r
   *     where it is rectified; the learning rate without bias correction
   */
  public double stepSize() {
    return stepSize;
  }

  /**
   * The second moment's bias correction, as a factor of its root (a divisor in the arithmetic of
   * PyTorch); 1 where the correction is elsewhere.
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
   * @return true at every 64th step, unless epsilon is too small to hide it or the arithmetic is another's
   */
  public boolean flushesTinyMoments() {
    return coefficients.flushes();
  }

  /** Refuses what a float loop would round to infinity, and a factor or limit it would round to 0. */
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
