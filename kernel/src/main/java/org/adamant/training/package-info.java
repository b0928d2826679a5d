/**
 * What a training needs around a step: the learning rate by the number of the step ({@link
 * org.adamant.training.Schedule}, {@link org.adamant.training.OneCycle}), the decay of an average of the parameters
 * ({@link org.adamant.training.AverageDecay}), a learning rate that falls when a metric stops getting better
 * ({@link org.adamant.training.Plateau}), and the scale of a loss whose gradients have few bits ({@link
 * org.adamant.training.LossScale}).
 *
 * <p>Everything here is immutable. A schedule is a function of the number of the step, so it needs no saving. A
 * plateau and a loss scale depend on what happened, and keep that in a record of numbers.
 */
@NullMarked
package org.adamant.training;

import org.jspecify.annotations.NullMarked;
