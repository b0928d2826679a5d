package org.adamant.bench.regress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.adamant.bench.regress.Fork.Sample;
import org.junit.jupiter.api.Test;

class ForkTest {

  private static final List<String> LINES =
      List.of(
          "bits 512 256",
          "float 1000 0.44 0.40 0.50 0.20 0",
          "double 1000 1.0 1.0 1.0 0.5 0",
          // Disturbed: the ratios to the base hold, the time does not.
          "float 1000 4.4 4.0 0.50 0.20 0",
          "float 1000 0.44 0.40 0.50 0.20 16",
          "end");

  @Test
  void takesTheMediansOfTheSlices() {
    final Fork fork = Fork.parse(LINES).orElseThrow();
    assertThat(fork.headBits()).isEqualTo(512);
    assertThat(fork.baseBits()).isEqualTo(256);
    assertThat(fork.samples().keySet()).containsExactly("float 1000", "double 1000");
    final Sample sample = fork.samples().get("float 1000");
    assertThat(sample.nanos()).isEqualTo(0.44);
    assertThat(sample.toBase()).isCloseTo(1.1, within(1e-15));
    assertThat(sample.toPlain()).isCloseTo(0.88, within(1e-15));
    assertThat(sample.toTraffic()).isCloseTo(2.2, within(1e-15));
    assertThat(sample.bytes()).isZero();
  }

  @Test
  void halfAnOutputIsNone() {
    for (int length = 0; length < LINES.size(); length++) {
      assertThat(Fork.parse(LINES.subList(0, length))).isEmpty();
    }
    assertThat(Fork.parse(LINES.subList(1, LINES.size()))).isEmpty();
    assertThat(Fork.parse(LINES)).map(Fork::samples).map(Map::size).contains(2);
  }
}
