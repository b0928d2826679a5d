package org.adamant.tribuo;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.NonFinite;
import org.tribuo.math.Parameters;
import org.tribuo.math.StochasticGradientOptimiser;
import org.tribuo.math.la.Tensor;

/**
 * The kernel of Adamant as an optimiser of Tribuo. It steps the arrays of the parameters in place and returns no
 * updates, as nothing is left to add.
 *
 * <p>Its properties in a configuration file are those of Tribuo's own Adam, and {@code hyperParameters} for all
 * others that {@link Adam} has. The defaults are those of {@link Adam#tribuo}. Tribuo's gradients ascend, so its
 * steps do, too. The weight of an example is not used, as in Tribuo's Adam.
 *
 * <p>A step is dense: elements that a sparse gradient lacks are 0, and their weights move on by their momentum.
 * Tribuo's optimisers leave these weights as they are.
 *
 * <p>An instance is for one training at a time, as every optimiser of Tribuo; Tribuo's trainers {@linkplain #copy
 * copy} it for each training.
 */
public final class AdamantOptimiser implements StochasticGradientOptimiser {

  @Config(description = "The step size.")
  private double initialLearningRate;

  @Config(description = "The decay rate of the first moment.")
  private double betaOne;

  @Config(description = "The decay rate of the second moment.")
  private double betaTwo;

  @Config(description = "What is added to the root of the second moment.")
  private double epsilon;

  @Config(
      description = "All others that differ, as 'weightDecay=0.01, amsgrad=RAW' by their names in Adam.")
  private String hyperParameters;

  @Config(description = "What to do about gradients that are NaN or infinite.")
  private NonFinite nonFinite = NonFinite.PROPAGATE;

  @Config(description = "The largest number of threads of a step; its bits do not depend on it.")
  private int threads = 1;

  private Adam adam;
  private Parameters parameters;
  private AdamOptimizer optimizer;

  /** Dense copies of the sparse updates of each tensor, zero between steps; null before the first. */
  private double[][][] scattered;

  /** An optimiser with the hyper-parameters of {@link Adam#tribuo}. */
  public AdamantOptimiser() {
    this(Adam.tribuo());
  }

  /**
   * An optimiser with other hyper-parameters.
   *
   * @param adam the hyper-parameters, whose {@link Adam#maximize} is ignored
   * @throws NullPointerException if they are null
   */
  public AdamantOptimiser(Adam adam) {
    initialLearningRate = adam.learningRate();
    betaOne = adam.beta1();
    betaTwo = adam.beta2();
    epsilon = adam.epsilon();
    final String text = adam.toString();
    hyperParameters = text.substring("Adam[".length(), text.length() - 1);
    this.adam = adam.withMaximize(true);
  }

  /** Called by the configuration system; checks the values that it has set. */
  @Override
  public void postConfig() {
    try {
      final String own =
          Adam.tribuo()
              .withLearningRate(initialLearningRate)
              .withBeta1(betaOne)
              .withBeta2(betaTwo)
              .withEpsilon(epsilon)
              .toString();
      final String others = hyperParameters.strip().replaceAll("\\s*,\\s*", ", ");
      // A value later in the text replaces an earlier one.
      adam =
          Adam.parse(
              others.isEmpty() ? own : own.substring(0, own.length() - 1) + ", " + others + "]")
              .withMaximize(true);
      newOptimizer();
    } catch (IllegalArgumentException e) {
      throw new PropertyException(e, getClass().getName(), "", e.getMessage());
    }
  }

  private AdamOptimizer newOptimizer() {
    return AdamOptimizer.builder(adam)
        .nonFinite(nonFinite)
        .threads(ForkJoinPool.commonPool(), threads)
        .build();
  }

  /**
   * The hyper-parameters.
   *
   * @return the configured hyper-parameters, ascending
   */
  public Adam adam() {
    return adam;
  }

  /**
   * The number of steps since the optimiser was initialised.
   *
   * @return how many were taken; those that {@link NonFinite#SKIP} skipped do not count
   */
  public long stepCount() {
    return optimizer == null ? 0 : optimizer.stepCount();
  }

  /**
   * Begins a training.
   *
   * @param newParameters the parameters, of dense tensors
   * @throws IllegalArgumentException if a tensor is not dense
   */
  @Override
  public void initialise(Parameters newParameters) {
    rowsOf(newParameters);
    parameters = newParameters;
    optimizer = newOptimizer();
    scattered = new double[newParameters.get().length][][];
  }

  /** The rows of all tensors by generated names; read anew in each step, as Tribuo can replace tensors. */
  private static Map<String, double[]> rowsOf(Parameters parameters) {
    final Map<String, double[]> rows = new LinkedHashMap<>();
    final Tensor[] tensors = parameters.get();
    for (int i = 0; i < tensors.length; i++) {
      final double[][] ofTensor = LiveArrays.rows(tensors[i]);
      if (ofTensor == null) {
        throw new IllegalArgumentException(
            "parameters[" + i + "] is a " + tensors[i].getClass().getSimpleName()
                + ": expected a DenseMatrix or DenseVector; train these parameters with Tribuo's Adam");
      }
      put(rows, i, ofTensor);
    }
    return rows;
  }

  private static void put(Map<String, double[]> rows, int tensor, double[][] ofTensor) {
    for (int i = 0; i < ofTensor.length; i++) {
      rows.put(tensor + "/" + i, ofTensor[i]);
    }
  }

  /**
   * Steps the parameters.
   *
   * @param updates the gradients, one for each parameter and of its shape; read
   * @param weight not used
   * @return an empty array: the parameters have been updated
   * @throws NullPointerException if an update is null
   * @throws IllegalStateException if the optimiser was not initialised
   * @throws IllegalArgumentException if the updates do not fit the parameters, or these have another shape than
   *     before
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   */
  @Override
  public Tensor[] step(Tensor[] updates, double weight) {
    if (optimizer == null) {
      throw new IllegalStateException(
          "step before initialise: expected initialise(parameters) first");
    }
    final Tensor[] tensors = parameters.get();
    if (updates.length != tensors.length) {
      throw new IllegalArgumentException(
          "updates.length = " + updates.length + ": expected " + tensors.length
              + ", the number of tensors of the parameters");
    }
    for (int i = 0; i < updates.length; i++) {
      Objects.requireNonNull(updates[i], "updates[" + i + "]");
      if (!Tensor.shapeCheck(updates[i], tensors[i])) {
        throw new IllegalArgumentException(
            "updates[" + i + "] has the shape " + Arrays.toString(updates[i].getShape())
                + ": expected " + Arrays.toString(tensors[i].getShape())
                + ", that of its parameters");
      }
    }
    final Map<String, double[]> grads = new LinkedHashMap<>();
    try {
      for (int i = 0; i < updates.length; i++) {
        final double[][] rows = LiveArrays.rows(updates[i]);
        put(grads, i, rows == null ? scattered(i, updates[i], tensors[i]) : rows);
      }
      optimizer.step(rowsOf(parameters), grads);
    } finally {
      for (int i = 0; i < updates.length; i++) {
        if (scattered[i] != null && LiveArrays.rows(updates[i]) == null) {
          LiveArrays.scatter(updates[i], scattered[i], true);
        }
      }
    }
    return new Tensor[0];
  }

  /** The update as dense rows, in arrays that are the same in every step. */
  private double[][] scattered(int index, Tensor update, Tensor tensor) {
    if (scattered[index] == null) {
      scattered[index] = LiveArrays.zeros(LiveArrays.rows(tensor));
    }
    LiveArrays.scatter(update, scattered[index], false);
    return scattered[index];
  }

  /** Replaces the weights by their averages, if these are kept. */
  @Override
  public void finalise() {
    if (stepCount() > 0 && adam.averageDecay() < 1) {
      rowsOf(parameters).forEach(
          (name, row) -> System.arraycopy(
              optimizer.average(name, double[].class), 0, row, 0, row.length));
    }
  }

  @Override
  public void reset() {
    optimizer = null;
    parameters = null;
    scattered = null;
  }

  @Override
  public AdamantOptimiser copy() {
    final AdamantOptimiser copy = new AdamantOptimiser(adam);
    copy.nonFinite = nonFinite;
    copy.threads = threads;
    return copy;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "StochasticGradientOptimiser");
  }

  @Override
  public String toString() {
    return "AdamantOptimiser[" + adam + ", nonFinite=" + nonFinite + ", threads=" + threads + "]";
  }
}
