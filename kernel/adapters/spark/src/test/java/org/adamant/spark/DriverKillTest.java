package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver that is killed and restarted again and again. */
class DriverKillTest {

  @TempDir
  private Path folder;

  @Test
  void whoeverIsStartedAgainGoesOnFromTheNewestCheckpoint() throws Exception {
    final String checkpoints = folder.resolve("run").toString();
    // In the step after a checkpoint, and before one; with another number of shards each time.
    try (Forked first = Forked.start(folder, DriverProgram.class, checkpoints, "3")) {
      first.await("step 3");
      first.kill();
    }
    try (Forked second = Forked.start(folder, DriverProgram.class, checkpoints, "2")) {
      second.await("step 7");
      second.kill();
    }
    try (Forked third = Forked.start(folder, DriverProgram.class, checkpoints, "5")) {
      third.finish();
      assertThat(third.value("hash")).isEqualTo(DriverProgram.expected());
      assertThat(third.value("resumedAt")).isIn("4", "8");
      assertThat(third.lines()).doesNotContain("step 1", "step 4").contains("step 10");
    }
  }
}
