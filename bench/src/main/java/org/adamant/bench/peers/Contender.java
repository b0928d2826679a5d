package org.adamant.bench.peers;

import java.util.Optional;
import org.adamant.bench.support.StepArrays.Role;

/** One implementation of Adam at work on its own copy of a workload's arrays. */
interface Contender extends AutoCloseable {

  /**
   * Whether a step changes the gradients, so that they have to be put back before the next one. That is
   * not part of the step and is not timed.
   */
  boolean consumesGradients();

  /** Puts the gradients back. */
  void restoreGradients();

  /**
   * One step: everything that a Java program has to do for it, once the gradients are there.
   *
   * @param t the number of the step, from 1
   */
  void step(long t);

  /** A copy of an array, or the array itself; empty if the implementation does not show it. */
  Optional<Object> read(Role role, int array);

  @Override
  void close();
}
