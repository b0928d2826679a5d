package org.adamant.training;

/**
 * What one call of an optimizer did.
 *
 * @param outcome whether the parameters were updated
 * @param update the number of the update, from 1, for which schedules were evaluated: the one that was done, was
 *     skipped, or for which gradients were accumulated
 * @param learningRate the rate of that update, before the changes of a group; after accumulation, the rate it would
 *     have now
 * @param norm the norm of all gradients as the update sees them: divided by the loss scale, and summed or averaged
 *     over micro-batches; NaN without a limit of it
 * @param clipFactor the factor that brought the norm down to its limit, at most 1; the smallest one if each
 *     parameter has a limit
 * @param lossScale the number that the gradients were divided by; 1 without a loss scale
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

  /** What was done with the gradients. */
  public enum Outcome {
    /** The parameters were updated. */
    UPDATED,
    /** The gradients were added to those of the micro-batches before. */
    ACCUMULATED,
    /** No parameter was updated, because some gradients are NaN or infinite. */
    SKIPPED
  }

  /** {@return whether the parameters were updated} */
  public boolean isUpdated() {
    return outcome == Outcome.UPDATED;
  }

  /** {@return whether no parameter was updated, because some gradients are NaN or infinite} */
  public boolean isSkipped() {
    return outcome == Outcome.SKIPPED;
  }
}
