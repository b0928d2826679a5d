package org.adamant.proptest;

import java.lang.reflect.Array;
import org.adamant.Adam;
import org.adamant.testkit.Elements;

/**
 * Bounds of the difference that roundings make between two implementations of Adam: this library's, and PyTorch's.
 * It is a running error analysis. Beside the trajectory itself (Algorithm 1 in double), each element has a bound of
 * the difference. Every step passes the bound on as the recurrences do, and adds what it may round. Nothing is
 * fitted to observations.
 *
 * <p><b>Notation.</b> u is the unit roundoff of the element type (2^-24, 2^-53), e = 2^-53 that of the
 * coefficients, w1 = 1 - beta1, w2 = 1 - beta2. A rounded operation has a relative error of at most u. A
 * coefficient computed in double and rounded once has u plus its error in double: 1 - beta is one rounding (e).
 *
 * <p><b>First moment.</b> Both compute {@code fma(w1, g - m, m)} with the same rounded w1, so the bound is 0.
 *
 * <p><b>Second moment.</b> Ours, {@code fma(w2, fma(g, g, -v), v)}: (2u + e) w2 |g^2 - v| + u v'. Theirs is {@code
 * v * b2 + c2 * g * g} with b2 and c2 rounded. The rounding of b2, a constant called delta below, counts anew in
 * every step. With beta2 = 0.999 in float, delta is 1.3e-8, and after t steps v is off by up to delta min(t, 1000),
 * which is the 1.3e-5 of the recording's description. The product v b2 adds u; c2 g g adds u + e for c2 and 2u for
 * its products; the sum u v':
 *
 * <pre>
 *   Ev' = beta2 Ev + w2 |g^2 - v| (2u + e) + (delta + u) beta2 v + (3u + e) w2 g^2 + 2u v'
 * </pre>
 *
 * <p><b>Denominator</b> d = sqrt(v') r + epsilon with r = 1 / sqrt(1 - beta2^t). An error Ev of v'
 * moves the root by at most sqrt(v') - sqrt(v' - Ev). The roundings: ours, root u, r (5e for its
 * computation by expm1, u), epsilon u, fma u. Theirs, root u, {@code 1 - pow(beta2, t)} whose
 * subtraction turns the two units of pow into 2e / (1 - beta2^t) + e, half of which is left by
 * its root, e for that root, u for rounding it, the quotient u; epsilon u, sum u:
 *
 * <pre>
 *   Ed = (sqrt(v') - sqrt(v' - Ev)) r + sqrt(v') r (5u + 7e + e / (1 - beta2^t))
 *        + 2u epsilon + 2u d
 * </pre>
 *
 * <p><b>Parameter.</b> The update is q = s m' / d with s = lr / (1 - beta1^t). Relative errors of
 * s: ours 7e + u, theirs 2e / (1 - beta1^t) + 2e + u; one product and one quotient on each side,
 * 4u; that of d from above. The last sum rounds to u |p'| on each side. An older error of p stays:
 *
 * <pre>
 *   Ep' = Ep + |q| (6u + 9e + 2e / (1 - beta1^t) + Ed / (d - Ed)) + 2u |p'|
 * </pre>
 *
 * <p>The bounds are for the worst case, in which all roundings have the same direction. Independent roundings add
 * up as the root of their number, so differences of a thousand steps are about a thirtieth of the bound.
 *
 * <p>Products of errors are left out; {@link #SECOND_ORDER} covers them, and the double arithmetic
 * in which all this is computed.
 */
final class RoundingBounds {

  /**
   * The largest relative error above is that of v, below 1e-3 in float; a product of two errors is
   * below a thousandth of either.
   */
  private static final double SECOND_ORDER = 1.002;

  private static final double E = 0x1p-53;

  private final Adam adam;
  private final double u;
  private final double delta;
  private final double[] p;
  private final double[] m;
  private final double[] v;
  private final double[] errorOfP;
  private final double[] errorOfV;

  /** Starts from the given parameters, without error, and moments of zero. */
  RoundingBounds(Adam adam, double unitRoundoff, Object params) {
    final int length = Array.getLength(params);
    this.adam = adam;
    this.u = unitRoundoff;
    final double beta2 = adam.beta2();
    this.delta = params instanceof float[] ? Math.abs((float) beta2 - beta2) / beta2 : 0;
    this.p = new double[length];
    this.m = new double[length];
    this.v = new double[length];
    this.errorOfP = new double[length];
    this.errorOfV = new double[length];
    for (int i = 0; i < length; i++) {
      p[i] = Elements.get(params, i);
    }
  }

  /** Goes on by one step. */
  void step(int t, Object grads) {
    final double w1 = 1 - adam.beta1();
    final double w2 = 1 - adam.beta2();
    final double correction1 = -Math.expm1(t * Math.log(adam.beta1()));
    final double correction2 = -Math.expm1(t * Math.log(adam.beta2()));
    final double s = adam.learningRate() / correction1;
    for (int i = 0; i < p.length; i++) {
      final double g = Elements.get(grads, i);
      m[i] += w1 * (g - m[i]);

      errorOfV[i] =
          adam.beta2() * errorOfV[i]
              + w2 * Math.abs(g * g - v[i]) * (2 * u + E)
              + (delta + u) * adam.beta2() * v[i]
              + (3 * u + E) * w2 * g * g;
      v[i] += w2 * (g * g - v[i]);
      errorOfV[i] += 2 * u * v[i];

      final double root = Math.sqrt(v[i] / correction2);
      final double lowestRoot = Math.sqrt((v[i] - errorOfV[i]) / correction2);
      final double d = root + adam.epsilon();
      final double errorOfD =
          root - lowestRoot
              + root * (5 * u + 7 * E + E / correction2)
              + 2 * u * (adam.epsilon() + d);

      final double q = s * m[i] / d;
      p[i] -= q;
      errorOfP[i] +=
          Math.abs(q) * (6 * u + 9 * E + 2 * E / correction1 + errorOfD / (d - errorOfD))
              + 2 * u * Math.abs(p[i]);
    }
  }

  /** The bound of the difference of two implementations in parameter i. */
  double ofP(int i) {
    return SECOND_ORDER * errorOfP[i];
  }

  /** The bound of the difference of two implementations in second moment i. */
  double ofV(int i) {
    return SECOND_ORDER * errorOfV[i];
  }
}
