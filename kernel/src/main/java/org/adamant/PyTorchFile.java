package org.adamant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.adamant.checkpoint.Tensor;
import org.jspecify.annotations.Nullable;

/** The file format of PyTorch's state, see {@link AdamOptimizer#savePyTorch}. */
final class PyTorchFile {

  private PyTorchFile() {}

  /**
   * Reads moments and counts by the names of PyTorch; other tensors are ignored.
   *
   * @param file the file
   * @param arena the arena of the mapping
   * @param settings decide where moments lie
   * @return the states by the names of their parameters
   */
  static Map<String, ParameterState> read(Path file, Arena arena, OptimizerSettings settings)
      throws IOException {
    final SafeTensors tensors = SafeTensors.map(file, arena);
    final Map<String, ParameterState> states = new LinkedHashMap<>();
    final Set<String> names = Set.copyOf(tensors.names());
    for (String full : tensors.names()) {
      if (full.endsWith(OptimizerFile.M)) {
        final String prefix = full.substring(0, full.length() - OptimizerFile.M.length());
        final String name =
            prefix.startsWith(OptimizerFile.STATE)
                ? prefix.substring(OptimizerFile.STATE.length())
                : prefix;
        final Tensor m = tensors.tensor(full);
        final Format format = OptimizerFile.formatOf(file.toString(), m);
        final Arena place = settings.arenaFor(false, m.elements());
        final ParameterTensors its =
            new ParameterTensors(file.toString(), tensors, names, prefix, new HashSet<>());
        if (states.put(name, state(its, name, format, m.elements(), place)) != null) {
          throw new CheckpointException(
              file + ": parameter '" + name + "' is there twice: expected it once");
        }
      }
    }
    if (states.isEmpty()) {
      throw new CheckpointException(
          file + ": no tensor whose name ends with " + OptimizerFile.M
              + ": expected the state of PyTorch's Adam");
    }
    return states;
  }

  private static ParameterState state(
      ParameterTensors tensors, String name, Format format, long length,
      @Nullable Arena place)
      throws CheckpointException {
    final ParameterState state =
        new ParameterState(
            format, ParameterState.numberOf(name), place,
            tensors.required(OptimizerFile.M, format, length, place),
            tensors.required(OptimizerFile.V, format, length, place));
    final Storage maximum = tensors.optional(OptimizerFile.MAXIMUM, format, length, place);
    state.maximum =
        maximum == null ? null : Numbers.to(Numbers.computeFormat(format), maximum, place);
    state.counter.steps = tensors.steps();
    return state;
  }

  /** Writes moments and counts with the names and types of PyTorch. */
  static void write(Path file, Map<String, ParameterState> states, Map<String, long[]> shapes)
      throws IOException {
    final SafeTensorsWriter writer = SafeTensorsWriter.create();
    for (Map.Entry<String, ParameterState> entry : states.entrySet()) {
      final String name = OptimizerFile.STATE + entry.getKey();
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
      OptimizerFile.add(writer, name + OptimizerFile.M, state.m, shape);
      OptimizerFile.add(writer, name + OptimizerFile.V, state.v, shape);
      if (state.maximum != null) {
        OptimizerFile.add(writer, name + OptimizerFile.MAXIMUM, state.maximum, shape);
      }
      writer.tensor(
          name + OptimizerFile.STEP, DType.F32, new long[0],
          MemorySegment.ofArray(new float[] {state.counter.steps}));
    }
    writer.write(file);
  }
}
