package org.adamant.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OriginTest {

  @Test
  void comesBackFromTheOptionsOfTheJvm() {
    final Origin origin =
        new Origin("1a2b3c", "2026-11-23T15:04:05Z", "A processor, 2 = two", "lanes", "BITS_512");
    assertThat(Origin.of(result(origin.jvmArgs()))).isEqualTo(origin);
  }

  @Test
  void whatIsNotKnownIsNotWritten() {
    final Origin origin = new Origin("", "", "a machine", "", "");
    assertThat(origin.jvmArgs()).hasSize(1);
    assertThat(Origin.of(result(origin.jvmArgs()))).isEqualTo(origin);
    assertThat(Origin.of(result(List.of("-Xmx1g")))).isEqualTo(new Origin("", "", "", "", ""));
  }

  private static JmhResult result(List<String> jvmArgs) {
    return new JmhResult(
        "a.B.c", "avgt", 1, 1, jvmArgs, "25", "vm", "25", Map.of(),
        new Metric(1, 0, "ns/op", List.of()), Map.of());
  }
}
