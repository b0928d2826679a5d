package org.adamant.bench.peers;

import java.lang.reflect.Array;
import org.adamant.Adam;
import org.adamant.bench.results.Workload;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays.Role;

/**
 * Checks, before a peer is timed, whether it computes the same step: compares the first steps of the kernel and the
 * peer, element by element, within bounds of what different roundings can explain.
 *
 * <p><b>Bounds</b> after K steps with the same gradients. u is the round-off of the element, c that of the
 * coefficients, and s that of numbers stored in fewer bits, otherwise 0. If a peer rounds beta before it subtracts
 * it from one, its 1 - beta has a relative error of at most c / (1 - beta). A moment is a sum of terms of one sign,
 * so each of the at most eight roundings of a step adds at most u. Storing it adds 3 s: two for the kernel's
 * stochastic rounding, one for the peer's rounding to nearest. With terms of second order in three steps, that is 4
 * s:
 *
 * <pre>
 *   e(m) = c / (1 - beta1) + 8 K u + 4 K s        relative
 *   e(v) = c / (1 - beta2) + 8 K u + 4 K s        relative
 *   e(p) = K learningRate (2 e(m) + e(v) + 16 u) + 4 K (u + s) |p|        absolute
 * </pre>
 *
 * <p>With the same gradient in every step, an update is at most the learning rate. It has the error of m, half that
 * of v, and those of the two bias corrections, which come from the same betas. The average of the parameters has at
 * most their error and 4 K u |p|.
 */
final class Agreement {

  /** How many steps are compared. */
  static final int STEPS = 3;

  private static final double BFLOAT16_ROUND_OFF = 0x1p-8;

  private final double firstMomentError;
  private final double secondMomentError;
  private final double updateError;
  private final double roundOff;
  private final double storedRoundOff;

  Agreement(Adam adam, Workload workload, double coefficientRoundOff) {
    roundOff = workload.element().roundOff();
    storedRoundOff = workload.isBfloat16() ? BFLOAT16_ROUND_OFF : 0;
    final double roundings = 8 * STEPS * roundOff + 4 * STEPS * storedRoundOff;
    firstMomentError = coefficientRoundOff / (1 - adam.beta1()) + roundings;
    secondMomentError = coefficientRoundOff / (1 - adam.beta2()) + roundings;
    updateError =
        STEPS
            * adam.learningRate()
            * (2 * firstMomentError + secondMomentError + 16 * roundOff);
  }

  /**
   * Steps both and compares everything that the peer shows.
   *
   * @return the largest error, as a share of its bound
   * @throws WrongResult if a bound is exceeded; says where
   */
  double check(KernelContender kernel, Contender peer) throws WrongResult {
    for (int t = 1; t <= STEPS; t++) {
      step(kernel, t);
      step(peer, t);
    }
    double largest = 0;
    for (int array = 0; array < kernel.count(); array++) {
      for (Role role : Role.values()) {
        final Object ours = kernel.array(role, array);
        if (ours != null && (role != Role.GRADS || kernel.consumesGradients())) {
          final Object theirs = peer.read(role, array).orElse(null);
          if (theirs != null) {
            largest = Math.max(largest, compare(role, array, ours, theirs));
          }
        }
      }
    }
    return largest;
  }

  private static void step(Contender contender, long t) {
    if (contender.consumesGradients()) {
      contender.restoreGradients();
    }
    contender.step(t);
  }

  private double compare(Role role, int array, Object ours, Object theirs) throws WrongResult {
    double largest = 0;
    final int length = Array.getLength(ours);
    for (int i = 0; i < length; i++) {
      final double expected = Element.get(ours, i);
      final double actual = Element.get(theirs, i);
      if (expected != actual) {
        final double share = Math.abs(actual - expected) / bound(role, expected);
        // True for NaN, too.
        if (!(share <= 1)) {
          throw new WrongResult(
              "array %d, %s[%d] after %d steps is %s: expected %s within %.2g"
                  .formatted(
                      array, role, i, STEPS, actual, expected, bound(role, expected)));
        }
        largest = Math.max(largest, share);
      }
    }
    return largest;
  }

  private double bound(Role role, double expected) {
    final double size = Math.abs(expected);
    return switch (role) {
      case FIRST_MOMENT -> firstMomentError * size;
      case SECOND_MOMENT -> secondMomentError * size;
      case PARAMS -> updateError + 4 * STEPS * (roundOff + storedRoundOff) * size;
      case AVERAGE -> updateError + 8 * STEPS * roundOff * size;
      case GRADS -> 0;
    };
  }

  /** The peer does not compute Adam, so it is not timed. */
  static final class WrongResult extends Exception {
    private static final long serialVersionUID = 1;

    WrongResult(String message) {
      super(message);
    }
  }
}
