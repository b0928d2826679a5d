package org.adamant.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands as a user would. */
public final class Shell {

  private static final String JAVA_HOME = System.getProperty("java.home");

  private final Path directory;
  private final Map<String, String> environment;

  /** In a directory, with this Java on the path and more variables of the environment. */
  public Shell(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = environment;
  }

  /**
   * The result of a command.
   *
   * @param status its exit status
   * @param text all its output
   */
  public record Result(int status, String text) {}

  /** Runs a line of the shell. */
  public Result run(String line) throws IOException, InterruptedException {
    return run(List.of("bash", "-euo", "pipefail", "-c", line));
  }

  /** Runs the program in a JVM with some options; without those of this one. */
  public Result program(List<String> options, String... args)
      throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>();
    command.add(JAVA_HOME + "/bin/java");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(args));
    return run(command);
  }

  private Result run(List<String> command) throws IOException, InterruptedException {
    final Path out = Files.createTempFile("shell", ".txt");
    final ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().merge("PATH", JAVA_HOME + "/bin:", (path, java) -> java + path);
    builder.environment().putAll(environment);
    final Process process = builder.start();
    try {
      if (!process.waitFor(3, TimeUnit.MINUTES)) {
        throw new IOException(command + " took too long: " + Files.readString(out));
      }
      return new Result(process.exitValue(), Files.readString(out));
    } finally {
      process.destroyForcibly();
      Files.delete(out);
    }
  }
}
