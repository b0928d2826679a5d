package org.adamant;

import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.RandomBits;
import org.adamant.internal.loop.TinyMoments;
import org.jspecify.annotations.Nullable;

/**
 * Computes the coefficients of a step from its hyper-parameters, bias corrections and options, see the formula of
 * {@link AdamStep}. Refuses those that would overflow.
 */
final class StepCoefficients {

  private StepCoefficients() {}

  /** Whether the update is the first moment only, as the second moment averages too few gradients. */
  static boolean isRootless(double rectification) {
    return rectification == 0;
  }

  /**
   * {@return the learning rate with all its factors except the correction of the first moment}
   *
   * @param correction2 see {@link BiasCorrection#ofSecondMoment}
   * @param rectification see {@link BiasCorrection#rectification}
   */
  static double correctedRate(Adam adam, double correction2, double rectification) {
    if (isRootless(rectification)) {
      return adam.learningRate();
    }
    final double rate = adam.learningRate() * rectification;
    return adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT
        ? rate * Math.sqrt(correction2)
        : rate;
  }

  /** {@return the step size along the first moment} */
  static double stepSize(Adam adam, long t, double correctedRate, double correction1) {
    final double stepSize = correctedRate / correction1;
    if (Double.isInfinite(stepSize)) {
      throw new IllegalArgumentException(
          "learningRate = " + adam.learningRate()
              + ": learningRate / (1 - beta1^t) overflows at t = " + t + ", beta1 = "
              + adam.beta1() + "; expected a smaller learning rate");
    }
    return stepSize;
  }

  /** {@return the coefficients of step t without options} */
  static Coefficients of(
      Adam adam,
      long t,
      double correction1,
      double correction2,
      double rectification,
      double correctedRate,
      double stepSize) {
    final boolean isPyTorch = adam.arithmetic() == Arithmetic.PYTORCH;
    final boolean isRaw = adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    final double rate = adam.learningRate();
    final double decay = decay(adam);
    final double rootFactor = isRaw ? 1 : 1 / Math.sqrt(correction2);
    double momentStep = isPyTorch && adam.rectification() ? rate : stepSize;
    double gradientStep = 0;
    if (adam.nesterov() && !isRootless(rectification)) {
      final NesterovMomentum momentum = NesterovMomentum.of(adam, t);
      momentStep = correctedRate * momentum.next() / momentum.nextCorrection();
      gradientStep =
          isPyTorch
              ? correctedRate * (1 - momentum.now()) / momentum.correction()
              : correctedRate / momentum.correction() * (1 - momentum.now());
      requireFiniteSteps(adam, t, momentStep, gradientStep);
    }
    return new Coefficients(
        1,
        adam.clipValue(),
        adam.weightDecayMode().isOfGradient() ? decay : -decay,
        1 - rate * adam.weightDecay(),
        1 - adam.beta1(),
        1 - adam.beta2(),
        adam.beta2(),
        varianceScale(adam, correction2),
        adam.rootEpsilon(),
        rootScale(adam, correction2, rootFactor),
        adam.epsilon(),
        correction1,
        rectification,
        -momentStep,
        -gradientStep,
        1 - adam.averageDecay(),
        adam.hidesTinyMoments()
            && TinyMoments.flushesAfter(t, rootFactor, adam.epsilon()),
        RandomBits.stream(0, t));
  }

  private static double decay(Adam adam) {
    final WeightDecay mode = adam.weightDecayMode();
    final double decay =
        mode.isTimesRate() ? adam.learningRate() * adam.weightDecay() : adam.weightDecay();
    if (mode.isTimesRate() && Double.isInfinite(decay)) {
      throw new IllegalArgumentException(
          "weightDecay = " + adam.weightDecay()
              + ": learningRate * weightDecay overflows with learningRate = "
              + adam.learningRate() + "; expected a smaller weight decay");
    }
    return decay;
  }

  private static void requireFiniteSteps(
      Adam adam, long t, double momentStep, double gradientStep) {
    if (!Double.isFinite(momentStep) || !Double.isFinite(gradientStep)) {
      // PyTorch's product of momenta, rounded to float, stays 1 for ever.
      throw new IllegalArgumentException(
          "beta1 = " + adam.beta1() + ": the step size of the Nesterov momentum overflows at t = "
              + t + ", learningRate = " + adam.learningRate() + "; expected a smaller beta1");
    }
  }

  private static double varianceScale(Adam adam, double correction2) {
    if (adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT) {
      return 1;
    }
    return adam.arithmetic() == Arithmetic.PYTORCH ? correction2 : 1 / correction2;
  }

  private static double rootScale(Adam adam, double correction2, double rootFactor) {
    if (adam.amsgrad() == AmsGrad.CORRECTED || adam.rootEpsilon() > 0) {
      // The correction is inside the root.
      return 1;
    }
    return adam.arithmetic() == Arithmetic.PYTORCH
        ? BiasCorrection.halfPower(correction2)
        : rootFactor;
  }

  /** {@return the coefficients of a step with options; what the options do not change is not computed again} */
  static Coefficients with(PerCall options, Coefficients ofStep, Adam adam, long t) {
    final double factor = options.gradientFactor();
    if (Double.isInfinite(factor) || factor == 0 && options.clipFactor() != 0) {
      throw new IllegalArgumentException(
          "gradientScale = " + options.gradientScale() + ", clipFactor = " + options.clipFactor()
              + ": their product is " + factor + "; expected it in the range of double");
    }
    final boolean isNegated = options.update() == PerCall.Update.NEGATED;
    final boolean isDecayInUpdate = !adam.weightDecayMode().isOfGradient();
    return ofStep.with(
        factor,
        isNegated && isDecayInUpdate ? -ofStep.decay() : ofStep.decay(),
        isNegated ? -1 : 1,
        RandomBits.stream(options.seed(), t));
  }

  /**
   * The first coefficient that a float cannot hold, with its value; null if there is none. Coefficients that are
   * not checked are at most 2^53.
   */
  static @Nullable String outsideFloat(Coefficients c) {
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
      return "the step size = " + Math.abs(c.momentStep());
    }
    if (!Float.isFinite((float) c.gradientStep())) {
      return "the step size of the gradient = " + Math.abs(c.gradientStep());
    }
    return null;
  }
}
