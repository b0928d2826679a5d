package org.adamant.bench.train.program;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.adamant.Adam;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.data.DataSets;
import org.adamant.bench.train.model.MeanSquaredError;
import org.adamant.bench.train.model.Network;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.trainer.NetworkTrainer;
import org.adamant.bench.train.trainer.Updater;
import org.adamant.training.Schedule;

/** A small network: 3-64-64-1 with ReLU. */
final class NetworkProgram implements Program {

  private static final int EPOCHS = 10;
  private static final int BATCH = 32;

  @Override
  public String title() {
    return "A small network: 3-64-64-1, ReLU";
  }

  @Override
  public String introduction() {
    return "1,000 rows of 3 uniform inputs with y = sin(4 x1) + x2^2 - 2 x2 x3, which no linear"
        + " model can follow. Mean squared error, Adam at 0.001, mini-batches of 32, 10 epochs,"
        + " weights that start uniform as Glorot and Bengio advise, single precision.";
  }

  @Override
  public Findings run(Context context) {
    context.expect(EPOCHS);
    final Random random = new Random(42);
    final Network network = new Network(random, 3, 64, 64, 1);
    final NetworkTrainer trainer =
        new NetworkTrainer(
            network,
            new MeanSquaredError(),
            Updater.adam(Schedule.constant(Adam.defaults().learningRate())),
            BATCH,
            random);
    final Stopwatch time = new Stopwatch();
    final double[] losses =
        trainer.train(DataSets.curved(), EPOCHS, context.listener("3-64-64-1", 1));
    final double seconds = time.seconds();
    final boolean falls = IntStream.range(1, EPOCHS).allMatch(i -> losses[i] < losses[i - 1]);
    final Chart chart =
        Chart.ofLosses(
            "Network 3-64-64-1", "mean squared error", Line.ofEpochs("Adam 0.001", losses));
    return new Findings(
        List.of(
            new Claim(
                "the loss falls in every epoch, from "
                    + Numbers.four(losses[0])
                    + " to "
                    + Numbers.four(losses[EPOCHS - 1]),
                falls)),
        List.of(
            Numbers.plain(network.parameterCount())
                + " parameters, "
                + EPOCHS
                + " epochs in "
                + Numbers.seconds(seconds)),
        List.of(chart),
        List.of());
  }
}
