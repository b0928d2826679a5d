package org.adamant.bench.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs other programs. */
public final class Tool {

  private Tool() {}

  /**
   * Runs a command to its end.
   *
   * @throws IOException if it cannot be started, fails or takes too long; the message is one line
   */
  public static List<String> run(Path directory, int seconds, List<String> command)
      throws IOException {
    final Path out = Files.createTempFile("adamant", ".out");
    final Path err = Files.createTempFile("adamant", ".err");
    try {
      final int status =
          waitFor(
              new ProcessBuilder(command)
                  .directory(directory.toFile())
                  .redirectOutput(out.toFile())
                  .redirectError(err.toFile())
                  .start(),
              seconds);
      final List<String> lines = Files.readAllLines(out);
      if (status != 0) {
        throw new IOException(
            "ended with status " + status + reason(Files.readAllLines(err), lines));
      }
      return lines;
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static int waitFor(Process process, int seconds) throws IOException {
    // Otherwise it would go on when this program is killed.
    final Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      process.getOutputStream().close();
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        throw new IOException("took longer than " + seconds + " s");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
      Runtime.getRuntime().removeShutdownHook(killer);
    }
  }

  /** The innermost cause, or the first line that looks like a reason. */
  private static String reason(List<String> err, List<String> out) {
    final List<String> lines =
        Stream.concat(err.stream(), out.stream()).map(String::strip).toList();
    return lines.stream()
        .filter(line -> line.startsWith("Caused by:"))
        .reduce((_, last) -> last)
        .or(() -> beforeJvmGaveUp(lines))
        .or(
            () -> lines.stream()
                .filter(line -> line.matches("(?i).*(exception|error|fatal).*"))
                .findFirst())
        .map(line -> ": " + line)
        .orElse("");
  }

  /** The reason of a JVM that refuses an option, which it prints before its last line. */
  private static Optional<String> beforeJvmGaveUp(List<String> lines) {
    return IntStream.range(1, lines.size())
        .filter(i -> lines.get(i).startsWith("Error: Could not create the Java Virtual Machine"))
        .mapToObj(i -> lines.get(i - 1))
        .findFirst();
  }
}
