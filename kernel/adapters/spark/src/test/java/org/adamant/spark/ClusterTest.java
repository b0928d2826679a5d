package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two executors that are processes. */
class ClusterTest {

  @TempDir
  private Path folder;

  private Forked run(String what) throws Exception {
    try (Forked driver =
        Forked.start(
            folder, ClusterProgram.class, what, folder.resolve("checkpoints").toString())) {
      driver.finish();
      System.out.println(what + ": " + driver.lines());
      return driver;
    }
  }

  @Test
  void theBitsOfOneMachineItsSpeedAndNoMoreMemoryThanThat() throws Exception {
    final Forked driver = run("plain");
    assertThat(driver.value("hash")).isEqualTo(DriverProgram.expected());
    assertThat(driver.value("simd")).contains("SIMD").doesNotContain(" 0 of ");
    // Parameters, m and v of a half; and at most one copy of the parameters and of a gradient.
    final long whole = Long.parseLong(driver.value("length")) * Float.BYTES;
    final long share = whole / 2 * 3;
    final long early = Long.parseLong(driver.value("memory 6 of 2"));
    final long late = Long.parseLong(driver.value("memory 16 of 2"));
    assertThat(early).isBetween(share, share + 2 * whole);
    assertThat(late).isBetween(share, share + 2 * whole);
    assertThat(late - early).isLessThan(share / 4);
    // What the README says is moved.
    final BytesPerStep model = new BytesPerStep(ClusterProgram.LENGTH, Float.BYTES, 2, 2);
    // The first broadcast is that of the parameters at the beginning.
    final long steps = ClusterProgram.MEASURED;
    final long[] moved =
        Arrays.stream(driver.value("moved").split(" "))
            .mapToLong(Long::parseLong)
            .toArray();
    assertClose(moved[0], steps * model.shuffled());
    assertClose(moved[1], steps * model.shuffled());
    // Which task runs where is Spark's choice.
    assertThat(moved[2]).isLessThanOrEqualTo(moved[1]);
    assertClose(moved[3], steps * model.returned());
    assertClose(moved[4], (steps + 1) * model.broadcast());
  }

  private static void assertClose(long measured, long modelled) {
    assertThat(measured).isBetween(modelled, modelled + modelled / 100);
  }

  @Test
  void executorsThatAreKilledInTheMiddle() throws Exception {
    final Forked driver = run("kill");
    assertThat(driver.value("hash")).isEqualTo(DriverProgram.expected());
    assertThat(driver.value("kills")).isEqualTo("4");
    // Others may have been done just before; these took their time.
    assertThat(driver.value("lost"))
        .contains("gradients of step 3", "gradients of step 9");
  }

  @Test
  void executorsThatComeAndGoAndTasksThatRunTwice() throws Exception {
    final Forked driver = run("elastic");
    assertThat(driver.value("hash")).isEqualTo(DriverProgram.expected());
    assertThat(Integer.parseInt(driver.value("removed"))).isGreaterThanOrEqualTo(2);
    assertThat(Integer.parseInt(driver.value("speculative"))).isGreaterThanOrEqualTo(1);
  }
}
