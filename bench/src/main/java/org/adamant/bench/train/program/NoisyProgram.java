package org.adamant.bench.train.program;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.bench.train.trainer.EpochLoop;

/** A quadratic whose gradients are buried in noise, with a learning rate that falls. */
final class NoisyProgram implements Program {

  private static final int PARAMETERS = 1_000;
  private static final int STEPS = 10_000;
  private static final double NOISE = 10;
  private static final double FIRST_RATE = 0.1;
  private static final double GOAL = 0.25;

  @Override
  public String title() {
    return "Noisy gradients: a quadratic under ten times as much noise";
  }

  @Override
  public String introduction() {
    return "1,000 parameters start at 0 and should reach targets drawn from a normal distribution."
        + " The gradient of each is its distance to the target plus normal noise with a standard"
        + " deviation of 10. The learning rate is 0.1 / sqrt(t), as in the paper's proof of"
        + " convergence.";
  }

  @Override
  public Findings run(Context context) {
    context.expect(STEPS);
    final Random random = new Random(42);
    final double[] target = new double[PARAMETERS];
    Arrays.setAll(target, _ -> random.nextGaussian());
    final double[] params = new double[PARAMETERS];
    final double[] gradient = new double[PARAMETERS];
    final AdamOptimizer optimizer = AdamOptimizer.builder(Adam.defaults())
        .schedule(t -> FIRST_RATE / Math.sqrt((double) t))
        .build();
    final double[] distances =
        EpochLoop.run(
            STEPS,
            () -> {
              final double distance = distance(params, target);
              Arrays.setAll(
                  gradient, i -> params[i] - target[i] + NOISE * random.nextGaussian());
              optimizer.step(Map.of("p", params), Map.of("p", gradient));
              return distance;
            },
            context.listener("noisy", 1_000));
    final double last = distance(params, target);
    return new Findings(
        List.of(
            new Claim(
                "the root mean square distance to the targets falls from "
                    + Numbers.four(distances[0])
                    + " below "
                    + GOAL
                    + ": "
                    + Numbers.four(last),
                last < GOAL)),
        List.of(),
        List.of(
            new Chart(
                "Noisy gradients",
                "step",
                "root mean square distance",
                false,
                false,
                List.of(Line.ofEpochs("Adam 0.1 / sqrt(t)", distances)))),
        List.of());
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum / a.length);
  }
}
