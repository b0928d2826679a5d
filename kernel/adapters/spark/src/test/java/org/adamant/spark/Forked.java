package org.adamant.spark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A driver in its own JVM, with the options of this one. */
final class Forked implements AutoCloseable {

  private static final int PATIENCE_IN_SECONDS = 150;

  private final Process process;
  private final Path out;
  private final Path err;

  private Forked(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static Forked start(Path folder, Class<?> main, String... arguments) throws IOException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // Those of the build's own agents and properties are not for others.
      if (option.startsWith("--") || option.startsWith("-Dio.netty")) {
        command.add(option);
      }
    }
    // Short lives: nothing is worth being compiled well.
    command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    final Path out = Files.createTempFile(folder, "forked", ".out");
    final Path err = Files.createTempFile(folder, "forked", ".err");
    final ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    // A cluster of processes looks for itself: its jars are on the class path already.
    final Path home = Files.createDirectories(folder.resolve("home"));
    Files.createDirectories(home.resolve("jars"));
    final Map<String, String> environment = builder.environment();
    environment.put("SPARK_HOME", home.toString());
    environment.put("SPARK_SCALA_VERSION", "2.13");
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    return new Forked(builder.start(), out, err);
  }

  List<String> lines() throws IOException {
    return Files.readAllLines(out);
  }

  /** {@return what stands behind such a beginning of the last such line; null if there is none} */
  String value(String key) throws IOException {
    String value = null;
    for (String line : lines()) {
      value = line.startsWith(key + "=") ? line.substring(key.length() + 1) : value;
    }
    return value;
  }

  void await(String line) throws IOException, InterruptedException {
    for (int i = 0; i < PATIENCE_IN_SECONDS * 100; i++) {
      if (lines().contains(line)) {
        return;
      }
      if (!process.isAlive()) {
        break;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("no line " + line + " in " + all());
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  Forked finish() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_IN_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("exit " + (process.isAlive() ? "never" : process.exitValue())
          + all());
    }
    return this;
  }

  private String all() throws IOException {
    return "\n" + Files.readString(out) + "\n" + Files.readString(err);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
