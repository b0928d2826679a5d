package org.adamant.bench.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.adamant.bench.results.Accepted.What;
import org.adamant.bench.support.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFileTest {

  private static final Accepted JUMP =
      new Accepted("2026-11-23", What.TIME, "float 1000", 1.08, "a safer root");

  @TempDir
  private Path directory;

  @Test
  void resultsSurviveTheFile() throws IOException {
    final GateRun result = run(1);
    Files.writeString(directory.resolve("b.json"), ResultFile.text(List.of(result)));
    assertThat(ResultFile.readBaselines(directory.resolve("b.json"))).containsExactly(result);
  }

  @Test
  void noFileIsAnEmptyList() throws IOException {
    assertThat(ResultFile.readBaselines(directory.resolve("none"))).isEmpty();
  }

  @Test
  void readsAcceptedJumps() throws IOException {
    final String json =
        """
            [
              {"date": "2026-11-23", "what": "TIME", "cases": "float 1000", "factor": 1.08,
               "reason": "a safer root"},
              {"date": "2026-12-01", "what": "PATH", "cases": "all", "reason": "256 bits are faster"}
            ]
            """;
    assertThat(ResultFile.parseAccepted("a.json", json))
        .containsExactly(
            JUMP, new Accepted("2026-12-01", What.PATH, "all", 0, "256 bits are faster"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026-11-23 | 23.11.2026 | date = 23.11.2026: expected a date such as 2026-11-23",
        "1.08 | 0 | factor = 0.0: expected by how much the time grew, such as 1.08",
        "TIME | PATH | factor = 1.08: expected none for PATH",
        "TIME | SPACE | SPACE",
        "a safer root | '' | reason = : expected a reason",
        "reason | excuse | reason = null: expected a reason",
        "'[{' | '{' | a.json",
        "}] | } | a.json"
      })
  void saysInOneLineWhatIsWrong(String right, String wrong, String message) {
    final String json =
        "[{\"date\": \"2026-11-23\", \"what\": \"TIME\", \"cases\": \"float 1000\", \"factor\": 1.08,"
            + " \"reason\": \"a safer root\"}]";
    assertThatThrownBy(() -> ResultFile.parseAccepted("a.json", json.replace(right, wrong)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("a.json: ")
        .hasMessageContaining(message)
        .matches(e -> e.getMessage().lines().count() == 1);
  }

  @Test
  void aJumpCoversItsCases() {
    assertThat(JUMP.covers(What.TIME, "float 1000")).isTrue();
    assertThat(JUMP.covers(What.TIME, "float 10000")).isFalse();
    assertThat(JUMP.covers(What.ALLOCATION, "float 1000")).isFalse();
    final Accepted floats = new Accepted("2026-11-23", What.TIME, "float", 1.1, "all floats");
    assertThat(floats.covers(What.TIME, "float 1000")).isTrue();
    assertThat(floats.covers(What.TIME, "double 1000")).isFalse();
  }

  @Test
  void jumpsOfTheDayOfABaselineAreNewToIt() {
    final GateRun baseline = run(1);
    final Accepted before = new Accepted("2026-10-31", What.TIME, "all", 1.1, "before");
    final Accepted sameDay = new Accepted("2026-11-01", What.TIME, "all", 1.1, "the same day");
    assertThat(baseline.acceptedSince(List.of(before, sameDay, JUMP))).containsExactly(sameDay,
        JUMP);
  }

  @Test
  void aNewBaselineReplacesTheOneOfItsMachineOnly() {
    final GateRun result = run(1);
    final GateRun newer = run(1.1);
    assertThat(newer.replaceIn(List.of(result))).containsExactly(newer);
    assertThat(result.isFromSameMachine("another", "a JVM 25")).isFalse();
    assertThat(result.isFromSameMachine("a processor", "a JVM 26")).isFalse();
  }

  private static GateRun run(double nanos) {
    final Estimate one = Estimate.of(new double[] {1, 1, 1, 1, 1, 1, 1, 1});
    return new GateRun(
        GateRun.FORMAT, "2026-11-01T12:00:00Z", null, null, "a processor", "a JVM 25", 512, 12, 0,
        List.of(), List.of(), List.of(new GateRun.Case("float 1000", nanos, 0, one, one, one)),
        List.of());
  }

  /** A file that JMH 1.37 wrote, with -prof gc and two forks. */
  @Test
  void readsWhatJmhWrote() throws Exception {
    final ResultFile file =
        ResultFile.read(Path.of(ResultFileTest.class.getResource("jmh.json").toURI()));
    assertThat(file.times())
        .extracting(StepTime::contestant)
        .containsExactly(Contestant.KERNEL, Contestant.KERNEL, Contestant.TRAFFIC);
    final StepTime first = file.times().getFirst();
    assertThat(first.element()).isEqualTo(Element.FLOAT);
    assertThat(first.width()).isEqualTo("SCALAR");
    assertThat(first.threads()).isEqualTo(1);
    assertThat(first.variant()).isEqualTo("BASIC");
    assertThat(first.nanoseconds()).isEqualTo((11657.414321980114 + 4360.410388548057) / 2);
    assertThat(first.bytes()).isCloseTo(0.585, within(0.001));
    assertThat(first.mebibytes()).isNaN();
    assertThat(file.unknown()).isEmpty();
    assertThat(file.jvm()).endsWith(" 25.0.3+9-LTS");
  }

  /** Also without raw data, as JMH writes it where it samples, and with what is not ours. */
  @Test
  void namesWhatItCannotDecode() throws IOException {
    final ResultFile file =
        ResultFile.parse(
            "r.json",
            """
                [{"benchmark": "a.StepBenchmark.floatPlain", "mode": "ss", "params": {"size": "8"},
                  "primaryMetric": {"score": 5.0, "scoreError": "NaN", "scoreUnit": "us/op"}},
                 {"benchmark": "a.StepBenchmark.floatPlain", "mode": "thrpt", "params": {"size": "8"},
                  "primaryMetric": {"score": 5.0, "scoreUnit": "ops/ns"}},
                 {"benchmark": "a.Other.c", "mode": "avgt",
                  "primaryMetric": {"score": 5.0, "scoreUnit": "ns/op"}}]
                """);
    assertThat(file.times()).extracting(StepTime::nanoseconds).containsExactly(5000.0);
    assertThat(file.unknown())
        .containsExactly(
            "a.StepBenchmark.floatPlain (mode thrpt, ops/ns)", "a.Other.c (mode avgt, ns/op)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "half a file [", "{}", "[{}]", "[1]", "[{\"benchmark\": \"a.B.c\"", "null"})
  void refusesSomethingElseInOneLine(String content) throws IOException {
    final Path file = Files.writeString(directory.resolve("other.json"), content);
    assertThatThrownBy(() -> ResultFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": expected the JSON of JMH")
        .message()
        .doesNotContain("\n");
    assertThatThrownBy(() -> ResultFile.read(directory.resolve("none.json")))
        .hasMessage(directory.resolve("none.json") + ": no such file");
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddle() {
    assertThat(Spread.median(3)).isEqualTo(3);
    assertThat(Spread.median(9, 1, 2)).isEqualTo(2);
    assertThat(Spread.median(9, 1, 2, 4)).isEqualTo(3);
  }
}
