package org.adamant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import org.adamant.Adam.AmsGrad;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.adamant.checkpoint.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The state of one parameter of another library between steps: the moments, the running maximum if there is one,
 * and the number of steps. All are zero at first. {@link AdamOptimizer} keeps its own state and needs none of
 * these.
 *
 * <pre>{@code
 * AdamState state = AdamState.of(adam, params.format(), params.length());
 * ...
 * kernel.step(adam.atStep(state.stepCount() + 1), state.slice(params, grads));
 * state.setStepCount(state.stepCount() + 1);
 * }</pre>
 *
 * <p>The state lies in native memory, which is freed when nothing refers to it any more. Not thread-safe.
 */
public final class AdamState {

  private static final String VERSION_KEY = "adamant.states";
  private static final String VERSION = "1";

  private final Storage m;
  private final Storage v;

  /** Null where none is kept. */
  private final @Nullable Storage maximum;

  private long stepCount;

  private AdamState(Adam adam, Format format, long length) {
    requireNoAverage(adam);
    m = zeros(format, length);
    v = zeros(format, length);
    maximum = adam.amsgrad() == AmsGrad.NONE ? null : zeros(format, length);
  }

  private static Storage zeros(Format format, long length) {
    return Storage.allocate(Numbers.computeFormat(format), length, Arena.ofAuto());
  }

  /**
   * The state before step 1.
   *
   * @param adam the hyper-parameters, which decide what is kept
   * @param format the format of the parameters; the state is of doubles if they are, otherwise of floats
   * @param length the number of parameters, at least 0
   * @return a state of zeros
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the length is negative, or the hyper-parameters have an average of the
   *     parameters, which would have to begin with their values
   */
  public static AdamState of(Adam adam, Format format, long length) {
    Arguments.requireNonNull("adam", adam);
    Arguments.requireNonNull("format", format);
    return new AdamState(adam, format, length);
  }

  /**
   * Refuses hyper-parameters that need other memory than this state has.
   *
   * @param adam the hyper-parameters
   * @throws NullPointerException if there are none
   * @throws IllegalArgumentException if they have an average, or have AMSGrad and this state no maximum, or the
   *     reverse
   */
  public void requireFits(Adam adam) {
    Arguments.requireNonNull("adam", adam);
    requireNoAverage(adam);
    if ((adam.amsgrad() == AmsGrad.NONE) != (maximum == null)) {
      throw new IllegalArgumentException(
          "amsgrad = " + adam.amsgrad() + ": expected "
              + (maximum == null ? "NONE" : "RAW or CORRECTED")
              + ", as before; it cannot begin or end between steps");
    }
  }

  private static void requireNoAverage(Adam adam) {
    if (adam.averageDecay() < 1) {
      throw new IllegalArgumentException(
          "averageDecay = " + adam.averageDecay()
              + ": expected 1, as there is no place for an average");
    }
  }

  /**
   * The operands of a step.
   *
   * @param params the parameters
   * @param grads their gradients
   * @return the slice of these and the state
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException as by {@link AdamSlice#of(Storage, Storage, Storage, Storage)}
   */
  public AdamSlice slice(Storage params, Storage grads) {
    final AdamSlice slice = AdamSlice.of(params, grads, m, v);
    return maximum == null ? slice : slice.withMaximum(maximum);
  }

  /**
   * Whether parameters could be those that the state was made for.
   *
   * @param params the parameters
   * @return whether their number is the same, and they are doubles if those were, otherwise not
   * @throws NullPointerException if there are none
   */
  public boolean isFor(Storage params) {
    Arguments.requireNonNull("params", params);
    return params.length() == m.length() && Numbers.computeFormat(params.format()) == m.format();
  }

  /**
   * The first moments.
   *
   * @return the moments themselves, of floats or doubles, to be read and written between steps
   */
  public Storage firstMoment() {
    return m;
  }

  /**
   * The second moments.
   *
   * @return the moments themselves, of floats or doubles, to be read and written between steps
   */
  public Storage secondMoment() {
    return v;
  }

  /**
   * The running maxima of AMSGrad.
   *
   * @return the maxima themselves, of floats or doubles, to be read and written between steps
   * @throws NoSuchElementException if none are kept
   */
  public Storage maximum() {
    if (maximum == null) {
      throw new NoSuchElementException(
          "no maximum is kept: expected hyper-parameters with AMSGrad");
    }
    return maximum;
  }

  /**
   * The number of steps.
   *
   * @return how many were taken
   */
  public long stepCount() {
    return stepCount;
  }

  /**
   * Sets the number of steps.
   *
   * @param newStepCount how many were taken, at least 0
   * @throws IllegalArgumentException if it is negative
   */
  public void setStepCount(long newStepCount) {
    if (newStepCount < 0) {
      throw new IllegalArgumentException(
          "newStepCount = " + newStepCount + ": expected a value of at least 0");
    }
    stepCount = newStepCount;
  }

  // ---- Files. ----

  /**
   * Writes states to a {@code safetensors} file, with the names of PyTorch: {@code state.NAME.exp_avg}, {@code
   * .exp_avg_sq}, {@code .max_exp_avg_sq} and {@code .step}. Replaces a file that is there as {@link
   * SafeTensorsWriter#write} does.
   *
   * @param file the file; its folder must exist
   * @param states the states, by the names of their parameters
   * @throws NullPointerException if an argument, a name or a state is null
   * @throws IOException if the file could not be written
   */
  public static void save(Path file, Map<String, AdamState> states) throws IOException {
    Arguments.requireNonNull("states", states);
    final SafeTensorsWriter writer = SafeTensorsWriter.create().metadata(VERSION_KEY, VERSION);
    states.forEach((name, state) -> {
      Arguments.requireNonNull("a name of states", name);
      Arguments.requireNonNull("the state of " + name, state);
      writer.tensor(
          OptimizerFile.STATE + name + OptimizerFile.STEP, DType.I64, new long[0],
          MemorySegment.ofArray(new long[] {state.stepCount}));
      state.storages().forEach((suffix, storage) -> {
        final DType type = storage.format().dtype();
        writer.tensor(
            OptimizerFile.STATE + name + suffix, type, new long[] {storage.length()},
            storage.bytes());
      });
    });
    writer.write(file);
  }

  private Map<String, Storage> storages() {
    final Map<String, Storage> storages = new LinkedHashMap<>();
    storages.put(OptimizerFile.M, m);
    storages.put(OptimizerFile.V, v);
    if (maximum != null) {
      storages.put(OptimizerFile.MAXIMUM, maximum);
    }
    return storages;
  }

  /**
   * Reads what {@link #save} has written.
   *
   * @param file the file
   * @param adam the hyper-parameters, which decide what the file must hold
   * @return the states by name, in new memory
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException as by {@link #of}
   * @throws CheckpointException if the file was not written by {@code save}, or with another AMSGrad
   * @throws IOException if the file could not be read
   */
  public static Map<String, AdamState> load(Path file, Adam adam) throws IOException {
    Arguments.requireNonNull("adam", adam);
    final Map<String, AdamState> states = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      final SafeTensors tensors = SafeTensors.map(file, arena);
      if (!VERSION.equals(tensors.metadata().get(VERSION_KEY))) {
        throw new CheckpointException(
            file + ": " + VERSION_KEY + " is " + tensors.metadata().get(VERSION_KEY)
                + ": expected " + VERSION + ", a file that AdamState.save has written");
      }
      final TreeSet<String> unread = new TreeSet<>(tensors.names());
      for (String name : tensors.names()) {
        if (name.startsWith(OptimizerFile.STATE) && name.endsWith(OptimizerFile.STEP)) {
          final String of = name.substring(OptimizerFile.STATE.length(),
              name.length() - OptimizerFile.STEP.length());
          states.put(of, read(file, tensors, of, adam, unread));
        }
      }
      if (!unread.isEmpty()) {
        throw new CheckpointException(
            file + " has " + unread + " besides: expected states with amsgrad = "
                + adam.amsgrad());
      }
    }
    return states;
  }

  private static AdamState read(
      Path file, SafeTensors tensors, String name, Adam adam, Set<String> unread)
      throws CheckpointException {
    final String step = OptimizerFile.STATE + name + OptimizerFile.STEP;
    final Tensor first =
        unread.contains(OptimizerFile.STATE + name + OptimizerFile.M)
            ? tensors.tensor(OptimizerFile.STATE + name + OptimizerFile.M)
            : null;
    final boolean isDouble = first != null && first.dtype() == DType.F64;
    final AdamState state =
        new AdamState(
            adam, isDouble ? Format.FLOAT64 : Format.FLOAT32, first == null ? 0 : first.elements());
    for (Map.Entry<String, Storage> entry : state.storages().entrySet()) {
      final String key = OptimizerFile.STATE + name + entry.getKey();
      final Storage storage = entry.getValue();
      final Tensor tensor = unread.remove(key) ? tensors.tensor(key) : null;
      if (tensor == null || tensor.dtype() != storage.format().dtype()
          || tensor.elements() != storage.length()) {
        throw new CheckpointException(
            file + ": " + key + " is " + (tensor == null ? "not there" : tensor)
                + ": expected as many numbers as " + OptimizerFile.STATE + name + OptimizerFile.M
                + " has, of floats or"
                + " doubles, by hyper-parameters with amsgrad = " + adam.amsgrad());
      }
      storage.bytes().copyFrom(tensor.data());
    }
    final Tensor count = tensors.tensor(step);
    final long steps =
        count.dtype() == DType.I64 && count.elements() == 1
            ? count.data().get(ValueLayout.JAVA_LONG_UNALIGNED, 0)
            : -1;
    if (steps < 0) {
      throw new CheckpointException(
          file + ": " + step + " is " + count + ", " + steps
              + ": expected one I64 of at least 0");
    }
    unread.remove(step);
    state.stepCount = steps;
    return state;
  }

  @Override
  public String toString() {
    return "AdamState[" + m.length() + " of " + m.format() + ", stepCount=" + stepCount
        + (maximum == null ? "" : ", with maximum") + "]";
  }
}
