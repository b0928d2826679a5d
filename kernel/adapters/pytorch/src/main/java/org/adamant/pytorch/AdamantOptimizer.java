package org.adamant.pytorch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
import org.adamant.AdamState;
import org.adamant.AdamStep;
import org.adamant.Format;
import org.adamant.Storage;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * The kernel of Adamant as an optimizer beside {@code torch::optim::Adam}, for PyTorch of the JavaCPP presets, on
 * the CPU. It steps the memory of the tensors in place, all parameters in one call.
 *
 * <p>The optimizer has its own handles on the tensors, so other handles may be closed. Not thread-safe.
 */
public final class AdamantOptimizer {

  private final AdamKernel kernel = AdamKernel.preferred();
  private final List<Parameter> parameters = new ArrayList<>();
  private Adam adam;

  /** The model of the last step, for the memory in {@code segments}. */
  private AdamModel model;

  private List<MemorySegment> segments = List.of();

  /** One tensor and its state. */
  private static final class Parameter {
    final Tensor tensor;
    final Format format;
    AdamState state;

    Parameter(Tensor tensor, String name, Adam adam) {
      format = format(tensor, name);
      // A handle of its own keeps the tensor alive: the handle that a vector returns points into the vector.
      this.tensor = new Tensor(tensor);
      state = AdamState.of(adam, format, tensor.numel());
    }
  }

  private AdamantOptimizer(Adam adam, TensorVector tensors) {
    this.adam = adam;
    for (long i = 0; i < tensors.size(); i++) {
      parameters.add(new Parameter(tensors.get(i), "parameters[" + i + "]", adam));
    }
  }

  /**
   * An optimizer of tensors.
   *
   * @param adam the hyper-parameters, such as {@link Adam#pytorch}
   * @param parameters the tensors
   * @return the optimizer, before its first step
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if a tensor was closed
   * @throws IllegalArgumentException if a tensor is not on the CPU, not contiguous, or not of floats, doubles or bf16
   *     numbers; if the hyper-parameters have an average of the parameters
   */
  public static AdamantOptimizer of(Adam adam, TensorVector parameters) {
    Objects.requireNonNull(adam, "adam");
    return new AdamantOptimizer(adam, Objects.requireNonNull(parameters, "parameters"));
  }

  /**
   * An optimizer of all parameters of a module.
   *
   * @param adam the hyper-parameters, such as {@link Adam#pytorch}
   * @param module the module
   * @return the optimizer, before its first step
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException as {@link #of(Adam, TensorVector)}
   */
  public static AdamantOptimizer of(Adam adam, Module module) {
    return of(adam, Objects.requireNonNull(module, "module").parameters());
  }

  /**
   * The hyper-parameters.
   *
   * @return the hyper-parameters of the next step
   */
  public Adam adam() {
    return adam;
  }

  /**
   * Changes the hyper-parameters, for example the learning rate.
   *
   * @param newAdam the hyper-parameters from the next step on
   * @throws IllegalArgumentException if they need other memory than those before
   */
  public void setAdam(Adam newAdam) {
    parameters.forEach(parameter -> parameter.state.requireFits(newAdam));
    adam = newAdam;
  }

  /**
   * Steps all parameters that have a gradient.
   *
   * @throws IllegalStateException if a tensor was closed
   * @throws IllegalArgumentException if a tensor or gradient is not on the CPU, not contiguous, or not of the type and
   *     length that it had
   */
  public void step() {
    final List<MemorySegment> now = new ArrayList<>();
    final List<Parameter> stepped = new ArrayList<>();
    final List<AdamStep> steps = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      final Parameter parameter = parameters.get(i);
      final MemorySegment params =
          segment("parameters[" + i + "]", parameter.tensor, parameter);
      try (Tensor gradient = parameter.tensor.grad()) {
        if (gradient.defined()) {
          now.add(params);
          // The tensor keeps its gradient, so the handle on it can be closed.
          now.add(segment("the gradient of parameters[" + i + "]", gradient, parameter));
          stepped.add(parameter);
          steps.add(adam.atStep(parameter.state.stepCount() + 1));
        }
      }
    }
    if (stepped.isEmpty()) {
      return;
    }
    if (!now.equals(segments)) {
      model = model(stepped, now);
      segments = now;
    }
    kernel.step(steps, model);
    stepped.forEach(p -> p.state.setStepCount(p.state.stepCount() + 1));
  }

  private static AdamModel model(List<Parameter> stepped, List<MemorySegment> memory) {
    final List<AdamSlice> slices = new ArrayList<>();
    for (int i = 0; i < stepped.size(); i++) {
      final Parameter parameter = stepped.get(i);
      slices.add(
          parameter.state.slice(
              Storage.of(memory.get(2 * i), parameter.format),
              Storage.of(memory.get(2 * i + 1), parameter.format)));
    }
    return AdamModel.of(slices);
  }

  /** Sets the gradients to zero in place, so that the next backward pass can add to them. */
  public void zeroGrad() {
    for (int i = 0; i < parameters.size(); i++) {
      final Parameter parameter = parameters.get(i);
      requireOpen("parameters[" + i + "]", parameter.tensor);
      try (Tensor gradient = parameter.tensor.grad()) {
        if (gradient.defined()) {
          segment("the gradient of parameters[" + i + "]", gradient, parameter).fill((byte) 0);
        }
      }
    }
  }

  /**
   * The number of parameters.
   *
   * @return how many tensors there are
   */
  public int size() {
    return parameters.size();
  }

  /**
   * The state of a parameter. It may be read, written between steps, and saved, see {@link AdamState#save}.
   *
   * @param index the number of the parameter, from 0
   * @return the state itself
   */
  public AdamState state(int index) {
    return parameters.get(index).state;
  }

  /**
   * Replaces the state of a parameter, to resume a training, see {@link AdamState#load}.
   *
   * @param index the number of the parameter, from 0
   * @param state its state from now on, not shared with another parameter
   * @throws IllegalArgumentException if the state is for another length or type, or does not fit the
   *     hyper-parameters
   */
  public void setState(int index, AdamState state) {
    final Parameter parameter = parameters.get(index);
    state.requireFits(adam);
    if (state.firstMoment().length() != parameter.state.firstMoment().length()
        || state.firstMoment().format() != parameter.state.firstMoment().format()) {
      throw new IllegalArgumentException(
          "state = " + state + ": expected one like " + parameter.state);
    }
    parameter.state = state;
    // The model of the last step holds the memory of the old state.
    segments = List.of();
  }

  // ---- The memory of a tensor, after everything that could make it the wrong one. ----

  private static void requireOpen(String name, Tensor tensor) {
    if (tensor.isNull()) {
      throw new IllegalStateException(name + " was closed: expected a tensor that is in use");
    }
  }

  /** The format of a tensor's numbers; refuses tensors that cannot be stepped. */
  private static Format format(Tensor tensor, String name) {
    requireOpen(name, tensor);
    if (!tensor.defined()) {
      throw new IllegalArgumentException(name + " is undefined: expected a tensor with numbers");
    }
    if (!tensor.is_cpu()) {
      throw new IllegalArgumentException(
          name + " is not on the CPU: expected a tensor that is, elsewhere use torch.optim");
    }
    if (tensor.is_sparse() || tensor.is_sparse_csr() || !tensor.is_contiguous()) {
      throw new IllegalArgumentException(
          name + " is not contiguous: expected a tensor in one piece, such as contiguous()");
    }
    return switch (tensor.scalar_type().intern()) {
      case Float -> Format.FLOAT32;
      case Double -> Format.FLOAT64;
      case BFloat16 -> Format.BFLOAT16;
      default -> throw new IllegalArgumentException(
          name + " is of type " + tensor.scalar_type() + ": expected Float, Double or BFloat16");
    };
  }

  @SuppressWarnings("restricted")
  private static MemorySegment segment(String name, Tensor tensor, Parameter parameter) {
    final Format format = format(tensor, name);
    final long length = parameter.state.firstMoment().length();
    if (format != parameter.format || tensor.numel() != length) {
      throw new IllegalArgumentException(
          name + " has " + tensor.numel() + " numbers of " + format + ": expected "
              + length + " of " + parameter.format
              + ", as when the optimizer was made");
    }
    return MemorySegment.ofAddress(tensor.data_ptr().address())
        .reinterpret(format.byteSize(tensor.numel()));
  }

  @Override
  public String toString() {
    return "AdamantOptimizer[" + parameters.size() + " tensors, " + adam + "]";
  }
}
