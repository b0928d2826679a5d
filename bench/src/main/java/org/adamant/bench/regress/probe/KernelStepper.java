package org.adamant.bench.regress.probe;

import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;

/**
 * Steps of the kernel that this class is loaded with. It uses only the public API, so it runs with older and newer
 * kernels.
 */
public final class KernelStepper implements Stepper {

  /** A period of the flush of tiny moments, so that one of the steps flushes. */
  private static final int STEPS = 64;

  /** The kernel of a width, as the preferred one may keep the scalar path where SIMD is slow. */
  private final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());

  private final AdamStep[] steps = new AdamStep[STEPS];
  private int next;

  /** The arrays of the last run, made once, as a step must not allocate. */
  private AdamSlice slice;

  private Object sliced;

  /** Steps from the middle of a training. */
  public KernelStepper() {
    for (int i = 0; i < STEPS; i++) {
      steps[i] = Adam.defaults().atStep(1001 + i);
    }
  }

  @Override
  public void run(int count, float[] params, float[] grads, float[] m, float[] v) {
    if (sliced != params) {
      sliced = params;
      slice = AdamSlice.of(params, grads, m, v);
    }
    run(count);
  }

  @Override
  public void run(int count, double[] params, double[] grads, double[] m, double[] v) {
    if (sliced != params) {
      sliced = params;
      slice = AdamSlice.of(params, grads, m, v);
    }
    run(count);
  }

  /** Steps slices, as in older kernels the method of arrays returned nothing. */
  private void run(int count) {
    for (int i = 0; i < count; i++) {
      kernel.step(steps[next++ & STEPS - 1], slice);
    }
  }

  @Override
  public int laneBits() {
    return kernel.laneWidth().bits();
  }
}
