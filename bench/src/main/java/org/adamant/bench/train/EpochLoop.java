package org.adamant.bench.train;

import java.util.function.DoubleSupplier;

/** The training loop of every model: epoch after epoch, keeping the losses. */
final class EpochLoop {

  private EpochLoop() {}

  /**
   * Trains.
   *
   * @param epochs how often
   * @param epoch trains one epoch and returns its loss
   * @param listener is told every loss
   * @return the loss of each epoch
   */
  static double[] run(int epochs, DoubleSupplier epoch, EpochListener listener) {
    final double[] losses = new double[epochs];
    for (int i = 0; i < epochs; i++) {
      losses[i] = epoch.getAsDouble();
      listener.epochDone(i + 1, losses[i]);
    }
    return losses;
  }
}
