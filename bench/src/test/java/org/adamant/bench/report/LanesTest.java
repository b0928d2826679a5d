package org.adamant.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.results.StepTime.Benchmark;
import org.adamant.bench.support.Element;
import org.junit.jupiter.api.Test;

class LanesTest {

  private final List<StepTime> times = new ArrayList<>();

  @Test
  void theFasterInEveryRoundIsTheFastest() {
    kernel("BITS_256", 400, 420, 410);
    kernel("BITS_512", 300, 320, 310);
    other(Contestant.TRAFFIC, 100, 100, 100);
    other(Contestant.PLAIN, 450, 480, 465);
    assertThat(verdict("BITS_512"))
        .containsExactly(
            "1,000", "512 bits", "", "+32 % (256 bits)", "3.10", "0.67", "512 bits: right");
    assertThat(verdict("BITS_256")).endsWith("256 bits: 32 % slower");
  }

  @Test
  void oneSlowRoundLeavesItUndecided() {
    kernel("BITS_256", 400, 250, 410);
    kernel("BITS_512", 300, 320, 310);
    assertThat(verdict("BITS_256"))
        .contains("512 bits", "undecided: 256 bits +32 %", "256 bits: undecided");
  }

  @Test
  void aSmallDifferenceIsNone() {
    kernel("BITS_256", 305, 305, 305);
    kernel("BITS_512", 300, 300, 300);
    assertThat(verdict("BITS_256"))
        .contains("512 bits", "equal: 256 bits +2 %", "256 bits: right");
  }

  @Test
  void twoRoundsAreNotEnough() {
    kernel("BITS_256", 600, 600);
    kernel("BITS_512", 300, 300);
    assertThat(verdict("BITS_256"))
        .contains("undecided: 256 bits +100 %", "256 bits: undecided");
  }

  @Test
  void oneWidthHasNothingToBeComparedWith() {
    kernel("BITS_256", 600, 600, 600);
    assertThat(verdict("BITS_512")).endsWith("512 bits: not measured");
    assertThat(verdict("BITS_256")).endsWith("256 bits: nothing to compare it with");
    assertThat(verdict("")).endsWith("not known");
  }

  @Test
  void timesArePerElementAndRelativeToTheLimit() {
    kernel("SCALAR", 400, 410, 420);
    times.add(time("SCALAR", Contestant.KERNEL, 16_384, 16_384, 0));
    other(Contestant.TRAFFIC, 200, 205, 210);
    final Lanes lanes = lanes("SCALAR");
    assertThat(lanes.times().header()).containsExactly("float", "1,000", "16,384");
    assertThat(lanes.times().rows())
        .containsExactly(
            List.of("auto-vectorised", "0.410 (2.00)", "1.000"),
            List.of("traffic limit", "0.205", ""));
    assertThat(lanes.chart().lines())
        .extracting(Line::name, Line::isLimit)
        .containsExactly(tuple("auto-vectorised", false), tuple("traffic limit", true));
  }

  /** Next to one another, as they would lie on top of one another at the same place. */
  @Test
  void ofOneSizeEachHasItsPlace() {
    kernel("BITS_256", 400);
    kernel("BITS_512", 401);
    other(Contestant.TRAFFIC, 200);
    final Chart chart = lanes("BITS_512").chart();
    assertThat(chart.xLabel()).isEqualTo("1,000 elements per array");
    assertThat(chart.xNames()).containsExactly("256 bits", "512 bits");
    assertThat(chart.lines())
        .extracting(line -> List.of(line.x()[0], line.y()[0], (double) line.x().length))
        .containsExactly(List.of(0.0, 0.4, 1.0), List.of(1.0, 0.401, 1.0), List.of(0.0, 0.2, 2.0));
  }

  /** Neither in a table, nor in a picture, nor in a verdict. */
  @Test
  void whatAllocatesIsNoMeasurement() {
    kernel("SCALAR", 310, 310, 310);
    kernel("BITS_256", 300, 300, 300);
    for (double bytes : new double[] {0, 85_000, 0}) {
      times.add(time("BITS_512", Contestant.KERNEL, 1000, 1500, bytes));
    }
    assertThat(verdict("BITS_256")).endsWith("256 bits: right among those measured");
    assertThat(verdict("BITS_512"))
        .containsExactly(
            "1,000", "256 bits", "", "+3 % (auto-vectorised)", "", "", "512 bits: not measured");
    final Lanes lanes = lanes("BITS_512");
    assertThat(lanes.times().rows()).contains(List.of("512 bits", "not measured"));
    assertThat(lanes.chart().lines())
        .extracting(Line::name)
        .containsExactly("auto-vectorised", "256 bits");
    assertThat(lanes.warnings())
        .singleElement()
        .asString()
        .startsWith("float, 512 bits, 1,000 elements: not measured.")
        .endsWith("To repeat it: lanes --element float --widths 512 --sizes 1000");
  }

  @Test
  void withoutAnyMeasurementThereIsNoVerdict() {
    times.add(time("BITS_512", Contestant.KERNEL, 1000, 1500, 85_000));
    assertThat(verdict("BITS_512"))
        .containsExactly("1,000", "not measured", "", "", "", "", "512 bits: not measured");
    assertThat(lanes("BITS_512").chart().lines()).isEmpty();
  }

  /** Widths are compared within one variant on as many threads, with its own limit. */
  @Test
  void variantsAndThreadsAreKeptApart() {
    for (int threads : new int[] {1, 2}) {
      for (String variant : List.of("BASIC", "AMSGRAD")) {
        times.add(variant("BITS_256", variant, Contestant.KERNEL, threads, 400));
        times.add(variant("", variant, Contestant.TRAFFIC, threads, 100 * threads));
      }
      times.add(variant("", "BASIC", Contestant.PLAIN, threads, 800));
    }
    final List<Lanes> all = Lanes.of(times, "BITS_256");
    assertThat(all)
        .extracting(lanes -> lanes.times().header().getFirst())
        .containsExactly("float", "float, amsgrad", "float, 2 threads",
            "float, amsgrad, 2 threads");
    assertThat(all.getLast().times().rows())
        .containsExactly(
            List.of("256 bits", "0.400 (2.00)"), List.of("plain loop", "0.800 (4.00)"),
            List.of("traffic limit", "0.200"));
  }

  @Test
  void otherBenchmarksAreIgnored() {
    times.add(
        new StepTime(
            Benchmark.FIRST_STEP, Element.FLOAT, Contestant.KERNEL, 1000, "SCALAR", "BASIC", 1, 3e6,
            Double.NaN, Double.NaN));
    times.add(variant("preferred", "BASIC", Contestant.KERNEL, 1, 400));
    assertThat(Lanes.of(times, "SCALAR")).isEmpty();
  }

  private List<String> verdict(String preferred) {
    return lanes(preferred).verdicts().rows().getFirst();
  }

  private Lanes lanes(String preferred) {
    return Lanes.of(times, preferred).getFirst();
  }

  /** A time for each round. */
  private void kernel(String width, double... nanos) {
    for (double x : nanos) {
      times.add(time(width, Contestant.KERNEL, 1000, x, 0.1));
    }
  }

  private void other(Contestant contestant, double... nanos) {
    for (double x : nanos) {
      times.add(time("", contestant, 1000, x, 0.1));
    }
  }

  private static StepTime time(
      String width, Contestant contestant, int size, double nanos, double bytes) {
    return new StepTime(
        Benchmark.STEP, Element.FLOAT, contestant, size, width, "BASIC", 1, nanos, bytes,
        Double.NaN);
  }

  private static StepTime variant(
      String width, String variant, Contestant contestant, int threads, double nanos) {
    return new StepTime(
        Benchmark.VARIANT, Element.FLOAT, contestant, 1000, width, variant, threads, nanos, 0,
        Double.NaN);
  }
}
