package org.adamant.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.adamant.bench.results.PeersRun.Measurement;
import org.adamant.bench.results.Workload.Kind;
import org.adamant.bench.support.Element;
import org.junit.jupiter.api.Test;

class PeersRunTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Workload ARRAY = new Workload(Kind.ARRAY, Element.FLOAT, 1_000, 1);
  private static final Workload MODEL = new Workload(Kind.GPT2, Element.FLOAT, 0, 2);

  private static final PeersRun RESULT =
      new PeersRun(
          PeersRun.FORMAT,
          "2026-01-02T03:04:05Z",
          "peers --quick",
          "a machine",
          "512-bit SIMD",
          0.7,
          List.of(
              measured("PyTorch fused", ARRAY),
              measured("PyTorch fused", MODEL),
              Measurement.failed("DJL", "DJL 0", ARRAY, "wrong result")));

  /** Ratios 0.5, 0.5, 0.25, 1, 2: not the ratio of the medians, which is 1. */
  private static Measurement measured(String peer, Workload workload) {
    return new Measurement(
        peer,
        "PyTorch 2",
        workload,
        "",
        0.25,
        new double[] {10, 20, 20, 30, 40},
        new double[] {20, 40, 80, 30, 20},
        null);
  }

  @Test
  void spreadIsThatOfTheRatiosOfTheRounds() {
    assertThat(measured("PyTorch fused", ARRAY).ratio())
        .contains(new Spread(0.5, 0.5, 1, 0.25, 2));
    assertThat(Spread.of(1, 2)).isEqualTo(new Spread(1.5, 1.25, 1.75, 1, 2));
    assertThat(Spread.of(7)).isEqualTo(new Spread(7, 7, 7, 7, 7));
  }

  @Test
  void tableHasARowForEachWorkloadAndAColumnForEachPeer() {
    assertThat(RESULT.table().header()).containsExactly("kernel against", "PyTorch fused", "DJL");
    assertThat(RESULT.table().rows())
        .containsExactly(
            List.of("float 1,000", "0.500 (0.500–1.000)", "failed"),
            List.of("float, GPT-2 small, 2 threads", "0.500 (0.500–1.000)", ""));
    assertThat(RESULT.failures()).containsExactly("DJL, float 1,000: wrong result");
  }

  @Test
  void markdownSaysWhereItComesFrom() {
    assertThat(RESULT.markdown())
        .contains("| float 1,000 | 0.500 (0.500–1.000) | failed |")
        .contains("`peers --quick`", "2026-01-02", "a machine", "512-bit", "PyTorch 2; DJL 0");
  }

  @Test
  void jsonHasEveryTimeAndCanBeReadAgain() throws JsonProcessingException {
    final JsonNode json = JSON.readTree(ResultFile.text(RESULT));
    assertThat(json.at("/measurements/0/ratio/median").doubleValue()).isEqualTo(0.5);
    assertThat(json.at("/measurements/1/elements").longValue()).isEqualTo(124_439_808);
    assertThat(json.at("/measurements/1/workload/threads").intValue()).isEqualTo(2);
    assertThat(json.at("/measurements/0").has("failure")).isFalse();
    final PeersRun again = JSON.readValue(ResultFile.text(RESULT), PeersRun.class);
    assertThat(again.table()).isEqualTo(RESULT.table());
    assertThat(again.measurements().getFirst().kernelNanos())
        .containsExactly(RESULT.measurements().getFirst().kernelNanos());
    assertThat(again.failures()).isEqualTo(RESULT.failures());
  }
}
