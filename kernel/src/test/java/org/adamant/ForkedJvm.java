package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a main class in a new JVM of the same Java as this one, with its own flags. */
public final class ForkedJvm {

  private static final int PATIENCE_IN_SECONDS = 60;

  /** What a JVM printed. */
  record Output(String out, String err) {

    /** The lines {@code key=value} of the standard output. */
    Map<String, String> values() {
      return out.lines()
          .map(line -> line.split("=", 2))
          .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    /** The lines of the standard error, without the JVM's own warning about incubator modules. */
    List<String> errors() {
      return err.lines().filter(line -> !line.contains("Using incubator modules")).toList();
    }
  }

  private ForkedJvm() {}

  /** These flags and the one that resolves the Vector API. */
  static List<String> withVectorApi(String... flags) {
    return Stream.concat(Stream.of("--add-modules=jdk.incubator.vector"), Arrays.stream(flags))
        .toList();
  }

  /** Whether the flags that choose between vector instruction sets exist here. */
  static boolean isX86() {
    return List.of("amd64", "x86_64")
        .contains(System.getProperty("os.arch").toLowerCase(Locale.ROOT));
  }

  /** Runs a class of these tests, with the kernel and the tests on the class path. */
  static Output run(List<String> jvmArguments, Class<?> main, String... arguments) {
    return run(jvmArguments, testClassPath(), main.getName(), arguments);
  }

  /** Runs a class and expects it to succeed. */
  static Output run(
      List<String> jvmArguments, List<Path> classPath, String main, String... arguments) {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmArguments);
    command.add("-cp");
    command.add(
        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    command.add(main);
    command.addAll(Arrays.asList(arguments));
    try {
      return run(command);
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Output run(List<String> command) throws IOException, InterruptedException {
    // Files, not pipes: a process that fills a pipe nobody reads waits for ever.
    final Path out = Files.createTempFile("forked", ".out");
    final Path err = Files.createTempFile("forked", ".err");
    try {
      final ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      // Flags in the environment would get into every JVM, and be announced on its standard error.
      builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
      final Process process = builder.start();
      final boolean ended;
      try {
        ended = process.waitFor(PATIENCE_IN_SECONDS, TimeUnit.SECONDS);
      } finally {
        process.destroyForcibly();
      }
      final Output output = new Output(Files.readString(out), Files.readString(err));
      final String what = String.join(" ", command) + System.lineSeparator() + output;
      assertThat(ended).as("ended in time: %s", what).isTrue();
      assertThat(process.exitValue()).as(what).isZero();
      return output;
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** The class path on which a forked JVM finds the kernel. */
  static List<Path> kernelClassPath() {
    return List.of(rootOf(AdamKernel.class));
  }

  private static List<Path> testClassPath() {
    return List.of(rootOf(AdamKernel.class), rootOf(ForkedJvm.class));
  }

  /**
   * Where a class was loaded from. From its own file, because neither the class path nor the module
   * path of this JVM tells: the test runner may have put either into a file, or patched a module.
   *
   * @param type the class
   * @return the folder or jar
   */
  public static Path rootOf(Class<?> type) {
    final String file = type.getName().replace('.', '/') + ".class";
    final URL url = type.getResource("/" + file);
    final String root = url.toString().substring(0, url.toString().length() - file.length());
    try {
      return Path.of(new URI(root.replaceFirst("^jar:(.*)!/$", "$1")));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(root, e);
    }
  }
}
