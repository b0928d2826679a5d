package org.adamant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.ParameterTracker;
import ai.djl.util.NativeResource;
import ai.djl.util.Pair;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamState;
import org.adamant.AdamStep;
import org.adamant.Format;
import org.adamant.Storage;

/**
 * The kernel of Adamant as an optimizer of DJL: it steps the tensors of the engine where they lie. Made by {@link
 * #builder}.
 *
 * <p>The optimizer keeps the moments of each parameter by its id, in its own memory. {@link #save} and {@link
 * #load} write and read them by its name, as DJL draws new ids for each model.
 */
public final class AdamantOptimizer extends Optimizer {

  private final Adam adam;
  private final ParameterTracker rates;
  private final int firstCount;
  private final AdamKernel kernel = AdamKernel.preferred();
  private final Map<String, AdamState> states = new ConcurrentHashMap<>();

  private AdamantOptimizer(Builder builder) {
    super(builder);
    Adam changed = builder.adam;
    if (getWeightDecay() > 0) {
      changed = changed.withWeightDecay(getWeightDecay());
    }
    if (clipGrad > 0) {
      changed = changed.withClipValue(clipGrad);
    }
    adam = changed;
    rates = builder.rates;
    // DJL does not expose the count at the beginning, but gives the number after it to the first parameter.
    firstCount = updateCount("") - 1;
  }

  /**
   * A builder like those of DJL's optimizers.
   *
   * @return a builder with the hyper-parameters of DJL's Adam, which are those of {@link Adam#tensorflow}
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The hyper-parameters.
   *
   * @return the hyper-parameters that the builder set; the rate of a tracker replaces theirs
   */
  public Adam hyperParameters() {
    return adam;
  }

  /**
   * The number of steps of a parameter.
   *
   * @param parameterId its id
   * @return how many were taken, 0 if there is no such parameter
   */
  public long stepCount(String parameterId) {
    final AdamState state = states.get(parameterId);
    return state == null ? 0 : state.stepCount();
  }

  /**
   * Steps a parameter, and sets the gradient to which the engine adds to zero for the next backward pass.
   *
   * @param parameterId its id, by which its moments are kept
   * @param weight the parameter, stepped in place
   * @param grad the gradient; read, and set to zero if it is the engine's own
   * @throws IllegalStateException if a tensor was closed
   * @throws IllegalArgumentException if a tensor is not on the CPU, not contiguous, or not of floats or doubles, or
   *     the tensors differ in type or length
   */
  @Override
  public void update(String parameterId, NDArray weight, NDArray grad) {
    final Storage params = storage(parameterId, "weight", weight);
    final Storage gradients = storage(parameterId, "gradient", grad);
    if (params.length() != gradients.length()) {
      throw refused(
          parameterId, "gradient", "has " + gradients.length() + " numbers",
          params.length() + ", as the weight");
    }
    final AdamState state = states.computeIfAbsent(parameterId, id -> newState(params));
    if (!state.isFor(params)) {
      throw refused(
          parameterId, "weight", "has " + params.length() + " numbers of " + params.format(),
          "as in the steps before, by " + state);
    }
    final AdamSlice slice = state.slice(params, gradients);
    final long t = state.stepCount() + 1;
    final int count = (int) Math.min(t, Integer.MAX_VALUE);
    final double rate =
        rates == null ? adam.learningRate() : rates.getNewValue(parameterId, count);
    final AdamStep step =
        adam.withLearningRate(rate).atStep(t).withGradientScale(rescaleGrad);
    if (weight.hasGradient()) {
      // Not by subtracting it from itself, as NaN would stay.
      final NDArray own = weight.getGradient();
      try {
        final MemorySegment ownMemory = memory(parameterId, "gradient", own);
        if (ownMemory.address() == memory(parameterId, "gradient", grad).address()) {
          kernel.step(step.withZeroGradient(), slice);
        } else {
          kernel.step(step, slice);
          ownMemory.fill((byte) 0);
        }
      } finally {
        if (own != grad) {
          own.close();
        }
      }
    } else {
      kernel.step(step, slice);
    }
    state.setStepCount(t);
  }

  private AdamState newState(Storage params) {
    final AdamState state = AdamState.of(adam, params.format(), params.length());
    state.setStepCount(firstCount);
    return state;
  }

  /**
   * Writes the state of parameters as {@link AdamState#save} does.
   *
   * @param file the file; its folder must exist
   * @param parameters the parameters with their names, such as {@code model.getBlock().getParameters()}; those that
   *     were never stepped are left out
   * @throws IOException if it cannot be written
   */
  public void save(Path file, ParameterList parameters) throws IOException {
    final Map<String, AdamState> named = new LinkedHashMap<>();
    for (Pair<String, Parameter> parameter : parameters) {
      final AdamState state = states.get(parameter.getValue().getId());
      if (state != null) {
        named.put(parameter.getKey(), state);
      }
    }
    AdamState.save(file, named);
  }

  /**
   * Reads what {@link #save} has written, and replaces the present state.
   *
   * @param file the file
   * @param parameters the parameters with the names by which they were saved
   * @throws IOException if it cannot be read, or was written with another AMSGrad
   * @throws IllegalArgumentException if the file has the state of other parameters
   */
  public void load(Path file, ParameterList parameters) throws IOException {
    final Map<String, AdamState> named = AdamState.load(file, adam);
    final Map<String, AdamState> read = new HashMap<>();
    for (Pair<String, Parameter> parameter : parameters) {
      final AdamState state = named.remove(parameter.getKey());
      if (state != null) {
        read.put(parameter.getValue().getId(), state);
      }
    }
    if (!named.isEmpty()) {
      throw new IllegalArgumentException(
          file + " has the state of " + named.keySet()
              + " besides: expected that of the same model");
    }
    states.clear();
    states.putAll(read);
  }

  // ---- The memory of a tensor, after everything that could make it the wrong one. ----

  private static Storage storage(String id, String name, NDArray array) {
    requireOpen(id, name, array);
    final Format format =
        switch (array.getDataType()) {
          case FLOAT32 -> Format.FLOAT32;
          case FLOAT64 -> Format.FLOAT64;
          default -> throw refused(
              id, name, "is of " + array.getDataType(), "FLOAT32 or FLOAT64");
        };
    return Storage.of(memory(id, name, array), format);
  }

  private static void requireOpen(String id, String name, NDArray array) {
    if (array instanceof NativeResource<?> resource && resource.isReleased()) {
      throw new IllegalStateException(
          "the " + name + " of " + id + " was closed: expected a tensor whose manager is open");
    }
  }

  private static MemorySegment memory(String id, String name, NDArray array) {
    requireOpen(id, name, array);
    if (array.getDevice().isGpu()) {
      throw refused(id, name, "is on " + array.getDevice(), "the CPU; elsewhere use DJL's Adam");
    }
    if (array.isSparse()) {
      throw refused(id, name, "is sparse", "a dense one, such as toDense()");
    }
    final ByteBuffer first = array.toByteBuffer(true);
    // For memory that is not contiguous the engine makes a new copy each time, and writes to it would be lost.
    final ByteBuffer second = array.toByteBuffer(true);
    if (!first.isDirect()
        || MemorySegment.ofBuffer(first).address() != MemorySegment.ofBuffer(second).address()) {
      throw refused(id, name, "is a view with gaps or another order",
          "one in one piece, such as duplicate()");
    }
    return MemorySegment.ofBuffer(first);
  }

  private static IllegalArgumentException refused(
      String id, String name, String what, String expected) {
    return new IllegalArgumentException(
        "the " + name + " of " + id + " " + what + ": expected " + expected);
  }

  @Override
  public String toString() {
    return "AdamantOptimizer[" + adam + "]";
  }

  /** A builder with the options of DJL's optimizers. */
  public static final class Builder extends OptimizerBuilder<Builder> {

    private Adam adam = Adam.tensorflow();
    private ParameterTracker rates;

    private Builder() {}

    /**
     * Sets all hyper-parameters. The options of weight decay and clipping replace theirs; decay acts where these
     * say.
     *
     * @param newAdam the hyper-parameters, without an average of the parameters
     * @return this builder
     * @throws IllegalArgumentException if they have such an average
     */
    public Builder optAdam(Adam newAdam) {
      if (newAdam.averageDecay() < 1) {
        throw new IllegalArgumentException(
            "averageDecay = " + newAdam.averageDecay()
                + ": expected 1, as DJL has no place for an average");
      }
      adam = newAdam;
      return this;
    }

    /**
     * Sets the learning rate of each step.
     *
     * @param tracker a {@code Tracker} or another source of rates, whose steps count from 1
     * @return this builder
     */
    public Builder optLearningRateTracker(ParameterTracker tracker) {
      rates = Objects.requireNonNull(tracker, "tracker");
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    /**
     * Builds the optimizer.
     *
     * @return the optimizer
     */
    public AdamantOptimizer build() {
      return new AdamantOptimizer(this);
    }
  }
}
