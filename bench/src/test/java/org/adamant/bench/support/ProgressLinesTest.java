package org.adamant.bench.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {

  private final StringWriter out = new StringWriter();
  private long now;

  @Test
  void saysHowFarItIsAndHowLongItWillTake() {
    final Progress progress = new ProgressLines("suite", new PrintWriter(out), () -> now);
    progress.expect(200);
    for (int i = 0; i < 200; i++) {
      now += 3_000_000_000L;
      progress.step();
    }
    assertThat(out.toString().lines())
        .hasSize(12)
        .startsWith(
            "suite: 200 to do",
            "suite: 1 of 200 after 3 s, about 9 min 57 s left",
            "suite: 20 of 200 after 60 s, about 9 min 00 s left")
        .endsWith("suite: 200 of 200 after 10 min 00 s, about 0 s left");
  }
}
