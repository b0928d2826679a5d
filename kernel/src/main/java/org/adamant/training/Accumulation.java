package org.adamant.training;

/** What the gradients of several micro-batches make together. */
public enum Accumulation {
  /** Their sum over the number of micro-batches, as of the loss of one large batch. */
  MEAN,
  /** Their sum. */
  SUM
}
