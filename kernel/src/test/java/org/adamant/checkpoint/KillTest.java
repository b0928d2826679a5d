package org.adamant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.adamant.ForkedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that saves again and again, and is killed; 200 times with {@code -Dadamant.heavy=true}. */
class KillTest {

  private static final int KILLS = Boolean.getBoolean("adamant.heavy") ? 200 : 5;

  @Test
  void aProgramThatIsKilledLeavesAWholeState(@TempDir Path folder) throws Exception {
    final Path file = folder.resolve("run.safetensors");
    final Random random = new Random(1);
    long last = 0;
    int inTheMiddle = 0;
    for (int i = 1; i <= KILLS; i++) {
      final long said = killed(file, last + 1, random);
      try (Arena arena = Arena.ofConfined()) {
        final long counter = Checkpoints.counter(SafeTensors.map(file, arena));
        // The one that was said to be saved, or the one that was being saved.
        assertThat(counter).isBetween(said, said + 1);
        last = counter;
      }
      final List<Path> left = others(folder, file);
      assertThat(left).hasSizeLessThanOrEqualTo(1);
      for (Path path : left) {
        assertThat(path.getFileName().toString()).startsWith("run.safetensors.").endsWith(".tmp");
        Files.delete(path);
        inTheMiddle++;
      }
    }
    if (KILLS > 100) {
      assertThat(inTheMiddle).isPositive();
    }
  }

  /** Lets it save at least once and kills it. Returns the last state that it said is there. */
  private static long killed(Path file, long first, Random random) throws Exception {
    final String classPath =
        ForkedJvm.rootOf(SafeTensors.class) + File.pathSeparator
            + ForkedJvm.rootOf(SaveLoop.class);
    final Process process =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
            "-XX:TieredStopAtLevel=1", "-cp", classPath, SaveLoop.class.getName(), file.toString(),
            Long.toString(first), Integer.toString(1 + random.nextInt(300_000)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = process.inputReader()) {
      final String line = out.readLine();
      assertThat(line).as("the first state").isEqualTo(Long.toString(first));
      Thread.sleep(random.nextInt(60));
      // SIGKILL where there are signals. By the handle, which leaves what was printed to be read.
      process.toHandle().destroyForcibly();
      process.waitFor();
      return lastOf(out, line);
    } finally {
      process.destroyForcibly();
    }
  }

  private static long lastOf(BufferedReader out, String first) throws IOException {
    String last = first;
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      // A line may be cut off; it is the last then, and less than the one before.
      last = Long.parseLong(line) > Long.parseLong(last) ? line : last;
    }
    return Long.parseLong(last);
  }

  private static List<Path> others(Path folder, Path file) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> !path.equals(file)).toList();
    }
  }
}
