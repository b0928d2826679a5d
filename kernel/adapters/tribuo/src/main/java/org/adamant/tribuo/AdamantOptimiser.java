package org.adamant.tribuo;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.NonFinite;
import org.tribuo.math.Parameters;
import org.tribuo.math.StochasticGradientOptimiser;
import org.tribuo.math.la.Tensor;

/**
 * The kernel of Adamant as an optimiser of Tribuo: it steps the arrays of the parameters where they lie, and returns
 * no updates, as there is nothing left to add.
 *
 * <p>Its properties in a configuration file are those of {@link Adam}, and as in Tribuo's own Adam where that has
 * them; what nothing is said about is as in {@link Adam#tribuo}. Tribuo's gradients ascend, so do its steps. The weight
 * of an example is not used, as by Tribuo's Adam.
 *
 * <p>A step is dense: where a gradient is sparse, what is not in it is 0, and its weights move on by their momentum.
 * Tribuo's optimisers leave these weights as they are.
 *
 * <p>An instance is for one training at a time, as all of Tribuo's; its trainers {@linkplain #copy copy} it for each.
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

  @Config(description = "Whether epsilon is added to the raw or to the corrected root.")
  private EpsilonPlacement epsilonPlacement;

  @Config(description = "What is added to the second moment inside the root.")
  private double rootEpsilon;

  @Config(description = "The strength of weight decay; 0 is none.")
  private double weightDecay;

  @Config(description = "Where weight decay acts.")
  private WeightDecay weightDecayMode;

  @Config(description = "Whether, and of what, a running maximum replaces the second moment.")
  private AmsGrad amsgrad;

  @Config(description = "Whether the step looks ahead along the first moment.")
  private boolean nesterov;

  @Config(description = "The largest magnitude of a gradient.")
  private double clipValue;

  @Config(
      description = "The decay rate of the average of the weights, which they become in the end; 1 is none.")
  private double averageDecay;

  @Config(description = "The order of operations.")
  private Arithmetic arithmetic;

  @Config(description = "What to do about gradients that are NaN or infinite.")
  private NonFinite nonFinite = NonFinite.PROPAGATE;

  @Config(description = "The largest number of threads of a step; its bits do not depend on it.")
  private int threads = 1;

  private Adam adam;
  private AdamKernel kernel;
  private Parameters parameters;
  private Bound[] bound;
  private AdamModel sparseModel;
  private long stepCount;

  /** One tensor of the parameters, with what belongs to it, by rows. */
  private static final class Bound {
    final Tensor tensor;
    final double[][] weights;
    final double[][] average;

    /** Of sparse updates, zero between steps; null before there was one, as the slices over them. */
    private double[][] grads;
    private AdamSlice[] sparse;

    private final double[][] m;
    private final double[][] v;
    private final double[][] maximum;

    Bound(Tensor tensor, double[][] weights, Adam adam) {
      this.tensor = tensor;
      this.weights = weights;
      m = LiveArrays.zeros(weights);
      v = LiveArrays.zeros(weights);
      maximum = adam.amsgrad() == AmsGrad.NONE ? null : LiveArrays.zeros(weights);
      average = adam.averageDecay() == 1 ? null : LiveArrays.copy(weights);
    }

    /** The slices for an update; null if it is no tensor of Tribuo's. */
    AdamSlice[] slicesOf(Tensor update) {
      final double[][] rows = LiveArrays.rows(update);
      if (rows != null) {
        return slices(rows);
      }
      if (sparse == null) {
        grads = LiveArrays.zeros(weights);
        sparse = slices(grads);
      }
      return LiveArrays.scatter(update, grads) ? sparse : null;
    }

    boolean isSparse(AdamSlice[] slices) {
      return slices == sparse;
    }

    void clear() {
      if (grads != null) {
        Arrays.stream(grads).forEach(row -> Arrays.fill(row, 0));
      }
    }

    private AdamSlice[] slices(double[][] gradients) {
      final AdamSlice[] slices = new AdamSlice[weights.length];
      for (int i = 0; i < slices.length; i++) {
        AdamSlice slice = AdamSlice.of(weights[i], gradients[i], m[i], v[i]);
        slice = maximum == null ? slice : slice.withMaximum(maximum[i]);
        slices[i] = average == null ? slice : slice.withAverage(average[i]);
      }
      return slices;
    }
  }

  /** As {@link Adam#tribuo}. */
  public AdamantOptimiser() {
    this(Adam.tribuo());
  }

  /**
   * With other hyper-parameters.
   *
   * @param adam the hyper-parameters, whose {@link Adam#maximize} does not matter
   * @throws NullPointerException if there are none
   */
  public AdamantOptimiser(Adam adam) {
    initialLearningRate = adam.learningRate();
    betaOne = adam.beta1();
    betaTwo = adam.beta2();
    epsilon = adam.epsilon();
    epsilonPlacement = adam.epsilonPlacement();
    rootEpsilon = adam.rootEpsilon();
    weightDecay = adam.weightDecay();
    weightDecayMode = adam.weightDecayMode();
    amsgrad = adam.amsgrad();
    nesterov = adam.nesterov();
    clipValue = adam.clipValue();
    averageDecay = adam.averageDecay();
    arithmetic = adam.arithmetic();
    this.adam = adam.withMaximize(true);
  }

  /** Called by the configuration system; checks what it has put in. */
  @Override
  public void postConfig() {
    try {
      adam =
          new Adam(initialLearningRate, betaOne, betaTwo, epsilon, 0)
              .withEpsilonPlacement(epsilonPlacement)
              .withRootEpsilon(rootEpsilon)
              .withWeightDecay(weightDecayMode, weightDecay)
              .withAmsgrad(amsgrad)
              .withNesterov(nesterov)
              .withClipValue(clipValue)
              .withAverageDecay(averageDecay)
              .withArithmetic(arithmetic)
              .withMaximize(true);
    } catch (IllegalArgumentException e) {
      throw new PropertyException(e, getClass().getName(), "", e.getMessage());
    }
    if (threads < 1) {
      throw new PropertyException(
          "", "threads", "threads = " + threads + ": expected a value of at least 1");
    }
  }

  /**
   * The hyper-parameters.
   *
   * @return as configured, ascending
   */
  public Adam adam() {
    return adam;
  }

  /**
   * The number of steps since the optimiser was initialised.
   *
   * @return how many were taken; those that {@link NonFinite#SKIP} left out do not count
   */
  public long stepCount() {
    return stepCount;
  }

  /**
   * Begins a training.
   *
   * @param newParameters the parameters, of dense tensors
   * @throws IllegalArgumentException if a tensor is not dense
   */
  @Override
  public void initialise(Parameters newParameters) {
    final Tensor[] tensors = newParameters.get();
    final Bound[] all = new Bound[tensors.length];
    for (int i = 0; i < all.length; i++) {
      final double[][] rows = LiveArrays.rows(tensors[i]);
      if (rows == null) {
        throw new IllegalArgumentException(
            "parameters[" + i + "] is a " + nameOf(tensors[i])
                + ": expected a DenseMatrix or DenseVector; train these parameters with Tribuo's Adam");
      }
      all[i] = new Bound(tensors[i], rows, adam);
    }
    sparseModel = null;
    kernel = AdamKernel.preferred();
    parameters = newParameters;
    bound = all;
    stepCount = 0;
  }

  /**
   * Steps the parameters.
   *
   * @param updates the gradients, as many and of the shapes of the parameters; read
   * @param weight not used
   * @return an empty array: the parameters have been updated
   * @throws IllegalStateException if the optimiser was not initialised, or the tensors of the parameters are others now
   * @throws IllegalArgumentException if the updates do not fit to the parameters
   * @throws ArithmeticException if gradients are NaN or infinite, with {@link NonFinite#THROW}
   */
  @Override
  public Tensor[] step(Tensor[] updates, double weight) {
    requireBound();
    if (updates.length != bound.length) {
      throw new IllegalArgumentException(
          "updates.length = " + updates.length + ": expected " + bound.length
              + ", the number of tensors of the parameters");
    }
    final AdamStep dense = adam.atStep(stepCount + 1).withNonFinite(nonFinite);
    final AdamStep zeroing = dense.withZeroGradient();
    final List<AdamStep> steps = new ArrayList<>();
    final List<AdamSlice> slices = new ArrayList<>();
    for (int i = 0; i < bound.length; i++) {
      if (updates[i] == null || !Tensor.shapeCheck(updates[i], bound[i].tensor)) {
        throw new IllegalArgumentException(
            "updates[" + i + "] is a " + nameOf(updates[i])
                + (updates[i] == null ? "" : " of shape " + Arrays.toString(updates[i].getShape()))
                + ": expected the shape of its parameters, "
                + Arrays.toString(bound[i].tensor.getShape()));
      }
    }
    boolean isSparse = true;
    boolean isDone = false;
    try {
      for (int i = 0; i < bound.length; i++) {
        final AdamSlice[] ofTensor = bound[i].slicesOf(updates[i]);
        if (ofTensor == null) {
          throw new IllegalArgumentException(
              "updates[" + i + "] is a " + nameOf(updates[i])
                  + ": expected a dense or sparse tensor of Tribuo's");
        }
        isSparse &= bound[i].isSparse(ofTensor);
        Collections.addAll(slices, ofTensor);
        steps.addAll(
            Collections.nCopies(ofTensor.length, bound[i].isSparse(ofTensor) ? zeroing : dense));
      }
      if (isSparse && sparseModel == null) {
        sparseModel = AdamModel.of(slices);
      }
      final AdamModel model = isSparse ? sparseModel : AdamModel.of(slices);
      isDone = kernel.step(steps, model, ForkJoinPool.commonPool(), threads) == 0;
    } finally {
      if (!isDone) {
        Arrays.stream(bound).forEach(Bound::clear);
      }
    }
    stepCount += isDone ? 1 : 0;
    return new Tensor[0];
  }

  private void requireBound() {
    if (bound == null) {
      throw new IllegalStateException(
          "step before initialise: expected initialise(parameters) first");
    }
    final Tensor[] tensors = parameters.get();
    for (int i = 0; i < bound.length; i++) {
      if (tensors.length != bound.length || tensors[i] != bound[i].tensor) {
        throw new IllegalStateException(
            "the tensors of the parameters were replaced: expected initialise(parameters) after that");
      }
    }
  }

  /** Puts the averages in place of the weights, if any are kept. */
  @Override
  public void finalise() {
    if (bound == null || adam.averageDecay() == 1) {
      return;
    }
    requireBound();
    for (Bound tensor : bound) {
      for (int i = 0; i < tensor.weights.length; i++) {
        System.arraycopy(tensor.average[i], 0, tensor.weights[i], 0, tensor.weights[i].length);
      }
    }
  }

  @Override
  public void reset() {
    parameters = null;
    bound = null;
    sparseModel = null;
    stepCount = 0;
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

  private static String nameOf(Object value) {
    return Objects.isNull(value) ? "null" : value.getClass().getSimpleName();
  }

  @Override
  public String toString() {
    return "AdamantOptimiser[" + adam + ", nonFinite=" + nonFinite + ", threads=" + threads + "]";
  }
}
