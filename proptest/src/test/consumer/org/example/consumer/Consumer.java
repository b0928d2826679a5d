package org.example.consumer;

import java.util.Arrays;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;

/** Prints how many floats the kernel steps at once, then a hash of its results. */
public final class Consumer {
  private static final int LENGTH = 1003;

  private Consumer() {}

  /**
   * Prints one line.
   *
   * @param args unused
   */
  public static void main(String[] args) {
    AdamKernel kernel = AdamKernel.of(LaneWidth.preferred()); // at once, unlike the preferred kernel
    Adam adam = Adam.defaults().withWeightDecay(0.01);
    float[] params = new float[LENGTH];
    float[] grads = new float[LENGTH];
    float[] m = new float[LENGTH];
    float[] v = new float[LENGTH];
    for (long t = 1; t <= 200; t++) {
      for (int i = 0; i < LENGTH; i++) {
        grads[i] = params[i] - (float) Math.sqrt(i * t);
      }
      kernel.step(adam.atStep(t), params, grads, m, v);
    }
    int hash = Arrays.hashCode(new int[] {
        Arrays.hashCode(params), Arrays.hashCode(m), Arrays.hashCode(v)});
    int lanes = Math.max(1, kernel.laneWidth().bits() / Float.SIZE);
    System.out.println(lanes + " " + Integer.toHexString(hash));
  }
}
