package org.adamant.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.adamant.bench.jmh.FirstStepBenchmark;
import org.adamant.bench.jmh.StepBenchmark;
import org.adamant.bench.jmh.VariantBenchmark;
import org.adamant.bench.results.JmhFile;
import org.adamant.bench.results.JmhResult;
import org.adamant.bench.results.Origin;
import org.adamant.bench.support.Progress;
import org.junit.jupiter.api.Test;

/** With JVMs of JMH, as short as can be. */
class JmhSessionTest {

  private static final Origin ORIGIN = new Origin("1a2b3c", "", "a machine", "", "SCALAR");

  private static final Timing SHORT = new Timing(1, 0, 0, 1, 10);

  private final Counter counter = new Counter();

  /** And not those whose name only begins like it. */
  @Test
  void measuresTheNamedBenchmarkAlone() throws Exception {
    final Batch batch =
        new Batch(
            VariantBenchmark.class,
            List.of("floatTraffic"),
            Map.of("size", List.of("8")),
            SHORT);
    assertThat(JmhFile.parse(session().run(List.of(batch), 1)))
        .extracting(JmhResult::method)
        .containsExactly("floatTraffic");
  }

  @Test
  void measuresEveryRoundAndWritesWhatJmhWrites() throws Exception {
    final Batch batch =
        new Batch(
            StepBenchmark.class,
            List.of("floatTraffic", "floatUnvectorised"),
            Map.of("size", List.of("8")),
            SHORT);
    final List<JmhResult> results = JmhFile.parse(session().run(List.of(batch), 2));
    assertThat(results)
        .extracting(JmhResult::method)
        .containsExactly("floatTraffic", "floatUnvectorised", "floatTraffic", "floatUnvectorised");
    assertThat(counter.expected).isEqualTo(4);
    assertThat(counter.steps).isEqualTo(4);
    final JmhResult last = results.getLast();
    assertThat(last.jvmArgs()).contains("-XX:-UseSuperWord", "--add-modules=jdk.incubator.vector");
    assertThat(last.allocation()).isPresent();
    assertThat(last.primaryMetric().nanosPerCall().orElseThrow()).isPositive();
    assertThat(Origin.of(last)).isEqualTo(ORIGIN);
  }

  @Test
  void theFirstStepComesWithItsMemory() throws Exception {
    final Plan plan = new Plan(SHORT);
    plan.addFirstStep(Element.FLOAT, List.of("1000"), List.of("SCALAR"), 1);
    final List<JmhResult> results = JmhFile.parse(session().run(plan.batches(), 1));
    assertThat(results).extracting(JmhResult::mode).containsOnly("ss").hasSize(2);
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.className()).isEqualTo(FirstStepBenchmark.class.getSimpleName());
              assertThat(result.secondaryMetrics().get("mempool.total.used").score())
                  .isGreaterThan(1000);
            });
  }

  @Test
  void aBenchmarkThatFailsSaysWhy() {
    final Batch batch =
        new Batch(
            StepBenchmark.class,
            List.of("floatKernel"),
            Map.of("size", List.of("8"), "width", List.of("BITS_7")),
            SHORT);
    assertThatThrownBy(() -> session().run(List.of(batch), 1))
        .isInstanceOf(JmhSession.FailedException.class)
        .message()
        .contains("BITS_7")
        .doesNotContain("\n");
  }

  private JmhSession session() {
    return new JmhSession(ORIGIN.jvmArgs(), counter);
  }

  /** Counts trials. */
  private static final class Counter implements Progress {
    private long expected;
    private long steps;

    @Override
    public void expect(long announced) {
      expected = announced;
    }

    @Override
    public void step() {
      steps++;
    }

    @Override
    public void close() {}
  }
}
