package org.adamant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.Tensor;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.jspecify.annotations.Nullable;

/**
 * Reads the state of one parameter from the file of an optimizer: its values in the metadata, and its tensors.
 *
 * @param file the file, for messages
 * @param name the parameter
 * @param values its values in the metadata
 * @param settings the settings of the optimizer that resumes
 * @param tensors the tensors of the parameter
 */
record ParameterReader(
    String file, String name, NamedValues values, OptimizerSettings settings,
    ParameterTensors tensors) {

  /**
   * Reads the state.
   *
   * @param wasExact whether rows without gradient took their steps later, see {@link SparseMode#EXACT}
   */
  ParameterState read(boolean wasExact) throws CheckpointException {
    final Format format = values.format("format");
    final Format m = values.format("m");
    final Format v = values.format("v");
    final boolean isDouble = format == Format.FLOAT64;
    if (format == Format.BLOCK8
        || (m == Format.FLOAT64) != isDouble
        || (v == Format.FLOAT64) != isDouble) {
      throw invalid(
          "format = " + format + ", m = " + m + ", v = " + v
              + ": expected formats that go together");
    }
    final long length = values.number("length");
    final long number = values.number("number");
    if (!ParameterState.isNumber(number)) {
      throw values.invalid("number", "that of the first element of a parameter");
    }
    final Arena place = settings.arenaFor(values.isTrue("isSegment"), length);
    final ParameterState state =
        new ParameterState(
            format, number, place,
            tensors.required(OptimizerFile.M, m, length, place),
            tensors.required(OptimizerFile.V, v, length, place));
    final Format computing = Numbers.computeFormat(format);
    state.maximum = tensors.optional(OptimizerFile.MAXIMUM, computing, length, place);
    state.average = tensors.optional(OptimizerFile.AVERAGE, computing, length, place);
    state.isAveraged = values.isTrue("isAveraged");
    if (state.isAveraged) {
      tensors.require(OptimizerFile.AVERAGE);
    }
    if (values.has("gradientRowLength")) {
      state.rowGradients = rowGradients(state);
      state.areOfRows = true;
    } else {
      state.accumulated = gradients(format, length, place);
    }
    state.hasGradients = state.areOfRows || state.accumulated != null;
    state.counter.steps = tensors.steps();
    if (values.has("rowLength")) {
      readRows(state, wasExact);
    }
    return state;
  }

  private CheckpointException invalid(String what) {
    return new CheckpointException(file + ": parameter '" + name + "': " + what);
  }

  private void readRows(ParameterState state, boolean wasExact) throws CheckpointException {
    final int rowLength = rowLength(state, "rowLength");
    for (String pair : values.text("updates").split(",", 0)) {
      if (!pair.isEmpty()) {
        final String[] numbers = pair.split(":", 0);
        if (numbers.length != 2) {
          throw invalid("updates has " + pair + ": expected two numbers");
        }
        state.updates.add(
            new long[] {values.parseNumber(numbers[0]), values.parseNumber(numbers[1])});
      }
    }
    final boolean isExact = settings.sparseMode == SparseMode.EXACT;
    final boolean areCounted = isExact || settings.countsRows;
    if (areCounted && state.counter.steps > Integer.MAX_VALUE) {
      throw new CheckpointException(
          file + ": parameter '" + name + "' has " + state.counter.steps
              + " steps: expected at most " + Integer.MAX_VALUE + ", as its rows have counters");
    }
    state.sparse =
        new SparseState(
            settings.sparseMode, settings.countsRows, state.length, rowLength,
            state.counter.steps, state.number);
    if (tensors.has(OptimizerFile.ROWS)) {
      final int[] read = rowSteps(state);
      if (wasExact && !isExact
          && Arrays.stream(read).anyMatch(steps -> steps < state.counter.steps)) {
        throw new IllegalArgumentException(
            file + ": rows of parameter '" + name
                + "' have steps to take: expected sparse = EXACT as before, and catchUp(params)");
      }
      // The counters of rows in one mode mean nothing in the other.
      if (areCounted && wasExact == isExact) {
        System.arraycopy(read, 0, state.sparse.counters(), 0, read.length);
      }
    }
    if (state.areOfRows && state.knownRowGradients().rowLength() != rowLength) {
      throw values.invalid("gradientRowLength", rowLength + ", as rowLength");
    }
    state.sparse.setLastUnrest(values.number("lastUnrest"));
  }

  private int rowLength(ParameterState state, String field) throws CheckpointException {
    final long rowLength = values.number(field);
    if (rowLength < 1 || rowLength > Integer.MAX_VALUE || state.length % rowLength != 0) {
      throw values.invalid(field, "a divisor of " + state.length);
    }
    return (int) rowLength;
  }

  /** How many steps each row has taken. */
  private int[] rowSteps(ParameterState state) throws CheckpointException {
    final long rows = state.length / state.knownRows().rowLength();
    final Tensor tensor = tensors.tensor(OptimizerFile.ROWS);
    if (tensor.dtype() != DType.I32 || tensor.elements() != rows) {
      throw tensors.invalid(
          tensor, "is " + tensor + ": expected I32 and " + rows + " elements, one for each row");
    }
    final int[] steps = ints(tensor);
    for (int ofRow : steps) {
      if (ofRow < 0 || ofRow > state.counter.steps) {
        throw tensors.invalid(
            tensor,
            "has " + ofRow + ": expected 0 to " + state.counter.steps
                + ", the steps of the parameter");
      }
    }
    return steps;
  }

  private static int[] ints(Tensor tensor) {
    final int[] ints = new int[(int) tensor.elements()];
    MemorySegment.ofArray(ints).copyFrom(tensor.data());
    return ints;
  }

  /** The gradients of rows of micro-batches. */
  private RowGradients rowGradients(ParameterState state) throws CheckpointException {
    final int rowLength = rowLength(state, "gradientRowLength");
    final Tensor tensor = tensors.tensor(OptimizerFile.GRADIENT_ROWS);
    final long count = tensor.elements();
    if (tensor.dtype() != DType.I32 || count > Integer.MAX_VALUE / rowLength) {
      throw tensors.invalid(tensor, "is " + tensor + ": expected I32, the numbers of rows");
    }
    final int[] rows = ints(tensor);
    final long rowCount = state.length / rowLength;
    for (int row : rows) {
      if (row < 0 || row >= rowCount) {
        throw tensors.invalid(tensor, "has " + row + ": expected 0 <= row < " + rowCount);
      }
    }
    final Format computing = Numbers.computeFormat(state.format);
    final Object numbers =
        Numbers.toArray(
            tensors.required(OptimizerFile.GRADIENT, computing, count * rowLength, null));
    final SparseRows read =
        numbers instanceof float[] floats
            ? SparseRows.of(rows, floats, rowLength)
            : SparseRows.of(rows, (double[]) numbers, rowLength);
    final RowGradients gradients = new RowGradients(read);
    gradients.append(read);
    return gradients;
  }

  /** The sum of micro-batches in the format in which these settings add; null if there is none. */
  private @Nullable Storage gradients(Format format, long length, @Nullable Arena place)
      throws CheckpointException {
    if (!tensors.has(OptimizerFile.GRADIENT)) {
      return null;
    }
    final Format there =
        tensors.tensor(OptimizerFile.GRADIENT).dtype() == DType.F64
            ? Format.FLOAT64
            : Numbers.computeFormat(format);
    final Storage read = tensors.required(OptimizerFile.GRADIENT, there, length, place);
    return Numbers.to(settings.sumFormat(format), read, place);
  }
}
