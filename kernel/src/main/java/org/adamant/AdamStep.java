package org.adamant;

import org.adamant.internal.Coefficients;
import org.adamant.internal.TinyMoments;
import org.adamant.internal.Variant;

/**
 * The coefficients of step t, the same for every element. Immutable; made by {@link Adam#atStep}.
 *
 * <p><b>Formula.</b> The bias corrections of Algorithm 1 are moved from the elements to the
 * coefficients:
 *
 * <pre>
 *   firstMomentWeight  = 1 - beta1
 *   secondMomentWeight = 1 - beta2
 *   stepSize           = learningRate / (1 - beta1^t)
 *   rootScale          = 1 / sqrt(1 - beta2^t)
 * </pre>
 *
 * <p><b>Accuracy.</b> Computed in double whatever the element type. {@code 1 - beta^t} is computed as
 * {@code -expm1(t * log(beta))}, which keeps the digits that {@code 1 - pow(beta, t)} loses for small t;
 * by {@link StrictMath}, whose results are the same on every JVM and processor. A {@code float} step
 * rounds each coefficient once.
 *
 * <p><b>Source.</b> Kingma &amp; Ba 2014, section 2 (the efficient order of computation) and section 3.
 */
public final class AdamStep {

  private final Adam adam;
  private final long t;
  private final Coefficients coefficients;
  private final Variant variant;
  private final boolean isInFloatRange;

  AdamStep(Adam adam, long t) {
    if (t < 1) {
      throw new IllegalArgumentException("t = " + t + ": expected a step number of at least 1");
    }
    final double stepSize = adam.learningRate() / oneMinusPower(adam.beta1(), t);
    if (Double.isInfinite(stepSize)) {
      throw new IllegalArgumentException(
          "learningRate = "
              + adam.learningRate()
              + ": learningRate / (1 - beta1^t) overflows at t = "
              + t
              + ", beta1 = "
              + adam.beta1()
              + "; expected a smaller learning rate");
    }
    final double rootScale = 1 / Math.sqrt(oneMinusPower(adam.beta2(), t));
    this.adam = adam;
    this.t = t;
    this.coefficients =
        new Coefficients(
            1 - adam.beta1(),
            1 - adam.beta2(),
            -stepSize,
            rootScale,
            adam.epsilon(),
            -(adam.learningRate() * adam.weightDecay()),
            TinyMoments.flushesAfter(t, rootScale, adam.epsilon()));
    this.variant = new Variant(adam.weightDecay() != 0);
    final double decay = adam.learningRate() * adam.weightDecay();
    this.isInFloatRange =
        isInFloatRange(stepSize) && isInFloatRange(decay) && isInFloatRange(adam.epsilon());
  }

  private static boolean isInFloatRange(double coefficient) {
    return Float.isFinite((float) coefficient);
  }

  /** 1 - beta^t without cancellation; 1 for beta = 0, whose logarithm is minus infinity. */
  private static double oneMinusPower(double beta, long t) {
    return -StrictMath.expm1(t * StrictMath.log(beta));
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
   * The learning rate with the first moment's bias correction.
   *
   * @return learningRate / (1 - beta1^t)
   */
  public double stepSize() {
    return -coefficients.negativeStepSize();
  }

  /**
   * The second moment's bias correction, as a factor of its root.
   *
   * @return 1 / sqrt(1 - beta2^t)
   */
  public double rootScale() {
    return coefficients.rootScale();
  }

  /**
   * Whether this step ends by setting tiny moments to zero, see {@link AdamKernel}.
   *
   * @return true at every 64th step, unless epsilon is too small to hide it
   */
  public boolean flushesTinyMoments() {
    return coefficients.flushes();
  }

  /** Refuses coefficients that a float loop would round to infinity. */
  void requireFloatRange() {
    if (!isInFloatRange) {
      throw new IllegalArgumentException(
          "step = "
              + this
              + ": a coefficient is too large for float; expected a smaller learning rate, epsilon or"
              + " weight decay, or arrays of double");
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
    return "step " + t + " of " + adam;
  }
}
