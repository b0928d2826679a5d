package org.adamant.bench.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Table;

/** The closing table: how long a step takes on this machine, for every lane width. */
final class SpeedProgram implements Program {

  private static final int[] LENGTHS = {1_000, 16_384, 262_144, 4_194_304};

  /** Short enough to be compiled soon, and with a tail for every lane count. */
  private static final int WARM_UP_LENGTH = 4_003;

  private static final int CHECKED_STEPS = 100;

  @Override
  public String title() {
    return "The time of a step on this machine";
  }

  @Override
  public String introduction() {
    return "Nanoseconds per element on one thread: the median of "
        + StepTimer.ROUNDS
        + " rounds in which the lane widths take turns. The shorter arrays lie in the caches, where"
        + " arithmetic is the limit; the longest does not, and memory is. Measured before any"
        + " training, which can change how the JIT compiles the loops.";
  }

  @Override
  public Section run(Context context) {
    final List<LaneWidth> widths = LaneWidth.supported();
    final List<AdamKernel> kernels = widths.stream().map(AdamKernel::of).toList();
    context.expect(2L * LENGTHS.length);
    final Result floats = measure("float", StepArrays::floats, kernels, context);
    final Result doubles = measure("double", StepArrays::doubles, kernels, context);
    return new Section(
        List.of(
            new Claim(
                "every lane width gives the same bits: "
                    + CHECKED_STEPS
                    + " steps of float and of double",
                floats.isSameBits && doubles.isSameBits)),
        List.of(
            AdamKernel.preferred().explanation(),
            "a quick look inside one JVM; the JMH benchmarks give the careful numbers"),
        List.of(floats.chart, doubles.chart),
        List.of(floats.table, doubles.table));
  }

  private static Result measure(
      String type, IntFunction<StepArrays> arrays, List<AdamKernel> kernels, Context context) {
    final StepTimer timer = new StepTimer(kernels);
    timer.warmUp(arrays.apply(WARM_UP_LENGTH));
    final double[][] nanos = new double[kernels.size()][LENGTHS.length];
    for (int i = 0; i < LENGTHS.length; i++) {
      final double[] column = timer.nanosPerElement(arrays.apply(LENGTHS[i]), LENGTHS[i]);
      for (int k = 0; k < column.length; k++) {
        nanos[k][i] = column[k];
      }
      context.tick();
    }
    return new Result(
        chart(type, kernels, nanos), table(type, kernels, nanos), sameBits(arrays, kernels));
  }

  private static boolean sameBits(IntFunction<StepArrays> arrays, List<AdamKernel> kernels) {
    return kernels.stream()
        .mapToLong(
            kernel -> {
              final StepArrays own = arrays.apply(WARM_UP_LENGTH);
              for (int t = 1; t <= CHECKED_STEPS; t++) {
                own.step(kernel, Adam.defaults().atStep(t));
              }
              return own.bitsHash();
            })
        .distinct()
        .count()
        == 1;
  }

  private static Chart chart(String type, List<AdamKernel> kernels, double[][] nanos) {
    final double[] lengths = new double[LENGTHS.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = LENGTHS[i];
    }
    final List<Line> lines = new ArrayList<>();
    for (int k = 0; k < nanos.length; k++) {
      lines.add(new Line(name(kernels.get(k)), lengths, nanos[k]));
    }
    return new Chart("One step, " + type, "elements", "ns per element", true, false, lines);
  }

  private static Table table(String type, List<AdamKernel> kernels, double[][] nanos) {
    final List<String> header = new ArrayList<>(List.of("lane width"));
    for (int length : LENGTHS) {
      header.add(Numbers.plain(length));
    }
    final List<List<String>> rows = new ArrayList<>();
    for (int k = 0; k < nanos.length; k++) {
      final List<String> row = new ArrayList<>(List.of(name(kernels.get(k))));
      for (double x : nanos[k]) {
        row.add(Numbers.fixed(x, 3));
      }
      rows.add(row);
    }
    return new Table("One step, " + type + ": ns per element, by elements", header, rows);
  }

  private static String name(AdamKernel kernel) {
    final int bits = kernel.laneWidth().bits();
    return bits == 0 ? "scalar" : bits + " bits";
  }

  /** What was found for one element type. */
  private record Result(Chart chart, Table table, boolean isSameBits) {}
}
