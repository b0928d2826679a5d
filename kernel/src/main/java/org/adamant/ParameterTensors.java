package org.adamant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one parameter in a file: their names begin with the same text.
 *
 * @param file the file, for messages
 * @param tensors all tensors in it
 * @param names their names
 * @param prefix what the names of these begin with
 * @param used gets the names of those that are read
 */
record ParameterTensors(
    String file, SafeTensors tensors, Set<String> names, String prefix, Set<String> used) {

  boolean has(String suffix) {
    return names.contains(prefix + suffix);
  }

  void require(String suffix) throws CheckpointException {
    if (!has(suffix)) {
      throw new CheckpointException(
          file + ": no tensor '" + prefix + suffix + "': expected one");
    }
  }

  Tensor tensor(String suffix) throws CheckpointException {
    require(suffix);
    used.add(prefix + suffix);
    return tensors.tensor(prefix + suffix);
  }

  /** {@return a copy of the numbers; null if there is no such tensor} */
  @Nullable
  Storage optional(String suffix, Format format, long count, @Nullable Arena to)
      throws CheckpointException {
    return has(suffix) ? required(suffix, format, count, to) : null;
  }

  /** {@return a copy of the numbers} */
  Storage required(String suffix, Format format, long count, @Nullable Arena to)
      throws CheckpointException {
    final Tensor tensor = tensor(suffix);
    final DType type = format.dtype();
    // Every number has at least one byte. The bytes of a larger length could overflow, so that is refused first.
    if (tensor.dtype() != type || count > tensor.data().byteSize()
        || tensor.data().byteSize() != format.byteSize(count)) {
      throw invalid(
          tensor,
          "has the type " + tensor.dtype() + " and " + tensor.data().byteSize()
              + " bytes: expected " + type + " and those of " + count + " elements");
    }
    final Storage numbers = Numbers.zeros(format, count, to);
    numbers.bytes().copyFrom(tensor.data().asSlice(0, numbers.bytes().byteSize()));
    if (numbers.scales != null) {
      numbers.scales.copyFrom(tensor.data().asSlice(numbers.bytes().byteSize()));
    }
    return numbers;
  }

  /** {@return the number of steps, which has another type in files of other programs} */
  long steps() throws CheckpointException {
    final Tensor tensor = tensor(OptimizerFile.STEP);
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
    throw invalid(tensor, "is " + tensor + ": expected one whole number of at least 0");
  }

  CheckpointException invalid(Tensor tensor, String what) {
    return new CheckpointException(file + ": tensor '" + tensor.name() + "' " + what);
  }
}
