package org.adamant.spark;

import org.adamant.training.StepReport;

/** Hears of every step, on the driver. */
@FunctionalInterface
public interface Progress {

  /**
   * After a step. What it throws ends the training, which can go on from its newest checkpoint.
   *
   * @param step the number of the step, from 1; steps that were skipped count
   * @param loss the mean of the losses of the micro-batches, added up as gradients are
   * @param report what was done
   */
  void after(long step, double loss, StepReport report);
}
