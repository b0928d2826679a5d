package org.adamant.bench.train.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.data.Samples;
import org.adamant.bench.train.model.Network;
import org.adamant.bench.train.model.SoftmaxCrossEntropy;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.trainer.NetworkTrainer;
import org.adamant.training.Schedule;
import org.adamant.training.StepReport;

/**
 * Trains by AdamW with schedule, groups and clipping: once without a stop, and once saved in the middle and resumed
 * by another network and another optimizer.
 */
final class ResumedTraining {

  static final double RATE = 1e-2;

  private static final double WARMUP = 0.1;
  private static final double DECAY = 0.1;
  private static final double MAX_NORM = 1;
  private static final int BATCH = 32;

  private final Samples samples;
  private final int hidden;
  private final int halfEpochs;
  private final Context context;
  private final long steps;
  private int clipped;

  /**
   * A training that has not begun.
   *
   * @param halfEpochs the number of epochs before the middle, and after it
   */
  ResumedTraining(Samples samples, int hidden, int halfEpochs, Context context) {
    this.samples = samples;
    this.hidden = hidden;
    this.halfEpochs = halfEpochs;
    this.context = context;
    this.steps = 2L * halfEpochs * Math.ceilDiv(samples.count(), BATCH);
  }

  /** The number of epochs of all trainings. */
  static long epochs(int halfEpochs) {
    return 3L * halfEpochs;
  }

  Result run(Samples test) {
    try {
      final Path file = Files.createTempFile("adamant-digits-", ".safetensors");
      try {
        return run(test, file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result run(Samples test, Path file) throws IOException {
    final Network network = network(42);
    final AdamOptimizer optimizer = optimizer().build();
    final Stopwatch time = new Stopwatch();
    final double[] losses = new double[2 * halfEpochs];
    train(network, optimizer, 1, losses);
    optimizer.save(file, network.parameters());
    final NetworkTrainer trainer = train(network, optimizer, 2, losses);
    final double seconds = time.seconds();
    final int clippedWithoutStop = clipped;

    final Network other = network(43);
    final AdamOptimizer resumed = optimizer().load(file, other.parameters());
    train(other, resumed, 2, losses.clone());
    return new Result(
        losses,
        trainer.accuracy(test),
        seconds,
        (double) clippedWithoutStop / steps,
        network.parameters()
            .keySet()
            .stream()
            .allMatch(name -> decays(optimizer, name) != name.endsWith(".biases")),
        network.parameters()
            .entrySet()
            .stream()
            .allMatch(
                entry -> Bits.areEqual(
                    entry.getValue(), other.parameters().get(entry.getKey()))));
  }

  private static boolean decays(AdamOptimizer optimizer, String name) {
    return optimizer.adam(name).weightDecay() != 0;
  }

  private Network network(long seed) {
    return new Network(
        new Random(seed), samples.inputWidth(), hidden, samples.targetWidth());
  }

  private AdamOptimizer.Builder optimizer() {
    return AdamOptimizer.builder(Adam.pytorchAdamW().withWeightDecay(DECAY))
        .schedule(Schedule.warmupCosine(RATE, 0, Math.round(WARMUP * steps), steps))
        .group("biases", name -> name.endsWith("biases"), adam -> adam.withWeightDecay(0))
        .maxNorm(MAX_NORM);
  }

  /** Trains one half, whose order of samples depends on the half only. */
  private NetworkTrainer train(
      Network network, AdamOptimizer optimizer, int half, double[] losses) {
    final NetworkTrainer trainer =
        new NetworkTrainer(
            network,
            new SoftmaxCrossEntropy(),
            (params, grads) -> {
              final StepReport report = optimizer.step(params, grads);
              clipped += report.clipFactor() < 1 ? 1 : 0;
            },
            BATCH,
            new Random(half));
    final double[] ofHalf =
        trainer.train(samples, halfEpochs, context.listener("AdamW, half " + half, 5));
    System.arraycopy(ofHalf, 0, losses, (half - 1) * halfEpochs, halfEpochs);
    return trainer;
  }

  /**
   * The result.
   *
   * @param losses the losses of all epochs, without a stop
   * @param accuracy the accuracy on held-out data
   * @param clipped the share of steps whose gradients were clipped
   * @param onlyWeightsDecay whether weights decay, and biases do not
   * @param hasSameBits whether the resumed training ends with the same parameters
   */
  record Result(
      double[] losses,
      double accuracy,
      double seconds,
      double clipped,
      boolean onlyWeightsDecay,
      boolean hasSameBits) {

    List<Claim> claims() {
      return List.of(
          new Claim("resumed training has the bits of the one that never stopped", hasSameBits),
          new Claim(
              "AdamW: weights decay and biases do not; the norm of gradients is clipped in some steps, "
                  + Numbers.percent(clipped)
                  + ", not in all",
              onlyWeightsDecay && clipped > 0 && clipped < 1));
    }

    Line line() {
      return Line.ofEpochs(label(), losses);
    }

    List<String> row() {
      return List.of(
          "AdamW",
          Numbers.plain(BATCH),
          Numbers.plain(RATE),
          Numbers.four(losses[losses.length - 1]),
          Numbers.percent(accuracy),
          Numbers.seconds(seconds));
    }

    private static String label() {
      return "AdamW " + Numbers.plain(RATE);
    }
  }
}
