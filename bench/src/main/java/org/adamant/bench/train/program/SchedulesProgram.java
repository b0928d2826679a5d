package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;
import org.adamant.training.AverageDecay;
import org.adamant.training.DecayShape;
import org.adamant.training.LossScale;
import org.adamant.training.OneCycle;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;

/** Draws all schedules, and the two factors that depend on what happens in the training. */
final class SchedulesProgram implements Program {

  private static final int TOTAL = 200;
  private static final int WARMUP = 20;
  private static final double END = 0.05;

  private static final Schedule COSINE = Schedule.warmupCosine(1, END, WARMUP, TOTAL);
  private static final Schedule HALF = Schedule.warmupCosine(1, END, WARMUP / 2, TOTAL / 2);
  private static final OneCycle CYCLE = Schedule.oneCycle(1, TOTAL);

  private final List<Chart> charts = new ArrayList<>();

  @Override
  public String title() {
    return "Schedules: functions of the update, so there is nothing to save";
  }

  @Override
  public String introduction() {
    return "Learning rates as a share of the highest, over 200 updates with a warm-up of 20 and an end of 0.05; s"
        + " = t - 1 updates are completed before update t. Beside them the beta1 of one cycle, decays of an"
        + " average of the parameters, and the factor and the scale that depend on a metric and on skipped steps.";
  }

  @Override
  public Findings run(Context context) {
    context.expect(7);
    add(
        context, "Warm-up, then a fall", line("warm-up only", Schedule.linearWarmup(1, WARMUP)),
        line("cosine", COSINE), line("stable, linear", phases(DecayShape.LINEAR)),
        line("stable, cosine", phases(DecayShape.COSINE)),
        line("stable, 1 - root", phases(DecayShape.ONE_MINUS_SQRT)));
    add(
        context, "A fall from the start", line("linear", Schedule.linear(1, END, TOTAL)),
        line("cosine", Schedule.cosine(1, END, TOTAL)),
        line("power 3", Schedule.polynomial(1, END, 3, WARMUP, TOTAL - WARMUP)),
        line("exponential", Schedule.exponential(1, 0.5, 40)),
        line("staircase", Schedule.staircase(1, 0.5, 40)));
    add(
        context, "Roots, and a sequence", line("inverse root", Schedule.inverseRoot(1, WARMUP)),
        line("Noam", Schedule.noam(Math.sqrt(512 * 60), 512, 60)),
        line("two cosines", Schedule.sequence(List.of(HALF, HALF.times(0.5)), TOTAL / 2)));
    add(
        context, "One cycle", line("rate", CYCLE.rate()), line("beta1", CYCLE.beta1()));
    add(
        context, "Decay of an average", line("warm-up to 0.95", AverageDecay.warmup(0.95)),
        line("debiased, 0.95", AverageDecay.debiased(0.95)),
        line(
            "debiased, from update 60 on",
            AverageDecay.startingAt(60, AverageDecay.debiased(0.95))));
    final double[] factors = factors();
    add(
        context, "Plateau: the loss, and the factor of the rate",
        Line.ofEpochs("loss", losses()), Line.ofEpochs("factor", factors));
    final double[] scales = lossScales();
    add(context, "Loss scale", Line.ofEpochs("scale / 65,536", scales));
    return new Findings(
        List.of(
            new Claim(
                "warm-up and cosine is highest at update " + (WARMUP + 1) + ", "
                    + Numbers.four(COSINE.at(WARMUP + 1)) + ", and ends exactly at update "
                    + (TOTAL + 1) + ", " + Numbers.four(COSINE.at(TOTAL + 1)),
                COSINE.at(WARMUP + 1) == 1 && COSINE.at(TOTAL + 1) == END
                    && COSINE.at(TOTAL) > END),
            new Claim(
                "where gradients overflow above a loss scale of 100,000, it is 65,536 but for "
                    + Arrays.stream(scales).filter(scale -> scale != 1).count()
                    + " of 200 updates; the rate falls on a plateau, by the factor "
                    + Numbers.four(factors[TOTAL - 1]),
                Arrays.stream(scales).filter(scale -> scale == 1).count() > 180
                    && factors[TOTAL - 1] == 0.25)),
        List.of(
            "Warm-up: s / W. Cosine: end + (1 - end) (1 + cos(pi (s - W) / (T - W))) / 2. Stable: 1 for 120"
                + " updates, then 1 - x, (1 + cos(pi x)) / 2 or 1 - sqrt(x), scaled to the end.",
            "Polynomial: end + (1 - end) (1 - x)^3, begun after 20 updates. Exponential: 0.5^(s / 40);"
                + " staircase: the exponent rounded down.",
            "Inverse root: 1 / sqrt(1 + (s - W) / W). Noam: proportional to min(1 / sqrt(t), t / W^1.5). In a"
                + " sequence each schedule is counted from its own start.",
            "Averages: min(d, (1 + t) / (10 + t)), and 1 - (1 - d) / (1 - d^t); 1 is no average.",
            "Plateau: half the rate, down to a quarter, after more than 30 updates without a better loss. Loss"
                + " scale: doubled after 20 good steps, halved after a skipped one."),
        charts, List.of());
  }

  private static Schedule phases(DecayShape shape) {
    return Schedule.warmupStableDecay(1, END, WARMUP, 120, 60, shape);
  }

  private static Line line(String name, Schedule schedule) {
    return Line.ofEpochs(
        name, LongStream.rangeClosed(1, TOTAL).mapToDouble(schedule::at).toArray());
  }

  private void add(Context context, String title, Line... lines) {
    charts.add(new Chart(title, "update t", "value", false, false, List.of(lines)));
    context.tick();
  }

  /** Losses that fall, and stop falling twice. */
  private static double[] losses() {
    final Random random = new Random(1);
    return LongStream.range(0, TOTAL)
        .mapToDouble(
            s -> Math.max(s < 100 ? 0.6 : 0.3, 1 - s / 100.0)
                * (1 + 0.02 * random.nextDouble()))
        .toArray();
  }

  private static double[] factors() {
    final Plateau plateau =
        Plateau.defaults().withFactor(0.5).withPatience(30).withMinFactor(0.25);
    final double[] factors = losses();
    Plateau.State state = plateau.start();
    for (int s = 0; s < TOTAL; s++) {
      state = plateau.observe(state, factors[s]);
      factors[s] = state.factor();
    }
    return factors;
  }

  private static double[] lossScales() {
    final LossScale settings = LossScale.dynamic().withInitial(0x1p18).withInterval(20);
    final double[] scales = new double[TOTAL];
    LossScale.State state = settings.start();
    for (int s = 0; s < scales.length; s++) {
      scales[s] = state.scale() / 65_536;
      state = settings.next(state, state.scale() > 100_000);
    }
    return scales;
  }
}
