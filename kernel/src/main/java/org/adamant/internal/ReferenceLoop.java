package org.adamant.internal;

import java.lang.invoke.MethodHandles;

/**
 * The reference: the specification of the Adam step, element by element. It is also the scalar path
 * and the tail of {@link SimdLoop}; every other path must reproduce it to the last bit.
 *
 * <p>The formula is written once for both element types. A value is carried in a {@code double}
 * variable that always holds a number of the element type, and each operation below is one operation
 * <em>of the element type</em>, rounded once: for {@code float}, {@code mul(a, b)} is
 * {@code (float) a * (float) b}. With the element type a constant of the class, the compiler drops the
 * conversions and vectorises what remains.
 *
 * <p>This class is a template: it is never initialised itself, {@link Specialiser} defines it again as
 * a hidden class for each {@link Specialisation}. The build makes PlainLoop of it, by taking the word
 * "static" away.
 */
final class ReferenceLoop extends Loop {

  private static final Specialisation CONSTANTS = Specialiser.constants(MethodHandles.lookup());
  private static final boolean FLOAT = CONSTANTS.element() == Specialisation.Element.FLOAT;
  private static final Variant VARIANT = CONSTANTS.variant();
  private static final boolean PYTORCH = VARIANT.arithmetic() == Variant.Arithmetic.PYTORCH;
  private static final boolean SCALES = VARIANT.scales();
  private static final boolean CLIPS = VARIANT.clips();
  private static final boolean MAXIMIZES = VARIANT.maximizes();
  private static final boolean L2 = VARIANT.decay() == Variant.Decay.L2;
  private static final boolean DECOUPLED = VARIANT.decay() == Variant.Decay.DECOUPLED;
  private static final boolean GRADIENT_FIRST =
      FLOAT ? VARIANT.floatGradientFirst() : VARIANT.gradientFirst();
  private static final boolean SQUARE_FIRST = VARIANT.squareFirst();
  private static final boolean MAXIMUM = VARIANT.maximum() != Variant.Maximum.NONE;
  private static final boolean CORRECTED = VARIANT.maximum() == Variant.Maximum.CORRECTED;
  private static final boolean ROOT_EPSILON = VARIANT.rootEpsilon();
  private static final boolean NESTEROV = VARIANT.nesterov();
  private static final boolean UPDATE_ONLY = VARIANT.updateOnly();
  private static final boolean AVERAGES = VARIANT.averages();
  private static final boolean ZEROES_GRADIENT = VARIANT.zeroesGradient();
  private static final double TINY_M = FLOAT ? TinyMoments.FLOAT_M : TinyMoments.DOUBLE_M;
  private static final double TINY_V = FLOAT ? TinyMoments.FLOAT_V : TinyMoments.DOUBLE_V;
  private static final double BELOW_ONE = FLOAT ? Math.nextDown(1f) : Math.nextDown(1.0);

  static final int FLOAT_EXPONENT = 0x7f80_0000;
  static final int FLOAT_LOWEST_EXPONENT = 0x0080_0000;
  static final long DOUBLE_EXPONENT = 0x7ff0_0000_0000_0000L;
  static final long DOUBLE_LOWEST_EXPONENT = 0x0010_0000_0000_0000L;

  ReferenceLoop() {}

  @Override
  void block(
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int to) {
    final double gradientScale = round(c.gradientScale());
    final double clip = round(c.clip());
    final double decay = round(c.decay());
    final double decayFactor = round(c.decayFactor());
    final double w1 = momentWeight(c.firstMomentWeight(), GRADIENT_FIRST);
    final double w2 = momentWeight(c.secondMomentWeight(), SQUARE_FIRST);
    final double beta2 = round(c.beta2());
    final double varianceScale = round(c.varianceScale());
    final double rootEpsilon = round(c.rootEpsilon());
    final double rootScale = round(c.rootScale());
    final double epsilon = round(c.epsilon());
    final double momentStep = round(c.momentStep());
    final double gradientStep = round(c.gradientStep());
    final double averageWeight = round(c.averageWeight());
    for (int i = from; i < to; i++) {
      double p = load(params, i);
      double g = load(grads, i);
      final double m0 = load(m, i);
      final double v0 = load(v, i);

      // The gradient g_t: unscaled and clipped by norm, clipped by value, turned for ascent.
      if (SCALES) {
        g = mul(g, gradientScale);
      }
      if (CLIPS) {
        g = max(min(g, clip), -clip);
      }
      if (MAXIMIZES) {
        g = neg(g);
      }
      // Weight decay as a penalty on the loss, or decoupled from it (Loshchilov & Hutter 2019,
      // Algorithm 2, lines 6 and 12).
      if (L2) {
        g = fma(decay, p, g);
      }
      if (DECOUPLED && !UPDATE_ONLY) {
        p = PYTORCH ? mul(p, decayFactor) : fma(decay, p, p);
      }

      // Algorithm 1: m_t = beta1 * m_(t-1) + (1 - beta1) * g_t. As an interpolation it rounds twice
      // in all, does not carry the rounding of beta1 for ever, and m = g is a fixed point. It starts
      // at the end with the larger weight, so that beta1 = 0 gives g itself.
      final double m1 = fma(w1, sub(g, m0), GRADIENT_FIRST ? g : m0);
      // Algorithm 1: v_t = beta2 * v_(t-1) + (1 - beta2) * g_t^2, likewise. Never negative: what is
      // added to v or to the square is at most that times a weight of at most 1.
      final double v1;
      if (PYTORCH) {
        v1 = fma(mul(w2, g), g, mul(v0, beta2));
      } else if (SQUARE_FIRST) {
        final double square = mul(g, g);
        v1 = fma(w2, sub(square, v0), square);
      } else {
        v1 = fma(w2, fma(g, g, neg(v0)), v0);
      }

      // Algorithm 1: sqrt(v^_t) + epsilon with v^_t = v_t / (1 - beta2^t). The correction is in the
      // factor of the root, or inside the root where something else has to be there with it.
      double s = v1;
      if (CORRECTED) {
        s = mul(s, varianceScale);
      }
      if (MAXIMUM) {
        // AMSGrad (Reddi, Kale & Kumar 2018, Algorithm 2).
        s = max(load(max, i), s);
        store(max, i, s);
      }
      if (ROOT_EPSILON) {
        s = CORRECTED ? add(s, rootEpsilon) : fma(s, varianceScale, rootEpsilon);
      }
      final double root = sqrt(s);
      final double d =
          PYTORCH ? add(div(root, rootScale), epsilon) : fma(root, rootScale, epsilon);

      // Algorithm 1: theta_t = theta_(t-1) - alpha * m^_t / (sqrt(v^_t) + epsilon) with
      // m^_t = m_t / (1 - beta1^t), whose divisor is in the step size. Product, quotient and
      // sum are rounded in this order. Nesterov: Dozat 2016.
      final double n = NESTEROV ? fma(momentStep, m1, mul(gradientStep, g)) : mul(momentStep, m1);
      final double update = div(n, d);

      store(m, i, m1);
      store(v, i, v1);
      if (UPDATE_ONLY) {
        store(grads, i, DECOUPLED ? fma(decay, p, update) : update);
      } else {
        p = add(p, update);
        store(params, i, p);
        if (AVERAGES) {
          final double a = load(average, i);
          store(average, i, fma(averageWeight, sub(p, a), a));
        }
        if (ZEROES_GRADIENT) {
          store(grads, i, 0);
        }
      }
    }
  }

  @Override
  void flush(Object m, Object v, int from, int to) {
    for (int i = from; i < to; i++) {
      final double m0 = load(m, i);
      // Nothing below zero is left of v, so that the product below is never that of an infinity and 0.
      final double v0 = max(load(v, i), 0);
      store(m, i, unlessTiny(m0, abs(m0), TINY_M));
      store(v, i, unlessTiny(v0, v0, TINY_V));
    }
  }

  /** {@code magnitude < limit ? 0 : x} without a branch; the limit is a power of two. NaN stays NaN. */
  private static double unlessTiny(double x, double magnitude, double limit) {
    // Magnitudes from the limit on become at least 1, those below it at most 0.
    final double steps = mul(sub(mul(magnitude, 1 / limit), BELOW_ONE), 1 / (1 - BELOW_ONE));
    // The sum turns -0 into +0.
    return add(mul(x, min(max(steps, 0), 1)), 0);
  }

  @Override
  long countInBlock(Object array, int from, int to) {
    long count = 0;
    for (int i = from; i < to; i++) {
      // An exponent of all ones overflows into the sign.
      count +=
          FLOAT
              ? (Float.floatToRawIntBits(((float[]) array)[i]) & FLOAT_EXPONENT)
                  + FLOAT_LOWEST_EXPONENT >>> 31
              : (Double.doubleToRawLongBits(((double[]) array)[i]) & DOUBLE_EXPONENT)
                  + DOUBLE_LOWEST_EXPONENT >>> 63;
    }
    return count;
  }

  @Override
  void addSquares(double[] sums, Object array, double scale, int from, int to) {
    for (int i = from; i < to; i++) {
      final int sum = i - from & SUMS - 1;
      final double x = load(array, i) * scale;
      sums[sum] = Math.fma(x, x, sums[sum]);
    }
  }

  private static double round(double x) {
    return FLOAT ? (float) x : x;
  }

  /** The factor of the difference: of the gradient's weight, or of what that lacks to 1. */
  private static double momentWeight(double weight, boolean isFromGradient) {
    // Exact, the weight being at least 1/2.
    return isFromGradient ? sub(round(weight), 1) : round(weight);
  }

  private static double load(Object array, int i) {
    return FLOAT ? ((float[]) array)[i] : ((double[]) array)[i];
  }

  private static void store(Object array, int i, double x) {
    if (FLOAT) {
      ((float[]) array)[i] = (float) x;
    } else {
      ((double[]) array)[i] = x;
    }
  }

  private static double fma(double a, double b, double c) {
    return FLOAT ? Math.fma((float) a, (float) b, (float) c) : Math.fma(a, b, c);
  }

  private static double add(double a, double b) {
    return FLOAT ? (float) a + (float) b : a + b;
  }

  private static double sub(double a, double b) {
    return FLOAT ? (float) a - (float) b : a - b;
  }

  private static double mul(double a, double b) {
    return FLOAT ? (float) a * (float) b : a * b;
  }

  private static double div(double a, double b) {
    return FLOAT ? (float) a / (float) b : a / b;
  }

  private static double sqrt(double a) {
    // The root of a float, rounded to double and then to float, is the correctly rounded one.
    return FLOAT ? (float) Math.sqrt(a) : Math.sqrt(a);
  }

  private static double neg(double a) {
    // As a double a float is negated between two conversions, in vectors of half the lanes.
    return FLOAT ? -(float) a : -a;
  }

  private static double abs(double a) {
    return FLOAT ? Math.abs((float) a) : Math.abs(a);
  }

  private static double min(double a, double b) {
    return FLOAT ? Math.min((float) a, (float) b) : Math.min(a, b);
  }

  private static double max(double a, double b) {
    return FLOAT ? Math.max((float) a, (float) b) : Math.max(a, b);
  }
}
