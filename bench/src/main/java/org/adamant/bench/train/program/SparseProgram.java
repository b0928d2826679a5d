package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleFunction;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.train.data.Documents;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.trainer.EpochLoop;
import org.adamant.bench.train.trainer.Updater;
import org.adamant.training.Schedule;

/** A regression on bags of words: most gradients are zero, and many words never occur. */
final class SparseProgram implements Program {

  private static final int EPOCHS = 20;

  /** Few epochs, as EXACT takes long if a row is one number. */
  private static final int SPARSE_EPOCHS = 5;

  private static final int BATCH = 32;
  private static final double[] ADAM_RATES = {0.003, 0.01, 0.03, 0.1, 0.3};
  private static final double[] SGD_RATES = {0.01, 0.03, 0.06, 0.1, 0.12, 0.15};

  @Override
  public String title() {
    return "Sparse gradients: the worth of words";
  }

  @Override
  public String introduction() {
    return Numbers.plain(Documents.VOCABULARY)
        + " words, each with a hidden worth, occur as often as words do (Zipf's law); a document"
        + " is 20 words, and its score the sum of their worths with noise. A step of 32 documents"
        + " sees a few hundred words; all other gradients are zero. SGD is held back by the"
        + " frequent words, Adam gives every word its own step. Both at the learning rate of a"
        + " small sweep that does best on documents not trained on, and then tested on others. With gradients of the"
        + " words that occur alone, LAZY leaves all others as they are, and EXACT has them take the steps that they were"
        + " left out of before they are read.";
  }

  @Override
  public Findings run(Context context) {
    final Random random = new Random(42);
    final Documents.Source source = new Documents.Source(random);
    final Documents training = source.draw(4_000);
    final Documents validation = source.draw(1_000);
    final Documents test = source.draw(1_000);
    context.expect(
        (long) (ADAM_RATES.length + SGD_RATES.length) * EPOCHS
            + SparseSteps.epochs(SPARSE_EPOCHS));

    final Sweep adams = sweep("Adam", ADAM_RATES, rate -> Updater.adam(Schedule.constant(rate)),
        training, validation, context);
    final Sweep sgds =
        sweep("SGD", SGD_RATES, rate -> Updater.sgd(Schedule.constant(rate)), training,
            validation, context);
    final Run adam = adams.best();
    final Run sgd = sgds.best();
    final double adamError = test.meanSquaredError(adam.weights);
    final double sgdError = test.meanSquaredError(sgd.weights);
    final SparseSteps.Result rows =
        new SparseSteps(training, adams.rate(), SPARSE_EPOCHS, BATCH, context).run(test);
    final boolean[] isSeen = training.seen();
    int neverSeen = 0;
    boolean untouched = true;
    for (int word = 0; word < isSeen.length; word++) {
      if (!isSeen[word]) {
        neverSeen++;
        untouched &= adam.weights[word] == 0;
      }
    }
    return new Findings(
        List.of(
            new Claim(
                "Adam's mean squared error on new documents, "
                    + Numbers.four(adamError)
                    + ", is less than SGD's, "
                    + Numbers.four(sgdError),
                adamError < sgdError),
            new Claim(
                "the " + Numbers.plain(neverSeen)
                    + " words that never occurred still weigh exactly 0",
                neverSeen > 0 && untouched),
            new Claim(
                "both best learning rates lie inside their sweeps, not at the edge",
                adams.isInside() && sgds.isInside()),
            rows.claims().getFirst(),
            rows.claims().getLast()),
        List.of(
            "there are more words than documents, so that much is learnt by heart: on the documents"
                + " trained on the errors are "
                + Numbers.four(adam.lastLoss())
                + " and "
                + Numbers.four(sgd.lastLoss()),
            rows.note()),
        List.of(
            Chart.ofLosses(
                "Sparse gradients", "mean squared error", adam.line(), sgd.line()),
            new Chart(
                "Sparse gradients: the sweep, on documents not trained on",
                "learning rate",
                "mean squared error",
                true,
                true,
                List.of(adams.line(), sgds.line()),
                List.of(),
                Stream.of(adams, sgds).flatMap(sweep -> sweep.divergence().stream()).toList())),
        List.of(rows.table()));
  }

  private static Sweep sweep(
      String name,
      double[] rates,
      DoubleFunction<Updater> updater,
      Documents training,
      Documents validation,
      Context context) {
    final List<Run> runs = new ArrayList<>();
    for (double rate : rates) {
      final String label = name + " " + Numbers.plain(rate);
      runs.add(train(label, updater.apply(rate), training, context));
    }
    final double[] errors =
        runs.stream().mapToDouble(run -> validation.meanSquaredError(run.weights)).toArray();
    int best = 0;
    for (int i = 0; i < errors.length; i++) {
      best = errors[i] < errors[best] ? i : best;
    }
    return new Sweep(name, rates, errors, best, runs.get(best));
  }

  private static Run train(
      String name, Updater updater, Documents training, Context context) {
    final float[] weights = new float[Documents.VOCABULARY];
    final float[] gradient = new float[weights.length];
    final DoubleSupplier epoch =
        () -> {
          double sum = 0;
          for (int from = 0; from < training.count(); from += BATCH) {
            final int to = Math.min(from + BATCH, training.count());
            Arrays.fill(gradient, 0);
            sum += training.addGradient(weights, from, to, gradient);
            updater.step(Map.of("weights", weights), Map.of("weights", gradient));
          }
          return sum / training.count();
        };
    final double[] losses = EpochLoop.run(EPOCHS, epoch, context.listener(name, 5));
    return new Run(name, weights, losses);
  }

  /** The errors at the learning rates of a method, and the training at the best of them. */
  private record Sweep(String name, double[] rates, double[] errors, int index, Run best) {
    double rate() {
      return rates[index];
    }

    boolean isInside() {
      return index > 0 && index < rates.length - 1;
    }

    /** A mark at the first learning rate at which the training diverged. */
    List<Chart.Mark> divergence() {
      return IntStream.range(0, errors.length)
          .filter(i -> !Double.isFinite(errors[i]))
          .mapToObj(i -> new Chart.Mark(rates[i], name + " diverges"))
          .limit(1)
          .toList();
    }

    /** The errors without the rates at which the training diverged. */
    Line line() {
      final int[] converged =
          IntStream.range(0, errors.length).filter(i -> Double.isFinite(errors[i])).toArray();
      return new Line(
          name,
          Arrays.stream(converged).mapToDouble(i -> rates[i]).toArray(),
          Arrays.stream(converged).mapToDouble(i -> errors[i]).toArray());
    }
  }

  /** One training. */
  private record Run(String name, float[] weights, double[] losses) {
    double lastLoss() {
      return losses[losses.length - 1];
    }

    Line line() {
      return Line.ofEpochs(name, losses);
    }
  }
}
