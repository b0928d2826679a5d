package org.adamant.bench.train.program;

import static org.adamant.Format.BFLOAT16;
import static org.adamant.Format.BLOCK8;
import static org.adamant.Format.FLOAT32;
import static org.adamant.Rounding.NEAREST;
import static org.adamant.Rounding.STOCHASTIC;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
import org.adamant.bench.train.trainer.EpochListener;
import org.adamant.bench.train.trainer.NetworkTrainer;
import org.adamant.bench.train.trainer.Recipe;
import org.adamant.bench.train.trainer.StoredUpdater;
import org.adamant.bench.train.trainer.Updater;

/** Shows what storing in fewer bits, and its rounding, does to a training. */
final class FormatsProgram implements Program {

  private static final int SEEDS = 8;
  private static final int HIDDEN = 32;
  private static final int BATCH = 16;
  private static final int WINDOW = 4;

  /**
   * The least distance in standard errors that counts as a difference. By chance alone, the mean difference of 8
   * pairs is as far from 0 once in 200 times.
   */
  private static final double LEAST_STANDARD_ERRORS = 4;

  /** A v that is this many times too large did not follow the gradients; one that is right to a tenth did. */
  private static final double FROZEN = 1.2;

  private static final double NOT_FROZEN = 0.1;

  private static final Recipe FLOATS =
      new Recipe("float32", FLOAT32, false, FLOAT32, STOCHASTIC);
  private static final Recipe SHORT_MOMENTS =
      new Recipe("bfloat16 moments", FLOAT32, false, BFLOAT16, STOCHASTIC);
  private static final Recipe SHORT_MOMENTS_NEAREST =
      new Recipe("bfloat16 moments to nearest", FLOAT32, false, BFLOAT16, NEAREST);
  private static final Recipe BYTE_MOMENTS =
      new Recipe("8-bit moments", FLOAT32, false, BLOCK8, STOCHASTIC);
  private static final Recipe BYTE_MOMENTS_NEAREST =
      new Recipe("8-bit moments to nearest", FLOAT32, false, BLOCK8, NEAREST);
  private static final Recipe ALL_SHORT_NEAREST =
      new Recipe("all bfloat16 to nearest", BFLOAT16, false, BFLOAT16, NEAREST);

  private static final List<Recipe> RECIPES =
      List.of(
          FLOATS,
          SHORT_MOMENTS,
          SHORT_MOMENTS_NEAREST,
          BYTE_MOMENTS,
          BYTE_MOMENTS_NEAREST,
          new Recipe("all bfloat16 with remainder", BFLOAT16, true, BFLOAT16, STOCHASTIC),
          new Recipe("all bfloat16", BFLOAT16, false, BFLOAT16, STOCHASTIC),
          ALL_SHORT_NEAREST,
          new Recipe("bfloat16 and 8-bit moments", BFLOAT16, false, BLOCK8, STOCHASTIC));

  @Override
  public String title() {
    return "Fewer bits: digits and text in 16 to 6 bytes per parameter";
  }

  @Override
  public String introduction() {
    return "Parameters, gradients and moments are stored in fewer bits, the network computes in float32 from what is"
        + " stored. Digits: 64-32-10. Text: after "
        + WINDOW
        + " letters of the licence of Adamant, one-hot, which is the next? Layers of 204, 32 and 51. The last fifth"
        + " of either is held out. Each training is done from "
        + SEEDS
        + " seeds, which give the weights, the order of samples and the random numbers of stochastic rounding, the"
        + " same for every format; the learning rate falls on a straight line to zero. A format is told apart from"
        + " float32 if the difference of the losses, seed by seed, has a mean of more than "
        + Numbers.plain(LEAST_STANDARD_ERRORS)
        + " standard errors, positive where the loss is higher than that of float32. v beside float32 is the median, over all parameters, of v over what it would be"
        + " in float32 from the same gradients.";
  }

  @Override
  public Findings run(Context context) {
    final Task digitsTask =
        Task.of("digits", DataSets.digits().shuffled(new Random(42)), 0.02, 10);
    final Task textTask = Task.of("text", DataSets.text(WINDOW), 0.02, 2);
    context.expect((long) RECIPES.size() * (digitsTask.epochs + textTask.epochs));
    final Results digits = digitsTask.train(context);
    final Results text = textTask.train(context);
    return new Findings(
        List.of(
            digits.stochasticIsLikeFloat32(),
            text.stochasticIsLikeFloat32(),
            digits.nearestDiffers(SHORT_MOMENTS_NEAREST, BYTE_MOMENTS_NEAREST, ALL_SHORT_NEAREST),
            text.nearestDiffers(ALL_SHORT_NEAREST),
            digits.freezing(),
            text.freezing()),
        List.of(
            "a frozen v acts like another learning rate, a lower one while v is too large and a higher one while it is"
                + " too small: near the best rate that need not show. On the text, moments rounded to nearest are "
                + Numbers.fixed(text.standardErrors(SHORT_MOMENTS_NEAREST), 1)
                + " (bfloat16) and "
                + Numbers.fixed(text.standardErrors(BYTE_MOMENTS_NEAREST), 1)
                + " (8-bit) standard errors away",
            "not told apart does not mean equal: rounded stochastically, mean losses are within "
                + Numbers.percent(digits.largestDifference())
                + " (digits) and "
                + Numbers.percent(text.largestDifference())
                + " (text) of that of float32",
            "the time is that of a training while others run on other threads, and while the JIT compiles: what a step"
                + " takes once it is compiled, the benchmarks say"),
        List.of(digits.chart()),
        List.of(digits.table(), text.table()));
  }

  /**
   * A task to learn.
   *
   * @param rate one of the two best learning rates of 0.005, 0.01, 0.02, 0.03 and 0.04 in float32, by the loss on
   *     held-out data
   */
  private record Task(String name, Samples training, Samples test, double rate, int epochs) {

    static Task of(String name, Samples samples, double rate, int epochs) {
      final int known = samples.count() - samples.count() / 5;
      return new Task(
          name,
          samples.range(0, known),
          samples.range(known, samples.count()),
          rate,
          epochs);
    }

    Results train(Context context) {
      final Map<Recipe, Outcome> outcomes = new LinkedHashMap<>();
      for (Recipe recipe : RECIPES) {
        final Outcome outcome =
            new Outcome(
                IntStream.rangeClosed(1, SEEDS)
                    .parallel()
                    .mapToObj(seed -> train(recipe, seed))
                    .toList());
        final EpochListener listener = context.listener(name + ", " + recipe.name(), 1);
        for (int epoch = 0; epoch < epochs; epoch++) {
          listener.epochDone(epoch + 1, outcome.losses(epoch).mean());
        }
        outcomes.put(recipe, outcome);
      }
      return new Results(this, outcomes);
    }

    private Training train(Recipe recipe, int seed) {
      final Random random = new Random(seed);
      final Network network =
          new Network(random, training.inputWidth(), HIDDEN, training.targetWidth());
      final long steps = (long) epochs * Math.ceilDiv(training.count(), BATCH);
      final StoredUpdater updater =
          new StoredUpdater(
              recipe, Updater.toZero(rate, steps), seed, network.parameters());
      final NetworkTrainer trainer =
          new NetworkTrainer(network, new SoftmaxCrossEntropy(), updater, BATCH, random);
      final double[] ratios = new double[epochs];
      final Stopwatch time = new Stopwatch();
      final double[] losses =
          trainer.train(
              training,
              epochs,
              (epoch, _) -> ratios[epoch - 1] = updater.ratioOfV());
      return new Training(
          losses,
          ratios,
          trainer.accuracy(test),
          updater.bytesPerParameter(),
          time.seconds());
    }
  }

  /**
   * One training.
   *
   * @param losses the loss after each epoch
   * @param ratios the ratio of v to its value in float32, after each epoch
   * @param accuracy the accuracy on held-out data
   */
  private record Training(
      double[] losses, double[] ratios, double accuracy, double bytes, double seconds) {}

  /** The trainings from all seeds. */
  private record Outcome(List<Training> trainings) {

    PerSeed of(ToDoubleFunction<Training> result) {
      return new PerSeed(trainings.stream().mapToDouble(result).toArray());
    }

    PerSeed losses(int epoch) {
      return of(training -> training.losses[epoch]);
    }

    double ratio(int epoch) {
      return of(training -> training.ratios[epoch]).mean();
    }
  }

  /** The results of a task. */
  private record Results(Task task, Map<Recipe, Outcome> outcomes) {

    int lastEpoch() {
      return task.epochs - 1;
    }

    /** The distance of the last loss to that of float32, in standard errors. */
    double standardErrors(Recipe recipe) {
      return outcomes.get(recipe)
          .losses(lastEpoch())
          .standardErrorsFrom(outcomes.get(FLOATS).losses(lastEpoch()));
    }

    double ratio(Recipe recipe) {
      return outcomes.get(recipe).ratio(lastEpoch());
    }

    double loss(Recipe recipe) {
      return outcomes.get(recipe).losses(lastEpoch()).mean();
    }

    /** The largest difference of a format with stochastic rounding, as a share of the loss. */
    double largestDifference() {
      return stochastic().stream()
          .mapToDouble(recipe -> Math.abs(loss(recipe) / loss(FLOATS) - 1))
          .max()
          .orElseThrow();
    }

    private static List<Recipe> stochastic() {
      return RECIPES.stream().filter(recipe -> recipe != FLOATS && !recipe.isNearest()).toList();
    }

    Claim stochasticIsLikeFloat32() {
      final List<Recipe> recipes = stochastic();
      return new Claim(
          task.name
              + ": rounded stochastically, no format is told apart from float32: "
              + describe(recipes),
          recipes.stream()
              .allMatch(recipe -> Math.abs(standardErrors(recipe)) < LEAST_STANDARD_ERRORS));
    }

    Claim nearestDiffers(Recipe... recipes) {
      final List<Recipe> list = List.of(recipes);
      return new Claim(
          task.name + ": rounded to nearest, these are told apart: " + describe(list),
          list.stream()
              .allMatch(recipe -> Math.abs(standardErrors(recipe)) > LEAST_STANDARD_ERRORS));
    }

    private String describe(List<Recipe> recipes) {
      return recipes.stream()
          .map(recipe -> recipe.name() + " by " + Numbers.fixed(standardErrors(recipe), 1))
          .collect(Collectors.joining(", ", "", " standard errors"));
    }

    Claim freezing() {
      final double nearest = ratio(SHORT_MOMENTS_NEAREST);
      final double stochastic = ratio(SHORT_MOMENTS);
      final double eightBit = ratio(BYTE_MOMENTS);
      return new Claim(
          task.name
              + ": rounded to nearest in bfloat16, v freezes: as gradients become smaller it does not, and ends at "
              + Numbers.fixed(nearest, 2)
              + " times what it is in float32; rounded stochastically at "
              + Numbers.fixed(stochastic, 2)
              + ", in 8 bits at "
              + Numbers.fixed(eightBit, 2),
          nearest > FROZEN
              && Math.abs(stochastic - 1) < NOT_FROZEN
              && Math.abs(eightBit - 1) < NOT_FROZEN);
    }

    Chart chart() {
      return new Chart(
          "Frozen second moments: " + task.name,
          "epoch",
          "v beside float32",
          false,
          false,
          Stream.of(
              SHORT_MOMENTS_NEAREST,
              BYTE_MOMENTS_NEAREST,
              SHORT_MOMENTS,
              BYTE_MOMENTS)
              .map(
                  recipe -> Line.ofEpochs(
                      recipe.name(),
                      IntStream.range(0, task.epochs)
                          .mapToDouble(outcomes.get(recipe)::ratio)
                          .toArray()))
              .toList());
    }

    Table table() {
      return new Table(
          "Formats on "
              + task.name
              + " after "
              + task.epochs
              + " epochs at learning rate "
              + Numbers.plain(task.rate)
              + ": mean and standard deviation of "
              + SEEDS
              + " seeds, and how far from float32",
          List.of(
              "stored as",
              "bytes per parameter",
              "loss",
              "deviation",
              "standard errors away",
              "held-out accuracy",
              "deviation",
              "v beside float32",
              "time"),
          RECIPES.stream().map(this::row).toList());
    }

    private List<String> row(Recipe recipe) {
      final Outcome outcome = outcomes.get(recipe);
      final PerSeed loss = outcome.losses(lastEpoch());
      final PerSeed accuracy = outcome.of(Training::accuracy);
      return List.of(
          recipe.name(),
          Numbers.fixed(outcome.of(Training::bytes).mean(), 2),
          Numbers.fixed(loss.mean(), 5),
          Numbers.fixed(loss.deviation(), 5),
          Numbers.fixed(standardErrors(recipe), 1),
          Numbers.percent(accuracy.mean()),
          Numbers.percent(accuracy.deviation()),
          Numbers.fixed(outcome.ratio(lastEpoch()), 2),
          Numbers.seconds(outcome.of(Training::seconds).mean()));
    }
  }
}
