package org.adamant.bench.train.trainer;

import java.util.Arrays;
import java.util.Random;
import org.adamant.bench.train.data.Samples;
import org.adamant.bench.train.model.Loss;
import org.adamant.bench.train.model.Network;

/**
 * Trains a network on mini-batches; a batch size of 1 is online training.
 *
 * @param network the network, trained in place
 * @param loss the loss to minimise
 * @param updater does the steps
 * @param batchSize samples per step; the last batch of an epoch may be smaller
 * @param random gives the order of the samples, a new one every epoch
 */
public record NetworkTrainer(Network network, Loss loss, Updater updater, int batchSize,
    Random random) {

  /** Trains, and returns the loss of each epoch: the mean over its batches, each before its step. */
  public double[] train(Samples samples, int epochs, EpochListener listener) {
    return EpochLoop.run(epochs, () -> epoch(samples), listener);
  }

  private double epoch(Samples samples) {
    final int[] order = Samples.shuffledNumbers(samples.count(), random);
    double sum = 0;
    for (int from = 0; from < order.length; from += batchSize) {
      final int to = Math.min(from + batchSize, order.length);
      final Samples batch = samples.select(Arrays.copyOfRange(order, from, to));
      sum += step(batch) * batch.count();
    }
    return sum / samples.count();
  }

  private double step(Samples batch) {
    final float[] outputs = network.forward(batch.inputs(), batch.count());
    final float[] gradient = new float[outputs.length];
    final double value =
        loss.lossAndGradient(outputs, batch.targets(), batch.count(), gradient);
    network.backward(gradient, batch.count());
    updater.step(network.parameters(), network.gradients());
    return value;
  }

  /** The loss over samples, without training. */
  public double lossOf(Samples samples) {
    final float[] outputs = network.forward(samples.inputs(), samples.count());
    return loss.lossAndGradient(
        outputs, samples.targets(), samples.count(), new float[outputs.length]);
  }

  /** The share of samples whose largest output is the target's. */
  public double accuracy(Samples samples) {
    final float[] outputs = network.forward(samples.inputs(), samples.count());
    final int classes = samples.targetWidth();
    int right = 0;
    for (int s = 0; s < samples.count(); s++) {
      if (largest(outputs, s * classes, classes)
          == largest(samples.targets(), s * classes, classes)) {
        right++;
      }
    }
    return (double) right / samples.count();
  }

  private static int largest(float[] values, int from, int count) {
    int best = from;
    for (int i = from + 1; i < from + count; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best - from;
  }
}
