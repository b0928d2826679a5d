package org.adamant.dl4j;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.Format;
import org.adamant.Storage;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;

/**
 * Turns gradients into what DL4J subtracts from the parameters, where they lie; the moments are in DL4J's own buffer,
 * one after the other. Made by {@link Adamant}.
 */
public final class AdamantUpdater implements GradientUpdater<Adamant> {

  /** Of the first moments in the {@linkplain #getState state}. */
  public static final String M_STATE = "M";

  /** Of the second moments. */
  public static final String V_STATE = "V";

  /** Of the running maxima, with AMSGrad. */
  public static final String MAXIMUM_STATE = "V_HAT";

  private static final long PIECE = 1 << 16;

  private final Adamant config;
  private final List<String> names;
  private final AdamKernel kernel = AdamKernel.preferred();

  /** By the order of the names; empty before there is a state. */
  private final List<INDArray> states = new ArrayList<>();

  /** Of the last step, with the memory that they were made for. */
  private List<AdamSlice> slices = List.of();

  private List<MemorySegment> segments = List.of();

  AdamantUpdater(Adamant config) {
    config.adam();
    this.config = config;
    this.names = List.of(M_STATE, V_STATE, MAXIMUM_STATE).subList(0, config.statesPerParameter());
  }

  @Override
  public Adamant getConfig() {
    return config;
  }

  @Override
  public void setState(Map<String, INDArray> stateMap, boolean initialize) {
    if (!stateMap.keySet().equals(Set.copyOf(names))) {
      throw new IllegalStateException("the state has " + stateMap.keySet() + ": expected " + names);
    }
    states.clear();
    for (String name : names) {
      states.add(stateMap.get(name));
      if (initialize) {
        stateMap.get(name).assign(0);
      }
    }
  }

  @Override
  public Map<String, INDArray> getState() {
    final Map<String, INDArray> state = new HashMap<>();
    for (int i = 0; i < states.size(); i++) {
      state.put(names.get(i), states.get(i));
    }
    return state;
  }

  @Override
  public void setStateViewArray(
      INDArray viewArray, long[] gradientShape, char gradientOrder, boolean initialize) {
    if (viewArray.length() % names.size() != 0) {
      throw new IllegalArgumentException(
          "viewArray has length " + viewArray.length() + ": expected a multiple of " + names.size()
              + ", one number each for " + names);
    }
    if (initialize) {
      viewArray.assign(0);
    }
    // Checked first: a copy would lose the state.
    segment("viewArray", viewArray);
    final INDArray flat = viewArray.reshape(viewArray.length());
    final long length = flat.length() / names.size();
    states.clear();
    for (int i = 0; i < names.size(); i++) {
      states.add(flat.get(NDArrayIndex.interval(i * length, (i + 1) * length)));
    }
  }

  /**
   * Writes what is to be subtracted over the gradients.
   *
   * @param gradient the gradients, as many as parameters
   * @param iteration the number of the step, from 0
   * @param epoch the epoch, for the schedule of the learning rate
   * @throws IllegalStateException if there is no state yet, or memory was released
   * @throws IllegalArgumentException if an array is not of floats or doubles in one piece, or their lengths or types
   *     differ
   */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    if (states.isEmpty()) {
      throw new IllegalStateException(
          "the updater has no state: expected setStateViewArray or setState before applyUpdater");
    }
    final List<MemorySegment> now = new ArrayList<>(names.size() + 1);
    now.add(segment("gradient", gradient));
    for (int i = 0; i < names.size(); i++) {
      final INDArray state = states.get(i);
      if (state.length() != gradient.length() || state.dataType() != gradient.dataType()) {
        throw new IllegalArgumentException(
            "gradient has " + gradient.length() + " numbers of type " + gradient.dataType()
                + ": expected " + state.length() + " of " + state.dataType() + ", as the state "
                + names.get(i));
      }
      now.add(segment(names.get(i), state));
    }
    if (!now.equals(segments)) {
      slices = slices(now, gradient.dataType());
      segments = now;
    }
    final double rate = config.getLearningRate(iteration, epoch);
    final AdamStep step =
        config.adam().withLearningRate(rate).atStep(iteration + 1L).withNegatedUpdate();
    for (AdamSlice slice : slices) {
      kernel.step(step, slice);
    }
  }

  /**
   * A slice has parameters, which are not looked at where only the update is asked for: one small piece of memory stands
   * in their place, for one piece of the others after the other. Steps have the same bits, however they are cut.
   */
  private static List<AdamSlice> slices(List<MemorySegment> memory, DataType type) {
    final Format format = type == DataType.FLOAT ? Format.FLOAT32 : Format.FLOAT64;
    final List<Storage> all =
        memory.stream().map(segment -> Storage.of(segment, format)).toList();
    final long length = all.getFirst().length();
    final Storage params =
        Storage.allocate(format, Math.min(length, PIECE), Arena.ofAuto());
    final List<AdamSlice> slices = new ArrayList<>();
    for (long first = 0; first < length; first += PIECE) {
      final long offset = first;
      final long count = Math.min(PIECE, length - first);
      final List<Storage> piece = all.stream().map(one -> one.range(offset, count)).toList();
      final AdamSlice slice =
          AdamSlice.of(params.range(0, count), piece.get(0), piece.get(1), piece.get(2));
      slices.add(piece.size() == 3 ? slice : slice.withMaximum(piece.get(3)));
    }
    return slices;
  }

  /** The memory of an array, after everything that could make it the wrong one. */
  @SuppressWarnings("restricted")
  private static MemorySegment segment(String name, INDArray array) {
    if (array.wasClosed()) {
      throw new IllegalStateException(name + " was closed: expected an array that is in use");
    }
    final DataType type = array.dataType();
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException(
          name + " is of type " + type
              + ": expected FLOAT or DOUBLE, set by .dataType(..) of the network's configuration");
    }
    if (array.length() > 1 && array.elementWiseStride() != 1) {
      throw new IllegalArgumentException(
          name + " is a view with gaps or another order: expected an array in one piece, such as dup()");
    }
    if (Nd4j.getExecutioner().type() != ExecutionerType.NATIVE_CPU) {
      throw new IllegalStateException(
          "ND4J works on " + Nd4j.getExecutioner().type()
              + ": expected its CPU backend, nd4j-native; elsewhere use DL4J's Adam");
    }
    final DataBuffer buffer = array.data();
    if (buffer.isAttached()) {
      final MemoryWorkspace workspace = buffer.getParentWorkspace();
      if (!workspace.isScopeActive() || workspace.getGenerationId() != buffer.getGenerationId()) {
        throw new IllegalStateException(
            name + " lies in a workspace that was left: expected detach() before that");
      }
    }
    return MemorySegment.ofAddress(buffer.address() + array.offset() * buffer.getElementSize())
        .reinterpret(array.length() * buffer.getElementSize());
  }
}
