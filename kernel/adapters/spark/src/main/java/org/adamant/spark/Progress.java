package org.adamant.spark;

import org.adamant.training.StepReport;

/** Is told of every step, on the driver. */
@FunctionalInterface
public interface Progress {

  /**
   * Called after a step. An exception ends the training, which can be resumed from its newest checkpoint.
   *
   * @param step the number of the step, from 1; steps that were skipped count
   * @param loss the mean of the losses of the micro-batches, added in the order of gradients
   * @param report what was done
   */
  void after(long step, double loss, StepReport report);
}
