package org.adamant.training;

/** What a step with {@link SparseRows} does to the rows without gradient. */
public enum SparseMode {
  /**
   * They and their moments stay as they are, as in TensorFlow's LazyAdam and PyTorch's SparseAdam. A row moves, and
   * weight decay acts on it, only in steps that have a gradient for it.
   */
  LAZY,

  /**
   * They take the step with a gradient of zero, and get the bits of a step on all rows, but later: before their
   * next gradient, or when all rows are caught up. Until then they keep their old values, so call {@code catchUp}
   * before you read the parameter as a whole. A row that missed k steps takes k steps. A step with a dense gradient
   * first catches up all rows, even if it is then skipped or refused.
   */
  EXACT
}
