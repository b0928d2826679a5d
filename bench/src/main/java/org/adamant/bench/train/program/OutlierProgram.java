package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.train.data.RegressionData;
import org.adamant.bench.train.data.Samples;
import org.adamant.bench.train.model.LinearRegression;
import org.adamant.bench.train.model.MadeUpRegression;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.trainer.EpochListener;
import org.adamant.bench.train.trainer.Updater;

/** The regression with some targets far off: shows the effects of the loss and of clipping. */
final class OutlierProgram implements Program {

  private static final int ROWS = 400;
  private static final int BATCH = 16;
  private static final int EPOCHS = 300;
  private static final double RATE = 0.05;
  private static final double NOISE = 0.1;
  private static final double SHARE = 0.1;
  private static final double FAR = 50;
  private static final double CLIP = 0.1;

  /** The slope of a loss as a function of the error. */
  private enum Slope {
    SQUARED("squared error", error -> 2 * error),
    ABSOLUTE("absolute error", Math::signum),
    HUBER("Huber, squared up to 0.2", error -> Math.clamp(error, -0.2, 0.2));

    private final String label;
    private final DoubleUnaryOperator function;

    Slope(String label, DoubleUnaryOperator function) {
      this.label = label;
      this.function = function;
    }
  }

  @Override
  public String title() {
    return "Outliers: the loss decides, clipping does not";
  }

  @Override
  public String introduction() {
    return "400 rows of 3 uniform inputs with y = 2 x1 - x2 + 3 x3 + 1.5 and a little noise; one target in"
        + " ten is 50 too large. Mini-batches of 16, a learning rate that falls from 0.05 to 0. Squared"
        + " error follows the outliers; absolute error and Huber's loss give each row the same pull at"
        + " most. Clipping is by value, at 0.1, in the kernel: it acts on the mean of a batch, where most batches"
        + " have an outlier.";
  }

  @Override
  public Findings run(Context context) {
    context.expect(2L * Slope.values().length * EPOCHS);
    final RegressionData data = withOutliers(MadeUpRegression.data(ROWS), new Random(7));
    final List<Run> runs = new ArrayList<>();
    for (Slope slope : Slope.values()) {
      for (boolean isClipped : new boolean[] {false, true}) {
        runs.add(train(slope, isClipped, data, context));
      }
    }
    final double squared = runs.getFirst().last();
    final double clipped = runs.get(1).last();
    final double robust =
        runs.stream()
            .filter(run -> run.slope != Slope.SQUARED)
            .mapToDouble(Run::last)
            .max()
            .orElseThrow();
    return new Findings(
        List.of(
            new Claim(
                "squared error ends far from the truth, by " + Numbers.four(squared)
                    + "; absolute error and Huber's loss end within a twentieth of that: "
                    + Numbers.four(robust),
                robust < squared / 20),
            new Claim(
                "clipping the gradient does not make up for it: squared error ends at "
                    + Numbers.four(clipped),
                clipped > 20 * robust)),
        List.of(),
        List.of(
            new Chart(
                "Outliers: distance from the truth",
                "epoch",
                "largest difference of a coefficient",
                false,
                true,
                runs.stream().map(run -> Line.ofEpochs(run.name(), run.distances)).toList())),
        List.of(
            new Table(
                "Outliers: largest difference of a coefficient after " + EPOCHS + " epochs",
                List.of("loss", "as it is", "clipped at " + CLIP),
                Arrays.stream(Slope.values())
                    .map(
                        slope -> List.of(
                            slope.label,
                            Numbers.four(runs.get(2 * slope.ordinal()).last()),
                            Numbers.four(runs.get(2 * slope.ordinal() + 1).last())))
                    .toList())));
  }

  private static RegressionData withOutliers(RegressionData data, Random random) {
    final double[] y = data.y().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] += NOISE * random.nextGaussian() + (random.nextDouble() < SHARE ? FAR : 0);
    }
    return new RegressionData(data.names(), data.x(), y);
  }

  private static Run train(Slope slope, boolean isClipped, RegressionData data, Context context) {
    final LinearRegression model = new LinearRegression(data.inputs());
    final double[] weightGradient = new double[data.inputs()];
    final double[] biasGradient = new double[1];
    final Adam adam = isClipped ? Adam.defaults().withClipValue(CLIP) : Adam.defaults();
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(adam)
            .schedule(Updater.toZero(RATE, (long) EPOCHS * (ROWS / BATCH)))
            .build();
    final Random random = new Random(42);
    final Run run = new Run(slope, isClipped, new double[EPOCHS]);
    final EpochListener listener = context.listener(run.name(), 100);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      final int[] order = Samples.shuffledNumbers(ROWS, random);
      for (int from = 0; from < ROWS; from += BATCH) {
        Arrays.fill(weightGradient, 0);
        biasGradient[0] = 0;
        for (int i = from; i < from + BATCH; i++) {
          final double[] x = data.x()[order[i]];
          final double slopeOfRow =
              slope.function.applyAsDouble(model.predict(x) - data.y()[order[i]]) / BATCH;
          LinearRegression.addGradient(x, slopeOfRow, weightGradient, biasGradient);
        }
        optimizer.step(
            Map.of("weights", model.weights(), "bias", model.bias()),
            Map.of("weights", weightGradient, "bias", biasGradient));
      }
      run.distances[epoch] = model.distance(MadeUpRegression.truth());
      listener.epochDone(epoch + 1, run.distances[epoch]);
    }
    return run;
  }

  /** One training. */
  private record Run(Slope slope, boolean isClipped, double[] distances) {

    String name() {
      return slope.label + (isClipped ? ", clipped" : "");
    }

    double last() {
      return distances[EPOCHS - 1];
    }
  }
}
