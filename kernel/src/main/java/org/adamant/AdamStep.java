package org.adamant;

import java.util.concurrent.ConcurrentHashMap;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.internal.Coefficients;
import org.adamant.internal.Powers;
import org.adamant.internal.TinyMoments;
import org.adamant.internal.Variant;

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
 *   hat           = sqrt(c2)                             with {@link EpsilonPlacement#EPSILON_HAT}, otherwise 1
 *
 *   [1 - beta1], [1 - beta2], [1 - averageDecay]         as they stand
 *   [1 / sqrt(1 - beta2^t)]                              1 / sqrt(c2)
 *   [1 / (1 - beta2^t)]                                  1 / c2
 *   [-learningRate / (1 - beta1^t)]                      -((learningRate * hat) / c1)
 *   [-learningRate * beta1 / (1 - beta1^(t+1))]          -(((learningRate * hat) * beta1) / c1 of t + 1)
 *   [-learningRate * (1 - beta1) / (1 - beta1^t)]        -(((learningRate * hat) / c1) * (1 - beta1))
 *   [-learningRate * weightDecay]                        -(learningRate * weightDecay)
 *   [gradientScale * clipFactor]                         as it stands
 * </pre>
 *
 * <p>t is converted to double, rounded to nearest; t + 1 of the largest long is the largest long. log and expm1
 * are those of {@link StrictMath}, which is fdlibm 5.3, the same on every JVM and processor; log(0) is minus
 * infinity, and its c is 1. {@code expm1} keeps the digits that {@code 1 - pow(beta, t)} loses for small t.
 *
 * <p>In the {@linkplain Arithmetic#PYTORCH arithmetic of PyTorch}, whose hat is always 1:
 *
 * <pre>
 *   c1, c2                                               1 - beta^t
 *   [sqrt(1 - beta2^t)]                                  sqrt(c2), but 1 if c2 is 1 - 2^-53
 *   [1 - learningRate * weightDecay]                     1 - (learningRate * weightDecay)
 * </pre>
 *
 * <p>with the power correctly rounded, and from t = 10^9 on that of {@link StrictMath#pow}, which is fdlibm's and
 * within an ulp. PyTorch takes it from the C library, where about one power in a thousand is off by its last bit,
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

  /** Of every set of hyper-parameters that a step was made from, the variants of its steps. */
  private static final ConcurrentHashMap<Variant, Variant[]> VARIANTS = new ConcurrentHashMap<>();

  private final Adam adam;
  private final long t;
  private final PerCall perCall;
  private final double stepSize;
  private final Coefficients coefficients;
  /** The variants of these hyper-parameters, by {@link PerCall#code}; null where none was asked for yet. */
  private final Variant[] variants;

  private final Variant variant;
  /** What a float step cannot be done with, or null. */
  private final String outsideFloat;

  /** What a call does beyond the hyper-parameters. */
  private record PerCall(
      double gradientScale,
      double clipFactor,
      boolean zeroGradient,
      boolean updateOnly,
      NonFinite nonFinite) {

    static final PerCall NOTHING = new PerCall(1, 1, false, false, NonFinite.PROPAGATE);

    /** One factor, rounded once, does for both. */
    double gradientFactor() {
      return gradientScale * clipFactor;
    }

    /** What of this is in the variant, as a number from 0 to 7. */
    int code() {
      return (gradientFactor() != 1 ? 4 : 0) + (zeroGradient ? 2 : 0) + (updateOnly ? 1 : 0);
    }
  }

  AdamStep(Adam adam, long t) {
    if (t < 1) {
      throw new IllegalArgumentException("t = " + t + ": expected a step number of at least 1");
    }
    this.adam = adam;
    this.t = t;
    this.perCall = PerCall.NOTHING;
    final boolean isRaw = adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    final double rate = adam.learningRate();
    final double beta1 = adam.beta1();
    final double correction1 = oneMinusPower(adam, beta1, t);
    final double correction2 = oneMinusPower(adam, adam.beta2(), t);
    final double rootCorrection = isRaw ? Math.sqrt(correction2) : 1;
    stepSize = rate * rootCorrection / correction1;
    if (Double.isInfinite(stepSize)) {
      throw new IllegalArgumentException(
          "learningRate = " + rate + ": learningRate / (1 - beta1^t) overflows at t = " + t
              + ", beta1 = " + beta1 + "; expected a smaller learning rate");
    }
    if (adam.weightDecayMode() == WeightDecay.DECOUPLED
        && Double.isInfinite(rate * adam.weightDecay())) {
      throw new IllegalArgumentException(
          "weightDecay = " + adam.weightDecay() + ": learningRate * weightDecay overflows with"
              + " learningRate = " + rate + "; expected a smaller weight decay");
    }
    variants = variants(adam);
    variant = variants[0];
    final boolean isPyTorch = adam.arithmetic() == Arithmetic.PYTORCH;
    final boolean isInside = adam.amsgrad() == AmsGrad.CORRECTED || adam.rootEpsilon() > 0;
    final double rootFactor = isRaw ? 1 : 1 / Math.sqrt(correction2);
    final double rootScale;
    if (isInside) {
      rootScale = 1;
    } else {
      rootScale = isPyTorch ? halfPower(correction2) : rootFactor;
    }
    final double momentStep =
        adam.nesterov()
            ? rate * rootCorrection * beta1 / oneMinusPower(adam, beta1, next(t))
            : stepSize;
    coefficients =
        new Coefficients(
            1,
            adam.clipValue(),
            switch (adam.weightDecayMode()) {
              case L2 -> adam.weightDecay();
              case DECOUPLED -> -(rate * adam.weightDecay());
              case INDEPENDENT -> -adam.weightDecay();
            },
            1 - rate * adam.weightDecay(),
            1 - beta1,
            1 - adam.beta2(),
            adam.beta2(),
            isRaw ? 1 : 1 / correction2,
            adam.rootEpsilon(),
            rootScale,
            adam.epsilon(),
            -momentStep,
            -(stepSize * (1 - beta1)),
            1 - adam.averageDecay(),
            !isPyTorch && TinyMoments.flushesAfter(t, rootFactor, adam.epsilon()));
    outsideFloat = outsideFloat(coefficients);
  }

  /** The same step, of which a call does something else; what both have in common is not computed again. */
  private AdamStep(AdamStep step, PerCall perCall) {
    this.adam = step.adam;
    this.t = step.t;
    this.perCall = perCall;
    this.stepSize = step.stepSize;
    final double factor = perCall.gradientFactor();
    if (Double.isInfinite(factor) || factor == 0 && perCall.clipFactor != 0) {
      throw new IllegalArgumentException(
          "gradientScale = " + perCall.gradientScale + ", clipFactor = " + perCall.clipFactor
              + ": their product is " + factor + "; expected it in the range of double");
    }
    this.coefficients = step.coefficients.withGradientScale(factor);
    this.variants = step.variants;
    final int code = perCall.code();
    Variant found = variants[code];
    if (found == null) {
      // A race is harmless: every thread finds the same instance.
      found = variant(adam, perCall).shared();
      variants[code] = found;
    }
    this.variant = found;
    this.outsideFloat = outsideFloat(coefficients);
  }

  /**
   * The first coefficient that a float cannot hold, with its value; null if there is none. Those that are not
   * asked about are at most 2^53.
   */
  private static String outsideFloat(Coefficients c) {
    final float scale = (float) c.gradientScale();
    if (!Float.isFinite(scale) || scale == 0 && c.gradientScale() != 0) {
      return "gradientScale * clipFactor = " + c.gradientScale();
    }
    if (!((float) c.clip() > 0)) {
      return "clipValue = " + c.clip();
    }
    if (!Float.isFinite((float) c.decay())) {
      return "the factor of weight decay = " + c.decay();
    }
    if (!Float.isFinite((float) c.rootEpsilon())) {
      return "rootEpsilon = " + c.rootEpsilon();
    }
    if (!Float.isFinite((float) c.epsilon())) {
      return "epsilon = " + c.epsilon();
    }
    if (!Float.isFinite((float) c.momentStep())) {
      return "the step size = " + -c.momentStep();
    }
    if (!Float.isFinite((float) c.gradientStep())) {
      return "the step size of the gradient = " + -c.gradientStep();
    }
    return null;
  }

  private static Variant variant(Adam adam, PerCall perCall) {
    final double w1 = 1 - adam.beta1();
    return new Variant(
        switch (adam.arithmetic()) {
          case EXACT -> Variant.Arithmetic.EXACT;
          case PYTORCH -> Variant.Arithmetic.PYTORCH;
        },
        perCall.gradientFactor() != 1,
        adam.clipValue() < Double.POSITIVE_INFINITY,
        adam.maximize(),
        decay(adam),
        w1 >= 0.5,
        adam.arithmetic() == Arithmetic.PYTORCH ? (float) w1 >= 0.5f : w1 >= 0.5,
        adam.arithmetic() == Arithmetic.EXACT && 1 - adam.beta2() >= 0.5,
        switch (adam.amsgrad()) {
          case NONE -> Variant.Maximum.NONE;
          case RAW -> Variant.Maximum.RAW;
          case CORRECTED -> Variant.Maximum.CORRECTED;
        },
        adam.rootEpsilon() > 0,
        adam.nesterov(),
        perCall.updateOnly(),
        adam.averageDecay() < 1,
        perCall.zeroGradient());
  }

  private static Variant[] variants(Adam adam) {
    final Variant basic = variant(adam, PerCall.NOTHING);
    final Variant[] known = VARIANTS.get(basic);
    if (known != null) {
      return known;
    }
    final Variant[] variants = new Variant[8];
    variants[0] = basic.shared();
    final Variant[] first = VARIANTS.putIfAbsent(variants[0], variants);
    return first == null ? variants : first;
  }

  private static Variant.Decay decay(Adam adam) {
    if (adam.weightDecay() == 0) {
      return Variant.Decay.NONE;
    }
    return adam.weightDecayMode() == WeightDecay.L2 ? Variant.Decay.L2 : Variant.Decay.DECOUPLED;
  }

  private static long next(long t) {
    return t == Long.MAX_VALUE ? t : t + 1;
  }

  private static double oneMinusPower(Adam adam, double beta, long t) {
    if (adam.arithmetic() == Arithmetic.PYTORCH) {
      return Powers.oneMinusPower(beta, t);
    }
    // Without cancellation; 1 for beta = 0, whose logarithm is minus infinity.
    return -StrictMath.expm1(t * StrictMath.log(beta));
  }

  /** C's pow(x, 0.5), of which PyTorch makes its roots: at 1 - 2^-53 it is not the root but 1. */
  private static double halfPower(double x) {
    return x == Math.nextDown(1.0) ? 1 : Math.sqrt(x);
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
    return with(
        new PerCall(
            gradientScale,
            perCall.clipFactor,
            perCall.zeroGradient,
            perCall.updateOnly,
            perCall.nonFinite));
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
    return with(
        new PerCall(
            perCall.gradientScale,
            clipFactor,
            perCall.zeroGradient,
            perCall.updateOnly,
            perCall.nonFinite));
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
    return with(
        new PerCall(
            perCall.gradientScale,
            perCall.clipFactor,
            true,
            perCall.updateOnly,
            perCall.nonFinite));
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
    return with(
        new PerCall(
            perCall.gradientScale,
            perCall.clipFactor,
            perCall.zeroGradient,
            true,
            perCall.nonFinite));
  }

  /**
   * A step that does something about gradients that are NaN or infinite.
   *
   * @param nonFinite what to do
   * @return the changed step
   */
  public AdamStep withNonFinite(NonFinite nonFinite) {
    Arguments.requireNonNull("nonFinite", nonFinite);
    return with(
        new PerCall(
            perCall.gradientScale,
            perCall.clipFactor,
            perCall.zeroGradient,
            perCall.updateOnly,
            nonFinite));
  }

  private AdamStep with(PerCall changed) {
    if (changed.updateOnly && changed.zeroGradient) {
      throw new IllegalArgumentException(
          "updateOnly with zeroGradient: expected one of them, both write the gradients");
    }
    if (changed.updateOnly && adam.averageDecay() < 1) {
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
   * @return learningRate / (1 - beta1^t), times sqrt(1 - beta2^t) where epsilon is added to the raw root
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
    return perCall.nonFinite;
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
