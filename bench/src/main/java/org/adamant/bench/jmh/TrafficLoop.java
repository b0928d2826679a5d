package org.adamant.bench.jmh;

/**
 * The limit: the four reads and three writes of a step with almost no arithmetic. It multiplies by a factor near
 * one, so that the values stay finite however often it runs.
 */
public final class TrafficLoop {

  private TrafficLoop() {}

  public static void step(float factor, float[] params, float[] grads, float[] m, float[] v) {
    for (int i = 0; i < params.length; i++) {
      final float g = grads[i];
      params[i] = params[i] * factor + g;
      m[i] = m[i] * factor + g;
      v[i] = v[i] * factor + g;
    }
  }

  public static void step(double factor, double[] params, double[] grads, double[] m, double[] v) {
    for (int i = 0; i < params.length; i++) {
      final double g = grads[i];
      params[i] = params[i] * factor + g;
      m[i] = m[i] * factor + g;
      v[i] = v[i] * factor + g;
    }
  }

  /** With a fifth array, read and written, as variants with more state have it. */
  static void step(
      float factor, float[] params, float[] grads, float[] m, float[] v, float[] more) {
    for (int i = 0; i < params.length; i++) {
      final float g = grads[i];
      params[i] = params[i] * factor + g;
      m[i] = m[i] * factor + g;
      v[i] = v[i] * factor + g;
      more[i] = more[i] * factor + g;
    }
  }

  /** With a fifth array, read and written, as variants with more state have it. */
  static void step(
      double factor, double[] params, double[] grads, double[] m, double[] v, double[] more) {
    for (int i = 0; i < params.length; i++) {
      final double g = grads[i];
      params[i] = params[i] * factor + g;
      m[i] = m[i] * factor + g;
      v[i] = v[i] * factor + g;
      more[i] = more[i] * factor + g;
    }
  }
}
