package org.adamant.bench.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleFunction;
import java.util.function.DoubleSupplier;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;

/** Bags of words: most gradients are zero, and many words never occur. */
final class SparseProgram implements Program {

  private static final int EPOCHS = 20;
  private static final int BATCH = 32;
  private static final double[] ADAM_RATES = {0.003, 0.01, 0.03, 0.1};
  private static final double[] SGD_RATES = {0.01, 0.03, 0.1, 0.3};

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
        + " small sweep that does best on documents not trained on.";
  }

  @Override
  public Section run(Context context) {
    final Random random = new Random(42);
    final Documents.Source source = new Documents.Source(random);
    final Documents known = source.draw(4_000);
    final Documents unknown = source.draw(1_000);
    context.expect((long) (ADAM_RATES.length + SGD_RATES.length) * EPOCHS);

    final Run adam = best("Adam", ADAM_RATES, Updater::adam, known, unknown, context);
    final Run sgd = best("SGD", SGD_RATES, Updater::sgd, known, unknown, context);
    final boolean[] isSeen = known.seen();
    int never = 0;
    boolean untouched = true;
    for (int word = 0; word < isSeen.length; word++) {
      if (!isSeen[word]) {
        never++;
        untouched &= adam.weights[word] == 0;
      }
    }
    return new Section(
        List.of(
            new Claim(
                "Adam's mean squared error on new documents, "
                    + Numbers.four(adam.error)
                    + ", is less than SGD's, "
                    + Numbers.four(sgd.error),
                adam.error < sgd.error),
            new Claim(
                "the " + Numbers.plain(never) + " words that never occurred still weigh exactly 0",
                never > 0 && untouched)),
        List.of(),
        List.of(
            Chart.ofLosses(
                "Sparse gradients", "mean squared error", adam.line(), sgd.line())),
        List.of());
  }

  private static Run best(
      String name,
      double[] rates,
      DoubleFunction<Updater> updater,
      Documents known,
      Documents unknown,
      Context context) {
    final List<Run> runs = new ArrayList<>();
    for (double rate : rates) {
      final String label = name + " " + Numbers.plain(rate);
      runs.add(train(label, updater.apply(rate), known, unknown, context));
    }
    return runs.stream().min((a, b) -> Double.compare(a.error, b.error)).orElseThrow();
  }

  private static Run train(
      String name, Updater updater, Documents known, Documents unknown, Context context) {
    final float[] weights = new float[Documents.VOCABULARY];
    final float[] gradient = new float[weights.length];
    final DoubleSupplier epoch =
        () -> {
          double sum = 0;
          for (int from = 0; from < known.count(); from += BATCH) {
            final int to = Math.min(from + BATCH, known.count());
            Arrays.fill(gradient, 0);
            sum += known.addGradient(weights, from, to, gradient);
            updater.step(Map.of("weights", weights), Map.of("weights", gradient));
          }
          return sum / known.count();
        };
    final double[] losses = EpochLoop.run(EPOCHS, epoch, context.listener(name, 5));
    return new Run(name, weights, losses, unknown.meanSquaredError(weights));
  }

  /** One training. */
  private record Run(String name, float[] weights, double[] losses, double error) {
    Line line() {
      return Line.ofEpochs(name, losses);
    }
  }
}
