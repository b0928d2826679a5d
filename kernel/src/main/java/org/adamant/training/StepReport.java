package org.adamant.training;

/**
 * What one call of an optimizer did.
 *
 * @param outcome whether the parameters were updated
 * @param update the number of the update, from 1, which the schedules were asked about: the one that was done, was
 *     skipped, or for which gradients were accumulated
 * @param learningRate the rate of that update, before the changes of a group; of gradients that were accumulated only,
 *     as it would be now
 * @param norm the norm of all gradients, divided by the loss scale and averaged over micro-batches as the update is to
 *     see them; NaN where there is no limit to compare it with
 * @param clipFactor what the gradients were multiplied by to bring their norm down to its limit, at most 1; of limits for
 *     each parameter the smallest
 * @param lossScale what the gradients were divided by; 1 without a loss scale
 * @param nonFinite how many gradients were NaN or infinite, if the update was skipped because of them; otherwise 0
 */
public record StepReport(
    Outcome outcome,
    long update,
    double learningRate,
    double norm,
    double clipFactor,
    double lossScale,
    long nonFinite) {

  /** What became of the gradients. */
  public enum Outcome {
    /** The parameters were updated. */
    UPDATED,
    /** The gradients were added to those of the micro-batches before. */
    ACCUMULATED,
    /** Nothing was changed, because some gradients are NaN or infinite. */
    SKIPPED
  }

  /** {@return whether the parameters were updated} */
  public boolean isUpdated() {
    return outcome == Outcome.UPDATED;
  }

  /** {@return whether nothing was changed, because some gradients are NaN or infinite} */
  public boolean isSkipped() {
    return outcome == Outcome.SKIPPED;
  }
}
