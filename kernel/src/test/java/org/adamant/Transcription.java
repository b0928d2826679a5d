package org.adamant;

import java.math.BigDecimal;
import java.math.MathContext;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;

/**
 * The formula in the documentation of {@link AdamKernel}, variants included, transcribed a second time,
 * line by line, from hyper-parameters to state. Should NOT be simplified: each line rounds where it says.
 */
final class Transcription {

  private final TypedMath math;
  private final ElementType type;
  private final Adam adam;
  private final long t;
  private final double gradientFactor;
  private final boolean updateOnly;
  private final boolean zeroGradient;

  Transcription(
      ElementType type,
      Adam adam,
      long t,
      double gradientFactor,
      boolean updateOnly,
      boolean zeroGradient) {
    this.type = type;
    this.math = TypedMath.of(type);
    this.adam = adam;
    this.t = t;
    this.gradientFactor = gradientFactor;
    this.updateOnly = updateOnly;
    this.zeroGradient = zeroGradient;
  }

  /** Steps element i; maximum and average are there whether used or not. */
  void step(StepArrays arrays, Object maximum, Object average, int i) {
    final double alpha = adam.learningRate();
    final boolean isPyTorch = adam.arithmetic() == Arithmetic.PYTORCH;
    final boolean isHat = adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    final double correction1 = correction(adam.beta1(), t);
    final double correction2 = correction(adam.beta2(), t);
    final double hat = isHat ? Math.sqrt(correction2) : 1;

    double p = type.get(arrays.params(), i);
    double g = type.get(arrays.grads(), i);
    double m = type.get(arrays.m(), i);
    double v = type.get(arrays.v(), i);

    if (gradientFactor != 1) {
      g = math.mul(g, math.round(gradientFactor));
    }
    final double clip = math.round(adam.clipValue());
    if (g > clip) {
      g = clip;
    } else if (g < -clip) {
      g = -clip;
    }
    g = adam.maximize() ? -g : g;
    final double wd = adam.weightDecay();
    final double decay =
        math.round(adam.weightDecayMode() == WeightDecay.INDEPENDENT ? -wd : -(alpha * wd));
    if (wd > 0 && adam.weightDecayMode() == WeightDecay.L2) {
      g = math.fma(math.round(wd), p, g);
    }
    final boolean isDecoupled = wd > 0 && adam.weightDecayMode() != WeightDecay.L2;
    if (isDecoupled && !updateOnly) {
      p = isPyTorch ? math.mul(p, math.round(1 - alpha * wd)) : math.fma(decay, p, p);
    }

    final double w1 = math.round(1 - adam.beta1());
    if ((isPyTorch ? w1 : 1 - adam.beta1()) >= 0.5) {
      m = math.fma(math.sub(w1, 1), math.sub(g, m), g);
    } else {
      m = math.fma(w1, math.sub(g, m), m);
    }
    final double w2 = math.round(1 - adam.beta2());
    if (isPyTorch) {
      v = math.fma(math.mul(w2, g), g, math.mul(v, math.round(adam.beta2())));
    } else if (1 - adam.beta2() >= 0.5) {
      v = math.fma(math.sub(w2, 1), math.sub(math.mul(g, g), v), math.mul(g, g));
    } else {
      v = math.fma(w2, math.fma(g, g, -v), v);
    }

    double s = v;
    final boolean isCorrected = adam.amsgrad() == AmsGrad.CORRECTED;
    if (isCorrected) {
      s = math.mul(s, math.round(1 / correction2));
    }
    if (adam.amsgrad() != AmsGrad.NONE) {
      final double before = type.get(maximum, i);
      // Spelled out, because Math.max is what the kernel uses.
      s = Double.isNaN(before) || before > s || s == 0 && 1 / before > 0 && before == 0
          ? before
          : s;
      type.set(maximum, i, s);
    }
    if (adam.rootEpsilon() > 0) {
      final double rootEpsilon = math.round(adam.rootEpsilon());
      s =
          isCorrected
              ? math.add(s, rootEpsilon)
              : math.fma(s, math.round(isHat ? 1 : 1 / correction2), rootEpsilon);
    }
    final double epsilon = math.round(adam.epsilon());
    final double d;
    if (isPyTorch) {
      final double root = correction2 == 1 - 0x1p-53 ? 1 : Math.sqrt(correction2);
      d = math.add(math.div(math.sqrt(s), math.round(root)), epsilon);
    } else if (isHat || isCorrected || adam.rootEpsilon() > 0) {
      d = math.add(math.sqrt(s), epsilon);
    } else {
      d = math.fma(math.sqrt(s), math.round(1 / Math.sqrt(correction2)), epsilon);
    }
    final double n;
    if (adam.nesterov()) {
      final double ahead =
          math.round(-(alpha * hat * adam.beta1() / correction(adam.beta1(), t + 1)));
      final double now = math.round(-(alpha * hat / correction1 * (1 - adam.beta1())));
      n = math.fma(ahead, m, math.mul(now, g));
    } else {
      n = math.mul(math.round(-(alpha * hat / correction1)), m);
    }
    final double update = math.div(n, d);

    if (updateOnly) {
      type.set(arrays.grads(), i, isDecoupled ? math.fma(decay, p, update) : update);
    } else {
      p = math.add(p, update);
      type.set(arrays.params(), i, p);
      if (adam.averageDecay() < 1) {
        final double a = type.get(average, i);
        type.set(average, i, math.fma(math.round(1 - adam.averageDecay()), math.sub(p, a), a));
      }
    }
    if (zeroGradient) {
      type.set(arrays.grads(), i, 0);
    }
    final boolean isFlushed =
        t % 64 == 0 && !isPyTorch && adam.epsilon() > 0x1p-38 * rootFactor(isHat, correction2);
    final boolean isFloat = type == ElementType.FLOAT;
    type.set(arrays.m(), i, isFlushed && Math.abs(m) < (isFloat ? 0x1p-100 : 0x1p-960) ? 0 : m);
    type.set(arrays.v(), i, isFlushed && v < (isFloat ? 0x1p-126 : 0x1p-1022) ? 0 : v);
  }

  private double rootFactor(boolean isHat, double correction2) {
    final boolean isInside = adam.amsgrad() == AmsGrad.CORRECTED || adam.rootEpsilon() > 0;
    return isHat || isInside ? 1 : 1 / Math.sqrt(correction2);
  }

  private double correction(double beta, long step) {
    return adam.arithmetic() == Arithmetic.PYTORCH
        ? 1 - new BigDecimal(beta).pow((int) step, new MathContext(50)).doubleValue()
        : -StrictMath.expm1(step * StrictMath.log(beta));
  }
}
