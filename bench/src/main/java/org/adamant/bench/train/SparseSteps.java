package org.adamant.bench.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.Spread;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;

/** The same training with gradients of all words, and with gradients of the words that occur, in both modes. */
final class SparseSteps {

  private static final int WAYS = 4;

  private final Documents known;
  private final double rate;
  private final int epochs;
  private final int batchSize;
  private final Context context;

  SparseSteps(Documents known, double rate, int epochs, int batchSize, Context context) {
    this.known = known;
    this.rate = rate;
    this.epochs = epochs;
    this.batchSize = batchSize;
    this.context = context;
  }

  /** The number of epochs of all trainings. */
  static long epochs(int epochs) {
    return (long) WAYS * epochs;
  }

  Result run(Documents unknown) {
    final Way dense = new Way("dense", SparseMode.LAZY);
    final List<SparseRows> gradients = new ArrayList<>();
    dense.train(
        (from, to) -> {
          gradients.add(known.gradientOfWords(dense.weights, from, to));
          Arrays.fill(dense.gradient, 0);
          known.addGradient(dense.weights, from, to, dense.gradient);
          dense.step(dense.gradient);
        });

    final Way lazy = new Way("LAZY", SparseMode.LAZY);
    lazy.train((from, to) -> lazy.step(known.gradientOfWords(lazy.weights, from, to)));

    final Way exact = new Way("EXACT, caught up before each batch", SparseMode.EXACT);
    exact.train(
        (from, to) -> {
          exact.catchUp();
          exact.step(known.gradientOfWords(exact.weights, from, to));
        });
    exact.catchUp();

    final Way once = new Way("EXACT, caught up once, gradients given", SparseMode.EXACT);
    final int[] done = {0};
    once.train((_, _) -> once.step(gradients.get(done[0]++)));
    once.catchUp();
    return new Result(unknown, dense, lazy, exact, once);
  }

  /** Does one step on some documents. */
  @FunctionalInterface
  private interface Batch {
    void step(int from, int to);
  }

  /** One training, and the time that its steps take. */
  private final class Way {

    private final String name;
    private final AdamOptimizer optimizer;
    private final float[] weights = new float[Documents.VOCABULARY];
    private final float[] gradient = new float[Documents.VOCABULARY];
    private final Map<String, float[]> params = Map.of("weights", weights);
    private final List<Double> micros = new ArrayList<>();
    private double ofCatchingUp;

    Way(String name, SparseMode mode) {
      this.name = name;
      optimizer =
          AdamOptimizer.builder(Adam.defaults().withLearningRate(rate)).sparse(mode).build();
    }

    void train(Batch batch) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        for (int from = 0; from < known.count(); from += batchSize) {
          batch.step(from, Math.min(from + batchSize, known.count()));
        }
        context.tick();
      }
    }

    void step(Object grads) {
      final Stopwatch time = new Stopwatch();
      optimizer.step(params, Map.of("weights", grads));
      micros.add(ofCatchingUp + time.seconds() * 1e6);
      ofCatchingUp = 0;
    }

    void catchUp() {
      final Stopwatch time = new Stopwatch();
      optimizer.catchUp(params);
      ofCatchingUp = time.seconds() * 1e6;
    }

    int epochs() {
      return epochs;
    }

    List<String> row(Documents unknown) {
      return List.of(
          name,
          Numbers.four(known.meanSquaredError(weights)),
          Numbers.four(unknown.meanSquaredError(weights)),
          Numbers.fixed(
              Spread.median(micros.stream().mapToDouble(Double::doubleValue).toArray()), 1),
          Numbers.fixed(ofCatchingUp / 1e3, 1));
    }
  }

  /** The result. */
  record Result(List<Claim> claims, String note, Table table) {

    private Result(Documents unknown, Way dense, Way lazy, Way exact, Way once) {
      this(
          List.of(
              new Claim(
                  "gradients of the words that occur, in the mode EXACT, give the bits of dense steps once all words are"
                      + " caught up, before each batch or only at the end",
                  Bits.areEqual(dense.weights, exact.weights)
                      && Bits.areEqual(dense.weights, once.weights)),
              new Claim(
                  "LAZY is another optimizer: its mean squared error on new documents is "
                      + Numbers.four(unknown.meanSquaredError(lazy.weights))
                      + ", that of dense steps "
                      + Numbers.four(unknown.meanSquaredError(dense.weights)),
                  unknown.meanSquaredError(lazy.weights) != unknown
                      .meanSquaredError(dense.weights))),
          "a row of one number is the worst case for both modes: for each number there is an index to be read, and it is"
              + " copied by itself. In the mode EXACT a word has to be caught up before it is read, and words can be caught"
              + " up only all at once: for each batch all of them are, unless gradients come from elsewhere.",
          new Table(
              "Gradients of the words that occur, beside dense ones, after " + dense.epochs()
                  + " epochs at the learning rate that is best for dense ones",
              List.of(
                  "steps",
                  "error on documents trained on",
                  "error on new documents",
                  "microseconds per step, median",
                  "milliseconds to catch up at the end"),
              List.of(dense, lazy, exact, once).stream().map(way -> way.row(unknown)).toList()));
    }
  }
}
