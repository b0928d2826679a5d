package org.adamant.bench.regress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.adamant.bench.regress.Accepted.What;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFilesTest {

  private static final Accepted JUMP =
      new Accepted("2026-11-23", What.TIME, "float 1000", 1.08, "a safer root");

  @TempDir
  private Path directory;

  @Test
  void resultsSurviveTheFile() throws IOException {
    final RunResult result = GateTest.baseline(1);
    Files.writeString(directory.resolve("b.json"), JsonFiles.text(List.of(result)));
    assertThat(JsonFiles.baseline(directory.resolve("b.json"))).containsExactly(result);
  }

  @Test
  void noFileIsAnEmptyList() throws IOException {
    assertThat(JsonFiles.baseline(directory.resolve("none"))).isEmpty();
    assertThat(JsonFiles.accepted(directory.resolve("none"))).isEmpty();
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
    assertThat(JsonFiles.accepted("a.json", json))
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
    assertThatThrownBy(() -> JsonFiles.accepted("a.json", json.replace(right, wrong)))
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
    final RunResult baseline = GateTest.baseline(1);
    final Accepted before = new Accepted("2026-10-31", What.TIME, "all", 1.1, "before");
    final Accepted sameDay = new Accepted("2026-11-01", What.TIME, "all", 1.1, "the same day");
    assertThat(baseline.newOf(List.of(before, sameDay, JUMP))).containsExactly(sameDay, JUMP);
  }

  @Test
  void aNewBaselineReplacesTheOneOfItsMachineOnly() {
    final RunResult result = GateTest.baseline(1);
    final RunResult newer = GateTest.baseline(1.1);
    assertThat(newer.replaceIn(List.of(result))).containsExactly(newer);
    assertThat(result.isFromSameMachine("another", "a JVM 25")).isFalse();
    assertThat(result.isFromSameMachine("a processor", "a JVM 26")).isFalse();
  }
}
