package org.adamant.training;

/** How the gradients of several micro-batches are combined. */
public enum Accumulation {
  /** Their sum divided by the number of micro-batches: the gradient of the mean loss of one large batch. */
  MEAN,
  /** Their sum. */
  SUM
}
