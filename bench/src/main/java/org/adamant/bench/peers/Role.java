package org.adamant.bench.peers;

/** What an array of a step is. */
enum Role {
  PARAMS,
  GRADS,
  FIRST_MOMENT,
  SECOND_MOMENT,
  AVERAGE
}
