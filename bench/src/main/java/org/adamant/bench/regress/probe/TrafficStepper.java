package org.adamant.bench.regress.probe;

import org.adamant.bench.jmh.TrafficLoop;

/** Passes of the traffic loop. */
public final class TrafficStepper implements Stepper {

  /** For the probe. */
  public TrafficStepper() {}

  @Override
  public void run(int count, float[] params, float[] grads, float[] m, float[] v) {
    for (int i = 0; i < count; i++) {
      TrafficLoop.step(0.999f, params, grads, m, v);
    }
  }

  @Override
  public void run(int count, double[] params, double[] grads, double[] m, double[] v) {
    for (int i = 0; i < count; i++) {
      TrafficLoop.step(0.999, params, grads, m, v);
    }
  }
}
