package org.adamant.bench.peers;

import org.adamant.bench.results.Workload;
import org.adamant.bench.support.StepArrays.Role;
import org.adamant.bench.support.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.adamant.Adam;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * PyTorch's fused Adam on a CPU. JavaCPP's preset has no method for it, but runs TorchScript, which does.
 * Everything that is the same in every step is made beforehand; the rest is written into the tensors' memory. A
 * Java program cannot do with less.
 */
final class PyTorchPeer implements Peer {

  /** One tensor counts the steps of all arrays, so that PyTorch need not add to one for each. */
  @SuppressWarnings("InlineFormatString")
  private static final String SCRIPT =
      """
      def list_of(x: Tensor) -> List[Tensor]:
          return [x]

      def append(xs: List[Tensor], x: Tensor) -> List[Tensor]:
          xs.append(x)
          return xs

      def step(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor]):
          torch._fused_adam_(p, g, m, v, [], t, lr=%1$s, beta1=%2$s, beta2=%3$s,
              weight_decay=0.0, eps=%4$s, amsgrad=False, maximize=False)
          return p

      def one_pass(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor],
              t: List[Tensor], a: List[Tensor], scale: Tensor):
          torch._fused_adamw_(p, g, m, v, [], t, lr=%1$s, beta1=%2$s, beta2=%3$s,
              weight_decay=%5$s, eps=%4$s, amsgrad=False, maximize=False, grad_scale=scale)
          torch._foreach_lerp_(a, p, %6$s)
          torch._foreach_zero_(g)
          return p
      """;

  /** Loads the native library. */
  PyTorchPeer() {
    torch.set_num_threads(1);
  }

  @Override
  public String version() {
    return "PyTorch " + Versions.of("org.bytedeco", "pytorch") + " of the JavaCPP presets";
  }

  @Override
  public Contender start(Workload workload, KernelContender kernel) {
    torch.set_num_threads(workload.threads());
    return new Fused(workload, kernel);
  }

  private static final class Fused implements Contender {
    private final Element element;
    private final boolean isOnePass;
    private final boolean isBfloat16;
    private final CompilationUnit script;
    private final Function step;
    private final IValueVector arguments = new IValueVector();
    private final List<List<Tensor>> tensors = new ArrayList<>();
    private final List<Tensor> keptGradients = new ArrayList<>();
    private final FloatPointer counter;
    private final FloatPointer scale;

    /** Keeps the objects below alive. */
    private final List<Pointer> held = new ArrayList<>();

    Fused(Workload workload, KernelContender kernel) {
      element = workload.element();
      isOnePass = workload.isOnePass();
      isBfloat16 = workload.isBfloat16();
      final Adam adam = PeerName.PYTORCH.adam(workload);
      script =
          torch.compile(
              SCRIPT.formatted(
                  adam.learningRate(),
                  adam.beta1(),
                  adam.beta2(),
                  adam.epsilon(),
                  adam.weightDecay(),
                  1 - adam.averageDecay()));
      step = script.get_function(new QualifiedName(isOnePass ? "one_pass" : "step"));
      for (Role _ : Role.values()) {
        tensors.add(new ArrayList<>());
      }
      for (int array = 0; array < kernel.count(); array++) {
        copyArrays(kernel, array);
      }
      final Tensor count = scalar(0);
      counter = new FloatPointer(count.data_ptr());
      final Tensor factor = scalar(0);
      scale = new FloatPointer(factor.data_ptr());
      for (Role role : List.of(Role.PARAMS, Role.GRADS, Role.FIRST_MOMENT, Role.SECOND_MOMENT)) {
        arguments.push_back(list(tensors.get(role.ordinal())));
      }
      arguments.push_back(list(java.util.Collections.nCopies(kernel.count(), count)));
      if (isOnePass) {
        arguments.push_back(list(tensors.get(Role.AVERAGE.ordinal())));
        arguments.push_back(new IValue(factor));
      }
    }

    private void copyArrays(KernelContender kernel, int array) {
      for (Role role : Role.values()) {
        final Object values = kernel.array(role, array);
        if (values != null) {
          tensors.get(role.ordinal()).add(tensor(values));
          // The same gap as between the kernel's arrays.
          held.add(new org.bytedeco.javacpp.BytePointer(KernelContender.PADDING));
        }
      }
      if (isOnePass) {
        keptGradients.add(tensor(kernel.array(Role.GRADS, array)));
      }
    }

    private Tensor tensor(Object values) {
      final Tensor tensor =
          values instanceof float[] floats
              ? Tensor.create(floats)
              : Tensor.create((double[]) values);
      if (!isBfloat16) {
        return tensor;
      }
      try (tensor) {
        return tensor.to(torch.ScalarType.BFloat16);
      }
    }

    private Tensor scalar(float value) {
      final Tensor vector = Tensor.create(value);
      final Tensor scalar = vector.reshape(new long[0]);
      held.add(vector);
      held.add(scalar);
      return scalar;
    }

    /** Makes a list by a script, as scripts accept only such lists. */
    private IValue list(List<Tensor> members) {
      final Function listOf = script.get_function(new QualifiedName("list_of"));
      final Function append = script.get_function(new QualifiedName("append"));
      IValue list = listOf.apply(new IValueVector(new IValue(members.getFirst())));
      for (Tensor member : members.subList(1, members.size())) {
        list = append.apply(new IValueVector(list, new IValue(member)));
      }
      return list;
    }

    @Override
    public boolean consumesGradients() {
      return isOnePass;
    }

    @Override
    public void restoreGradients() {
      for (int array = 0; array < keptGradients.size(); array++) {
        tensors.get(Role.GRADS.ordinal()).get(array).copy_(keptGradients.get(array));
      }
    }

    @Override
    public void step(long t) {
      counter.put((float) t);
      if (isOnePass) {
        // PyTorch divides by it, so one number unscales and clips.
        scale.put((float) (KernelContender.LOSS_SCALE / KernelContender.CLIP_FACTOR));
      }
      step.apply(arguments).close();
    }

    @Override
    public Optional<Object> read(Role role, int array) {
      final Tensor tensor = tensors.get(role.ordinal()).get(array);
      if (isBfloat16) {
        try (Tensor floats = tensor.to(torch.ScalarType.Float)) {
          return Optional.of(read(floats));
        }
      }
      return Optional.of(read(tensor));
    }

    private Object read(Tensor tensor) {
      final int length = (int) tensor.numel();
      if (element == Element.FLOAT) {
        final float[] values = new float[length];
        new FloatPointer(tensor.data_ptr()).get(values);
        return values;
      }
      final double[] values = new double[length];
      new DoublePointer(tensor.data_ptr()).get(values);
      return values;
    }

    @Override
    public void close() {
      arguments.close();
      tensors.forEach(list -> list.forEach(Tensor::close));
      keptGradients.forEach(Tensor::close);
      held.forEach(Pointer::close);
      script.close();
    }
  }
}
