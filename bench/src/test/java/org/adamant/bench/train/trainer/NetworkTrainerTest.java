package org.adamant.bench.train.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.adamant.bench.train.data.Samples;
import org.adamant.bench.train.model.Loss;
import org.adamant.bench.train.model.MeanSquaredError;
import org.adamant.bench.train.model.Network;
import org.adamant.bench.train.model.SoftmaxCrossEntropy;
import org.adamant.training.Schedule;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NetworkTrainerTest {

  private static final Samples SAMPLES =
      new Samples(5, new float[] {1, 2, 3, 4, 5}, new float[] {1, 2, 3, 4, 5});

  @Test
  void everySampleIsSeenOncePerEpoch() {
    for (int batchSize : new int[] {1, 2, 5, 32}) {
      final Recorder recorder = new Recorder();
      final int[] steps = {0};
      trainer(recorder, (_, _) -> steps[0]++, batchSize).train(SAMPLES, 3, EpochListener.NONE);
      assertThat(steps[0]).isEqualTo(3 * ((5 + batchSize - 1) / batchSize));
      for (int epoch = 0; epoch < 3; epoch++) {
        assertThat(recorder.targets.subList(5 * epoch, 5 * epoch + 5))
            .containsExactlyInAnyOrder(1f, 2f, 3f, 4f, 5f);
      }
      assertThat(recorder.targets.subList(0, 5)).isNotEqualTo(recorder.targets.subList(5, 10));
    }
  }

  @Test
  void theLossOfAnEpochIsTheMeanOverItsSamples() {
    final NetworkTrainer idle = trainer(new MeanSquaredError(), (_, _) -> {}, 2);
    final double[] losses = idle.train(SAMPLES, 1, EpochListener.NONE);
    assertThat(losses[0]).isCloseTo(idle.lossOf(SAMPLES), Offset.offset(1e-6));
  }

  @Test
  void accuracyCountsTheLargestOutputs() {
    final Network network = new Network(new Random(1), 3, 3);
    final float[] identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    System.arraycopy(identity, 0, network.parameters().get("dense1.weights"), 0, 9);
    final NetworkTrainer trainer = new NetworkTrainer(network, new SoftmaxCrossEntropy(),
        (_, _) -> {}, 1, new Random(1));
    final float[] answers = {3, 2, 1, 2, 3, 1, 1, 2, 3, 3, 2, 1};
    final float[] right = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0};
    final Samples samples = new Samples(4, answers, right);
    assertThat(trainer.accuracy(samples)).isEqualTo(0.75);
  }

  @Test
  void sgdGoesAgainstTheGradient() {
    final float[] params = {1, 2};
    Updater.sgd(Schedule.constant(0.5))
        .step(Map.of("p", params), Map.of("p", new float[] {2, -4}));
    assertThat(params).containsExactly(0, 4);
  }

  @Test
  void adamsFirstStepIsTheLearningRate() {
    final float[] params = {1, 2};
    Updater.adam(Schedule.constant(0.5))
        .step(Map.of("p", params), Map.of("p", new float[] {2, -4}));
    assertThat(params).containsExactly(new float[] {0.5f, 2.5f}, Offset.offset(1e-6f));
  }

  private static NetworkTrainer trainer(Loss loss, Updater updater, int batchSize) {
    return new NetworkTrainer(
        new Network(new Random(1), 1, 1), loss, updater, batchSize, new Random(1));
  }

  /** Remembers the targets it saw. */
  private static final class Recorder implements Loss {
    private final List<Float> targets = new ArrayList<>();

    @Override
    public double lossAndGradient(
        float[] outputs, float[] batch, int samples, float[] gradient) {
      for (float target : batch) {
        targets.add(target);
      }
      return 0;
    }
  }
}
