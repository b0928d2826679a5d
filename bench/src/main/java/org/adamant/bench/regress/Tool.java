package org.adamant.bench.regress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs other programs. */
final class Tool {

  private Tool() {}

  /**
   * Runs a command to its end.
   *
   * @param scratch a directory for what it writes
   * @param directory to run it in
   * @param seconds that it may take
   * @return the lines that it wrote to its standard output
   * @throws IOException if it cannot be started, fails or takes too long; the message is one line
   */
  static List<String> run(Path scratch, Path directory, int seconds, List<String> command)
      throws IOException {
    final Path out = Files.createTempFile(scratch, "out", ".txt");
    final Path err = Files.createTempFile(scratch, "err", ".txt");
    final Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    // Else it would go on when this program is ended.
    final Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      process.getOutputStream().close();
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        throw new IOException("took longer than " + seconds + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
      Runtime.getRuntime().removeShutdownHook(killer);
    }
    final List<String> lines = Files.readAllLines(out);
    if (process.exitValue() != 0) {
      throw new IOException(
          "ended with status " + process.exitValue() + reason(Files.readAllLines(err), lines));
    }
    return lines;
  }

  /** The innermost cause, or the first line that looks like a reason. */
  private static String reason(List<String> err, List<String> out) {
    final List<String> lines =
        Stream.concat(err.stream(), out.stream()).map(String::strip).toList();
    return lines.stream()
        .filter(line -> line.startsWith("Caused by:"))
        .reduce((_, last) -> last)
        .or(
            () -> lines.stream()
                .filter(line -> line.matches("(?i).*(exception|error|fatal).*"))
                .findFirst())
        .map(line -> ": " + line)
        .orElse("");
  }
}
