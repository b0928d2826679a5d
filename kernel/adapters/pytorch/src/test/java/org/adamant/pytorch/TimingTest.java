package org.adamant.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Comparison;
import org.adamant.measuring.Measured;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Times the adapter, on demand, on an idle machine. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    final Tensor tensor = torch.zeros(LENGTH).set_requires_grad(true);
    tensor.sum().backward();
    final AdamantOptimizer optimizer =
        AdamantOptimizer.of(Adam.pytorch(), new TensorVector(tensor));
    final float[] params = new float[LENGTH];
    final float[] gradients = new float[LENGTH];
    java.util.Arrays.fill(gradients, 1);
    final float[] m = new float[LENGTH];
    final float[] v = new float[LENGTH];
    final Adam adam = Adam.pytorch();
    final int[] t = new int[1];
    final double ratio =
        Measured.ratio(
            optimizer::step,
            () -> AdamKernel.preferred().step(adam.atStep(++t[0]), params, gradients, m, v));
    System.out.println("PyTorch, 1,000,000 floats, time over that of the kernel: " + ratio);
    assertThat(ratio).isLessThan(1.1);
  }

  @Test
  void theTable() throws IOException {
    Comparison.write(
        "PyTorch, float", size -> stepper(size, false), size -> stepper(size, true),
        () -> train(false), () -> train(true));
  }

  /** {@return the step of an optimizer} */
  private static Runnable steps(boolean isOurs, TensorVector parameters) {
    if (isOurs) {
      return AdamantOptimizer.of(Adam.pytorch(), parameters)::step;
    }
    final var optimizer = new org.bytedeco.pytorch.Adam(parameters, new AdamOptions(1e-3));
    return optimizer::step;
  }

  private static Comparison.Stepper stepper(int size, boolean isOurs) {
    final Tensor tensor = torch.zeros(size).set_requires_grad(true);
    tensor.mul(torch.randn(size)).sum().backward();
    final TensorVector parameters = new TensorVector(tensor);
    return new Comparison.Stepper() {
      private Runnable optimizer;

      @Override
      public void start() {
        optimizer = steps(isOurs, parameters);
      }

      @Override
      public void step() {
        optimizer.run();
      }

      @Override
      public void close() {
        optimizer = null;
        parameters.close();
        tensor.close();
      }
    };
  }

  /** A network of 273,418 parameters. */
  private static void train(boolean isOurs) {
    final PointerScope all = new PointerScope();
    try {
      torch.manual_seed(1);
      final LinearImpl first = new LinearImpl(256, 1_024);
      final LinearImpl second = new LinearImpl(1_024, 10);
      final TensorVector parameters = first.parameters();
      for (long i = 0; i < second.parameters().size(); i++) {
        parameters.push_back(second.parameters().get(i));
      }
      final Tensor inputs = torch.randn(32, 256);
      final Tensor wanted = torch.randn(32, 10);
      final Runnable optimizer = steps(isOurs, parameters);
      for (int step = 0; step < 100; step++) {
        final PointerScope ofStep = new PointerScope();
        try {
          first.zero_grad(false);
          second.zero_grad(false);
          torch.mse_loss(second.forward(torch.tanh(first.forward(inputs))), wanted).backward();
          optimizer.run();
        } finally {
          ofStep.close();
        }
      }
    } finally {
      all.close();
    }
  }
}
