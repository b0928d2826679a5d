package org.adamant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.adamant.checkpoint.Tensor;
import org.adamant.training.SparseRows;

/**
 * The file format of the state of an optimizer, see {@link AdamOptimizer#save}.
 *
 * <p>The tensors of a parameter have the names of PyTorch's distributed checkpoints. All else is in the metadata,
 * under keys that begin with "adamant.".
 */
final class OptimizerFile {

  private static final String VERSION = "1";
  private static final String PREFIX = "adamant.";
  private static final String PARAMETER = PREFIX + "parameter.";
  static final String STATE = "state.";
  private static final String PARAM = "param.";
  static final String M = ".exp_avg";
  static final String V = ".exp_avg_sq";
  static final String MAXIMUM = ".max_exp_avg_sq";
  static final String STEP = ".step";
  static final String AVERAGE = ".average";
  static final String GRADIENT = ".gradient";
  static final String GRADIENT_ROWS = ".gradient_rows";
  static final String ROWS = ".row_steps";

  /** The state and settings of an optimizer besides its parameters, see {@link OptimizerMetadata}. */
  final Map<String, String> values = new TreeMap<>();

  final Map<String, ParameterState> states = new LinkedHashMap<>();

  /** The parameters themselves, from the file or for it. */
  final Map<String, Storage> params = new LinkedHashMap<>();

  // ---- Writing. ----

  void write(Path file) throws IOException {
    final SafeTensorsWriter writer = SafeTensorsWriter.create();
    writer.metadata(PREFIX + "version", VERSION);
    for (Map.Entry<String, String> value : values.entrySet()) {
      writer.metadata(PREFIX + value.getKey(), value.getValue());
    }
    int place = 0;
    for (Map.Entry<String, ParameterState> entry : states.entrySet()) {
      final ParameterState state = entry.getValue();
      final String name = STATE + entry.getKey();
      writer.metadata(PARAMETER + entry.getKey(), text(state, place++));
      add(writer, name + M, state.m);
      add(writer, name + V, state.v);
      writer.tensor(
          name + STEP, DType.I64, new long[0],
          MemorySegment.ofArray(new long[] {state.counter.steps}));
      if (state.maximum != null) {
        add(writer, name + MAXIMUM, state.maximum);
      }
      if (state.average != null) {
        add(writer, name + AVERAGE, state.average);
      }
      if (state.hasGradients && state.areOfRows) {
        final SparseRows rows = state.knownRowGradients().all();
        add(writer, name + GRADIENT_ROWS, rows.rows());
        add(writer, name + GRADIENT, Numbers.ofArray(rows.values()));
      } else if (state.hasGradients) {
        add(writer, name + GRADIENT, state.knownSum());
      }
      if (state.sparse != null && state.sparse.counters() != null) {
        add(writer, name + ROWS, state.sparse.counters());
      }
    }
    for (Map.Entry<String, Storage> param : params.entrySet()) {
      add(writer, PARAM + param.getKey(), param.getValue());
    }
    writer.write(file);
  }

  private static void add(SafeTensorsWriter writer, String name, Storage storage) {
    add(writer, name, storage, new long[] {elements(storage)});
  }

  static void add(SafeTensorsWriter writer, String name, Storage storage, long[] shape) {
    writer.tensor(name, storage.format().dtype(), shape, segment(storage));
  }

  private static void add(SafeTensorsWriter writer, String name, int[] numbers) {
    writer.tensor(
        name, DType.I32, new long[] {numbers.length}, MemorySegment.ofArray(numbers));
  }

  /** Numbers of 8 bits are written as bytes, with their scales. */
  private static long elements(Storage storage) {
    return storage.format() == Format.BLOCK8
        ? Format.BLOCK8.byteSize(storage.length())
        : storage.length();
  }

  private static MemorySegment segment(Storage storage) {
    if (storage.scales == null) {
      return storage.bytes();
    }
    // The scales of a whole storage follow its numbers; those of a range of it do not.
    final MemorySegment all =
        Arena.ofAuto().allocate(storage.bytes().byteSize() + storage.scales.byteSize());
    all.copyFrom(storage.bytes());
    all.asSlice(storage.bytes().byteSize()).copyFrom(storage.scales);
    return all;
  }

  private static String text(ParameterState state, int place) {
    final NamedValues.Text text =
        new NamedValues.Text()
            .with("place", place)
            .with("format", state.format)
            .with("length", state.length)
            .with("number", state.number)
            .with("isSegment", state.arena != null)
            .with("m", state.m.format())
            .with("v", state.v.format())
            .with("isAveraged", state.isAveraged);
    if (state.sparse != null) {
      text.with("rowLength", state.sparse.rowLength())
          .with("lastUnrest", state.sparse.lastUnrest())
          .with("updates", text(state.updates));
    }
    if (state.hasGradients && state.areOfRows) {
      text.with("gradientRowLength", state.knownRowGradients().rowLength());
    }
    return text.toString();
  }

  private static String text(List<long[]> pairs) {
    final StringBuilder text = new StringBuilder();
    for (long[] pair : pairs) {
      text.append(text.isEmpty() ? "" : ",").append(pair[0]).append(':').append(pair[1]);
    }
    return text.toString();
  }

  // ---- Reading. ----

  /**
   * Reads a file that an optimizer has written.
   *
   * @param file the file
   * @param arena the arena of the mapping, which owns the parameters
   * @param settings decide where moments lie
   */
  static OptimizerFile read(Path file, Arena arena, OptimizerSettings settings)
      throws IOException {
    final SafeTensors tensors = SafeTensors.map(file, arena);
    final String path = file.toString();
    final OptimizerFile read = new OptimizerFile();
    final Map<String, NamedValues> parameters = new HashMap<>();
    for (Map.Entry<String, String> entry : tensors.metadata().entrySet()) {
      final String key = entry.getKey();
      if (key.startsWith(PARAMETER)) {
        final String name = key.substring(PARAMETER.length());
        parameters.put(
            name, NamedValues.parse(path, "parameter '" + name + "'", entry.getValue()));
      } else if (key.startsWith(PREFIX)) {
        read.values.put(key.substring(PREFIX.length()), entry.getValue());
      }
    }
    final String version = read.values.remove("version");
    if (!VERSION.equals(version)) {
      throw new CheckpointException(
          path + ": adamant.version = " + version + ": expected " + VERSION
              + ", the file of an optimizer");
    }
    final boolean wasExact = OptimizerMetadata.wasExact(path, read.values);
    final Set<String> used = new HashSet<>();
    final Set<String> names = Set.copyOf(tensors.names());
    for (Map.Entry<String, NamedValues> parameter : inOrder(parameters)) {
      final String name = parameter.getKey();
      final ParameterTensors its =
          new ParameterTensors(path, tensors, names, STATE + name, used);
      read.states.put(
          name,
          new ParameterReader(path, name, parameter.getValue(), settings, its).read(wasExact));
    }
    for (String name : tensors.names()) {
      if (name.startsWith(PARAM)) {
        read.params.put(name.substring(PARAM.length()), param(path, tensors.tensor(name)));
      } else if (!used.contains(name)) {
        throw new CheckpointException(
            path + ": tensor '" + name + "': expected none of this name");
      }
    }
    return read;
  }

  private static List<Map.Entry<String, NamedValues>> inOrder(
      Map<String, NamedValues> parameters)
      throws CheckpointException {
    final Map<String, Long> places = new HashMap<>();
    for (Map.Entry<String, NamedValues> entry : parameters.entrySet()) {
      places.put(entry.getKey(), entry.getValue().number("place"));
    }
    final List<Map.Entry<String, NamedValues>> sorted = new ArrayList<>(parameters.entrySet());
    sorted.sort(Comparator.comparing(parameter -> places.get(parameter.getKey())));
    return sorted;
  }

  private static Storage param(String file, Tensor tensor) throws CheckpointException {
    final Format format = formatOf(file, tensor);
    if (tensor.data().address() % format.bytes() == 0) {
      return Storage.of(tensor.data(), format);
    }
    // A file need not be aligned; a copy is.
    final Storage copy = Numbers.zeros(format, tensor.elements(), Arena.ofAuto());
    copy.bytes().copyFrom(tensor.data());
    return copy;
  }

  /**
   * Copies the parameters that were read.
   *
   * @param file the file, for messages
   * @param to the targets by name; all are checked before one is changed
   */
  void copyParamsTo(Path file, Map<String, Storage> to) {
    for (Map.Entry<String, Storage> entry : to.entrySet()) {
      final Storage from = params.get(entry.getKey());
      final Storage param = entry.getValue();
      if (from == null || from.format() != param.format() || from.length() != param.length()) {
        throw new IllegalArgumentException(
            "parameter '" + entry.getKey() + "' is " + param + ": expected "
                + (from == null ? "one of " + params.keySet() : from.toString()) + ", as in "
                + file);
      }
      param.requireWritable("parameter '" + entry.getKey() + "'");
    }
    for (Map.Entry<String, Storage> entry : to.entrySet()) {
      final Storage from = Objects.requireNonNull(params.get(entry.getKey()));
      Numbers.copy(from, entry.getValue());
    }
  }

  static Format formatOf(String file, Tensor tensor) throws CheckpointException {
    final Format format = Format.of(tensor.dtype());
    if (format == null) {
      throw new CheckpointException(
          file + ": tensor '" + tensor.name() + "' has the type " + tensor.dtype()
              + ": expected " + dtypes());
    }
    return format;
  }

  /** The types of all formats that a file's own tensors can have. */
  private static String dtypes() {
    final List<String> types = new ArrayList<>();
    for (Format format : Format.values()) {
      if (Format.of(format.dtype()) == format) {
        types.add(format.dtype().name());
      }
    }
    final String last = types.removeLast();
    return String.join(", ", types) + " or " + last;
  }
}
