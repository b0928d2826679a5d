package org.adamant.dl4j;

import java.util.Map;
import java.util.Objects;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The configuration of an updater that runs the kernel of Adamant, in place of DL4J's {@code Adam}: {@code
 * .updater(new Adamant(1e-3))}. It goes into the JSON of a model and comes back.
 *
 * <p>Weight decay is DL4J's own, {@code .weightDecay(..)} and {@code .l2(..)}, as an updater does not see the
 * parameters.
 */
public final class Adamant implements IUpdater {

  private static final long serialVersionUID = 1;

  private double learningRate;
  private ISchedule learningRateSchedule;
  private double beta1;
  private double beta2;
  private double epsilon;
  private EpsilonPlacement epsilonPlacement;
  private double rootEpsilon;
  private AmsGrad amsgrad;
  private boolean nesterov;
  /** Null is none: JSON has no infinity. */
  private Double clipValue;

  private Arithmetic arithmetic;

  private transient Adam adam;

  /** As {@link Adam#nd4j}, which are the defaults of DL4J's {@code Adam}. */
  public Adamant() {
    this(Adam.nd4j());
  }

  /**
   * As {@link Adam#nd4j} with another learning rate.
   *
   * @param learningRate the step size, finite and at least 0
   * @throws IllegalArgumentException if it is not
   */
  public Adamant(double learningRate) {
    this(Adam.nd4j().withLearningRate(learningRate));
  }

  /**
   * As {@link Adam#nd4j} with a learning rate that changes.
   *
   * @param learningRateSchedule the schedule
   * @throws NullPointerException if there is none
   */
  public Adamant(ISchedule learningRateSchedule) {
    this(Adam.nd4j());
    this.learningRateSchedule =
        Objects.requireNonNull(learningRateSchedule, "learningRateSchedule");
  }

  /**
   * With any hyper-parameters that do not need the parameters.
   *
   * @param adam the hyper-parameters
   * @throws NullPointerException if there are none
   * @throws IllegalArgumentException if they have weight decay, an average of the parameters, or ascend
   */
  public Adamant(Adam adam) {
    if (adam.weightDecay() > 0) {
      throw new IllegalArgumentException(
          "weightDecay = " + adam.weightDecay()
              + ": expected 0, and .weightDecay(..) or .l2(..) in the network's configuration, as an"
              + " updater does not see the parameters");
    }
    if (adam.averageDecay() < 1) {
      throw new IllegalArgumentException(
          "averageDecay = " + adam.averageDecay()
              + ": expected 1, as an updater does not see the parameters");
    }
    if (adam.maximize()) {
      throw new IllegalArgumentException(
          "maximize = true: expected false, and .minimize(false) in the network's configuration");
    }
    learningRate = adam.learningRate();
    beta1 = adam.beta1();
    beta2 = adam.beta2();
    epsilon = adam.epsilon();
    epsilonPlacement = adam.epsilonPlacement();
    rootEpsilon = adam.rootEpsilon();
    amsgrad = adam.amsgrad();
    nesterov = adam.nesterov();
    clipValue = Double.isInfinite(adam.clipValue()) ? null : adam.clipValue();
    arithmetic = adam.arithmetic();
  }

  /**
   * The hyper-parameters.
   *
   * @return with the learning rate that holds where there is no schedule
   * @throws IllegalArgumentException if what was read from JSON is outside its range
   */
  public Adam adam() {
    if (adam == null) {
      adam =
          new Adam(learningRate, beta1, beta2, epsilon, 0)
              .withEpsilonPlacement(epsilonPlacement)
              .withRootEpsilon(rootEpsilon)
              .withAmsgrad(amsgrad)
              .withNesterov(nesterov)
              .withClipValue(clipValue == null ? Double.POSITIVE_INFINITY : clipValue)
              .withArithmetic(arithmetic);
    }
    return adam;
  }

  /** How many numbers are kept for each parameter. */
  int statesPerParameter() {
    return amsgrad == AmsGrad.NONE ? 2 : 3;
  }

  @Override
  public long stateSize(long numParams) {
    return statesPerParameter() * numParams;
  }

  @Override
  public AdamantUpdater instantiate(INDArray viewArray, boolean initializeViewArray) {
    final AdamantUpdater updater = new AdamantUpdater(this);
    final long length = viewArray.length() / statesPerParameter();
    updater.setStateViewArray(
        viewArray, new long[] {length}, viewArray.ordering(), initializeViewArray);
    return updater;
  }

  @Override
  public AdamantUpdater instantiate(
      Map<String, INDArray> updaterState, boolean initializeStateArrays) {
    final AdamantUpdater updater = new AdamantUpdater(this);
    updater.setState(updaterState, initializeStateArrays);
    return updater;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return learningRateSchedule == null
        ? learningRate
        : learningRateSchedule.valueAt(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double lr, ISchedule lrSchedule) {
    // DL4J says NaN where there is a schedule.
    learningRate = Double.isNaN(lr) && lrSchedule != null ? learningRate : lr;
    learningRateSchedule = lrSchedule;
    adam = null;
  }

  @Override
  public Adamant clone() {
    final Adamant clone = new Adamant(adam());
    clone.learningRateSchedule = learningRateSchedule == null ? null : learningRateSchedule.clone();
    return clone;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Adamant that && adam().equals(that.adam())
        && Objects.equals(learningRateSchedule, that.learningRateSchedule);
  }

  @Override
  public int hashCode() {
    return Objects.hash(adam(), learningRateSchedule);
  }

  @Override
  public String toString() {
    return "Adamant[" + adam()
        + (learningRateSchedule == null ? "" : ", learningRateSchedule=" + learningRateSchedule)
        + "]";
  }
}
