package org.adamant.spark;

import java.io.Serializable;
import java.util.List;

/**
 * Computes the gradient of a micro-batch. A task on an executor calls it, possibly more than once for the same
 * micro-batch. It must then give the same bits, so it must depend on its arguments only.
 *
 * @param <T> the type of a sample
 */
@FunctionalInterface
public interface GradientFunction<T> extends Serializable {

  /**
   * The gradient.
   *
   * @param parameters the parameters before the step, read-only
   * @param samples the samples of the micro-batch, in their order
   * @return a gradient for each parameter that is not frozen
   * @throws Exception any failure; Spark tries the task again as often as it is configured to, then the training
   *     ends
   */
  Gradients gradient(Parameters parameters, List<T> samples) throws Exception;
}
