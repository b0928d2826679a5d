package org.adamant.bench.peers;

import java.util.Optional;
import org.adamant.bench.support.StepArrays.Role;

/** One implementation of Adam at work on its own copy of a workload's arrays. */
interface Contender extends AutoCloseable {

  /**
   * Whether a step changes the gradients, so that they must be restored before the next one. Restoring is not
   * timed.
   */
  boolean consumesGradients();

  /** Restores the gradients. */
  void restoreGradients();

  /**
   * One step, with everything that a Java program must do for it once it has the gradients.
   *
   * @param t the number of the step, from 1
   */
  void step(long t);

  /** A copy of an array, or the array itself; empty if the implementation does not show it. */
  Optional<Object> read(Role role, int array);

  @Override
  void close();
}
