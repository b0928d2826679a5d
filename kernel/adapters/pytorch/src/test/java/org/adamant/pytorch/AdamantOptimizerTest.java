package org.adamant.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Measured;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class AdamantOptimizerTest {

  private static final int STEPS = 1_000;

  private final Random random = new Random(5);

  /**
   * Gradients of magnitudes from 0.5 to 1, parameters below 2. Both sides round m with an error of at most 3 roundings
   * per step, which fades with beta1 = 0.9 to 30 in all, v with 3 that fade with 0.999 to 3,000, half of it in the root;
   * the root is at least 0.5. So updates of at most twice the rate differ by (30 / 0.5 + 2 * 1,500 + 10) roundings, on
   * either side, and a rounding of the parameter is added at each step.
   */
  @Test
  void aThousandStepsAreThoseOfTorchOptimAdam() {
    final double rate = 1e-3;
    final Tensor ours = parameter(new double[37]);
    final Tensor theirs = parameter(new double[37]);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch().withLearningRate(rate), new TensorVector(ours));
    final var torchAdam =
        new org.bytedeco.pytorch.Adam(new TensorVector(theirs), new AdamOptions(rate));
    for (int t = 0; t < STEPS; t++) {
      final double[] gradient = gradient(37);
      optimizer.zeroGrad();
      torchAdam.zero_grad();
      backward(ours, gradient);
      backward(theirs, gradient);
      optimizer.step();
      torchAdam.step();
    }
    final double tolerance =
        STEPS * (2 * rate * (30 / 0.5 + 2 * 1_500 + 10) + 2) * 0x1p-53;
    assertThat(tolerance).isLessThan(1e-11);
    assertThat(doubles(ours)).containsExactly(doubles(theirs), within(tolerance));
    assertThat(doubles(theirs)[0]).isLessThan(-0.1);
    assertThat(optimizer.stepCount(0)).isEqualTo(STEPS);
  }

  @Test
  void theBitsAreThoseOfTheKernelInTheTensorsMemory() {
    final Adam adam = Adam.pytorchAdamW().withLearningRate(0.1);
    final Tensor tensor = parameter(new double[] {1, -2, 3, 0.5, 7});
    final double[] params = doubles(tensor);
    final double[] m = new double[5];
    final double[] v = new double[5];
    final AdamantOptimizer optimizer = AdamantOptimizer.of(adam, new TensorVector(tensor));
    final long address = tensor.data_ptr().address();
    // Without a gradient there is no step.
    optimizer.step();
    assertThat(optimizer.stepCount(0)).isZero();
    for (int t = 1; t <= 5; t++) {
      final double[] gradient = gradient(5);
      optimizer.zeroGrad();
      backward(tensor, gradient);
      optimizer.step();
      AdamKernel.preferred().step(adam.atStep(t), params, gradient, m, v);
    }
    assertThat(doubles(tensor)).isEqualTo(params);
    assertThat(optimizer.firstMoment(0).get(4)).isEqualTo(m[4]);
    assertThat(optimizer.secondMoment(0).get(4)).isEqualTo(v[4]);
    assertThat(tensor.data_ptr().address()).isEqualTo(address);
  }

  @Test
  void aModuleLearns() {
    torch.manual_seed(1);
    final LinearImpl linear = new LinearImpl(4, 1);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch().withLearningRate(0.05), linear);
    assertThat(optimizer.size()).isEqualTo(2);
    final Tensor inputs = torch.randn(64, 4);
    final Tensor wanted = new LinearImpl(4, 1).forward(inputs).detach();
    float first = 0;
    float last = 0;
    for (int t = 0; t < 200; t++) {
      optimizer.zeroGrad();
      final Tensor loss = torch.mse_loss(linear.forward(inputs), wanted);
      loss.backward();
      optimizer.step();
      last = loss.item_float();
      first = t == 0 ? last : first;
    }
    assertThat(last).isLessThan(first / 1_000);
  }

  @Test
  void bfloat16KeepsItsMomentsInFloat() {
    final Tensor tensor = parameter(new double[] {1, 1, 1}, torch.ScalarType.BFloat16);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.defaults().withLearningRate(0.25), new TensorVector(tensor));
    backward(tensor, new double[] {1, 1, 1});
    optimizer.step();
    assertThat(tensor.to(torch.ScalarType.Double).sum().item_float()).isCloseTo(2.25f,
        within(0.02f));
    assertThat(optimizer.firstMoment(0).get(0)).isCloseTo(0.1, within(1e-7));
  }

  @Test
  void nothingIsCopied() {
    final Tensor tensor = parameter(new double[1_000_000], torch.ScalarType.Float);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(tensor));
    backward(tensor, gradient(1_000_000));
    final long bytes = Measured.bytes(optimizer::step);
    assertThat(bytes).isLessThan(20_000);
    assertThat(Math.abs(new FloatPointer(tensor.data_ptr()).get(0)))
        .isCloseTo(0.02f, within(1e-4f));
  }

  @Test
  void badUseIsAnExceptionWithAdvice() {
    assertThatThrownBy(() -> of(Tensor.create(new int[] {1})))
        .hasMessageContaining("parameters[0] is of type Int: expected Float, Double or BFloat16");
    assertThatThrownBy(() -> of(torch.randn(3, 2).t()))
        .hasMessageContaining("parameters[0] is not contiguous: expected a tensor in one piece");
    assertThatThrownBy(() -> of(new Tensor())).hasMessageContaining("parameters[0] is undefined");
    assertThatThrownBy(
        () -> AdamantOptimizer.of(Adam.pytorch().withAverageDecay(0.9), new TensorVector()))
        .hasMessageContaining("averageDecay = 0.9: expected 1");
    final Tensor twice = parameter(new double[2]);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(twice, twice));
    backward(twice, new double[2]);
    assertThatThrownBy(optimizer::step).hasMessageContaining("overlap");
    assertThatThrownBy(() -> optimizer.setAdam(Adam.pytorch().withAmsgrad(Adam.AmsGrad.RAW)))
        .hasMessageContaining("amsgrad = RAW: expected NONE, as before");
    assertThatThrownBy(() -> optimizer.setStepCount(0, -1)).hasMessageContaining("at least 0");
  }

  @Test
  void tensorsAreKeptWhoeverClosesThem() {
    final Tensor tensor = parameter(new double[3]);
    final AdamantOptimizer optimizer;
    try (TensorVector vector = new TensorVector(tensor)) {
      optimizer = AdamantOptimizer.of(Adam.pytorch(), vector);
    }
    backward(tensor, gradient(3));
    tensor.close();
    for (int t = 0; t < 100; t++) {
      optimizer.step();
    }
    assertThat(optimizer.stepCount(0)).isEqualTo(100);
  }

  private static void of(Tensor tensor) {
    AdamantOptimizer.of(Adam.pytorch(), new TensorVector(tensor));
  }

  private static Tensor parameter(double[] values) {
    return parameter(values, torch.ScalarType.Double);
  }

  private static Tensor parameter(double[] values, torch.ScalarType type) {
    return Tensor.create(values).to(type).detach().set_requires_grad(true);
  }

  /** Of a sum, each term times a constant: the gradient is the constants. */
  private static void backward(Tensor tensor, double[] gradient) {
    tensor.mul(Tensor.create(gradient).to(tensor.scalar_type())).sum().backward();
  }

  private static double[] doubles(Tensor tensor) {
    final double[] values = new double[(int) tensor.numel()];
    new DoublePointer(tensor.data_ptr()).get(values);
    return values;
  }

  /** Of magnitudes from 0.5 to 1, mostly of one sign, so that parameters move. */
  private double[] gradient(int length) {
    return random.doubles(length, 0.5, 1).map(g -> random.nextInt(4) == 0 ? -g : g).toArray();
  }
}
