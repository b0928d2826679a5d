package org.adamant.bench.regress.probe;

import org.adamant.Adam;
import org.adamant.AdamStep;
import org.adamant.bench.jmh.PlainLoop;

/** Steps of the plain loop. */
public final class PlainStepper implements Stepper {

  private final AdamStep step = Adam.defaults().atStep(1001);

  /** A step from the middle of a training. */
  public PlainStepper() {}

  @Override
  public void run(int count, float[] params, float[] grads, float[] m, float[] v) {
    for (int i = 0; i < count; i++) {
      PlainLoop.step(step, params, grads, m, v);
    }
  }

  @Override
  public void run(int count, double[] params, double[] grads, double[] m, double[] v) {
    for (int i = 0; i < count; i++) {
      PlainLoop.step(step, params, grads, m, v);
    }
  }
}
