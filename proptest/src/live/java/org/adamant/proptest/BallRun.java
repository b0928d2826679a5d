package org.adamant.proptest;

import org.adamant.testkit.Elements;
import java.util.Arrays;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.proptest.Ball.Rounding;

/**
 * A training run in {@linkplain Ball balls}: the operations of one implementation, with their roundings in the
 * element type. The balls of two implementations have the same midpoints, those of Algorithm 1. The implementations
 * may differ by the sum of their radii.
 */
abstract class BallRun {

  /** Of the coefficients, which all implementations here compute in double. */
  static final Rounding COEFFICIENT = Rounding.DOUBLE;

  static final Ball ONE = Ball.exact(1);

  final Adam adam;
  final Rounding type;
  final Ball[] p;
  final Ball[] m;
  final Ball[] v;
  final Ball[] max;

  private BallRun(Adam adam, Object params, int length) {
    this.adam = adam;
    type = Rounding.of(params.getClass().componentType());
    p = new Ball[length];
    m = new Ball[length];
    v = new Ball[length];
    max = new Ball[length];
    Arrays.setAll(p, i -> Ball.exact(Elements.get(params, i)));
    Arrays.fill(m, Ball.exact(0));
    Arrays.fill(v, Ball.exact(0));
    Arrays.fill(max, Ball.exact(0));
  }

  /** Starts in the middle of a run. */
  void moments(Object newM, Object newV) {
    Arrays.setAll(m, i -> Ball.exact(Elements.get(newM, i)));
    Arrays.setAll(v, i -> Ball.exact(Elements.get(newV, i)));
  }

  /** Takes step t. */
  final void step(long t, Object grads) {
    prepare(t);
    for (int i = 0; i < p.length; i++) {
      final Ball g = Ball.exact(Elements.get(grads, i));
      step(i, adam.maximize() ? g.negate() : g, t);
    }
  }

  /** The coefficients of step t. */
  abstract void prepare(long t);

  abstract void step(int i, Ball g, long t);

  /** A coefficient that is computed in double, and rounded to the type. */
  final Ball coefficient(Ball x) {
    return type.round(x);
  }

  /** A hyper-parameter, which is exact in double. */
  final Ball coefficient(double x) {
    return type.round(x, 0);
  }

  /** The second moment, or its maximum. */
  final Ball maximum(int i) {
    if (adam.amsgrad() == AmsGrad.NONE) {
      return v[i];
    }
    max[i] = max[i].max(v[i]);
    return max[i];
  }

  final boolean decays(WeightDecay mode) {
    return adam.weightDecay() > 0 && adam.weightDecayMode() == mode;
  }

  /** This library's default arithmetic. */
  static final class Ours extends BallRun {
    private final boolean isHat;
    private Ball momentStep;
    private Ball gradientStep;
    private Ball rootScale;

    Ours(Adam adam, Object params, int length) {
      super(adam, params, length);
      isHat = adam.epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    }

    /** {@code -expm1(t * log(beta))}: 1 ulp of each function and the product, nowhere amplified. */
    private static Ball correction(double beta, long t) {
      final double x = -StrictMath.expm1(t * StrictMath.log(beta));
      return new Ball(x, 6 * 0x1p-53 * x);
    }

    @Override
    void prepare(long t) {
      final Ball rate = Ball.exact(adam.learningRate());
      final Ball root = COEFFICIENT.sqrt(correction(adam.beta2(), t));
      final Ball hatRate = isHat ? COEFFICIENT.mul(rate, root) : rate;
      final Ball stepSize = COEFFICIENT.div(hatRate, correction(adam.beta1(), t));
      rootScale = isHat ? ONE : coefficient(COEFFICIENT.div(ONE, root));
      if (adam.nesterov()) {
        momentStep =
            coefficient(
                COEFFICIENT.div(
                    COEFFICIENT.mul(hatRate, Ball.exact(adam.beta1())),
                    correction(adam.beta1(), t + 1)));
        gradientStep =
            coefficient(
                COEFFICIENT.mul(stepSize, COEFFICIENT.sub(ONE, Ball.exact(adam.beta1()))));
      } else {
        momentStep = coefficient(stepSize);
      }
    }

    @Override
    void step(int i, Ball gradient, long t) {
      Ball g = gradient;
      if (decays(WeightDecay.L2)) {
        g = type.fma(coefficient(adam.weightDecay()), p[i], g);
      }
      if (decays(WeightDecay.DECOUPLED)) {
        final Ball decay = coefficient(adam.learningRate() * adam.weightDecay());
        p[i] = type.mul(p[i], new Ball(1 - decay.mid(), decay.rad()));
      }
      final Ball w1 = coefficient(1 - adam.beta1());
      final Ball w2 = coefficient(1 - adam.beta2());
      m[i] = type.lerp(w1, g, m[i], 1);
      v[i] = type.lerp(w2, type.mul(g, g), v[i], 1);
      final Ball d =
          type.fma(type.sqrt(maximum(i)), rootScale, coefficient(adam.epsilon()));
      final Ball n =
          adam.nesterov()
              ? type.fma(momentStep, m[i], type.mul(gradientStep, g))
              : type.mul(momentStep, m[i]);
      p[i] = type.sub(p[i], type.div(n, d));
      if (t % 64 == 0) {
        // Tiny moments are set to zero.
        m[i] = m[i].widen(type == Rounding.FLOAT ? 0x1p-100 : 0x1p-960);
        v[i] = v[i].widen(type == Rounding.FLOAT ? 0x1p-126 : 0x1p-1022);
      }
    }
  }

  /** PyTorch's unfused loop, and its fused kernel, which rounds the same operations or fewer. */
  static final class PyTorch extends BallRun {
    private Ball stepSize;
    private Ball root;

    PyTorch(Adam adam, Object params, int length) {
      super(adam, params, length);
    }

    /** {@code 1 - pow(beta, t)}, the power to 1 ulp. */
    private static Ball correction(double beta, long t) {
      final double power = StrictMath.pow(beta, t);
      return COEFFICIENT.sub(ONE, new Ball(power, 4 * 0x1p-53 * power));
    }

    @Override
    void prepare(long t) {
      stepSize =
          coefficient(
              COEFFICIENT.div(Ball.exact(adam.learningRate()), correction(adam.beta1(), t)));
      // The half power, to 1 ulp.
      root =
          coefficient(
              COEFFICIENT.round(COEFFICIENT.sqrt(correction(adam.beta2(), t))));
    }

    @Override
    void step(int i, Ball gradient, long t) {
      Ball g = gradient;
      if (decays(WeightDecay.L2)) {
        g = type.add(g, type.mul(coefficient(adam.weightDecay()), p[i]));
      }
      if (decays(WeightDecay.DECOUPLED)) {
        final Ball decay =
            COEFFICIENT.mul(Ball.exact(adam.learningRate()), Ball.exact(adam.weightDecay()));
        p[i] = type.mul(p[i], coefficient(COEFFICIENT.sub(ONE, decay)));
      }
      m[i] = type.lerp(coefficient(1 - adam.beta1()), g, m[i], 2);
      final Ball w2 = coefficient(1 - adam.beta2());
      v[i] =
          type.add(
              type.mul(v[i], coefficient(adam.beta2())), type.mul(type.mul(w2, g), g));
      final Ball d =
          type.add(type.div(type.sqrt(maximum(i)), root), coefficient(adam.epsilon()));
      p[i] = type.sub(p[i], type.div(type.mul(stepSize, m[i]), d));
    }
  }

  /**
   * TensorFlow's {@code ApplyAdam} on a CPU (2.18, {@code tensorflow/core/kernels/training_ops.cc}), whose
   * arguments are all of the element type, so that even 1 - beta carries the rounding of beta.
   */
  static final class TensorFlow extends BallRun {
    private Ball alpha;

    TensorFlow(Adam adam, Object params, int length) {
      super(adam, params, length);
    }

    private Ball weight(double beta) {
      return type.sub(ONE, coefficient(beta));
    }

    /** 1 minus a power that the caller computed in double, to 1 ulp. */
    private Ball correction(double beta, long t) {
      final double power = StrictMath.pow(beta, t);
      return type.sub(ONE, coefficient(new Ball(power, 4 * 0x1p-53 * power)));
    }

    @Override
    void prepare(long t) {
      alpha =
          type.div(
              type.mul(
                  coefficient(adam.learningRate()), type.sqrt(correction(adam.beta2(), t))),
              correction(adam.beta1(), t));
    }

    @Override
    void step(int i, Ball g, long t) {
      final Ball w1 = weight(adam.beta1());
      m[i] = type.lerp(w1, g, m[i], 2);
      v[i] = type.lerp(weight(adam.beta2()), type.mul(g, g), v[i], 2);
      final Ball n =
          adam.nesterov()
              ? type.add(type.mul(g, w1), type.mul(coefficient(adam.beta1()), m[i]))
              : m[i];
      final Ball d = type.add(type.sqrt(v[i]), coefficient(adam.epsilon()));
      p[i] = type.sub(p[i], type.div(type.mul(n, alpha), d));
    }
  }
}
