package org.adamant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdamantOptimizerTest {

  private static final int STEPS = 1_000;

  @TempDir
  Path directory;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  private final Random random = new Random(5);

  @AfterEach
  void close() {
    manager.close();
  }

  /**
   * In double, where DJL's Adam rounds to float only its rate and hyper-parameters: ours gets the same ones, and the rate
   * with its correction is rounded once more by DJL, to 2^-24 of an update, which is at most twice the rate.
   */
  @Test
  void aThousandStepsAreThoseOfDjlsAdam() {
    final float rate = 1e-3f;
    final Adam adam = new Adam(rate, 0.9f, 0.999f, 1e-8f, 0)
        .withEpsilonPlacement(Adam.tensorflow().epsilonPlacement());
    final AdamantOptimizer ours = AdamantOptimizer.builder().optAdam(adam).build();
    final Optimizer theirs = Optimizer.adam().optLearningRateTracker(Tracker.fixed(rate)).build();
    final NDArray ourWeight = manager.zeros(new Shape(37), DataType.FLOAT64);
    final NDArray theirWeight = manager.zeros(new Shape(37), DataType.FLOAT64);
    for (int t = 0; t < STEPS; t++) {
      try (NDArray gradient = manager.create(gradient(37))) {
        ours.update("w", ourWeight, gradient);
        theirs.update("w", theirWeight, gradient);
      }
    }
    final double tolerance = STEPS * 2 * rate * 0x1p-23;
    assertThat(tolerance).isLessThan(1e-6);
    assertThat(ourWeight.toDoubleArray())
        .containsExactly(theirWeight.toDoubleArray(), within(tolerance));
    assertThat(theirWeight.getDouble(0)).isLessThan(-0.1);
    assertThat(ours.stepCount("w")).isEqualTo(STEPS);
  }

  @Test
  void theBitsAreThoseOfTheKernel() {
    final Adam adam = Adam.pytorchAdamW().withLearningRate(0.25);
    final AdamantOptimizer optimizer =
        AdamantOptimizer.builder()
            .optAdam(adam)
            .optClipGrad(0.75f)
            .optWeightDecays(0.5f)
            .setRescaleGrad(0.5f)
            .optLearningRateTracker(
                Tracker.multiFactor().setBaseValue(0.125f).setSteps(new int[] {5, 7}).build())
            .optBeginNumUpdate(3)
            .build();
    final NDArray weight = manager.ones(new Shape(3, 11));
    final float[] params = weight.toFloatArray();
    final float[] m = new float[33];
    final float[] v = new float[33];
    for (int t = 4; t <= 8; t++) {
      final NDArray gradient = manager.create(gradient(33)).toType(DataType.FLOAT32, false);
      final double rate =
          Tracker.multiFactor()
              .setBaseValue(0.125f)
              .setSteps(new int[] {5, 7})
              .build()
              .getNewValue(t);
      AdamKernel.preferred()
          .step(
              adam.withLearningRate(rate)
                  .withClipValue(0.75)
                  .withWeightDecay(0.5)
                  .atStep(t)
                  .withGradientScale(0.5),
              params, gradient.toFloatArray(), m, v);
      optimizer.update("w", weight, gradient.reshape(3, 11));
    }
    assertThat(weight.toFloatArray()).isEqualTo(params);
  }

  /** The collector adds to the gradient; DJL's server passes a copy of it. */
  @Test
  void theEnginesGradientIsZeroAfterwardsEvenIfItWasNotANumber() {
    final AdamantOptimizer optimizer = AdamantOptimizer.builder().build();
    for (boolean isCopy : new boolean[] {true, false}) {
      final NDArray weight = manager.ones(new Shape(4));
      weight.setRequiresGradient(true);
      for (float factor : new float[] {2, Float.NaN}) {
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          collector.backward(weight.mul(factor).sum());
        }
        assertThat(weight.getGradient().toFloatArray()).containsOnly(factor);
        final NDArray gradient = weight.getGradient();
        optimizer.update("w" + isCopy, weight, isCopy ? gradient.duplicate() : gradient);
        assertThat(weight.getGradient().toFloatArray()).containsOnly(0);
      }
    }
  }

  @Test
  void whatIsSavedGoesOnWithTheSameBits() throws IOException {
    final Adam adam = Adam.defaults().withAmsgrad(AmsGrad.RAW);
    final AdamantOptimizer whole = AdamantOptimizer.builder().optAdam(adam).build();
    final AdamantOptimizer half = AdamantOptimizer.builder().optAdam(adam).build();
    final NDArray one = manager.ones(new Shape(2, 4));
    final NDArray other = one.duplicate();
    final NDArray doubles = manager.ones(new Shape(3), DataType.FLOAT64);
    final ParameterList parameters = new ParameterList();
    for (String name : new String[] {"weight/t", "doubles", "unused"}) {
      parameters.add(name,
          Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build());
    }
    final String id = parameters.get("weight/t").getId();
    half.update(parameters.get("doubles").getId(), doubles, manager.create(gradient(3)));
    for (int t = 0; t < 5; t++) {
      final NDArray gradient = manager.create(gradient(8)).toType(DataType.FLOAT32, false);
      whole.update("a/t", one, gradient);
      half.update(id, other, gradient);
    }
    final Path file = directory.resolve("state.safetensors");
    half.save(file, parameters);
    final AdamantOptimizer second = AdamantOptimizer.builder().optAdam(adam).build();
    second.load(file, parameters);
    assertThat(second.stepCount(id)).isEqualTo(5);
    assertThat(second.stepCount(parameters.get("doubles").getId())).isEqualTo(1);
    for (int t = 0; t < 5; t++) {
      final NDArray gradient = manager.create(gradient(8)).toType(DataType.FLOAT32, false);
      whole.update("a/t", one, gradient);
      second.update(id, other, gradient);
    }
    assertThat(other.toFloatArray()).isEqualTo(one.toFloatArray());

    final AdamantOptimizer without = AdamantOptimizer.builder().build();
    assertThatThrownBy(() -> without.load(file, parameters))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("besides: expected states with amsgrad = NONE");
    assertThatThrownBy(() -> second.load(file, new ParameterList()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has the state of [")
        .hasMessageContaining("besides: expected that of the same model");
  }

  @Test
  void nothingIsCopied() {
    final AdamantOptimizer optimizer = AdamantOptimizer.builder().build();
    final NDArray weight = manager.ones(new Shape(1_000, 1_000));
    final NDArray view = weight.get("0:1");
    final NDArray gradient = manager.ones(new Shape(1_000, 1_000));
    final long bytes = Measured.bytes(() -> optimizer.update("w", weight, gradient));
    // Another tensor over the same memory.
    assertThat(1 - view.getFloat(0, 0))
        .isCloseTo(0.001f * optimizer.stepCount("w"), withinPercentage(1));
    assertThat(bytes).isLessThan(20_000);
  }

  @Test
  void badUseIsAnExceptionWithAdvice() {
    final AdamantOptimizer optimizer = AdamantOptimizer.builder().build();
    final NDArray weight = manager.ones(new Shape(4, 2));
    final NDArray gradient = manager.ones(new Shape(4, 2));
    assertThatThrownBy(() -> optimizer.update("w", weight.transpose(), gradient))
        .hasMessage(
            "the weight of w is a view with gaps or another order: expected one in one piece, such as"
                + " duplicate()");
    assertThatThrownBy(() -> optimizer.update("w", weight, manager.ones(new Shape(2))))
        .hasMessage("the gradient of w has 2 numbers: expected 8, as the weight");
    assertThatThrownBy(
        () -> optimizer.update("w", weight.toType(DataType.FLOAT16, true), gradient))
        .hasMessage("the weight of w is of float16: expected FLOAT32 or FLOAT64");
    assertThatThrownBy(
        () -> optimizer.update("w", weight, gradient.toType(DataType.FLOAT64, true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grads has the format FLOAT64");
    optimizer.update("w", weight, gradient);
    assertThatThrownBy(
        () -> optimizer.update("w", manager.ones(new Shape(2)), manager.ones(new Shape(2))))
        .hasMessageContaining(
            "has 2 numbers of FLOAT32: expected as in the steps before, by AdamState[8 of FLOAT32");
    assertThatThrownBy(() -> optimizer.update("w", weight, weight))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlap");
    gradient.close();
    assertThatThrownBy(() -> optimizer.update("w", weight, gradient))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the gradient of w was closed: expected a tensor whose manager is open");
    assertThatThrownBy(
        () -> AdamantOptimizer.builder().optAdam(Adam.defaults().withAverageDecay(0.9)))
        .hasMessageContaining("averageDecay = 0.9: expected 1");
    assertThat(optimizer.stepCount("w")).isOne();
    assertThat(new NDList(weight).size()).isOne();
  }

  @Test
  void memoryThatIsNotThereIsAnExceptionWithAdvice() {
    final AdamantOptimizer optimizer = AdamantOptimizer.builder().build();
    final NDArray gradient = manager.ones(new Shape(4));
    final NDArray weight;
    try (NDManager other = NDManager.newBaseManager("PyTorch")) {
      weight = other.ones(new Shape(4));
      optimizer.update("w", weight, gradient);
    }
    assertThatThrownBy(() -> optimizer.update("w", weight, gradient))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the weight of w was closed: expected a tensor whose manager is open");
    assertThatThrownBy(
        () -> optimizer.update("i", manager.ones(new Shape(4), DataType.INT32), gradient))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weight of i is of int32: expected FLOAT32 or FLOAT64");
    assertThat(optimizer.stepCount("w")).isOne();
    assertThat(optimizer.stepCount("i")).isZero();
  }

  @Test
  void anotherThreadTakesTheSameStep() throws InterruptedException {
    final AdamantOptimizer optimizer = AdamantOptimizer.builder().build();
    final NDArray gradient = manager.create(gradient(5));
    final NDArray here = manager.ones(new Shape(5), DataType.FLOAT64);
    final NDArray there = here.duplicate();
    optimizer.update("here", here, gradient);
    final Thread thread = new Thread(() -> optimizer.update("there", there, gradient));
    thread.start();
    thread.join();
    assertThat(there.toDoubleArray()).isEqualTo(here.toDoubleArray()).doesNotContain(1);
  }

  /** Of magnitudes from 0.5 to 1, mostly of one sign, so that parameters move. */
  private double[] gradient(int length) {
    return random.doubles(length, 0.5, 1).map(g -> random.nextInt(4) == 0 ? -g : g).toArray();
  }
}
