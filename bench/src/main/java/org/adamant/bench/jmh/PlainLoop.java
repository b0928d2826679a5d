package org.adamant.bench.jmh;

import org.adamant.AdamStep;

/**
 * The baseline that a user would write: the basic step as a plain loop, which C2 vectorises by itself. It has the
 * same roundings as the kernel, without the rule for tiny moments.
 */
public final class PlainLoop {

  private PlainLoop() {}

  public static void step(AdamStep step, float[] params, float[] grads, float[] m, float[] v) {
    final float w1 = (float) step.firstMomentWeight();
    final float w2 = (float) step.secondMomentWeight();
    final float negativeStepSize = (float) -step.stepSize();
    final float rootScale = (float) step.rootScale();
    final float epsilon = (float) step.adam().epsilon();
    for (int i = 0; i < params.length; i++) {
      final float g = grads[i];
      final float m1 = Math.fma(w1, g - m[i], m[i]);
      final float v1 = Math.fma(w2, Math.fma(g, g, -v[i]), v[i]);
      final float d = Math.fma((float) Math.sqrt(v1), rootScale, epsilon);
      m[i] = m1;
      v[i] = v1;
      params[i] += negativeStepSize * m1 / d;
    }
  }

  public static void step(AdamStep step, double[] params, double[] grads, double[] m, double[] v) {
    final double w1 = step.firstMomentWeight();
    final double w2 = step.secondMomentWeight();
    final double negativeStepSize = -step.stepSize();
    final double rootScale = step.rootScale();
    final double epsilon = step.adam().epsilon();
    for (int i = 0; i < params.length; i++) {
      final double g = grads[i];
      final double m1 = Math.fma(w1, g - m[i], m[i]);
      final double v1 = Math.fma(w2, Math.fma(g, g, -v[i]), v[i]);
      final double d = Math.fma(Math.sqrt(v1), rootScale, epsilon);
      m[i] = m1;
      v[i] = v1;
      params[i] += negativeStepSize * m1 / d;
    }
  }
}
