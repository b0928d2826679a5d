package org.adamant.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamState;
import org.adamant.Format;
import org.adamant.measuring.Measured;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    assertThat(optimizer.state(0).stepCount()).isEqualTo(STEPS);
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
    assertThat(optimizer.state(0).stepCount()).isZero();
    for (int t = 1; t <= 5; t++) {
      final double[] gradient = gradient(5);
      optimizer.zeroGrad();
      backward(tensor, gradient);
      optimizer.step();
      AdamKernel.preferred().step(adam.atStep(t), params, gradient, m, v);
    }
    assertThat(doubles(tensor)).isEqualTo(params);
    assertThat(optimizer.state(0).firstMoment().get(4)).isEqualTo(m[4]);
    assertThat(optimizer.state(0).secondMoment().get(4)).isEqualTo(v[4]);
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
    assertThat(optimizer.state(0).firstMoment().get(0)).isCloseTo(0.1, within(1e-7));
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
        .isCloseTo(0.001f * optimizer.state(0).stepCount(), withinPercentage(1));
  }

  @Test
  void badUseIsAnExceptionWithAdvice() {
    assertThatThrownBy(() -> of(Tensor.create(new int[] {1})))
        .hasMessageContaining("parameters[0] is of type Int: expected Float, Double or BFloat16");
    assertThatThrownBy(() -> of(torch.randn(3, 2).t()))
        .hasMessageContaining("parameters[0] is not contiguous: expected a tensor in one piece");
    assertThatThrownBy(() -> of(new Tensor())).hasMessageContaining("parameters[0] is undefined");
    assertThatThrownBy(
        () -> AdamantOptimizer.of(
            Adam.pytorch().withAverageDecay(0.9), new TensorVector(parameter(new double[2]))))
        .hasMessageContaining("averageDecay = 0.9: expected 1");
    final Tensor twice = parameter(new double[2]);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(twice, twice));
    backward(twice, new double[2]);
    assertThatThrownBy(optimizer::step).hasMessageContaining("overlap");
    assertThatThrownBy(() -> optimizer.setAdam(Adam.pytorch().withAmsgrad(Adam.AmsGrad.RAW)))
        .hasMessageContaining("amsgrad = RAW: expected NONE, as before");
    final Adam averaging = Adam.pytorch().withAverageDecay(0.9);
    assertThatThrownBy(() -> optimizer.setAdam(averaging))
        .hasMessageContaining("averageDecay = 0.9: expected 1");
    assertThatThrownBy(
        () -> optimizer.setState(0, AdamState.of(Adam.pytorch(), Format.FLOAT64, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("state = AdamState[3 of FLOAT64, stepCount=0]: expected one like");
  }

  /** What stays the same object, and is other memory afterwards. */
  @Test
  void tensorsThatBecomeOthersAreRefusedBeforeAStep() {
    final Tensor tensor = parameter(new double[6]);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(tensor));
    backward(tensor, gradient(6));
    optimizer.step();
    tensor.set_data(parameter(new double[4]));
    assertThatThrownBy(optimizer::step)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "parameters[0] has 4 numbers of FLOAT64: expected 6 of FLOAT64, as when the optimizer was"
                + " made");
    tensor.set_data(parameter(new double[6], torch.ScalarType.Float));
    assertThatThrownBy(optimizer::step)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameters[0] has 6 numbers of FLOAT32: expected 6 of FLOAT64");
    tensor.set_data(torch.zeros(3, 2).to(torch.ScalarType.Double).t());
    assertThatThrownBy(optimizer::step)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameters[0] is not contiguous");
    assertThat(optimizer.state(0).stepCount()).isOne();
  }

  /** The memory is found anew in each step. */
  @Test
  void memoryThatMovesIsFollowed() {
    final Tensor tensor = parameter(new double[6]);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(tensor));
    backward(tensor, gradient(6));
    optimizer.step();
    final double[] first = doubles(tensor);
    final Tensor other = parameter(new double[6]);
    tensor.set_data(other);
    optimizer.step();
    assertThat(doubles(other)).doesNotContain(0);
    assertThat(first[0]).isNotZero();
  }

  @Test
  void aClosedTensorIsRefused() {
    final Tensor closed = parameter(new double[2]);
    closed.close();
    assertThatThrownBy(() -> of(closed)).isInstanceOf(RuntimeException.class);
  }

  @Test
  void anotherThreadTakesTheSameStep() throws InterruptedException {
    final Tensor here = parameter(new double[5]);
    final Tensor there = parameter(new double[5]);
    final double[] gradient = gradient(5);
    backward(here, gradient);
    backward(there, gradient);
    AdamantOptimizer.of(Adam.pytorch(), new TensorVector(here)).step();
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(there));
    final Thread thread = new Thread(optimizer::step);
    thread.start();
    thread.join();
    assertThat(doubles(there)).isEqualTo(doubles(here)).doesNotContain(0);
  }

  @Test
  void aFileGoesOnWithTheSameBits(@TempDir Path folder) throws IOException {
    final Adam adam = Adam.pytorch().withAmsgrad(Adam.AmsGrad.RAW);
    final Tensor tensor = parameter(new double[5]);
    final AdamantOptimizer whole = AdamantOptimizer.of(adam, new TensorVector(tensor));
    backward(tensor, gradient(5));
    whole.step();
    AdamState.save(folder.resolve("state"), Map.of("w", whole.state(0)));
    final Tensor copy = parameter(doubles(tensor));
    final AdamantOptimizer other = AdamantOptimizer.of(adam, new TensorVector(copy));
    backward(copy, new double[5]);
    other.step();
    new DoublePointer(copy.data_ptr()).put(doubles(tensor));
    other.setState(0, AdamState.load(folder.resolve("state"), adam).get("w"));
    final double[] gradient = gradient(5);
    for (Tensor one : new Tensor[] {tensor, copy}) {
      one.grad().zero_();
      backward(one, gradient);
    }
    whole.step();
    other.step();
    assertThat(doubles(copy)).isEqualTo(doubles(tensor));
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
    assertThat(optimizer.state(0).stepCount()).isEqualTo(100);
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
