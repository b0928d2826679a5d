package org.adamant.bench.train.trainer;

import java.util.function.DoubleSupplier;

/** The training loop of every model: epoch after epoch, keeping the losses. */
public final class EpochLoop {

  private EpochLoop() {}

  /** Trains. */
  public static double[] run(int epochs, DoubleSupplier epoch, EpochListener listener) {
    final double[] losses = new double[epochs];
    for (int i = 0; i < epochs; i++) {
      losses[i] = epoch.getAsDouble();
      listener.epochDone(i + 1, losses[i]);
    }
    return losses;
  }
}
