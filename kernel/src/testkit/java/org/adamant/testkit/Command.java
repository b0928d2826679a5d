package org.adamant.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Runs commands in processes of their own. */
public final class Command {

  /** The Java that runs this. */
  public static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

  /** For a machine that has much else to do. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Command() {}

  /**
   * The result of a command.
   *
   * @param command the command
   * @param exitStatus its exit status
   * @param out its standard output
   * @param err its standard error
   */
  public record Result(List<String> command, int exitStatus, String out, String err) {

    /**
     * Asserts that the command succeeded.
     *
     * @return this result
     */
    public Result succeeded() {
      if (exitStatus != 0) {
        throw new AssertionError("exit status " + exitStatus + " of " + this);
      }
      return this;
    }

    @Override
    public String toString() {
      return String.join(" ", command) + System.lineSeparator() + out + err;
    }
  }

  /**
   * Runs a command to its end.
   *
   * @param command the command and its arguments
   * @return how it ended
   */
  public static Result run(List<String> command) {
    return run(command, PATIENCE);
  }

  /**
   * Runs a command to its end.
   *
   * @param command the command and its arguments
   * @param patience how long that may take
   * @return how it ended
   */
  public static Result run(List<String> command, Duration patience) {
    try {
      // Files, not pipes: a process that fills a pipe nobody reads waits for ever.
      final Path out = Files.createTempFile("command", ".out");
      final Path err = Files.createTempFile("command", ".err");
      try {
        final int exitStatus = run(command, patience, out, err);
        return new Result(command, exitStatus, Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static int run(List<String> command, Duration patience, Path out, Path err)
      throws IOException, InterruptedException {
    final ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    // Flags in the environment would get into every JVM.
    builder.environment()
        .keySet()
        .removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH"));
    final Process process = builder.start();
    try {
      if (!process.waitFor(patience)) {
        throw new AssertionError(
            "not ended after " + patience + ": " + command + System.lineSeparator()
                + Files.readString(out) + Files.readString(err));
      }
    } finally {
      process.destroyForcibly();
    }
    return process.exitValue();
  }
}
