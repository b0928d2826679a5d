package org.adamant.dl4j;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamUpdates;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The configuration of an updater that runs the kernel of Adamant, in place of DL4J's {@code Adam}: {@code
 * .updater(new Adamant(1e-3))}. It is written to and read from the JSON of a model.
 *
 * <p>Weight decay is DL4J's own, {@code .weightDecay(..)} and {@code .l2(..)}, as an updater does not see the
 * parameters.
 */
public final class Adamant implements IUpdater {

  private static final long serialVersionUID = 1;

  /** The hyper-parameters as text, which JSON and Java's serialization accept, and which is exact. */
  private String adam;

  private ISchedule learningRateSchedule;

  private transient Adam parsed;

  /** An updater with the hyper-parameters of {@link Adam#nd4j}, the defaults of DL4J's {@code Adam}. */
  public Adamant() {
    this(Adam.nd4j());
  }

  /**
   * An updater with the hyper-parameters of {@link Adam#nd4j} and another learning rate.
   *
   * @param learningRate the step size, finite and at least 0
   * @throws IllegalArgumentException if it is not
   */
  public Adamant(double learningRate) {
    this(Adam.nd4j().withLearningRate(learningRate));
  }

  /**
   * An updater with the hyper-parameters of {@link Adam#nd4j} and a schedule of the learning rate.
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
   * An updater with any hyper-parameters that do not need the parameters.
   *
   * @param adam the hyper-parameters
   * @throws NullPointerException if there are none
   * @throws IllegalArgumentException if they have weight decay, an average of the parameters, or ascend
   */
  public Adamant(Adam adam) {
    this.adam = AdamUpdates.requireUpdatesAlone(adam).toString();
  }

  /**
   * The hyper-parameters.
   *
   * @return the hyper-parameters, with the learning rate that is used without a schedule
   * @throws IllegalArgumentException if values read from JSON are outside their range, or need the parameters
   */
  public Adam adam() {
    if (parsed == null) {
      parsed = AdamUpdates.requireUpdatesAlone(Adam.parse(adam));
    }
    return parsed;
  }

  /** The names of the state of each parameter, in order: the two moments, and with AMSGrad the running maximum. */
  List<String> states() {
    return List.of("M", "V", "V_HAT").subList(0, adam().amsgrad() == AmsGrad.NONE ? 2 : 3);
  }

  @Override
  public long stateSize(long numParams) {
    return states().size() * numParams;
  }

  @Override
  public AdamantUpdater instantiate(INDArray viewArray, boolean initializeViewArray) {
    final AdamantUpdater updater = new AdamantUpdater(this);
    updater.setStateViewArray(
        viewArray, viewArray.shape(), viewArray.ordering(), initializeViewArray);
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
        ? adam().learningRate()
        : learningRateSchedule.valueAt(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double lr, ISchedule lrSchedule) {
    // DL4J passes NaN if there is a schedule.
    if (lrSchedule == null || !Double.isNaN(lr)) {
      parsed = adam().withLearningRate(lr);
      adam = parsed.toString();
    }
    learningRateSchedule = lrSchedule;
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
