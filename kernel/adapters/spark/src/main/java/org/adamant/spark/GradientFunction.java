package org.adamant.spark;

import java.io.Serializable;
import java.util.List;

/**
 * The gradient of a micro-batch. Called in a task on an executor, possibly more than once for the same micro-batch, and
 * then it must give the same bits: it may depend on nothing but its arguments.
 *
 * @param <T> the type of a sample
 */
@FunctionalInterface
public interface GradientFunction<T> extends Serializable {

  /**
   * The gradient.
   *
   * @param parameters before the step, to be read only
   * @param samples of the micro-batch, in their order
   * @return a gradient for each parameter that is not frozen
   * @throws Exception whatever happens; Spark tries the task again as often as it is told to, and then the training ends
   */
  Gradients gradient(Parameters parameters, List<T> samples) throws Exception;
}
