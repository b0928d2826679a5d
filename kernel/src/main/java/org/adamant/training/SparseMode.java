package org.adamant.training;

/** What becomes, in a step with {@link SparseRows}, of the rows without gradient. */
public enum SparseMode {
  /**
   * They are left as they are, and so are their moments: TensorFlow's LazyAdam, PyTorch's SparseAdam. A row moves only
   * where there is a gradient for it, and weight decay acts on it only then.
   */
  LAZY,

  /**
   * They take the step with a gradient of zero, to the bit what a step on all rows gives; but only when there is
   * next a gradient for them, or when all rows are caught up. Until then they are as they were: {@code catchUp} comes before
   * parameters are read as a whole. A row that was left for k steps is stepped k times. Rows that have steps to take may take
   * them in a step that is then skipped or refused, when its gradient is dense.
   */
  EXACT
}
