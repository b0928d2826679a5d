package org.adamant;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.testkit.Command;

/** Runs a main class in a new JVM of the same Java as this one, with its own flags. */
public final class ForkedJvm {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

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
    command.add(Command.JAVA_HOME.resolve("bin").resolve("java").toString());
    command.addAll(jvmArguments);
    command.add("-cp");
    command.add(
        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    command.add(main);
    command.addAll(Arrays.asList(arguments));
    final Command.Result result = Command.run(command, PATIENCE).succeeded();
    return new Output(result.out(), result.err());
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
