package org.adamant;

import java.math.BigDecimal;
import java.math.MathContext;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.Rule;
import org.adamant.Adam.WeightDecay;

/**
 * A second transcription of the formulas in the documentation of {@link AdamKernel} and {@link AdamStep}, with
 * variants, line by line, from hyper-parameters and t to state. Must NOT be simplified: each line rounds where it
 * says.
 */
final class Transcription {

  private final TypedMath math;
  private final ElementType type;
  private final Adam adam;
  private final boolean updateOnly;
  private final boolean zeroGradient;
  private final boolean isPyTorch;

  // The brackets, in double. Those that have no variant to be in are not asked for.
  private final double gradientFactor;
  private final double decoupledDecay;
  private final double pyTorchDecay;
  private final double varianceScale;
  private final double rootScale;
  private final double stepSize;
  private final double aheadStepSize;
  private final double gradientStepSize;
  private final double pyTorchCorrection;
  private final double pyTorchC2;
  private final double rectification;
  private final boolean isRootless;
  private final boolean isFlushed;

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
    this.updateOnly = updateOnly;
    this.zeroGradient = zeroGradient;
    this.gradientFactor = gradientFactor;
    this.isPyTorch = adam.arithmetic() == Arithmetic.PYTORCH;
    final boolean isHat = adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    final double rate = adam.learningRate();
    final double c1 = correction(adam.beta1(), t);
    final double c2 = correction(adam.beta2(), t);
    final double hat = isHat ? Math.sqrt(c2) : 1;
    final double inf = 2 / (1 - adam.beta2()) - 1;
    final double power =
        isPyTorch
            ? pyTorchPower(adam.beta2(), t)
            : StrictMath.exp(t * StrictMath.log(adam.beta2()));
    final double rho = inf - 2.0 * t * power / c2;
    isRootless = adam.rectification() && !(rho > 5);
    double r = 1;
    if (adam.rectification() && rho > 5) {
      final double square = (rho - 4) * (rho - 2) * inf / ((inf - 4) * (inf - 2) * rho);
      r = isPyTorch && square == 1 - 0x1p-53 ? 1 : Math.sqrt(square);
    }
    rectification = r;
    pyTorchCorrection = c1;
    pyTorchC2 = c2;
    decoupledDecay = -(rate * adam.weightDecay());
    pyTorchDecay = 1 - rate * adam.weightDecay();
    varianceScale = isHat ? 1 : 1 / c2;
    if (isPyTorch) {
      rootScale = c2 == 1 - 0x1p-53 ? 1 : Math.sqrt(c2);
    } else {
      rootScale = 1 / Math.sqrt(c2);
    }
    final double rectified = isRootless ? rate : rate * r * hat;
    final boolean hasRate = isPyTorch && adam.rectification() || adam.rule() == Rule.LION;
    stepSize = hasRate ? -rate : -(rectified / c1);
    final long next = t == Long.MAX_VALUE ? t : t + 1;
    final double mu = momentum(t);
    final double muOfNext = momentum(next);
    if (isPyTorch) {
      final double product = pyTorchProduct(t);
      aheadStepSize = -(rate * muOfNext / (1 - product * muOfNext));
      gradientStepSize = -(rate * (1 - mu) / (1 - product));
    } else {
      aheadStepSize = -(rectified * muOfNext / momentumCorrection(next));
      gradientStepSize = -(rectified / momentumCorrection(t) * (1 - mu));
    }
    final double factor = isHat ? 1 : 1 / Math.sqrt(c2);
    isFlushed =
        t % 64 == 0 && !isPyTorch && adam.rule() != Rule.LION && adam.epsilon() > 0x1p-38 * factor;
  }

  /** 1 - beta^t. */
  private double correction(double beta, long t) {
    if (!adam.biasCorrection()) {
      return 1;
    }
    if (!isPyTorch) {
      return -StrictMath.expm1((double) t * StrictMath.log(beta));
    }
    return 1 - pyTorchPower(beta, t);
  }

  private static double pyTorchPower(double beta, long t) {
    if (t >= 1_000_000_000) {
      return StrictMath.pow(beta, t);
    }
    // A power of so few digits has no place in a sum with 1, and may have none in a BigDecimal.
    return t * Math.log(beta) < -200
        ? 0
        : new BigDecimal(beta).pow((int) t, new MathContext(120)).doubleValue();
  }

  /** Spelled out, too: NaN if one is, and -0 less than +0. */
  private static double maximumOf(double a, double b) {
    return Double.isNaN(a) || a > b || b == 0 && 1 / a > 0 && a == 0 ? a : b;
  }

  /** mu_t. */
  private double momentum(long t) {
    return adam.beta1() * (1 - 0.5 * powerOf096(t * adam.momentumDecay()));
  }

  private double powerOf096(double exponent) {
    if (!isPyTorch) {
      return StrictMath.pow(0.96, exponent);
    }
    return exponent > 1000 ? 0 : DecimalPower.of(0.96, exponent);
  }

  /** 1 minus the product of all momenta up to t. */
  private double momentumCorrection(long t) {
    if (!adam.biasCorrection()) {
      return 1;
    }
    final double log = StrictMath.log(adam.beta1());
    double sum = 0;
    for (long i = 1; i <= t; i++) {
      final double half = 0.5 * powerOf096(i * adam.momentumDecay());
      if (half < 0x1p-108 || i * log + sum < -40) {
        break;
      }
      sum += StrictMath.log1p(-half);
    }
    return -StrictMath.expm1(t * log + sum);
  }

  /** PyTorch's mu_product. */
  private double pyTorchProduct(long t) {
    float product = 1;
    // With the momenta that are asked for, there is nothing left of the product after fewer steps.
    for (long i = 1; i <= t && i < 100_000; i++) {
      product *= (float) momentum(i);
      if (product < 0x1p-60f) {
        return 0;
      }
    }
    return product;
  }

  /** Steps element i; maximum and average are there whether used or not. */
  void step(StepArrays arrays, Object maximum, Object average, int i) {
    double p = type.get(arrays.params(), i);
    double g = type.get(arrays.grads(), i);
    double m = type.get(arrays.m(), i);
    double v = type.get(arrays.v(), i);

    if (gradientFactor != 1) {
      g = math.mul(g, math.round(gradientFactor));
    }
    // Spelled out, because Math.min and Math.max are what the kernel uses; a NaN is in no relation.
    final double clip = math.round(adam.clipValue());
    if (g > clip) {
      g = clip;
    } else if (g < -clip) {
      g = -clip;
    }
    g = adam.maximize() ? -g : g;
    final double wd = adam.weightDecay();
    final boolean isDecoupled = wd > 0 && adam.weightDecayMode() != WeightDecay.L2;
    final double decay =
        math.round(adam.weightDecayMode() == WeightDecay.INDEPENDENT ? -wd : decoupledDecay);
    if (wd > 0 && adam.weightDecayMode() == WeightDecay.L2) {
      g = math.fma(math.round(wd), p, g);
    }
    final boolean isCautious = isDecoupled && adam.weightDecayMode() == WeightDecay.CAUTIOUS;
    if (isDecoupled && !isCautious && !updateOnly) {
      p = isPyTorch ? math.mul(p, math.round(pyTorchDecay)) : math.fma(decay, p, p);
    }

    final boolean isHat = adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    final boolean isSparse = isPyTorch && isHat && !adam.rectification();
    final double mBefore = m;
    final double vBefore = v;
    final double w1 = math.round(1 - adam.beta1());
    if (isSparse) {
      m = math.add(m, math.mul(math.sub(g, m), w1));
    } else if ((isPyTorch ? w1 : 1 - adam.beta1()) >= 0.5) {
      m = math.fma(math.sub(w1, 1), math.sub(g, m), g);
    } else {
      m = math.fma(w1, math.sub(g, m), m);
    }
    final double w2 = math.round(1 - adam.beta2());
    if (isSparse) {
      v = math.add(v, math.mul(math.sub(math.mul(g, g), v), w2));
    } else if (isPyTorch) {
      v = math.fma(math.mul(w2, g), g, math.mul(v, math.round(adam.beta2())));
    } else if (1 - adam.beta2() >= 0.5) {
      v = math.fma(math.sub(w2, 1), math.sub(math.mul(g, g), v), math.mul(g, g));
    } else {
      v = math.fma(w2, math.fma(g, g, -v), v);
    }

    if (adam.rule() == Rule.ADAMAX) {
      final double decayed = math.mul(vBefore, math.round(adam.beta2()));
      final double magnitude =
          math.add(Math.abs(g), math.round(adam.epsilon()));
      v = maximumOf(decayed, magnitude);
    } else if (adam.rule() == Rule.LION) {
      v = vBefore;
      m = mBefore;
      if (1 - adam.beta2() >= 0.5) {
        m = math.fma(math.sub(w2, 1), math.sub(g, m), g);
      } else {
        m = math.fma(w2, math.sub(g, m), m);
      }
    }
    double s = v;
    final boolean isCorrected = adam.amsgrad() == AmsGrad.CORRECTED;
    if (isCorrected) {
      s = math.mul(s, math.round(varianceScale));
    }
    if (adam.amsgrad() != AmsGrad.NONE) {
      final double before = type.get(maximum, i);
      s = maximumOf(before, s);
      type.set(maximum, i, s);
    }
    if (adam.rootEpsilon() > 0) {
      final double rootEpsilon = math.round(adam.rootEpsilon());
      s =
          isCorrected
              ? math.add(s, rootEpsilon)
              : math.fma(s, math.round(varianceScale), rootEpsilon);
    }
    final double epsilon = math.round(adam.epsilon());
    final double d;
    if (isPyTorch && adam.nesterov()) {
      d = math.add(math.sqrt(math.div(s, math.round(pyTorchC2))), epsilon);
    } else if (isPyTorch && !isHat) {
      d = math.add(math.div(math.sqrt(s), math.round(rootScale)), epsilon);
    } else if (isCorrected
        || adam.rootEpsilon() > 0
        || isHat) {
      d = math.add(math.sqrt(s), epsilon);
    } else {
      d = math.fma(math.sqrt(s), math.round(rootScale), epsilon);
    }
    double n =
        adam.nesterov() && !isRootless
            ? math.fma(
                math.round(aheadStepSize), m, math.mul(math.round(gradientStepSize), g))
            : math.mul(math.round(stepSize), m);
    double update = isRootless ? n : math.div(n, d);
    if (isPyTorch && adam.rectification()) {
      n = math.mul(math.div(m, math.round(pyTorchCorrection)), math.round(stepSize));
      final double ofRoot = math.mul(math.div(1, d), math.round(rootScale));
      update = isRootless ? n : math.mul(math.mul(n, ofRoot), math.round(rectification));
    } else if (isSparse) {
      update = math.mul(math.div(m, d), math.round(stepSize));
    } else if (isPyTorch && adam.nesterov()) {
      final double first = math.div(math.mul(math.round(gradientStepSize), g), d);
      update = math.div(math.mul(math.round(aheadStepSize), m), d);
      if (updateOnly) {
        update = math.add(first, update);
      } else {
        p = math.add(p, first);
      }
    }
    if (adam.rule() == Rule.ADAMAX) {
      update = math.div(math.mul(math.round(stepSize), m), v);
    } else if (adam.rule() == Rule.LION) {
      final double c =
          1 - adam.beta1() >= 0.5
              ? math.fma(math.sub(w1, 1), math.sub(g, mBefore), g)
              : math.fma(w1, math.sub(g, mBefore), mBefore);
      // 0 and NaN are neither.
      final double sign = c > 0 ? 1 : c < 0 ? -1 : c;
      update = math.mul(math.round(stepSize), sign);
    }
    final boolean isAway = update > 0 && p > 0 || update < 0 && p < 0;
    final double cautious = isCautious && isAway ? 0 : decay;

    if (updateOnly) {
      type.set(arrays.grads(), i, isDecoupled ? math.fma(cautious, p, update) : update);
    } else {
      p = math.add(isCautious ? math.fma(cautious, p, p) : p, update);
      type.set(arrays.params(), i, p);
      if (adam.averageDecay() < 1) {
        final double a = type.get(average, i);
        type.set(average, i, math.fma(math.round(1 - adam.averageDecay()), math.sub(p, a), a));
      }
    }
    if (zeroGradient) {
      type.set(arrays.grads(), i, 0);
    }
    final boolean isFloat = type == ElementType.FLOAT;
    type.set(arrays.m(), i, isFlushed && Math.abs(m) < (isFloat ? 0x1p-100 : 0x1p-960) ? 0 : m);
    type.set(arrays.v(), i, isFlushed && v < (isFloat ? 0x1p-126 : 0x1p-1022) ? 0 : v);
  }
}
