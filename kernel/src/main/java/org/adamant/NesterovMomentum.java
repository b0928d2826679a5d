package org.adamant;

import org.adamant.Adam.Arithmetic;
import org.adamant.internal.loop.Powers;

/**
 * The momentum of NAdam at one step and the next, and the bias corrections of both, see {@link AdamStep}.
 *
 * @param now mu_t
 * @param next mu_(t+1)
 * @param correction 1 minus the product of the momenta up to step t
 * @param nextCorrection the same up to step t + 1
 */
record NesterovMomentum(double now, double next, double correction, double nextCorrection) {

  /** Below this exponent, 1 minus the exponential is 1. */
  private static final double LEAST_EXPONENT = -40;

  /** Below this power, no later one changes a correction, which is at least 2^-53. */
  private static final double NEGLIGIBLE = 0x1p-108;

  /** Below this, a product, which in PyTorch is a float, does not change 1 minus it. */
  private static final double NEGLIGIBLE_PRODUCT = 0x1p-60;

  /** The momentum of step t and the next. */
  static NesterovMomentum of(Adam adam, long t) {
    final long next = t == Long.MAX_VALUE ? t : t + 1;
    return adam.arithmetic() == Arithmetic.PYTORCH
        ? ofPyTorch(adam, t, next)
        : exact(adam, t, next);
  }

  private static NesterovMomentum exact(Adam adam, long t, long next) {
    final double decay = adam.momentumDecay();
    final double beta1 = adam.beta1();
    final double log = StrictMath.log(beta1);
    // The logarithm of the product of all 1 - 0.96^(i psi) / 2, without those that change nothing.
    double sum = 0;
    for (long i = 1; i <= t && sum + i * log >= LEAST_EXPONENT; i++) {
      final double half = 0.5 * StrictMath.pow(0.96, i * decay);
      if (half < NEGLIGIBLE) {
        break;
      }
      sum += StrictMath.log1p(-half);
    }
    final double halfOfNext = 0.5 * StrictMath.pow(0.96, next * decay);
    final double sumOfNext = next == t ? sum : sum + StrictMath.log1p(-halfOfNext);
    final boolean corrects = adam.biasCorrection();
    return new NesterovMomentum(
        beta1 * (1 - 0.5 * StrictMath.pow(0.96, t * decay)),
        beta1 * (1 - halfOfNext),
        corrects ? -StrictMath.expm1(t * log + sum) : 1,
        corrects ? -StrictMath.expm1(next * log + sumOfNext) : 1);
  }

  /**
   * PyTorch keeps the product as state, a float whatever the parameters are, and first rounds each factor to float.
   */
  private static NesterovMomentum ofPyTorch(Adam adam, long t, long next) {
    float product = 1;
    for (long i = 1; i <= t; i++) {
      final double momentum = pyTorchMomentum(adam, i);
      final float changed = product * (float) momentum;
      if (changed < NEGLIGIBLE_PRODUCT) {
        product = 0;
        break;
      }
      // The momentum grows until it is beta1; then neither changes any more.
      if (changed == product && momentum == adam.beta1()) {
        break;
      }
      product = changed;
    }
    final double momentumOfNext = pyTorchMomentum(adam, next);
    return new NesterovMomentum(
        pyTorchMomentum(adam, t), momentumOfNext, 1.0 - product, 1.0 - product * momentumOfNext);
  }

  private static double pyTorchMomentum(Adam adam, long t) {
    return adam.beta1() * (1 - 0.5 * Powers.of096(t * adam.momentumDecay()));
  }
}
