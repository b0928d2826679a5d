package org.adamant.bench.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JmhFileTest {

  @TempDir
  private Path directory;

  /** A file that JMH 1.37 wrote, with -prof gc and two forks. */
  private static List<JmhResult> recorded() throws IOException, URISyntaxException {
    return JmhFile.read(Path.of(JmhFileTest.class.getResource("jmh.json").toURI()));
  }

  @Test
  void readsWhatJmhWrote() throws Exception {
    final List<JmhResult> results = recorded();
    assertThat(results)
        .extracting(JmhResult::method)
        .containsExactly("floatKernel", "floatKernel", "floatTraffic");
    final JmhResult first = results.getFirst();
    assertThat(first.benchmark()).isEqualTo("org.adamant.bench.jmh.StepBenchmark.floatKernel");
    assertThat(first.className()).isEqualTo("StepBenchmark");
    assertThat(first.mode()).isEqualTo("avgt");
    assertThat(first.threads()).isEqualTo(1);
    assertThat(first.forks()).isEqualTo(2);
    assertThat(first.jvmArgs()).containsExactly("--add-modules=jdk.incubator.vector");
    assertThat(first.jdkVersion()).isEqualTo("25.0.3");
    assertThat(first.vmVersion()).isEqualTo("25.0.3+9-LTS");
    assertThat(first.param("width")).hasValue("SCALAR");
    assertThat(first.param("height")).isEmpty();
  }

  @Test
  void keepsTheValuesOfEveryFork() throws Exception {
    final Metric time = recorded().getFirst().primaryMetric();
    assertThat(time.scoreUnit()).isEqualTo("ns/op");
    assertThat(time.score()).isEqualTo(16177.095352990003);
    assertThat(time.scoreError()).isEqualTo(138673.55472241002);
    assertThat(time.rawData()).hasSize(2);
    assertThat(time.values())
        .containsExactly(
            11657.414321980114, 1020.611723265896, 47669.94497816594, 4360.410388548057);
    assertThat(time.median()).isEqualTo((11657.414321980114 + 4360.410388548057) / 2);
    assertThat(time.forkMedians())
        .containsExactly(
            (11657.414321980114 + 1020.611723265896) / 2,
            (47669.94497816594 + 4360.410388548057) / 2);
  }

  @Test
  void readsWhatProfilersMeasured() throws Exception {
    final List<JmhResult> results = recorded();
    assertThat(results.getFirst().allocation().orElseThrow().score())
        .isCloseTo(1.07, within(0.01));
    assertThat(results.getFirst().allocation().orElseThrow().scoreUnit()).isEqualTo("B/op");
    assertThat(results.get(1).secondaryMetrics()).containsKeys("gc.count", "gc.time");
  }

  /** JMH writes "NaN" where there are too few values, and no raw data where it samples. */
  @Test
  void readsWhatIsLeftOut() throws Exception {
    final List<JmhResult> results =
        JmhFile.parse(
            """
                [{"benchmark": "a.B.c", "mode": "ss", "threads": 2, "forks": 1, "unheardOf": 3,
                  "primaryMetric": {"score": 5.0, "scoreError": "NaN", "scoreUnit": "ms/op"}}]
                """);
    final JmhResult result = results.getFirst();
    assertThat(result.primaryMetric().scoreError()).isNaN();
    assertThat(result.primaryMetric().values()).isEmpty();
    assertThat(result.primaryMetric().forkMedians()).isEmpty();
    assertThat(result.primaryMetric().median()).isEqualTo(5.0);
    assertThat(result.params()).isEmpty();
    assertThat(result.allocation()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "half a file [", "{}", "[{}]", "[1]", "[{\"benchmark\": \"a.B.c\"", "null"})
  void refusesSomethingElseInOneLine(String content) throws IOException {
    final Path file = directory.resolve("other.json");
    Files.writeString(file, content);
    assertThatThrownBy(() -> JmhFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": expected the JSON of JMH")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void namesAMissingFile() {
    assertThatThrownBy(() -> JmhFile.read(directory.resolve("none.json")))
        .hasMessage(directory.resolve("none.json") + ": no such file");
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddle() {
    assertThat(Metric.median(3)).isEqualTo(3);
    assertThat(Metric.median(9, 1, 2)).isEqualTo(2);
    assertThat(Metric.median(9, 1, 2, 4)).isEqualTo(3);
  }
}
