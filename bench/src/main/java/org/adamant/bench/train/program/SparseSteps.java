package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.Spread;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.data.Documents;
import org.adamant.bench.train.report.Claim;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;

/** The same training with gradients of all words, and with gradients of the words that occur, in both modes. */
final class SparseSteps {

  private static final int TRAININGS = 4;

  private final Documents training;
  private final double rate;
  private final int epochs;
  private final int batchSize;
  private final Context context;

  SparseSteps(Documents training, double rate, int epochs, int batchSize, Context context) {
    this.training = training;
    this.rate = rate;
    this.epochs = epochs;
    this.batchSize = batchSize;
    this.context = context;
  }

  /** The number of epochs of all trainings. */
  static long epochs(int epochs) {
    return (long) TRAININGS * epochs;
  }

  Result run(Documents test) {
    final Training dense = new Training("dense", SparseMode.LAZY);
    final List<SparseRows> gradients = new ArrayList<>();
    dense.train(
        (from, to) -> {
          gradients.add(training.gradientOfWords(dense.weights, from, to));
          Arrays.fill(dense.gradient, 0);
          training.addGradient(dense.weights, from, to, dense.gradient);
          dense.step(dense.gradient);
        });

    final Training lazy = new Training("LAZY", SparseMode.LAZY);
    lazy.train((from, to) -> lazy.step(training.gradientOfWords(lazy.weights, from, to)));

    final Training exact = new Training("EXACT, caught up before each batch", SparseMode.EXACT);
    exact.train(
        (from, to) -> {
          exact.catchUp();
          exact.step(training.gradientOfWords(exact.weights, from, to));
        });
    exact.catchUp();

    final Training exactOnce =
        new Training("EXACT, caught up once, gradients given", SparseMode.EXACT);
    final int[] done = {0};
    exactOnce.train((_, _) -> exactOnce.step(gradients.get(done[0]++)));
    exactOnce.catchUp();
    return new Result(test, dense, lazy, exact, exactOnce);
  }

  /** Does one step on some documents. */
  @FunctionalInterface
  private interface BatchStep {
    void step(int from, int to);
  }

  /** One training, and the time that its steps take. */
  private final class Training {

    private final String name;
    private final AdamOptimizer optimizer;
    private final float[] weights = new float[Documents.VOCABULARY];
    private final float[] gradient = new float[Documents.VOCABULARY];
    private final Map<String, float[]> params = Map.of("weights", weights);
    private final List<Double> microseconds = new ArrayList<>();
    private double catchUpMicroseconds;

    Training(String name, SparseMode mode) {
      this.name = name;
      optimizer =
          AdamOptimizer.builder(Adam.defaults().withLearningRate(rate)).sparse(mode).build();
    }

    void train(BatchStep batchStep) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        for (int from = 0; from < training.count(); from += batchSize) {
          batchStep.step(from, Math.min(from + batchSize, training.count()));
        }
        context.tick();
      }
    }

    void step(Object grads) {
      final Stopwatch time = new Stopwatch();
      optimizer.step(params, Map.of("weights", grads));
      microseconds.add(catchUpMicroseconds + time.seconds() * 1e6);
      catchUpMicroseconds = 0;
    }

    void catchUp() {
      final Stopwatch time = new Stopwatch();
      optimizer.catchUp(params);
      catchUpMicroseconds = time.seconds() * 1e6;
    }

    int epochs() {
      return epochs;
    }

    List<String> row(Documents test) {
      return List.of(
          name,
          Numbers.four(training.meanSquaredError(weights)),
          Numbers.four(test.meanSquaredError(weights)),
          Numbers.fixed(
              Spread.median(microseconds.stream().mapToDouble(Double::doubleValue).toArray()), 1),
          Numbers.fixed(catchUpMicroseconds / 1e3, 1));
    }
  }

  /** The result. */
  record Result(List<Claim> claims, String note, Table table) {

    private Result(Documents test, Training dense, Training lazy, Training exact,
        Training exactOnce) {
      this(
          List.of(
              new Claim(
                  "gradients of the words that occur, in the mode EXACT, give the bits of dense steps once all words are"
                      + " caught up, before each batch or only at the end",
                  Bits.areEqual(dense.weights, exact.weights)
                      && Bits.areEqual(dense.weights, exactOnce.weights)),
              new Claim(
                  "LAZY is another optimizer: its mean squared error on new documents is "
                      + Numbers.four(test.meanSquaredError(lazy.weights))
                      + ", that of dense steps "
                      + Numbers.four(test.meanSquaredError(dense.weights)),
                  test.meanSquaredError(lazy.weights) != test
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
              List.of(dense, lazy, exact, exactOnce).stream().map(one -> one.row(test)).toList()));
    }
  }
}
