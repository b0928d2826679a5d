package org.adamant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.adamant.checkpoint.Tensor;
import org.adamant.training.SparseMode;
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
  private static final String AVERAGE = ".average";
  private static final String GRADIENT = ".gradient";
  private static final String GRADIENT_ROWS = ".gradient_rows";
  private static final String ROWS = ".row_steps";

  /** The state and settings of an optimizer besides its parameters, by name, as exact text. */
  final Map<String, String> values = new TreeMap<>();

  final Map<String, ParameterState> states = new LinkedHashMap<>();

  /** The parameters themselves, from the file or for it. */
  final Map<String, Storage> params = new LinkedHashMap<>();

  private String where = "";

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
          name + STEP, DType.I64, new long[0], scalar(state.counter.steps));
      if (state.maximum != null) {
        add(writer, name + MAXIMUM, state.maximum);
      }
      if (state.average != null) {
        add(writer, name + AVERAGE, state.average);
      }
      if (state.hasGradients && state.areOfRows) {
        final SparseRows rows = state.rowGradients.all();
        final int[] numbers = rows.rows();
        writer.tensor(
            name + GRADIENT_ROWS, DType.I32, new long[] {numbers.length},
            MemorySegment.ofArray(numbers));
        add(writer, name + GRADIENT, Numbers.storageOf(rows.values()));
      } else if (state.hasGradients) {
        add(writer, name + GRADIENT, state.accumulated);
      }
      if (state.sparse != null && state.sparse.counters() != null) {
        final int[] counters = state.sparse.counters();
        writer.tensor(
            name + ROWS, DType.I32, new long[] {counters.length}, MemorySegment.ofArray(counters));
      }
    }
    for (Map.Entry<String, Storage> param : params.entrySet()) {
      add(writer, PARAM + param.getKey(), param.getValue());
    }
    writer.write(file);
  }

  private static MemorySegment scalar(long value) {
    return MemorySegment.ofArray(new long[] {value});
  }

  private static void add(SafeTensorsWriter writer, String name, Storage storage) {
    writer.tensor(
        name, dtype(storage.format()), new long[] {elements(storage)}, segment(storage));
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

  static DType dtype(Format format) {
    return switch (format) {
      case FLOAT32 -> DType.F32;
      case FLOAT64 -> DType.F64;
      case BFLOAT16 -> DType.BF16;
      case BLOCK8 -> DType.U8;
    };
  }

  private static String text(ParameterState state, int place) {
    return "place=" + place + " format=" + state.format + " length=" + state.length + " number="
        + state.number + " isSegment=" + (state.arena != null) + " m=" + state.m.format() + " v="
        + state.v.format() + " isAveraged=" + state.isAveraged
        + (state.sparse == null
            ? ""
            : " rowLength=" + state.sparse.rowLength() + " lastUnrest=" + state.sparse.lastUnrest()
                + " updates=" + text(state.updates))
        + (state.hasGradients && state.areOfRows
            ? " gradientRowLength=" + state.rowGradients.rowLength()
            : "");
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
    final OptimizerFile read = new OptimizerFile();
    read.where = file + ": ";
    final Map<String, Map<String, String>> parameters = new HashMap<>();
    for (Map.Entry<String, String> entry : tensors.metadata().entrySet()) {
      if (entry.getKey().startsWith(PARAMETER)) {
        parameters.put(
            entry.getKey().substring(PARAMETER.length()), read.fields(entry.getValue()));
      } else if (entry.getKey().startsWith(PREFIX)) {
        read.values.put(entry.getKey().substring(PREFIX.length()), entry.getValue());
      }
    }
    final String version = read.values.remove("version");
    if (!VERSION.equals(version)) {
      throw read.refused(
          "adamant.version = " + version + ": expected " + VERSION
              + ", the file of an optimizer");
    }
    final Set<String> used = new HashSet<>();
    final Set<String> names = Set.copyOf(tensors.names());
    for (String name : read.inOrder(parameters)) {
      read.states.put(
          name, read.state(tensors, names, name, parameters.get(name), settings, used));
    }
    for (String name : tensors.names()) {
      if (name.startsWith(PARAM)) {
        read.params.put(name.substring(PARAM.length()), read.param(tensors.tensor(name)));
      } else if (!used.contains(name)) {
        throw read.refused("tensor '" + name + "': expected none of this name");
      }
    }
    return read;
  }

  private CheckpointException refused(String what) {
    return new CheckpointException(where + what);
  }

  private Map<String, String> fields(String text) throws CheckpointException {
    final Map<String, String> fields = new HashMap<>();
    for (String field : text.split(" ")) {
      final int end = field.indexOf('=');
      if (end < 1 || fields.put(field.substring(0, end), field.substring(end + 1)) != null) {
        throw refused("metadata '" + text + "': expected names and values");
      }
    }
    return fields;
  }

  private List<String> inOrder(Map<String, Map<String, String>> parameters)
      throws CheckpointException {
    final Map<String, Long> places = new HashMap<>();
    for (Map.Entry<String, Map<String, String>> entry : parameters.entrySet()) {
      places.put(entry.getKey(), number(entry.getKey(), entry.getValue(), "place"));
    }
    final List<String> names = new ArrayList<>(parameters.keySet());
    names.sort(Comparator.comparing(places::get));
    return names;
  }

  private String field(String name, Map<String, String> fields, String field)
      throws CheckpointException {
    final String value = fields.get(field);
    if (value == null) {
      throw refused("parameter '" + name + "' has no " + field + ": expected one");
    }
    return value;
  }

  private long number(String name, Map<String, String> fields, String field)
      throws CheckpointException {
    return number(name, field(name, fields, field));
  }

  private long number(String name, String value) throws CheckpointException {
    try {
      final long number = Long.parseLong(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw refused(
        "parameter '" + name + "' has " + value + ": expected a whole number of at least 0");
  }

  private Format format(String name, Map<String, String> fields, String field)
      throws CheckpointException {
    final String value = field(name, fields, field);
    for (Format format : Format.values()) {
      if (format.name().equals(value)) {
        return format;
      }
    }
    throw refused("parameter '" + name + "': " + field + " = " + value + ": expected a format");
  }

  private ParameterState state(
      SafeTensors tensors,
      Set<String> names,
      String name,
      Map<String, String> fields,
      OptimizerSettings settings,
      Set<String> used)
      throws CheckpointException {
    final Format format = format(name, fields, "format");
    final Format m = format(name, fields, "m");
    final Format v = format(name, fields, "v");
    final boolean isDouble = format == Format.FLOAT64;
    if (format == Format.BLOCK8
        || (m == Format.FLOAT64) != isDouble
        || (v == Format.FLOAT64) != isDouble) {
      throw refused(
          "parameter '" + name + "': format = " + format + ", m = " + m + ", v = " + v
              + ": expected formats that go together");
    }
    final long length = number(name, fields, "length");
    final long number = number(name, fields, "number");
    if (!ParameterState.isNumber(number)) {
      throw refused(
          "parameter '" + name + "': number = " + number
              + ": expected that of the first element of a parameter");
    }
    final boolean isSegment = isTrue(name, fields, "isSegment");
    final Arena place = settings.place(isSegment, length);
    final Reader reader = new Reader(tensors, names, STATE + name, length, place, used);
    final ParameterState state =
        new ParameterState(
            format, number, place,
            reader.required(M, m), reader.required(V, v));
    state.maximum = reader.optional(MAXIMUM, Numbers.computing(format));
    state.average = reader.optional(AVERAGE, Numbers.computing(format));
    state.isAveraged = isTrue(name, fields, "isAveraged");
    if (state.isAveraged && state.average == null) {
      throw refused("no tensor '" + STATE + name + AVERAGE + "': expected one");
    }
    if (fields.containsKey("gradientRowLength")) {
      state.rowGradients = rowGradients(state, name, fields, reader);
      state.areOfRows = true;
    } else {
      state.accumulated = gradients(reader, format, settings);
    }
    state.hasGradients = state.areOfRows || state.accumulated != null;
    state.counter.steps = steps(reader.tensor(STEP));
    if (fields.containsKey("rowLength")) {
      readRows(state, name, fields, settings, reader);
    }
    return state;
  }

  private void readRows(
      ParameterState state,
      String name,
      Map<String, String> fields,
      OptimizerSettings settings,
      Reader reader)
      throws CheckpointException {
    final int rowLength = rowLength(state, name, fields, "rowLength");
    for (String pair : field(name, fields, "updates").split(",")) {
      if (!pair.isEmpty()) {
        final String[] numbers = pair.split(":");
        if (numbers.length != 2) {
          throw refused("parameter '" + name + "': updates has " + pair + ": expected two numbers");
        }
        state.updates.add(new long[] {number(name, numbers[0]), number(name, numbers[1])});
      }
    }
    final boolean areCounted = settings.sparseMode == SparseMode.EXACT || settings.countsRows;
    if (areCounted && state.counter.steps > Integer.MAX_VALUE) {
      throw refused(
          "parameter '" + name + "' has " + state.counter.steps + " steps: expected at most "
              + Integer.MAX_VALUE + ", as its rows have counters");
    }
    state.sparse =
        new SparseState(
            settings.sparseMode, settings.countsRows, state.length, rowLength,
            state.counter.steps, state.number);
    if (reader.has(ROWS)) {
      final int[] read = rowSteps(state, reader.tensor(ROWS));
      final String numbers = String.valueOf(values.get("built.numbers"));
      final boolean wasExact = numbers.contains("sparse=" + SparseMode.EXACT);
      final boolean isExact = settings.sparseMode == SparseMode.EXACT;
      if (wasExact && !isExact
          && Arrays.stream(read).anyMatch(steps -> steps < state.counter.steps)) {
        throw new IllegalArgumentException(
            where + "rows of parameter '" + name
                + "' have steps to take: expected sparse = EXACT as before, and catchUp(params)");
      }
      // The counters of rows in one mode mean nothing in the other.
      if (areCounted && wasExact == isExact) {
        System.arraycopy(read, 0, state.sparse.counters(), 0, read.length);
      }
    }
    if (state.areOfRows && state.rowGradients.rowLength() != rowLength) {
      throw refused(
          "parameter '" + name + "': gradientRowLength = " + state.rowGradients.rowLength()
              + ": expected " + rowLength + ", as rowLength");
    }
    state.sparse.setLastUnrest(number(name, fields, "lastUnrest"));
  }

  private int rowLength(
      ParameterState state, String name, Map<String, String> fields, String field)
      throws CheckpointException {
    final long rowLength = number(name, fields, field);
    if (rowLength < 1 || rowLength > Integer.MAX_VALUE || state.length % rowLength != 0) {
      throw refused(
          "parameter '" + name + "': " + field + " = " + rowLength + ": expected a divisor of "
              + state.length);
    }
    return (int) rowLength;
  }

  /** How many steps each row has taken. */
  private int[] rowSteps(ParameterState state, Tensor tensor) throws CheckpointException {
    final long rows = state.length / state.sparse.rowLength();
    if (tensor.dtype() != DType.I32 || tensor.elements() != rows) {
      throw refused(
          "tensor '" + tensor.name() + "' is " + tensor + ": expected I32 and " + rows
              + " elements, one for each row");
    }
    final int[] steps = new int[(int) rows];
    MemorySegment.ofArray(steps).copyFrom(tensor.data());
    for (int ofRow : steps) {
      if (ofRow < 0 || ofRow > state.counter.steps) {
        throw refused(
            "tensor '" + tensor.name() + "' has " + ofRow + ": expected 0 to "
                + state.counter.steps + ", the steps of the parameter");
      }
    }
    return steps;
  }

  /** The gradients of rows of micro-batches. */
  private RowGradients rowGradients(
      ParameterState state, String name, Map<String, String> fields, Reader reader)
      throws CheckpointException {
    final int rowLength = rowLength(state, name, fields, "gradientRowLength");
    final Tensor tensor = reader.tensor(GRADIENT_ROWS);
    final long count = tensor.elements();
    if (tensor.dtype() != DType.I32 || count > Integer.MAX_VALUE / rowLength) {
      throw refused(
          "tensor '" + tensor.name() + "' is " + tensor + ": expected I32, the numbers of rows");
    }
    final int[] rows = new int[(int) count];
    MemorySegment.ofArray(rows).copyFrom(tensor.data());
    final long rowCount = state.length / rowLength;
    for (int row : rows) {
      if (row < 0 || row >= rowCount) {
        throw refused(
            "tensor '" + tensor.name() + "' has " + row + ": expected 0 <= row < " + rowCount);
      }
    }
    final Object values =
        reader.numbers(GRADIENT, Numbers.computing(state.format), count * rowLength, null).array;
    final SparseRows read =
        values instanceof float[] floats
            ? SparseRows.of(rows, floats, rowLength)
            : SparseRows.of(rows, (double[]) values, rowLength);
    final RowGradients gradients = new RowGradients(read);
    gradients.append(read);
    return gradients;
  }

  /** The sum of micro-batches in the format in which these settings add; null if there is none. */
  private static Storage gradients(Reader reader, Format format, OptimizerSettings settings)
      throws CheckpointException {
    if (!reader.has(GRADIENT)) {
      return null;
    }
    final Format there =
        reader.tensor(GRADIENT).dtype() == DType.F64 ? Format.FLOAT64 : Numbers.computing(format);
    final Format here =
        settings.accumulatesInDouble ? Format.FLOAT64 : Numbers.computing(format);
    return Numbers.to(here, reader.required(GRADIENT, there), reader.place);
  }

  private boolean isTrue(String name, Map<String, String> fields, String field)
      throws CheckpointException {
    final String value = field(name, fields, field);
    if (!value.equals("true") && !value.equals("false")) {
      throw refused(
          "parameter '" + name + "': " + field + " = " + value + ": expected true or false");
    }
    return value.equals("true");
  }

  /** Reads the tensors of a parameter. */
  private final class Reader {
    private final SafeTensors tensors;
    private final Set<String> names;
    private final String name;
    private final long length;
    private final Arena place;
    private final Set<String> used;

    Reader(
        SafeTensors tensors, Set<String> names, String name, long length, Arena place,
        Set<String> used) {
      this.tensors = tensors;
      this.names = names;
      this.name = name;
      this.length = length;
      this.place = place;
      this.used = used;
    }

    boolean has(String suffix) {
      return names.contains(name + suffix);
    }

    Tensor tensor(String suffix) throws CheckpointException {
      if (!has(suffix)) {
        throw refused("no tensor '" + name + suffix + "': expected one");
      }
      used.add(name + suffix);
      return tensors.tensor(name + suffix);
    }

    Storage optional(String suffix, Format format) throws CheckpointException {
      return has(suffix) ? required(suffix, format) : null;
    }

    Storage required(String suffix, Format format) throws CheckpointException {
      return numbers(suffix, format, length, place);
    }

    Storage numbers(String suffix, Format format, long count, Arena to) throws CheckpointException {
      final Tensor tensor = tensor(suffix);
      // Every number has at least one byte. The bytes of a larger length could overflow, so that is refused first.
      if (tensor.dtype() != dtype(format) || count > tensor.data().byteSize()
          || tensor.data().byteSize() != format.byteSize(count)) {
        throw refused(
            "tensor '" + tensor.name() + "' has the type " + tensor.dtype() + " and "
                + tensor.data().byteSize() + " bytes: expected " + dtype(format) + " and those of "
                + count + " elements");
      }
      final Storage numbers = Numbers.zeros(format, count, to);
      numbers.bytes().copyFrom(tensor.data().asSlice(0, numbers.bytes().byteSize()));
      if (numbers.scales != null) {
        numbers.scales.copyFrom(tensor.data().asSlice(numbers.bytes().byteSize()));
      }
      return numbers;
    }
  }

  private long steps(Tensor tensor) throws CheckpointException {
    final MemorySegment data = tensor.data();
    if (tensor.elements() == 1) {
      final double steps =
          switch (tensor.dtype()) {
            case I64 -> data.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            case I32 -> data.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            case F32 -> data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
            case F64 -> data.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
            default -> -1;
          };
      if (steps >= 0 && steps == Math.rint(steps) && steps < 0x1p63) {
        return tensor.dtype() == DType.I64
            ? data.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)
            : (long) steps;
      }
    }
    throw refused(
        "tensor '" + tensor.name() + "' is " + tensor
            + ": expected one whole number of at least 0");
  }

  private Storage param(Tensor tensor) throws CheckpointException {
    final Format format = formatOf(tensor);
    if (format == null) {
      throw refused(
          "tensor '" + tensor.name() + "' has the type " + tensor.dtype()
              + ": expected F32, F64 or BF16");
    }
    // A file need not be aligned; a copy is.
    return tensor.data().address() % format.bytes() == 0
        ? Storage.of(tensor.data(), format)
        : copy(tensor, format, Arena.ofAuto());
  }

  private static Storage copy(Tensor tensor, Format format, Arena arena) {
    final Storage to = Numbers.zeros(format, tensor.elements(), arena);
    to.bytes().copyFrom(tensor.data());
    return to;
  }

  private static Format formatOf(Tensor tensor) {
    return switch (tensor.dtype()) {
      case F32 -> Format.FLOAT32;
      case F64 -> Format.FLOAT64;
      case BF16 -> Format.BFLOAT16;
      default -> null;
    };
  }

  // ---- PyTorch's state. ----

  /** Reads moments and counts by the names of PyTorch; other tensors are ignored. */
  static OptimizerFile readPyTorch(Path file, Arena arena, OptimizerSettings settings)
      throws IOException {
    final SafeTensors tensors = SafeTensors.map(file, arena);
    final OptimizerFile read = new OptimizerFile();
    read.where = file + ": ";
    final Set<String> names = Set.copyOf(tensors.names());
    for (String full : tensors.names()) {
      if (full.endsWith(M)) {
        final String prefix = full.substring(0, full.length() - M.length());
        final String name = prefix.startsWith(STATE) ? prefix.substring(STATE.length()) : prefix;
        final Tensor m = tensors.tensor(full);
        final Format format = formatOf(m);
        if (format == null) {
          throw read.refused(
              "tensor '" + full + "' has the type " + m.dtype() + ": expected F32, F64 or BF16");
        }
        final Arena place = settings.place(false, m.elements());
        final Reader reader =
            read.new Reader(tensors, names, prefix, m.elements(), place, new HashSet<>());
        final ParameterState state =
            new ParameterState(
                format, ParameterState.numberOf(name), place,
                reader.required(M, format), reader.required(V, format));
        final Storage maximum = reader.optional(MAXIMUM, format);
        state.maximum =
            maximum == null ? null : Numbers.to(Numbers.computing(format), maximum, place);
        state.counter.steps = read.steps(reader.tensor(STEP));
        if (read.states.put(name, state) != null) {
          throw read.refused("parameter '" + name + "' is there twice: expected it once");
        }
      }
    }
    if (read.states.isEmpty()) {
      throw read.refused(
          "no tensor whose name ends with " + M + ": expected the state of PyTorch's Adam");
    }
    return read;
  }

  /** Writes moments and counts with the names and types of PyTorch. */
  void writePyTorch(Path file, Map<String, long[]> shapes) throws IOException {
    final SafeTensorsWriter writer = SafeTensorsWriter.create();
    for (Map.Entry<String, ParameterState> entry : states.entrySet()) {
      final String name = STATE + entry.getKey();
      final ParameterState state = entry.getValue();
      if (state.m.format() == Format.BLOCK8 || state.v.format() == Format.BLOCK8) {
        throw new IllegalArgumentException(
            "parameter '" + entry.getKey() + "' has moments in the format BLOCK8: expected one that"
                + " PyTorch has");
      }
      final long[] shape =
          shapes.containsKey(entry.getKey())
              ? shapes.get(entry.getKey())
              : new long[] {state.length};
      writer.tensor(name + M, dtype(state.m.format()), shape, segment(state.m));
      writer.tensor(name + V, dtype(state.v.format()), shape, segment(state.v));
      if (state.maximum != null) {
        writer.tensor(name + MAXIMUM, dtype(state.maximum.format()), shape, segment(state.maximum));
      }
      writer.tensor(
          name + STEP, DType.F32, new long[0],
          MemorySegment.ofArray(new float[] {state.counter.steps}));
    }
    writer.write(file);
  }
}
