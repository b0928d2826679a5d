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
 * The kernel of Adamant on tensors of PyTorch, where they lie, beside {@code torch::optim::Adam}: for PyTorch of the
 * JavaCPP presets, on the CPU. All parameters are stepped in one call.
 *
 * <p>It keeps its tensors: closing other handles on them does no harm. An instance is for one thread at a time.
 */
public final class AdamantOptimizer {

  private final AdamKernel kernel = AdamKernel.preferred();
  private final List<Parameter> parameters = new ArrayList<>();
  private Adam adam;

  /** Of the last step, with the memory that it was made for. */
  private AdamModel model;

  private List<MemorySegment> segments = List.of();

  /** One tensor, with what belongs to it. */
  private static final class Parameter {
    final Tensor tensor;
    final Format format;
    AdamState state;

    Parameter(Tensor tensor, String name, Adam adam) {
      format = format(tensor, name);
      // A handle of its own, which keeps the tensor: what a vector returns points into the vector.
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
   * @return those of the next step
   */
  public Adam adam() {
    return adam;
  }

  /**
   * Changes the hyper-parameters, for example the learning rate.
   *
   * @param newAdam those of the steps from now on
   * @throws IllegalArgumentException if they need memory that the ones before did not
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
          // The tensor holds its gradient; the handle on it can go.
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

  /** Sets the gradients to zero where they lie, for the next backward pass to add to. */
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
   * The state of a parameter, to be read, written between steps and saved, see {@link AdamState#save}.
   *
   * @param index the number of the parameter, from 0
   * @return the state itself
   */
  public AdamState state(int index) {
    return parameters.get(index).state;
  }

  /**
   * Puts another state in the place of a parameter's, to go on with a training, see {@link AdamState#load}.
   *
   * @param index the number of the parameter, from 0
   * @param state its state from now on; not that of another parameter as well
   * @throws IllegalArgumentException if it is not for as many parameters, of such a type, or for other hyper-parameters
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
    // Its memory is in the model of the last step.
    segments = List.of();
  }

  // ---- The memory of a tensor, after everything that could make it the wrong one. ----

  private static void requireOpen(String name, Tensor tensor) {
    if (tensor.isNull()) {
      throw new IllegalStateException(name + " was closed: expected a tensor that is in use");
    }
  }

  /** How the numbers of a tensor are written, if it is one to be stepped. */
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
