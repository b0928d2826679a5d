package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.data.DataSets;
import org.adamant.bench.train.data.Samples;
import org.adamant.bench.train.model.Network;
import org.adamant.bench.train.model.SoftmaxCrossEntropy;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.trainer.NetworkTrainer;
import org.adamant.bench.train.trainer.Updater;
import org.adamant.training.Schedule;

/** Handwritten digits: Adam beside plain SGD, and online training beside mini-batches. */
final class DigitsProgram implements Program {

  private static final int SWEEP_EPOCHS = 15;
  private static final int EPOCHS = 40;
  private static final int HIDDEN = 128;
  private static final int MORE_SPLITS = 4;
  private static final double LEAST_ACCURACY = 0.97;

  private static final List<Method> METHODS =
      List.of(
          new Method("Adam", 32, Updater::adam, 1e-3, 3e-3, 1e-2, 3e-2, 0.1),
          new Method("SGD", 32, Updater::sgd, 0.03, 0.1, 0.3, 1, 3),
          new Method("Adam online", 1, Updater::adam, 3e-4, 1e-3, 3e-3, 1e-2));

  @Override
  public String title() {
    return "Handwritten digits: 64-128-10, softmax and cross-entropy";
  }

  @Override
  public String introduction() {
    return "1,797 images of 8 x 8 pixels (Alpaydin, Kaynak; UCI). A fifth is held out and"
        + " plays no part in choosing the learning rate. Each method's learning rate is the one of"
        + " a small sweep with the least loss on a second fifth after "
        + SWEEP_EPOCHS
        + " epochs; then it trains "
        + EPOCHS
        + " epochs on four fifths. Within each training the learning rate falls on a straight line to"
        + " zero: at a constant one the loss climbs again and again. Online means one sample per"
        + " step. AdamW has no sweep: its learning rate rises for a tenth of the steps and falls along a cosine, weights"
        + " decay, and the norm of gradients is clipped. It is also saved in the middle and resumed.";
  }

  @Override
  public Findings run(Context context) {
    final Split split = Split.of(42);
    final long sweeps = METHODS.stream().mapToLong(method -> method.rates.length).sum();
    context.expect(
        sweeps * SWEEP_EPOCHS + (long) (METHODS.size() + MORE_SPLITS) * EPOCHS
            + ResumedTraining.epochs(EPOCHS / 2));

    final List<Outcome> outcomes = new ArrayList<>();
    for (Method method : METHODS) {
      outcomes.add(sweepAndTrain(method, split, context));
    }
    final Outcome adam = outcomes.getFirst();
    final ResumedTraining.Result resumed =
        new ResumedTraining(split.trainingAndValidation, HIDDEN, EPOCHS / 2, context)
            .run(split.test);
    return new Findings(
        List.of(
            new Claim(
                "Adam reads at least 97 % of the held-out digits: "
                    + Numbers.percent(adam.accuracy),
                adam.accuracy >= LEAST_ACCURACY),
            new Claim(
                "Adam's loss ends at its lowest: " + Numbers.four(adam.run.losses[EPOCHS - 1]),
                Arrays.stream(adam.run.losses).min().orElseThrow()
                    == adam.run.losses[EPOCHS - 1]),
            new Claim(
                "every method's best learning rate lies inside its sweep, not at its edge",
                outcomes.stream().allMatch(Outcome::isInsideSweep)),
            resumed.claims().getFirst(),
            resumed.claims().getLast()),
        List.of(
            "the split matters: Adam at the same learning rate on "
                + MORE_SPLITS
                + " other splits reads "
                + otherSplits(adam, context)),
        List.of(
            Chart.ofLosses(
                "Digits: loss while training",
                "cross-entropy (nats)",
                Stream.concat(outcomes.stream().map(Outcome::losses), Stream.of(resumed.line()))
                    .toArray(Line[]::new)),
            new Chart(
                "Digits: the sweep, on samples not trained on",
                "learning rate",
                "cross-entropy (nats)",
                true,
                true,
                outcomes.stream().map(Outcome::sweep).toList())),
        List.of(
            new Table(
                "Digits after " + EPOCHS
                    + " epochs at each method's best learning rate, AdamW at one",
                List.of("method", "batch", "learning rate", "loss", "held-out accuracy", "time"),
                Stream.concat(outcomes.stream().map(Outcome::row), Stream.of(resumed.row()))
                    .toList())));
  }

  private static Outcome sweepAndTrain(Method method, Split split, Context context) {
    final double[] sweepLosses = new double[method.rates.length];
    int best = 0;
    for (int i = 0; i < sweepLosses.length; i++) {
      final Run run = train(method, method.rates[i], split.training, SWEEP_EPOCHS, context);
      sweepLosses[i] = run.trainer.lossOf(split.validation);
      best = sweepLosses[i] < sweepLosses[best] ? i : best;
    }
    final Run run = train(method, method.rates[best], split.trainingAndValidation, EPOCHS, context);
    return new Outcome(method, sweepLosses, best, run, run.trainer.accuracy(split.test));
  }

  private static String otherSplits(Outcome adam, Context context) {
    final double[] accuracies = new double[MORE_SPLITS];
    for (int i = 0; i < MORE_SPLITS; i++) {
      final Split split = Split.of(i + 1);
      accuracies[i] =
          train(adam.method, adam.rate(), split.trainingAndValidation, EPOCHS, context).trainer
              .accuracy(split.test);
    }
    Arrays.sort(accuracies);
    return Numbers.percent(accuracies[0]) + " to " + Numbers.percent(accuracies[MORE_SPLITS - 1]);
  }

  private static Run train(
      Method method, double rate, Samples samples, int epochs, Context context) {
    final Random random = new Random(42);
    final Network network =
        new Network(random, samples.inputWidth(), HIDDEN, samples.targetWidth());
    final NetworkTrainer trainer =
        new NetworkTrainer(
            network,
            new SoftmaxCrossEntropy(),
            method.updater.apply(
                Updater.toZero(
                    rate, (long) epochs * Math.ceilDiv(samples.count(), method.batchSize))),
            method.batchSize,
            random);
    final Stopwatch time = new Stopwatch();
    final String name = method.name + " " + Numbers.plain(rate);
    final double[] losses = trainer.train(samples, epochs, context.listener(name, 5));
    return new Run(trainer, losses, time.seconds());
  }

  /** A way to train, and the learning rates to try. */
  private record Method(
      String name, int batchSize, Function<Schedule, Updater> updater, double... rates) {}

  /** One training. */
  private record Run(NetworkTrainer trainer, double[] losses, double seconds) {}

  /**
   * The result of a method: the losses of its sweep, the index of the least, and the training at that learning
   * rate.
   */
  private record Outcome(Method method, double[] sweepLosses, int best, Run run, double accuracy) {

    double rate() {
      return method.rates[best];
    }

    boolean isInsideSweep() {
      return best > 0 && best < sweepLosses.length - 1;
    }

    Line losses() {
      return Line.ofEpochs(method.name + " " + Numbers.plain(rate()), run.losses);
    }

    Line sweep() {
      return new Line(method.name, method.rates, sweepLosses);
    }

    List<String> row() {
      return List.of(
          method.name,
          Numbers.plain(method.batchSize),
          Numbers.plain(rate()),
          Numbers.four(run.losses[EPOCHS - 1]),
          Numbers.percent(accuracy),
          Numbers.seconds(run.seconds));
    }
  }

  /** The data, split at random. */
  private record Split(Samples training, Samples validation, Samples trainingAndValidation,
      Samples test) {

    static Split of(long seed) {
      final Samples all = DataSets.digits().shuffled(new Random(seed));
      final int fifth = all.count() / 5;
      return new Split(
          all.range(2 * fifth, all.count()),
          all.range(fifth, 2 * fifth),
          all.range(fifth, all.count()),
          all.range(0, fifth));
    }
  }
}
