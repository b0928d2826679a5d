package org.adamant;

/**
 * What a step does about gradients that are NaN or infinite. Each such gradient makes the parameter and the
 * moments of its element NaN for good, some of them one step later; with PyTorch's arithmetic an infinite second
 * moment stays infinite. What counts is the gradient as it is in the array, before scaling and clipping.
 */
public enum NonFinite {
  /** Step regardless, as other implementations do; nothing is counted. Costs nothing. */
  PROPAGATE,
  /**
   * If there is one in any array of the call, change nothing at all. Costs one more reading. Gradients that
   * the step was to set to zero stay as well: whoever adds to them has to clear them first. The step was not
   * taken, so the next one is that of the same t.
   */
  SKIP,
  /** If there is one in any array of the call, throw, having changed nothing. Costs one more reading. */
  THROW
}
