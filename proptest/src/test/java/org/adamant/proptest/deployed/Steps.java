package org.adamant.proptest.deployed;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;

/**
 * Some steps of the preferred width, to be loaded by its own class loader. The results consist of classes that all
 * loaders share.
 */
public final class Steps implements Supplier<Map<String, String>> {

  private static final int LENGTH = 103;

  @Override
  public Map<String, String> get() {
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    final Adam adam = Adam.defaults().withWeightDecay(0.01);
    final float[] params = new float[LENGTH];
    final float[] grads = new float[LENGTH];
    final float[] m = new float[LENGTH];
    final float[] v = new float[LENGTH];
    for (long t = 1; t <= 70; t++) {
      for (int i = 0; i < LENGTH; i++) {
        grads[i] = params[i] - (float) Math.sqrt(i * t);
      }
      kernel.step(adam.atStep(t), params, grads, m, v);
    }
    return Map.of(
        "width", kernel.laneWidth().toString(),
        "explanation", AdamKernel.preferred().explanation(),
        "hash", Arrays.deepToString(new Object[] {params, m, v}));
  }
}
