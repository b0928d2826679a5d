package org.adamant.proptest;

import java.lang.reflect.Array;
import java.util.Arrays;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.WeightDecay;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A run of PyTorch itself: its library, called from Java, on its own tensors. The operations are those of {@code
 * torch.optim.adam._single_tensor_adam} (PyTorch 2.13, {@code torch/optim/adam.py}), one tensor operation after the
 * other, in TorchScript, which the library compiles. Likewise there are {@code _single_tensor_nadam}, {@code
 * _single_tensor_radam}, {@code _single_tensor_adamax} and {@code sparse_adam}; and the library's {@code
 * _fused_adam_} and {@code _fused_adamw_}. The run also does what a training loop does around its optimizer:
 * unscaling, clipping by value, and the average of {@code torch.optim.swa_utils.get_ema_avg_fn}.
 */
final class PyTorchRun implements AutoCloseable {

  // Everything returns what it wrote: a list that nobody reads would be optimised away with its use.
  private static final String SCRIPT =
      """
          def correction(beta: float, step: float) -> float:
              return 1 - beta ** step

          def root(correction: float) -> float:
              return correction ** 0.5

          def unscale(grad: Tensor, factor: float) -> Tensor:
              return grad.mul_(factor)

          def clip(grad: Tensor, limit: float) -> Tensor:
              return grad.clamp_(-limit, limit)

          def average(ema: Tensor, param: Tensor, decay: float) -> Tensor:
              return ema.lerp_(param, 1 - decay)

          def gradient(p: Tensor, g: Tensor, lr: float, wd: float, maximize: bool,
                       decoupled: bool) -> Tensor:
              if maximize:
                  g = -g
              if wd != 0:
                  if decoupled:
                      p.mul_(1 - lr * wd)
                  else:
                      g = g.add(p, alpha=wd)
              return g

          def unfused(p: Tensor, g: Tensor, m: Tensor, v: Tensor, v_max: Tensor,
                      lr: float, beta1: float, beta2: float, wd: float, eps: float, amsgrad: bool,
                      maximize: bool, decoupled: bool, correction1: float, root2: float) -> Tensor:
              g = gradient(p, g, lr, wd, maximize, decoupled)
              m.lerp_(g, 1 - beta1)
              v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
              s = v
              if amsgrad:
                  torch.maximum(v_max, v, out=v_max)
                  s = v_max
              d = (s.sqrt() / root2).add_(eps)
              return p.addcdiv_(m, d, value=-(lr / correction1))

          def power_of_096(exponent: float) -> float:
              return 0.96 ** exponent

          def nadam(p: Tensor, g: Tensor, m: Tensor, v: Tensor, mu_product: Tensor,
                    lr: float, beta1: float, beta2: float, wd: float, eps: float, amsgrad: bool,
                    maximize: bool, decoupled: bool, correction1: float, correction2: float,
                    power: float, next_power: float) -> Tensor:
              g = gradient(p, g, lr, wd, maximize, decoupled)
              mu = beta1 * (1.0 - 0.5 * power)
              mu_next = beta1 * (1.0 - 0.5 * next_power)
              mu_product *= mu
              m.lerp_(g, 1 - beta1)
              v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
              d = v.div(correction2).sqrt()
              mu_product_next = float(mu_product.item()) * mu_next
              d.add_(eps)
              p.addcdiv_(g, d, value=(-lr * (1.0 - mu) / (1.0 - float(mu_product.item()))))
              return p.addcdiv_(m, d, value=((-lr * mu_next) / (1.0 - mu_product_next)))

          # The type 7 is that of doubles.
          def half_power(x: float, correctly: bool) -> float:
              if correctly and x < 0.99999999999999989:
                  return float(torch.full([1], x, dtype=7).sqrt().item())
              return x ** 0.5

          def radam(p: Tensor, g: Tensor, m: Tensor, v: Tensor, unused: Tensor,
                    lr: float, beta1: float, beta2: float, wd: float, eps: float, amsgrad: bool,
                    maximize: bool, decoupled: bool, correction1: float, correction2: float,
                    step: float, power2: float, correctly: float) -> Tensor:
              g = gradient(p, g, lr, wd, maximize, decoupled)
              m.lerp_(g, 1 - beta1)
              v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
              corrected = m / correction1
              rho_inf = 2 / (1 - beta2) - 1
              rho_t = rho_inf - 2 * step * power2 / correction2
              if rho_t > 5.0:
                  rect = half_power((rho_t - 4) * (rho_t - 2) * rho_inf
                                    / ((rho_inf - 4) * (rho_inf - 2) * rho_t), correctly != 0)
                  rate = half_power(correction2, correctly != 0) / v.sqrt().add_(eps)
                  p.add_(corrected * lr * rate * rect, alpha=-1.0)
              else:
                  p.add_(corrected * lr, alpha=-1.0)
              return p

          def adamax(p: Tensor, g: Tensor, m: Tensor, u: Tensor, unused: Tensor,
                     lr: float, beta1: float, beta2: float, wd: float, eps: float, amsgrad: bool,
                     maximize: bool, decoupled: bool, correction1: float, correction2: float) -> Tensor:
              g = gradient(p, g, lr, wd, maximize, False)
              m.lerp_(g, 1 - beta1)
              torch.maximum(u.mul_(beta2), g.abs().add_(eps), out=u)
              return p.addcdiv_(m, u, value=-(lr / correction1))

          def sparse(p: Tensor, g: Tensor, m: Tensor, v: Tensor, unused: Tensor,
                     lr: float, beta1: float, beta2: float, wd: float, eps: float, amsgrad: bool,
                     maximize: bool, decoupled: bool, correction1: float, correction2: float,
                     root2: float) -> Tensor:
              g = gradient(p, g, lr, 0.0, maximize, False)
              m_update = g.sub(m).mul_(1 - beta1)
              v_update = g.pow(2).sub_(v).mul_(1 - beta2)
              numerator = m_update.add(m)
              denominator = v_update.add(v).sqrt_().add_(eps)
              m.add_(m_update)
              v.add_(v_update)
              step_size = lr * root2 / correction1
              return p.add_(-step_size * numerator.div_(denominator))

          def fused(p: Tensor, g: Tensor, m: Tensor, v: Tensor, v_max: Tensor,
                    lr: float, beta1: float, beta2: float, wd: float, eps: float, amsgrad: bool,
                    maximize: bool, decoupled: bool, step: Tensor) -> List[Tensor]:
              ps, gs, ms, vs, steps = [p], [g], [m], [v], [step]
              maxima: List[Tensor] = []
              if amsgrad:
                  maxima = [v_max]
              if decoupled:
                  torch._fused_adamw_(ps, gs, ms, vs, maxima, steps, lr=lr, beta1=beta1, beta2=beta2,
                                      weight_decay=wd, eps=eps, amsgrad=amsgrad, maximize=maximize)
              else:
                  torch._fused_adam_(ps, gs, ms, vs, maxima, steps, lr=lr, beta1=beta1, beta2=beta2,
                                     weight_decay=wd, eps=eps, amsgrad=amsgrad, maximize=maximize)
              return ps
          """;

  private static final CompilationUnit UNIT = torch.compile(SCRIPT);

  private final Adam adam;
  private final int length;
  private final Cells params;
  private final Cells grads;
  private final Cells m;
  private final Cells v;
  private final Cells maximum;
  private final Cells average;
  private final Cells step;
  private final Cells product;

  /** A tensor over memory that Java can read and write. */
  private record Cells(Pointer memory, Tensor tensor) {

    static Cells zeros(Class<?> element, long... shape) {
      final int length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
      final boolean isFloat = element == float.class;
      final Pointer memory =
          isFloat ? new FloatPointer((long) length) : new DoublePointer((long) length);
      final TensorOptions options =
          new TensorOptions(isFloat ? torch.ScalarType.Float : torch.ScalarType.Double);
      final Cells cells = new Cells(memory, torch.from_blob(memory, shape, options));
      cells.write(Array.newInstance(element, length));
      return cells;
    }

    void write(Object array) {
      if (memory instanceof FloatPointer floats) {
        floats.put((float[]) array);
      } else {
        ((DoublePointer) memory).put((double[]) array);
      }
    }

    void read(Object array) {
      if (memory instanceof FloatPointer floats) {
        floats.get((float[]) array);
      } else {
        ((DoublePointer) memory).get((double[]) array);
      }
    }
  }

  /** A run from parameters, as an array in the order of the tensor's elements, and moments of zero. */
  PyTorchRun(Adam adam, Object params, long... shape) {
    this.adam = adam;
    this.length = Array.getLength(params);
    final Class<?> element = params.getClass().componentType();
    this.params = Cells.zeros(element, shape);
    this.grads = Cells.zeros(element, shape);
    this.m = Cells.zeros(element, shape);
    this.v = Cells.zeros(element, shape);
    this.maximum = Cells.zeros(element, shape);
    this.average = Cells.zeros(element, shape);
    this.step = Cells.zeros(float.class);
    this.product = Cells.zeros(float.class);
    this.product.write(new float[] {1});
    this.params.write(params);
    this.average.write(params);
  }

  /** What Python gets for {@code 1 - beta ** step}, by the C library's pow. */
  static double correction(double beta, long step) {
    return call("correction", new IValue(beta), new IValue((double) step));
  }

  /** What Python gets for {@code correction ** 0.5}. */
  static double root(double correction) {
    return call("root", new IValue(correction));
  }

  /** Steps by the unfused loop, with the given bias corrections. */
  void unfused(Object newGrads, double gradientScale, double correction1, double root2) {
    grads.write(newGrads);
    if (gradientScale != 1) {
      call("unscale", tensor(grads), new IValue(gradientScale));
    }
    if (adam.clipValue() < Double.POSITIVE_INFINITY) {
      call("clip", tensor(grads), new IValue(adam.clipValue()));
    }
    step("unfused", new IValue(correction1), new IValue(root2));
    if (adam.averageDecay() < 1) {
      call("average", tensor(average), tensor(params), new IValue(adam.averageDecay()));
    }
  }

  /** What Python gets for {@code 0.96 ** exponent}. */
  static double powerOf096(double exponent) {
    return call("power_of_096", new IValue(exponent));
  }

  /** Steps by the loop of the variant that the hyper-parameters are of, with the given corrections and powers. */
  void relative(Object newGrads, double correction1, double correction2, double... powers) {
    grads.write(newGrads);
    final IValue[] arguments = new IValue[2 + powers.length];
    arguments[0] = new IValue(correction1);
    arguments[1] = new IValue(correction2);
    for (int k = 0; k < powers.length; k++) {
      arguments[2 + k] = new IValue(powers[k]);
    }
    final IValue further = tensor(adam.nesterov() ? product : maximum);
    stepWith(further, relative(), arguments);
  }

  private String relative() {
    if (adam.nesterov()) {
      return "nadam";
    }
    if (adam.rule() == Adam.Rule.ADAMAX) {
      return "adamax";
    }
    return adam.rectification() ? "radam" : "sparse";
  }

  /** Takes step t by the fused kernel. */
  void fused(Object newGrads, long t) {
    grads.write(newGrads);
    step.write(new float[] {t});
    step("fused", tensor(step));
  }

  private void step(String function, IValue... rest) {
    stepWith(tensor(maximum), function, rest);
  }

  private void stepWith(IValue further, String function, IValue... rest) {
    final IValue[] arguments = {
      tensor(params),
      tensor(grads),
      tensor(m),
      tensor(v),
      further,
      new IValue(adam.learningRate()),
      new IValue(adam.beta1()),
      new IValue(adam.beta2()),
      new IValue(adam.weightDecay()),
      new IValue(adam.epsilon()),
      new IValue(adam.amsgrad() != AmsGrad.NONE),
      new IValue(adam.maximize()),
      new IValue(adam.weightDecayMode() == WeightDecay.DECOUPLED)
    };
    final IValue[] all = Arrays.copyOf(arguments, arguments.length + rest.length);
    System.arraycopy(rest, 0, all, arguments.length, rest.length);
    call(function, all);
  }

  Object params() {
    return read(params);
  }

  Object m() {
    return read(m);
  }

  Object v() {
    return read(v);
  }

  Object maximum() {
    return read(maximum);
  }

  Object average() {
    return read(average);
  }

  private Object read(Cells cells) {
    final Object array =
        Array.newInstance(cells.memory instanceof FloatPointer ? float.class : double.class,
            length);
    cells.read(array);
    return array;
  }

  private static IValue tensor(Cells cells) {
    return new IValue(cells.tensor);
  }

  /** Calls a function of the script; its result, if that is a number. */
  private static double call(String function, IValue... arguments) {
    try (PointerScope _ = new PointerScope()) {
      final IValue result =
          UNIT.get_function(new QualifiedName(function)).apply(new IValueVector(arguments));
      return result.isDouble() ? result.toDouble() : Double.NaN;
    } finally {
      for (IValue argument : arguments) {
        argument.close();
      }
    }
  }

  @Override
  public void close() {
    for (Cells cells : new Cells[] {params, grads, m, v, maximum, average, step, product}) {
      cells.tensor.close();
      cells.memory.close();
    }
  }
}
