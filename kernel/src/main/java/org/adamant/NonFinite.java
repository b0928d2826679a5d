package org.adamant;

/**
 * What a step does about gradients that are NaN or infinite. Each such gradient makes the parameter and the moments
 * of its element NaN for good, some of them one step later; with PyTorch's arithmetic an infinite second moment
 * stays infinite. Gradients are judged as they are in memory, before scaling and clipping.
 */
public enum NonFinite {
  /** Step regardless, as other implementations do. Counts nothing and costs nothing. */
  PROPAGATE,
  /**
   * If any array of the call has one, change nothing at all. Costs one more pass that reads the gradients.
   * Gradients that the step was to set to zero stay, too: clear them before you add to them. The step was not
   * taken, so the next one has the same t.
   */
  SKIP,
  /** If any array of the call has one, throw and change nothing. Costs one more pass that reads the gradients. */
  THROW
}
