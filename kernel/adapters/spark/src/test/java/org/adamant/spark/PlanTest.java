package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The README's table equals that of the model; ClusterTest compares the model with what Spark moved. */
class PlanTest {

  private static List<String> table() {
    final List<String> lines = new ArrayList<>();
    for (long n : new long[] {1_000_000, 100_000_000, 1_000_000_000}) {
      for (int e : new int[] {2, 8, 64}) {
        lines.add(new BytesPerStep(n, Float.BYTES, e, e).line());
      }
      lines.add(new BytesPerStep(n, Float.BYTES, 64, 8).line());
    }
    return lines;
  }

  @Test
  void theTableOfTheReadme() throws IOException {
    assertThat(Files.readAllLines(Path.of("README.md"))).containsSubsequence(table());
  }
}
