package org.adamant;

/**
 * The hyper-parameters of the Adam optimizer: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic
 * Optimization", 2014, Algorithm 1. Immutable; every {@code with} method returns a changed copy.
 *
 * <p>A {@code float} step uses the coefficients computed from these in {@code double} and rounded once;
 * an epsilon below the smallest float, about 1e-45, is then 0.
 *
 * @param learningRate the step size alpha, finite and at least 0
 * @param beta1 the decay rate of the first moment, at least 0 and less than 1
 * @param beta2 the decay rate of the second moment, at least 0 and less than 1
 * @param epsilon added to the root of the corrected second moment, finite and at least 0. With 0, an
 *     element whose gradients were all zero becomes NaN (0/0)
 * @param weightDecay the decoupled weight decay of AdamW (I. Loshchilov, F. Hutter, "Decoupled Weight
 *     Decay Regularization", 2019): before the update, a parameter p becomes p - learningRate *
 *     weightDecay * p. Finite and at least 0; 0 is none
 */
public record Adam(
    double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {

  private static final Adam DEFAULTS = new Adam(1e-3, 0.9, 0.999, 1e-8, 0);

  /**
   * Checks every hyper-parameter.
   *
   * @throws IllegalArgumentException if one is NaN, infinite or outside its range
   */
  public Adam {
    Arguments.requireFiniteAtLeastZero("learningRate", learningRate);
    Arguments.requireBeta("beta1", beta1);
    Arguments.requireBeta("beta2", beta2);
    Arguments.requireFiniteAtLeastZero("epsilon", epsilon);
    Arguments.requireFiniteAtLeastZero("weightDecay", weightDecay);
  }

  /**
   * The values the paper recommends: learning rate 1e-3, beta1 0.9, beta2 0.999, epsilon 1e-8, no
   * decay.
   *
   * @return the defaults
   */
  public static Adam defaults() {
    return DEFAULTS;
  }

  /**
   * A copy with another learning rate.
   *
   * @param newLearningRate the step size, finite and at least 0
   * @return the copy
   */
  public Adam withLearningRate(double newLearningRate) {
    return new Adam(newLearningRate, beta1, beta2, epsilon, weightDecay);
  }

  /**
   * A copy with another decay rate of the first moment.
   *
   * @param newBeta1 at least 0 and less than 1
   * @return the copy
   */
  public Adam withBeta1(double newBeta1) {
    return new Adam(learningRate, newBeta1, beta2, epsilon, weightDecay);
  }

  /**
   * A copy with another decay rate of the second moment.
   *
   * @param newBeta2 at least 0 and less than 1
   * @return the copy
   */
  public Adam withBeta2(double newBeta2) {
    return new Adam(learningRate, beta1, newBeta2, epsilon, weightDecay);
  }

  /**
   * A copy with another epsilon.
   *
   * @param newEpsilon finite and at least 0
   * @return the copy
   */
  public Adam withEpsilon(double newEpsilon) {
    return new Adam(learningRate, beta1, beta2, newEpsilon, weightDecay);
  }

  /**
   * A copy with another decoupled weight decay.
   *
   * @param newWeightDecay finite and at least 0; 0 is none
   * @return the copy
   */
  public Adam withWeightDecay(double newWeightDecay) {
    return new Adam(learningRate, beta1, beta2, epsilon, newWeightDecay);
  }

  /**
   * The coefficients of one step. A learning rate that follows a schedule is changed before the step it
   * is for: {@code adam.withLearningRate(rate).atStep(t)}.
   *
   * @param t the number of the step, counted from 1
   * @return the coefficients
   * @throws IllegalArgumentException if {@code t} is less than 1, or the step size overflows
   */
  public AdamStep atStep(long t) {
    return new AdamStep(this, t);
  }
}
