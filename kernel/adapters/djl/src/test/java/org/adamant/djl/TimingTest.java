package org.adamant.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.function.Supplier;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Comparison;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Times the adapter, on demand, on an idle machine. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      final NDArray weight = manager.ones(new Shape(LENGTH));
      final NDArray gradient = manager.randomNormal(new Shape(LENGTH));
      final AdamantOptimizer optimizer = AdamantOptimizer.builder().build();
      final float[] params = new float[LENGTH];
      final float[] gradients = gradient.toFloatArray();
      final float[] m = new float[LENGTH];
      final float[] v = new float[LENGTH];
      final Adam adam = Adam.tensorflow();
      final int[] t = new int[1];
      final double ratio =
          Measured.ratio(
              () -> optimizer.update("w", weight, gradient),
              () -> AdamKernel.preferred().step(adam.atStep(++t[0]), params, gradients, m, v));
      System.out.println("DJL, 1,000,000 floats, time over that of the kernel: " + ratio);
      assertThat(ratio).isLessThan(1.1);
    }
  }

  @Test
  void theTable() throws IOException {
    final Supplier<Optimizer> theirs = () -> Optimizer.adam().build();
    final Supplier<Optimizer> ours = () -> AdamantOptimizer.builder().build();
    Comparison.write(
        "DJL, float", size -> stepper(size, theirs), size -> stepper(size, ours),
        () -> train(theirs.get()), () -> train(ours.get()));
  }

  private static Comparison.Stepper stepper(int size, Supplier<Optimizer> optimizers) {
    final NDManager manager = NDManager.newBaseManager("PyTorch");
    final NDArray weight = manager.zeros(new Shape(size));
    final NDArray gradient = manager.randomNormal(new Shape(size));
    return new Comparison.Stepper() {
      private Optimizer optimizer;

      @Override
      public void start() {
        optimizer = optimizers.get();
      }

      @Override
      public void step() {
        optimizer.update("w", weight, gradient);
      }

      @Override
      public void close() {
        manager.close();
      }
    };
  }

  /** A network of 273,418 parameters. */
  private static void train(Optimizer optimizer) {
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        Model model = Model.newInstance("table", "PyTorch")) {
      model.setBlock(
          new SequentialBlock().add(Linear.builder().setUnits(1_024).build())
              .add(Activation::tanh)
              .add(Linear.builder().setUnits(10).build()));
      final ArrayDataset data =
          new ArrayDataset.Builder().setData(manager.randomUniform(-1, 1, new Shape(320, 256)))
              .optLabels(manager.randomUniform(-1, 1, new Shape(320, 10)))
              .setSampling(32, false)
              .build();
      try (Trainer trainer =
          model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()).optOptimizer(optimizer))) {
        trainer.initialize(new Shape(32, 256));
        for (int epoch = 0; epoch < 10; epoch++) {
          for (Batch batch : trainer.iterateDataset(data)) {
            EasyTrain.trainBatch(trainer, batch);
            trainer.step();
            batch.close();
          }
        }
      }
    } catch (IOException | TranslateException e) {
      throw new IllegalStateException(e);
    }
  }
}
