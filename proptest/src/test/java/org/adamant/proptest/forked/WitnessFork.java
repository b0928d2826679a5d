package org.adamant.proptest.forked;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.testkit.Command;

/**
 * The witness in its own JVM, and what that JVM must say about itself: a fork that ran another path, or without its
 * flag, would prove nothing.
 *
 * @param options the options of java
 * @param arguments the options of the witness
 * @param path the beginning of the sentence about the path
 * @param reason a further part of that sentence
 * @param mode the JVM's name for its mode of execution
 * @param flags the values that flags of the JVM must have had
 */
record WitnessFork(
    List<String> options,
    List<String> arguments,
    String path,
    String reason,
    String mode,
    Map<String, String> flags) {

  static final String MAIN = "org.adamant.proptest.witness.Witness";
  private static final String SCALAR =
      "scalar path, the same bits, in some variants up to ten times slower: ";

  /** On the scalar path, for a reason. */
  static WitnessFork scalar(String reason, String... options) {
    return new WitnessFork(
        List.of(options), List.of(), SCALAR, reason, "mixed mode", Map.of());
  }

  /** In a loop of this many bits. */
  static WitnessFork simd(int bits, String reason, String... options) {
    return new WitnessFork(
        List.of(options), List.of(), bits + "-bit SIMD: ", reason, "mixed mode", Map.of())
        .withVectorApi();
  }

  /** On the scalar path that was asked for. */
  static WitnessFork askedForScalar(String reason, String... options) {
    return new WitnessFork(
        List.of(options), List.of(), "scalar path: asked for by ", reason, "mixed mode", Map.of());
  }

  WitnessFork withVectorApi() {
    return new WitnessFork(
        Stream.concat(Stream.of("--add-modules=jdk.incubator.vector"), options.stream()).toList(),
        arguments,
        path,
        reason,
        mode,
        flags);
  }

  /** With the short run. */
  WitnessFork shortly() {
    return new WitnessFork(options, List.of("--short"), path, reason, mode, flags);
  }

  /** In a JVM of this mode. */
  WitnessFork in(String newMode) {
    return new WitnessFork(options, arguments, path, reason, newMode, flags);
  }

  /** In a JVM with these flags in the end. */
  WitnessFork with(Map<String, String> newFlags) {
    return new WitnessFork(options, arguments, path, reason, mode, newFlags);
  }

  boolean isOfX86Only() {
    return options.stream().anyMatch(option -> option.startsWith("-XX:UseAVX"));
  }

  Command.Result run(Path javaHome, Path... classPath) {
    final List<String> command = new ArrayList<>();
    command.add(javaHome.resolve("bin").resolve("java").toString());
    command.addAll(options);
    command.add("-XX:+PrintFlagsFinal");
    command.add("-classpath");
    command.add(
        Arrays.stream(classPath)
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(MAIN);
    command.addAll(arguments);
    return Command.run(command);
  }

  /** Asserts that the hash is the committed one, and was found the intended way. */
  void check(Command.Result result) {
    // Without the flags of the JVM, which are many.
    final String said =
        result.out()
            .lines()
            .filter(line -> !line.startsWith(" ") && !line.startsWith("["))
            .collect(Collectors.joining(System.lineSeparator()))
            + result.err();
    assertThat(result.exitStatus()).as("%s%n%s", options, said).isZero();
    assertThat(said)
        .as("%s", options)
        .contains("path: " + path)
        .contains(reason)
        .contains(mode)
        .contains("result: equal to the committed hash")
        .contains(arguments.isEmpty() ? "5003 elements, 1000 steps" : "67 elements, 70 steps");
    flags.forEach((name, value) -> {
      final Matcher flag =
          Pattern.compile("\\b" + name + " +:?= +(\\S+)").matcher(result.out());
      assertThat(flag.find()).as("there is a flag %s", name).isTrue();
      assertThat(flag.group(1)).as("%s, with %s", name, options).isEqualTo(value);
    });
  }

  @Override
  public String toString() {
    return options.isEmpty() ? "without options" : String.join(" ", options);
  }
}
