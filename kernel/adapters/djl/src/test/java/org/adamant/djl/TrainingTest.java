package org.adamant.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole training with DJL's public methods. */
class TrainingTest {

  @TempDir
  Path directory;

  @Test
  void aNetworkLearns() throws IOException, TranslateException {
    try (NDManager manager = NDManager.newBaseManager(); Model model = model();
        Trainer trainer = trainer(model, optimizer())) {
      final ArrayDataset data = data(manager);
      for (int epoch = 0; epoch < 40; epoch++) {
        epoch(trainer, data);
      }
      assertThat(trainer.getTrainingResult()).isNotNull();
      final var evaluator = new Accuracy();
      evaluator.addAccumulator("all");
      for (Batch batch : trainer.iterateDataset(data)) {
        evaluator.updateAccumulator("all", batch.getLabels(), trainer.forward(batch.getData()));
        batch.close();
      }
      assertThat(evaluator.getAccumulator("all")).isGreaterThan(0.95f);
    }
  }

  @Test
  void aTrainingGoesOnFromFilesWithTheBitsOfNeverHavingStopped() throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      final ArrayDataset data = data(manager);
      final float[] whole;
      final Path state = directory.resolve("state.safetensors");
      try (Model model = model()) {
        final AdamantOptimizer optimizer = optimizer();
        try (Trainer trainer = trainer(model, optimizer)) {
          epoch(trainer, data);
          epoch(trainer, data);
        }
        model.save(directory, "half");
        optimizer.save(state, model.getBlock().getParameters());
        try (Trainer trainer = trainer(model, optimizer)) {
          epoch(trainer, data);
        }
        whole = weights(model);
      }
      try (Model model = model()) {
        model.load(directory, "half");
        final AdamantOptimizer optimizer = optimizer();
        optimizer.load(state, model.getBlock().getParameters());
        try (Trainer trainer = trainer(model, optimizer)) {
          epoch(trainer, data);
        }
        assertThat(weights(model)).isEqualTo(whole);
      }
      try (Model model = model()) {
        model.load(directory, "half");
        try (Trainer trainer = trainer(model, optimizer())) {
          epoch(trainer, data);
        }
        assertThat(weights(model)).isNotEqualTo(whole);
      }
    }
  }

  private static float[] weights(Model model) {
    return model.getBlock().getParameters().values().getFirst().getArray().toFloatArray();
  }

  private static AdamantOptimizer optimizer() {
    return AdamantOptimizer.builder().optLearningRateTracker(Tracker.fixed(0.03f)).build();
  }

  private static Model model() {
    Engine.getInstance().setRandomSeed(11);
    final Model model = Model.newInstance("circle");
    model.setBlock(
        new SequentialBlock().add(Linear.builder().setUnits(16).build())
            .add(Activation::tanh)
            .add(Linear.builder().setUnits(2).build()));
    return model;
  }

  private static Trainer trainer(Model model, Optimizer optimizer) {
    final Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(optimizer));
    trainer.initialize(new Shape(1, 2));
    return trainer;
  }

  private static void epoch(Trainer trainer, ArrayDataset data)
      throws IOException, TranslateException {
    for (Batch batch : trainer.iterateDataset(data)) {
      EasyTrain.trainBatch(trainer, batch);
      trainer.step();
      batch.close();
    }
  }

  /** In the circle or out of it. */
  private static ArrayDataset data(NDManager manager) {
    Engine.getInstance().setRandomSeed(3);
    final NDArray features = manager.randomUniform(-1, 1, new Shape(256, 2), DataType.FLOAT32);
    final NDArray labels =
        features.square().sum(new int[] {1}).lt(0.6f).toType(DataType.FLOAT32, false);
    return new ArrayDataset.Builder().setData(features)
        .optLabels(labels)
        .setSampling(32, false)
        .build();
  }
}
