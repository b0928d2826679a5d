package org.adamant.bench.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.adamant.bench.page.Line;
import org.adamant.bench.results.JmhResult;
import org.adamant.bench.results.Metric;
import org.adamant.bench.suite.Element;
import org.junit.jupiter.api.Test;

class LanesTest {

  private final List<JmhResult> results = new ArrayList<>();

  @Test
  void theFasterInEveryRoundIsTheBest() {
    add("floatKernel", "BITS_256", 1000, 400, 420, 410);
    add("floatKernel", "BITS_512", 1000, 300, 320, 310);
    add("floatTraffic", null, 1000, 100, 100, 100);
    add("floatPlain", null, 1000, 450, 480, 465);
    assertThat(verdict("BITS_512"))
        .containsExactly("1,000", "512 bits", "32 % (256 bits)", "3.10", "50 %", "512 bits: right");
    assertThat(verdict("BITS_256")).endsWith("256 bits: 32 % slower");
  }

  @Test
  void oneSlowRoundIsNoProof() {
    add("floatKernel", "BITS_256", 1000, 400, 250, 410);
    add("floatKernel", "BITS_512", 1000, 300, 320, 310);
    assertThat(verdict("BITS_256")).contains("512 bits = 256 bits", "256 bits: right", "–");
  }

  @Test
  void aSmallDifferenceIsNone() {
    add("floatKernel", "BITS_256", 1000, 305, 305, 305);
    add("floatKernel", "BITS_512", 1000, 300, 300, 300);
    assertThat(verdict("BITS_256")).contains("512 bits = 256 bits", "256 bits: right");
  }

  @Test
  void twoRoundsAreNotEnough() {
    add("floatKernel", "BITS_256", 1000, 600, 600);
    add("floatKernel", "BITS_512", 1000, 300, 300);
    assertThat(verdict("BITS_256")).contains("512 bits = 256 bits", "256 bits: right");
  }

  @Test
  void whatTheChooserPicksMayNotHaveBeenMeasured() {
    add("floatKernel", "BITS_256", 1000, 600, 600, 600);
    assertThat(verdict("BITS_512")).endsWith("not measured");
  }

  @Test
  void timesArePerElementAndRelativeToTheLimit() {
    add("floatKernel", "SCALAR", 1000, 400, 410, 420);
    add("floatKernel", "SCALAR", 16_384, 16_384, 16_384, 16_384);
    add("floatTraffic", null, 1000, 200, 205, 210);
    final Lanes lanes = lanes("SCALAR");
    assertThat(lanes.times().header()).containsExactly("float", "1,000", "16,384");
    assertThat(lanes.times().rows())
        .containsExactly(
            List.of("scalar", "0.410 (2.00)", "1.000"), List.of("traffic limit", "0.205", ""));
    assertThat(lanes.chart().lines())
        .extracting(Line::name, Line::isLimit)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("scalar", false),
            org.assertj.core.groups.Tuple.tuple("traffic limit", true));
  }

  /** Another parameter of the benchmark is another dimension of the candidates. */
  @Test
  void moreParametersAreMoreCandidates() {
    for (String division : List.of("HARDWARE", "FMA")) {
      results.add(
          result(
              "floatKernel",
              Map.of("size", "1000", "width", "BITS_512", "division", division),
              division.equals("FMA") ? 270 : 420,
              0));
    }
    assertThat(lanes("BITS_512").times().rows())
        .extracting(List::getFirst)
        .containsExactly("512 bits, hardware", "512 bits, fma");
  }

  @Test
  void aLoopThatAllocatesIsDoubtful() {
    add("floatKernel", "BITS_256", 1000, 600);
    results.add(
        result("floatKernel", Map.of("size", "1000", "width", "BITS_512"), 2e6, 85_000));
    assertThat(lanes("BITS_512").warnings())
        .singleElement()
        .asString()
        .startsWith("float, 512 bits, 1,000 elements: not a measurement");
  }

  @Test
  void whatIsNotAStepIsIgnored() {
    results.add(
        new JmhResult(
            "a.FirstStepBenchmark.floatKernel", "ss", 1, 1, List.of(), "25", "vm", "25",
            Map.of("size", "1000", "width", "SCALAR"),
            new Metric(3, 0, "ms/op", List.of()), Map.of()));
    add("doubleKernel", "SCALAR", 1000, 400);
    assertThat(Lanes.of(results, Element.FLOAT, "SCALAR")).isEmpty();
    assertThat(Lanes.of(results, Element.DOUBLE, "SCALAR")).isPresent();
  }

  private List<String> verdict(String preferred) {
    return lanes(preferred).verdicts().rows().getFirst();
  }

  private Lanes lanes(String preferred) {
    return Lanes.of(results, Element.FLOAT, preferred).orElseThrow();
  }

  /** A result for each round. */
  private void add(String method, String width, int size, double... nanos) {
    for (double x : nanos) {
      results.add(
          result(
              method,
              width == null
                  ? Map.of("size", String.valueOf(size))
                  : Map.of("size", String.valueOf(size), "width", width),
              x,
              0.1));
    }
  }

  private static JmhResult result(
      String method, Map<String, String> params, double nanos, double bytes) {
    return new JmhResult(
        "a.StepBenchmark." + method, "avgt", 1, 1, List.of(), "25", "vm", "25", params,
        new Metric(nanos, 0, "ns/op", List.of(List.of(nanos))),
        Map.of(JmhResult.ALLOCATION, new Metric(bytes, 0, "B/op", List.of(List.of(bytes)))));
  }
}
