package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.adamant.Adam;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.data.DataSets;
import org.adamant.bench.train.data.RegressionData;
import org.adamant.bench.train.model.LeastSquares;
import org.adamant.bench.train.model.LinearRegression;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.trainer.LinearRegressionTrainer;

/** The trainer of the linear regression on real data, compared with the least-squares solution. */
final class DiabetesProgram implements Program {

  private static final int EPOCHS = 3_000;
  private static final int MANY_EPOCHS = 40_000;
  private static final double[] RATES = {1e-3, 0.1, 1};
  private static final double TOLERANCE = 1e-9;

  @Override
  public String title() {
    return "Linear regression on the diabetes data";
  }

  @Override
  public String introduction() {
    return "442 patients, ten measures of each, standardised to mean 0 and standard deviation 1;"
        + " the target is the progress of the disease a year later (Efron, Hastie, Johnstone,"
        + " Tibshirani 2004). Some of the blood values nearly repeat one another, which makes the"
        + " valley of the loss long and flat. The exact minimum is known from the normal"
        + " equations.";
  }

  @Override
  public Findings run(Context context) {
    final RegressionData data = DataSets.diabetes().standardised();
    final LinearRegression exact = LeastSquares.fit(data);
    final double leastLoss = exact.meanSquaredError(data);
    context.expect((long) RATES.length * EPOCHS + MANY_EPOCHS);

    final List<List<String>> rows = new ArrayList<>();
    final List<Line> lines = new ArrayList<>();
    LinearRegression model = exact;
    for (double rate : RATES) {
      final String name = "learning rate " + Numbers.plain(rate);
      model = new LinearRegression(data.inputs());
      final Stopwatch time = new Stopwatch();
      final double[] losses =
          new LinearRegressionTrainer(Adam.defaults().withLearningRate(rate))
              .train(model, data, EPOCHS, context.listener(name, 1_000));
      final double seconds = time.seconds();
      lines.add(
          Line.ofEpochs(name, Arrays.stream(losses).map(loss -> loss - leastLoss).toArray()));
      rows.add(
          List.of(
              Numbers.plain(rate),
              Numbers.four(model.meanSquaredError(data)),
              Numbers.four(model.meanSquaredError(data) - leastLoss),
              Numbers.four(model.distance(exact)),
              Numbers.seconds(seconds)));
    }

    // The number of epochs was chosen for this rate, so show what more epochs do.
    final LinearRegression longer = new LinearRegression(data.inputs());
    new LinearRegressionTrainer(Adam.defaults().withLearningRate(RATES[RATES.length - 1]))
        .train(longer, data, MANY_EPOCHS, context.listener("longer", 10_000));
    final double distance = model.distance(exact);
    final double excess = model.meanSquaredError(data) - leastLoss;
    return new Findings(
        List.of(
            new Claim(
                "learning rate 1 finds every coefficient of least squares to 1e-9 in 3,000 epochs:"
                    + " largest difference "
                    + Numbers.four(distance),
                distance <= TOLERANCE),
            new Claim(
                "its mean squared error is that of least squares, "
                    + leastLoss
                    + ", to 1e-9: difference "
                    + Numbers.four(excess),
                Math.abs(excess) <= TOLERANCE)),
        List.of(
            "rate and epochs were chosen by trial, and a constant rate does not stay there: after "
                + Numbers.plain(MANY_EPOCHS)
                + " epochs at learning rate 1 the largest difference is "
                + Numbers.four(longer.distance(exact))),
        List.of(
            new Chart(
                "Diabetes: how far above the least loss",
                "epoch",
                "mean squared error - least possible",
                false,
                true,
                lines)),
        List.of(
            new Table(
                "Diabetes after 3,000 epochs; the least possible loss is "
                    + Numbers.four(leastLoss),
                List.of("learning rate", "loss", "above least", "largest difference", "time"),
                rows),
            coefficients(data, model, exact)));
  }

  private static Table coefficients(
      RegressionData data, LinearRegression model, LinearRegression exact) {
    final List<List<String>> rows = new ArrayList<>();
    for (int j = 0; j < data.inputs(); j++) {
      rows.add(coefficient(data.names().get(j), model.weights()[j], exact.weights()[j]));
    }
    rows.add(coefficient("bias", model.bias()[0], exact.bias()[0]));
    return new Table(
        "Diabetes: coefficients per standard deviation",
        List.of("measure", "Adam", "least squares", "difference"),
        rows);
  }

  private static List<String> coefficient(String name, double found, double exact) {
    return List.of(
        name,
        Numbers.fixed(found, 12),
        Numbers.fixed(exact, 12),
        Numbers.four(found - exact));
  }
}
