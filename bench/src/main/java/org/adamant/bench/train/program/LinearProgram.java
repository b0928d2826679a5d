package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.List;
import org.adamant.Adam;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.data.RegressionData;
import org.adamant.bench.train.model.LinearRegression;
import org.adamant.bench.train.model.MadeUpRegression;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.trainer.EpochListener;
import org.adamant.bench.train.trainer.LinearRegressionTrainer;

/** A linear regression with a known answer, and the effect of tuning the learning rate. */
final class LinearProgram implements Program {

  private static final int ROWS = 100;
  private static final int EPOCHS = 10_000;
  private static final double TOLERANCE = 1e-6;
  private static final double TUNED_RATE = 1e-2;

  @Override
  public String title() {
    return "Linear regression on made-up data";
  }

  @Override
  public String introduction() {
    return "100 rows of 3 uniform inputs with y = 2 x1 - x2 + 3 x3 + 1.5, mean squared error, all"
        + " rows in every step, double precision. Adam moves a weight by about the learning rate"
        + " per step, so the default of 0.001 needs thousands of steps to go as far as 3; ten times"
        + " that arrives.";
  }

  @Override
  public Findings run(Context context) {
    final double defaultRate = Adam.defaults().learningRate();
    context.expect(2 * EPOCHS);
    final List<Run> runs = List.of(train(defaultRate, context), train(TUNED_RATE, context));
    final Run untuned = runs.getFirst();
    final Run tuned = runs.getLast();
    final List<List<String>> rows = new ArrayList<>();
    for (Run run : runs) {
      rows.add(
          List.of(
              Numbers.plain(run.rate),
              Numbers.four(run.losses[EPOCHS - 1]),
              Numbers.four(run.error),
              run.epochsNeeded == 0
                  ? "not in " + Numbers.plain(EPOCHS)
                  : Numbers.plain(run.epochsNeeded),
              Numbers.seconds(run.seconds)));
    }
    return new Findings(
        List.of(
            new Claim(
                "learning rate 0.01 finds weights and bias to 1e-6 in 10,000 epochs: largest error "
                    + Numbers.four(tuned.error),
                tuned.error <= TOLERANCE),
            new Claim(
                "learning rate 0.001, the default, is too small for that: largest error "
                    + Numbers.four(untuned.error),
                untuned.error > TOLERANCE)),
        List.of(
            "learning rate 0.01 found " + tuned.model + " for the true "
                + MadeUpRegression.truth()),
        List.of(
            Chart.ofLosses(
                "Linear regression", "mean squared error", untuned.line(), tuned.line())),
        List.of(
            new Table(
                "Linear regression after 10,000 epochs",
                List.of("learning rate", "loss", "largest error", "epochs to 1e-6", "time"),
                rows)));
  }

  private static Run train(double rate, Context context) {
    final RegressionData data = MadeUpRegression.data(ROWS);
    final LinearRegression truth = MadeUpRegression.truth();
    final LinearRegression model = new LinearRegression(data.inputs());
    final int[] epochsNeeded = {0};
    final EpochListener watch =
        (epoch, _) -> {
          final boolean isThere = model.distance(truth) <= TOLERANCE;
          epochsNeeded[0] = !isThere ? 0 : epochsNeeded[0] == 0 ? epoch : epochsNeeded[0];
        };
    final Stopwatch time = new Stopwatch();
    final double[] losses =
        new LinearRegressionTrainer(Adam.defaults().withLearningRate(rate))
            .train(
                model,
                data,
                EPOCHS,
                watch.andThen(context.listener("learning rate " + Numbers.plain(rate), 1_000)));
    return new Run(rate, model, losses, model.distance(truth), epochsNeeded[0], time.seconds());
  }

  /** One training; {@code epochsNeeded} is the epoch from which the error stayed small, or 0. */
  private record Run(
      double rate,
      LinearRegression model,
      double[] losses,
      double error,
      int epochsNeeded,
      double seconds) {

    Line line() {
      return Line.ofEpochs("learning rate " + Numbers.plain(rate), losses);
    }
  }
}
