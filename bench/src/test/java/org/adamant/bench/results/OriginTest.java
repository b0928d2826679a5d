package org.adamant.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OriginTest {

  @Test
  void comesBackFromTheOptionsOfTheJvm() {
    final Origin origin =
        new Origin("1a2b3c", "2026-11-23T15:04:05Z", "A processor, 2 = two", "lanes", "BITS_512");
    assertThat(Origin.of(origin.jvmArgs())).isEqualTo(origin);
  }

  @Test
  void whatIsNotKnownIsNotWritten() {
    final Origin origin = new Origin("", "", "a machine", "", "");
    assertThat(origin.jvmArgs()).hasSize(1);
    assertThat(Origin.of(origin.jvmArgs())).isEqualTo(origin);
    assertThat(Origin.of(List.of("-Xmx1g"))).isEqualTo(new Origin("", "", "", "", ""));
  }
}
