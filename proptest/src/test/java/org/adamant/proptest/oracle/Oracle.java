package org.adamant.proptest.oracle;

import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.proptest.witness.Variant;

/**
 * Adam in numbers so precise that its results count as exact. The formulas are those of Algorithm 1 of Kingma &amp;
 * Ba 2014 and of the articles on its variants, not the kernel's transformed ones. The hyper-parameters are the
 * exact values of their doubles. So the rounding of a coefficient to {@code float} counts as an error, and setting
 * tiny moments to zero would.
 *
 * <p><b>Unit of errors.</b> If terms cancel, the ulp of the result says nothing, as the error is that of the terms.
 * So each value has the <em>largest operand</em> of which it was made, weighted as in the value, and errors are in
 * ulp, in the element's type, of that:
 *
 * <pre>
 *   G = max(|g|, |weightDecay * p|)                       the latter with L2 decay
 *   M = max(beta1 * M, (1 - beta1) * G, |m|)
 *   V = max(beta2 * V, (1 - beta2) * G^2, v)              is v, but for L2 decay
 *   P = max(P, |p'|, the update with M in place of m)
 *   A = max(averageDecay * A, (1 - averageDecay) * P, |a|)
 * </pre>
 *
 * @param <T> the numbers
 */
public final class Oracle<T> {

  private final Reals<T> reals;
  private final Adam adam;
  private final double gradientScale;
  private final T beta1;
  private final T beta2;
  private final T weight1;
  private final T weight2;
  private final T rate;
  private final T epsilon;
  private final T rootEpsilon;
  private final T averageDecay;
  private final T growthRate;

  /**
   * An element's state.
   *
   * @param p the parameter
   * @param m the first moment
   * @param v the second moment
   * @param maximum the running maximum
   * @param average the average of the parameter
   * @param largest the largest operands of p, m, v and average
   * @param <T> the numbers
   */
  public record Element<T>(T p, T m, T v, T maximum, T average, Largest largest) {}

  /** The largest operands that values were made of. */
  record Largest(double p, double m, double v, double average) {}

  /** The numbers that depend on the step only. */
  record Corrections<T>(
      T first, T second, T momentum, T ofMomentum, T nextMomentum, T ofNextMomentum,
      T rectification) {}

  Oracle(Reals<T> reals, Variant variant) {
    this.reals = reals;
    this.adam = variant.adam();
    this.gradientScale = variant.gradientScale();
    final T one = reals.of(1);
    beta1 = reals.of(adam.beta1());
    beta2 = reals.of(adam.beta2());
    weight1 = reals.subtract(one, beta1);
    weight2 = reals.subtract(one, beta2);
    rate = reals.of(adam.learningRate());
    epsilon = reals.of(adam.epsilon());
    rootEpsilon = reals.of(adam.rootEpsilon());
    averageDecay = reals.of(adam.averageDecay());
    growthRate = growthRate();
  }

  Element<T> element(double p, double m, double v, double maximum, double average) {
    return new Element<>(
        reals.of(p),
        reals.of(m),
        reals.of(v),
        reals.of(maximum),
        reals.of(average),
        new Largest(Math.abs(p), Math.abs(m), v, Math.abs(average)));
  }

  Corrections<T> corrections(long t) {
    final T one = reals.of(1);
    final T ofSecond = reals.subtract(one, reals.power(beta2, t));
    final boolean corrects = adam.biasCorrection();
    return new Corrections<>(
        corrects ? reals.subtract(one, reals.power(beta1, t)) : one,
        corrects ? ofSecond : one,
        momentum(t),
        corrects ? reals.subtract(one, momenta(t)) : one,
        momentum(t + 1),
        corrects ? reals.subtract(one, momenta(t + 1)) : one,
        adam.rectification() ? rectification(t, ofSecond) : one);
  }

  /** Dozat's momentum of a step. */
  private T momentum(long t) {
    return multiply(beta1, growth(t));
  }

  /** 1 - 0.96^(t * psi) / 2. */
  private T growth(long t) {
    final T half = multiply(reals.of(0.5), reals.power(growthRate, t));
    return reals.subtract(reals.of(1), half);
  }

  /** 0.96^psi, by series for the logarithm and the exponential, whose arguments are small. */
  private T growthRate() {
    if (Double.isInfinite(adam.momentumDecay())) {
      return reals.of(0);
    }
    final T one = reals.of(1);
    final T base = reals.of(0.96);
    final T x = reals.divide(reals.subtract(base, one), reals.add(base, one));
    T artanh = reals.of(0);
    T odd = x;
    for (int k = 1; k < 30; k += 2) {
      artanh = reals.add(artanh, reals.divide(odd, reals.of(k)));
      odd = multiply(multiply(odd, x), x);
    }
    final T y = multiply(multiply(reals.of(2), artanh), reals.of(adam.momentumDecay()));
    T sum = one;
    T term = one;
    for (int k = 1; k < 30; k++) {
      term = reals.divide(multiply(term, y), reals.of(k));
      sum = reals.add(sum, term);
    }
    return sum;
  }

  /** The product of the momenta up to a step. */
  private T momenta(long t) {
    T product = reals.power(beta1, t);
    if (!Double.isInfinite(adam.momentumDecay())) {
      for (long i = 1; i <= t && reals.approximate(product) > 0x1p-120; i++) {
        product = multiply(product, growth(i));
      }
    }
    return product;
  }

  /** Liu et al. 2020, Algorithm 2; null where there is none. */
  private T rectification(long t, T ofSecond) {
    final T one = reals.of(1);
    final T most = reals.subtract(reals.divide(reals.of(2), weight2), one);
    final T power = reals.subtract(one, ofSecond);
    final T length =
        reals.subtract(most, reals.divide(multiply(reals.of(2.0 * t), power), ofSecond));
    if (!(reals.approximate(length) > 5)) {
      return null;
    }
    final T above =
        multiply(multiply(minus(length, 4), minus(length, 2)), most);
    final T below = multiply(multiply(minus(most, 4), minus(most, 2)), length);
    return reals.sqrt(reals.divide(above, below));
  }

  private T minus(T a, double b) {
    return reals.subtract(a, reals.of(b));
  }

  /** The distance of a result from the exact value. */
  double error(double actual, T exact) {
    return reals.approximate(reals.subtract(reals.of(actual), exact));
  }

  double approximate(T exact) {
    return reals.approximate(exact);
  }

  Element<T> step(Element<T> before, Corrections<T> corrections, double gradient) {
    T g = multiply(reals.of(gradient), reals.of(gradientScale));
    if (adam.clipValue() < Double.POSITIVE_INFINITY) {
      final T clip = reals.of(adam.clipValue());
      g = reals.max(reals.min(g, clip), reals.negate(clip));
    }
    g = adam.maximize() ? reals.negate(g) : g;

    T p = before.p;
    double largestG = Math.abs(reals.approximate(g));
    if (adam.weightDecay() > 0) {
      final T decay = reals.of(adam.weightDecay());
      if (adam.weightDecayMode() == WeightDecay.L2) {
        final T penalty = multiply(decay, p);
        g = reals.add(g, penalty);
        largestG = Math.max(largestG, Math.abs(reals.approximate(penalty)));
      } else if (adam.weightDecayMode() != WeightDecay.CAUTIOUS) {
        final boolean isCoupledToRate = adam.weightDecayMode() == WeightDecay.DECOUPLED;
        p = reals.subtract(p, multiply(isCoupledToRate ? multiply(rate, decay) : decay, p));
      }
    }

    final T ahead = reals.add(multiply(beta1, before.m), multiply(weight1, g));
    final boolean isLion = adam.rule() == Adam.Rule.LION;
    final T m =
        isLion ? reals.add(multiply(beta2, before.m), multiply(weight2, g)) : ahead;
    final T v;
    if (isLion) {
      v = before.v;
    } else if (adam.rule() == Adam.Rule.ADAMAX) {
      final T magnitude = reals.max(g, reals.negate(g));
      v = reals.max(multiply(beta2, before.v), reals.add(magnitude, epsilon));
    } else {
      v = reals.add(multiply(beta2, before.v), multiply(weight2, multiply(g, g)));
    }

    T maximum = before.maximum;
    T s = v;
    if (adam.amsgrad() == AmsGrad.CORRECTED) {
      maximum = reals.max(maximum, reals.divide(v, corrections.second));
      s = multiply(maximum, corrections.second);
    } else if (adam.amsgrad() == AmsGrad.RAW) {
      maximum = reals.max(maximum, v);
      s = maximum;
    }
    // Of Algorithm 1 with both corrections, or of section 2, where the root is the raw one.
    final boolean isRaw = adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    final T inRoot = reals.add(isRaw ? s : reals.divide(s, corrections.second), rootEpsilon);
    final T d = reals.add(reals.sqrt(inRoot), epsilon);
    final boolean isRootless = corrections.rectification == null;
    final T rectified = isRootless ? rate : multiply(rate, corrections.rectification);
    final T alpha = isRaw ? multiply(rectified, reals.sqrt(corrections.second)) : rectified;
    final T step;
    if (isLion) {
      step = reals.of(0);
    } else if (adam.rule() == Adam.Rule.ADAMAX) {
      step = reals.divide(rate, multiply(v, corrections.first));
    } else {
      step =
          isRootless
              ? reals.divide(rate, corrections.first)
              : reals.divide(alpha, multiply(d, corrections.first));
    }
    T update =
        isLion
            ? multiply(rate, reals.of(Math.signum(reals.approximate(ahead))))
            : multiply(step, m);
    if (adam.nesterov() && !isRootless) {
      final T next =
          reals.divide(
              multiply(alpha, corrections.nextMomentum), multiply(d, corrections.ofNextMomentum));
      final T weight = reals.subtract(reals.of(1), corrections.momentum);
      final T now = reals.divide(multiply(alpha, weight), multiply(d, corrections.ofMomentum));
      update = reals.add(multiply(next, m), multiply(now, g));
    }
    final boolean isTowardsZero = reals.approximate(multiply(update, p)) >= 0;
    if (adam.weightDecayMode() == WeightDecay.CAUTIOUS && isTowardsZero) {
      p = reals.subtract(p, multiply(multiply(rate, reals.of(adam.weightDecay())), p));
    }
    p = reals.subtract(p, update);

    T average = before.average;
    if (adam.averageDecay() < 1) {
      final T weight = reals.subtract(reals.of(1), averageDecay);
      average = reals.add(multiply(averageDecay, average), multiply(weight, p));
    }
    final double largestM =
        max(
            (isLion ? adam.beta2() : adam.beta1()) * before.largest.m,
            m,
            (1 - (isLion ? adam.beta2() : adam.beta1())) * largestG);
    final double largestP = max(before.largest.p, p, reals.approximate(step) * largestM);
    final Largest largest =
        new Largest(
            largestP,
            largestM,
            isLion || adam.rule() == Adam.Rule.ADAMAX
                ? reals.approximate(v)
                : max(
                    adam.beta2() * before.largest.v, v, (1 - adam.beta2()) * largestG * largestG),
            max(
                adam.averageDecay() * before.largest.average,
                average,
                (1 - adam.averageDecay()) * largestP));
    return new Element<>(p, m, v, maximum, average, largest);
  }

  private double max(double a, T b, double c) {
    return Math.max(a, Math.max(Math.abs(reals.approximate(b)), c));
  }

  private T multiply(T a, T b) {
    return reals.multiply(a, b);
  }
}
