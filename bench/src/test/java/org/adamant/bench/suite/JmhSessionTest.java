package org.adamant.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.adamant.bench.jmh.StepBenchmark;
import org.adamant.bench.jmh.VariantBenchmark;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.Origin;
import org.adamant.bench.results.ResultFile;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.results.StepTime.Benchmark;
import org.adamant.bench.support.CountingProgress;
import org.adamant.bench.support.Element;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;

/** Sessions with real JVMs of JMH, as short as possible. */
class JmhSessionTest {

  private static final Origin ORIGIN = new Origin("1a2b3c", "", "a machine", "", "SCALAR");

  private static final Timing SHORT = new Timing(1, 0, 0, 1, 10);

  private final CountingProgress counter = new CountingProgress();

  /** And not those whose name only begins like it. */
  @Test
  void measuresTheNamedBenchmarkAlone() throws Exception {
    final Batch batch =
        new Batch(
            VariantBenchmark.class,
            List.of("floatTraffic"),
            Map.of("size", List.of("8"), "variant", List.of("BASIC")),
            SHORT, List.of(GCProfiler.class));
    assertThat(session().run(List.of(batch), 1).times())
        .extracting(StepTime::benchmark, StepTime::contestant)
        .containsExactly(tuple(Benchmark.VARIANT, Contestant.TRAFFIC));
  }

  @Test
  void measuresEveryRoundAndWritesWhatJmhWrites() throws Exception {
    final Batch batch =
        new Batch(
            StepBenchmark.class,
            List.of("floatTraffic", "floatUnvectorised"),
            Map.of("size", List.of("8")),
            SHORT, List.of(GCProfiler.class));
    final JmhSession.Results results = session().run(List.of(batch), 2);
    assertThat(results.times())
        .extracting(StepTime::contestant)
        .containsExactly(
            Contestant.TRAFFIC, Contestant.UNVECTORISED, Contestant.TRAFFIC,
            Contestant.UNVECTORISED);
    assertThat(counter.expected()).isEqualTo(4);
    assertThat(counter.steps()).isEqualTo(4);
    assertThat(results.times().getLast().nanoseconds()).isPositive();
    assertThat(results.times().getLast().bytes()).isNotNegative();
    // What is decoded from JMH's objects is what the file says.
    final ResultFile file = ResultFile.parse("results", results.json());
    assertThat(file.times())
        .usingRecursiveComparison()
        .withComparatorForType((a, b) -> Math.abs(a - b) <= 1e-9 * b ? 0 : a.compareTo(b),
            Double.class)
        .isEqualTo(results.times());
    assertThat(Origin.of(file.jvmArgs())).isEqualTo(ORIGIN);
    assertThat(results.json()).contains("-XX:-UseSuperWord", "--add-modules=jdk.incubator.vector");
  }

  @Test
  void theFirstStepComesWithItsMemory() throws Exception {
    final Plan plan = new Plan(SHORT);
    plan.addFirstStep(Element.FLOAT, List.of("1000"), List.of("SCALAR"), 1);
    assertThat(session().run(plan.batches(), 1).times())
        .hasSize(2)
        .allSatisfy(
            time -> {
              assertThat(time.benchmark()).isEqualTo(Benchmark.FIRST_STEP);
              assertThat(time.mebibytes()).isGreaterThan(1);
            });
  }

  @Test
  void aBenchmarkThatFailsSaysWhy() {
    final Batch batch =
        new Batch(
            StepBenchmark.class,
            List.of("floatKernel"),
            Map.of("size", List.of("8"), "width", List.of("BITS_7")),
            SHORT, List.of(GCProfiler.class));
    assertThatThrownBy(() -> session().run(List.of(batch), 1))
        .isInstanceOf(JmhSession.FailedException.class)
        .message()
        .contains("BITS_7")
        .doesNotContain("\n");
  }

  private JmhSession session() {
    return new JmhSession(ORIGIN.jvmArgs(), counter);
  }
}
