package org.adamant.dl4j;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;
import org.adamant.AdamUpdates;
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
 * Overwrites gradients with what DL4J subtracts from the parameters. The moments are in DL4J's own buffer, one
 * after the other; the {@linkplain #getState state} calls them M, V and with AMSGrad V_HAT. Made by {@link
 * Adamant}.
 */
public final class AdamantUpdater implements GradientUpdater<Adamant> {

  private final Adamant config;
  private final List<String> names;
  private final AdamKernel kernel = AdamKernel.preferred();

  /** The state in the order of its names; empty before there is one. */
  private final Map<String, INDArray> states = new LinkedHashMap<>();

  private final AdamUpdates updates = AdamUpdates.create();

  AdamantUpdater(Adamant config) {
    this.config = config;
    this.names = config.states();
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
    names.forEach(name -> states.put(name, stateMap.get(name)));
    if (initialize) {
      states.values().forEach(state -> state.assign(0));
    }
  }

  @Override
  public Map<String, INDArray> getState() {
    return new HashMap<>(states);
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
    // Checked first, as writes to a copy would be lost.
    storage("viewArray", viewArray);
    final INDArray flat = viewArray.reshape(viewArray.length());
    final long length = flat.length() / names.size();
    for (int i = 0; i < names.size(); i++) {
      states.put(names.get(i), flat.get(NDArrayIndex.interval(i * length, (i + 1) * length)));
    }
  }

  /**
   * Overwrites the gradients with what DL4J subtracts.
   *
   * @param gradient the gradients, one for each parameter
   * @param iteration the number of the step, from 0
   * @param epoch the epoch, for the schedule of the learning rate
   * @throws IllegalStateException if there is no state yet, or memory was released
   * @throws IllegalArgumentException if an array is not contiguous or not of floats or doubles, or lengths or types
   *     differ
   */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    if (states.isEmpty()) {
      throw new IllegalStateException(
          "the updater has no state: expected setStateViewArray or setState before applyUpdater");
    }
    final List<Storage> operands = new ArrayList<>();
    operands.add(storage("gradient", gradient));
    states.forEach((name, state) -> operands.add(storage(name, state)));
    final double rate = config.getLearningRate(iteration, epoch);
    final AdamStep step = config.adam().withLearningRate(rate).atStep(iteration + 1L);
    updates.step(kernel, step.withNegatedUpdate(), operands);
  }

  /** The memory of an array, after all checks that it is the right one. */
  @SuppressWarnings("restricted")
  private static Storage storage(String name, INDArray array) {
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
    final Format format = type == DataType.FLOAT ? Format.FLOAT32 : Format.FLOAT64;
    final long address = buffer.address() + array.offset() * buffer.getElementSize();
    return Storage.of(
        MemorySegment.ofAddress(address).reinterpret(format.byteSize(array.length())), format);
  }
}
