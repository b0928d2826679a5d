package org.adamant.bench.train.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.Spread;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays;
import org.adamant.bench.support.StepArrays.Role;
import org.adamant.bench.support.TurnTimer;
import org.adamant.bench.support.Widths;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;

/** The last table: the time of a step on this machine, for every lane width. */
final class SpeedProgram implements Program {

  private static final int[] LENGTHS = {1_000, 16_384, 262_144, 4_194_304};

  /** A length that is short enough to be compiled soon, and has a tail for every lane count. */
  private static final int CHECKED_LENGTH = 4_003;

  private static final int CHECKED_STEPS = 100;

  /** The timer for the first steps, until they are compiled; before that, large arrays take very long. */
  private static final TurnTimer FIRST = new TurnTimer(0.1, 0.25);

  private static final TurnTimer TIMER = new TurnTimer(0.5, 0.02);

  @Override
  public String title() {
    return "The time of a step on this machine";
  }

  @Override
  public String introduction() {
    return "Nanoseconds per element on one thread: the median of rounds in which the lane widths take"
        + " turns. The shorter arrays lie in the caches, where arithmetic is the limit; the longest does"
        + " not, and memory is. Measured before any training, which can change how the JIT compiles the"
        + " loops. "
        + Widths.EXPLANATION;
  }

  @Override
  public Findings run(Context context) {
    final List<AdamKernel> kernels = LaneWidth.supported().stream().map(AdamKernel::of).toList();
    context.expect((long) Element.values().length * LENGTHS.length);
    final List<Chart> charts = new ArrayList<>();
    final List<Table> tables = new ArrayList<>();
    boolean isSameBits = true;
    for (Element element : Element.values()) {
      FIRST.measure(timed(kernels, new StepArrays(element, CHECKED_LENGTH)));
      final List<Line> lines = lines(element, kernels, context);
      charts.add(
          new Chart("One step, " + element, "elements", "ns per element", true, false, lines));
      tables.add(table(element, lines));
      isSameBits &=
          kernels.stream().map(kernel -> bits(kernel, element)).distinct().count() == 1;
    }
    return new Findings(
        List.of(
            new Claim(
                "every lane width gives the same bits: "
                    + CHECKED_STEPS
                    + " steps of float and of double",
                isSameBits)),
        List.of(
            AdamKernel.preferred().explanation(),
            "a quick look inside one JVM; the JMH benchmarks give the careful numbers"),
        charts,
        tables);
  }

  private static List<Line> lines(Element element, List<AdamKernel> kernels, Context context) {
    final double[][] nanos = new double[kernels.size()][LENGTHS.length];
    for (int i = 0; i < LENGTHS.length; i++) {
      final double[][] rounds =
          TIMER.measure(timed(kernels, new StepArrays(element, LENGTHS[i])));
      for (int k = 0; k < rounds.length; k++) {
        nanos[k][i] = Spread.median(rounds[k]) / LENGTHS[i];
      }
      context.tick();
    }
    final double[] lengths = Arrays.stream(LENGTHS).asDoubleStream().toArray();
    final List<Line> lines = new ArrayList<>();
    for (AdamKernel kernel : kernels) {
      lines.add(new Line(Widths.label(kernel.laneWidth()), lengths, nanos[lines.size()]));
    }
    return lines;
  }

  /** Contenders that share the arrays; the step counter advances as in a real run. */
  private static List<TurnTimer.Contender> timed(List<AdamKernel> kernels, StepArrays arrays) {
    final long[] t = {0};
    return kernels.stream()
        .map(
            kernel -> TurnTimer.Contender.of(
                () -> arrays.step(kernel, Adam.defaults().atStep(++t[0]))))
        .toList();
  }

  /** The bits of parameters and moments after some steps, for comparison. */
  private static List<Integer> bits(AdamKernel kernel, Element element) {
    final StepArrays arrays = new StepArrays(element, CHECKED_LENGTH);
    for (int t = 1; t <= CHECKED_STEPS; t++) {
      arrays.step(kernel, Adam.defaults().atStep(t));
    }
    final List<Integer> hashes = new ArrayList<>();
    for (Role role : List.of(Role.PARAMS, Role.FIRST_MOMENT, Role.SECOND_MOMENT)) {
      hashes.add(
          element == Element.FLOAT
              ? Arrays.hashCode(arrays.floats(role))
              : Arrays.hashCode(arrays.doubles(role)));
    }
    return hashes;
  }

  private static Table table(Element element, List<Line> lines) {
    final List<String> header = new ArrayList<>(List.of("lane width"));
    Arrays.stream(LENGTHS).forEach(length -> header.add(Numbers.plain(length)));
    final List<List<String>> rows = new ArrayList<>();
    for (Line line : lines) {
      final List<String> row = new ArrayList<>(List.of(line.name()));
      Arrays.stream(line.y()).forEach(x -> row.add(Numbers.fixed(x, 3)));
      rows.add(row);
    }
    return new Table(
        "One step, " + element + ": ns per element, by elements", header, rows);
  }
}
