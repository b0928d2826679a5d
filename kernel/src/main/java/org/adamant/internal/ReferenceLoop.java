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
 * a hidden class for each {@link Specialisation}.
 */
final class ReferenceLoop extends Loop {

  private static final Specialisation CONSTANTS =
      Specialiser.classData(MethodHandles.lookup(), Specialisation.class);
  private static final boolean FLOAT = CONSTANTS.element() == Specialisation.Element.FLOAT;
  private static final boolean DECAY = CONSTANTS.variant().decay();
  private static final double TINY_M = FLOAT ? TinyMoments.FLOAT_M : TinyMoments.DOUBLE_M;
  private static final double TINY_V = FLOAT ? TinyMoments.FLOAT_V : TinyMoments.DOUBLE_V;

  ReferenceLoop() {}

  @Override
  void block(Coefficients c, Object params, Object grads, Object m, Object v, int from, int to) {
    final double w1 = round(c.firstMomentWeight());
    final double w2 = round(c.secondMomentWeight());
    final double negativeStepSize = round(c.negativeStepSize());
    final double rootScale = round(c.rootScale());
    final double epsilon = round(c.epsilon());
    final double negativeDecay = round(c.negativeDecay());
    for (int i = from; i < to; i++) {
      final double g = load(grads, i);
      final double m0 = load(m, i);
      final double v0 = load(v, i);
      double p = load(params, i);

      // Decoupled weight decay (Loshchilov & Hutter 2019, Algorithm 2 line 12).
      if (DECAY) {
        p = fma(negativeDecay, p, p);
      }
      // Algorithm 1: m_t = beta1 * m_(t-1) + (1 - beta1) * g_t. As an interpolation it rounds twice
      // in all, does not carry the rounding of beta1 for ever, and m = g is a fixed point.
      final double m1 = fma(w1, sub(g, m0), m0);
      // Algorithm 1: v_t = beta2 * v_(t-1) + (1 - beta2) * g_t^2. Never negative: the inner
      // product is at least -v, and w2 <= 1.
      final double v1 = fma(w2, fma(g, g, -v0), v0);
      // Algorithm 1: sqrt(v^_t) + epsilon with v^_t = v_t / (1 - beta2^t).
      final double d = fma(sqrt(v1), rootScale, epsilon);
      // Algorithm 1: theta_t = theta_(t-1) - alpha * m^_t / (sqrt(v^_t) + epsilon) with
      // m^_t = m_t / (1 - beta1^t), whose divisor is in the step size. Product, quotient and
      // sum are rounded in this order.
      p = add(p, div(mul(negativeStepSize, m1), d));

      store(m, i, m1);
      store(v, i, v1);
      store(params, i, p);
    }
  }

  @Override
  void flush(Object m, Object v, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Math.abs(load(m, i)) < TINY_M) {
        store(m, i, 0);
      }
      if (load(v, i) < TINY_V) {
        store(v, i, 0);
      }
    }
  }

  private static double round(double x) {
    return FLOAT ? (float) x : x;
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
}
