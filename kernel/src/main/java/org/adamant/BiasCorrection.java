package org.adamant;

import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.Rule;
import org.adamant.internal.loop.Powers;

/** The bias corrections of a step, and the rectification, see the formula of {@link AdamStep}. */
final class BiasCorrection {

  private BiasCorrection() {}

  /** {@return c1, the divisor of the first moment} */
  static double ofFirstMoment(Adam adam, long t) {
    return adam.rule() == Rule.LION ? 1 : oneMinusPower(adam, adam.beta1(), t);
  }

  /** {@return c2, the divisor of the second moment} */
  static double ofSecondMoment(Adam adam, long t) {
    return oneMinusPower(adam, adam.beta2(), t);
  }

  private static double oneMinusPower(Adam adam, double beta, long t) {
    if (!adam.biasCorrection()) {
      return 1;
    }
    if (adam.arithmetic() == Arithmetic.PYTORCH) {
      return Powers.oneMinusPower(beta, t);
    }
    // Free of cancellation; 1 for beta = 0, whose logarithm is minus infinity.
    return -StrictMath.expm1(t * StrictMath.log(beta));
  }

  /**
   * {@return r, RAdam's factor of the step size: 1 in other optimizers, 0 while the second moment averages too few
   * gradients}
   *
   * @param correction2 c2
   */
  static double rectification(Adam adam, long t, double correction2) {
    if (!adam.rectification()) {
      return 1;
    }
    final boolean isPyTorch = adam.arithmetic() == Arithmetic.PYTORCH;
    final double power =
        isPyTorch
            ? Powers.power(adam.beta2(), t)
            : StrictMath.exp(t * StrictMath.log(adam.beta2()));
    final double most = 2 / (1 - adam.beta2()) - 1;
    final double length = most - 2.0 * t * power / correction2;
    if (!(length > 5)) {
      return 0;
    }
    final double square =
        (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length);
    return isPyTorch ? halfPower(square) : Math.sqrt(square);
  }

  /** C's pow(x, 0.5), which PyTorch uses for its roots: at 1 - 2^-53 it gives 1, not the root. */
  static double halfPower(double x) {
    return x == Math.nextDown(1.0) ? 1 : Math.sqrt(x);
  }
}
