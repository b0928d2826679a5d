package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Links the packaged kernel jar the way a project outside this build does: on the class path and on
 * the module path, each with and without the Vector API module. All four must compute the same bits.
 */
class ConsumerIT {
  private static final String MAIN_CLASS = "org.example.consumer.Consumer";
  private static final String MAIN_MODULE = "org.example.consumer";

  private static final Path KERNEL = Path.of(System.getProperty("adamant.kernel.jar"));
  private static final Path SOURCES = Path.of(System.getProperty("adamant.consumer"));
  private static final String VECTOR = System.getProperty("adamant.vector.module");
  private static final Path JDK = Path.of(System.getProperty("java.home"));

  @TempDir
  Path work;

  /** What one run of the consumer printed. */
  record Printed(int lanes, String hash) {
    static Printed parse(String line) {
      String[] words = line.strip().split(" ");
      assertThat(words).as("output: %s", line).hasSize(2);
      return new Printed(Integer.parseInt(words[0]), words[1]);
    }
  }

  @Test
  void fourWaysToLinkTheJarGiveTheSameBits() throws Exception {
    assertThat(KERNEL).isRegularFile().hasExtension("jar");

    Path onClassPath =
        compile("class-path", List.of("-classpath", KERNEL.toString()), source(MAIN_CLASS));
    Path onModulePath = compile("module-path", List.of("--module-path", KERNEL.toString()),
        source(MAIN_CLASS), SOURCES.resolve("module-info.java"));

    List<String> vector = List.of("--add-modules", VECTOR);
    List<String> classPath = List.of("-classpath", join(onClassPath, KERNEL), MAIN_CLASS);
    List<String> modulePath =
        List.of("--module-path", join(onModulePath, KERNEL), "--module",
            MAIN_MODULE + "/" + MAIN_CLASS);

    Map<String, Printed> printed = new LinkedHashMap<>();
    printed.put("class path", run(classPath));
    printed.put("class path, vector", run(vector, classPath));
    printed.put("module path", run(modulePath));
    printed.put("module path, vector", run(vector, modulePath));
    System.out.println("Linked from outside: " + printed);

    assertThat(printed.values()).extracting(Printed::hash)
        .as("%s", printed)
        .hasSize(4)
        .containsOnly(printed.get("class path").hash());
    printed.forEach((how, it) -> {
      if (how.endsWith("vector")) {
        assertThat(it.lanes()).as(how).isGreaterThan(1);
      } else {
        assertThat(it.lanes()).as(how).isEqualTo(1);
      }
    });
  }

  private static Path source(String className) {
    return SOURCES.resolve(className.replace('.', '/') + ".java");
  }

  private static String join(Path first, Path second) {
    return first + System.getProperty("path.separator") + second;
  }

  private Path compile(String directory, List<String> path, Path... sources) throws Exception {
    Path classes = work.resolve(directory);
    // javac, unlike java, resolves the kernel's optional module by itself and says it is incubating.
    List<String> command =
        new ArrayList<>(List.of(tool("javac"), "-Xlint:all,-incubating", "-Werror"));
    command.addAll(path);
    command.addAll(List.of("-d", classes.toString()));
    for (Path source : sources) {
      command.add(source.toString());
    }
    execute(command);
    return classes;
  }

  @SafeVarargs
  private Printed run(List<String>... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(tool("java")));
    for (List<String> some : arguments) {
      command.addAll(some);
    }
    return Printed.parse(execute(command));
  }

  private static String tool(String name) {
    return JDK.resolve("bin", name).toString();
  }

  /** Runs a command to its end and returns its standard output; anything but exit 0 is a failure. */
  private String execute(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(work, "out", ".txt");
    Path errors = Files.createTempFile(work, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment()
        .keySet()
        .removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends in time: %s", command).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue())
        .as("%s%n%s%s", String.join(" ", command), Files.readString(output),
            Files.readString(errors))
        .isZero();
    return Files.readString(output);
  }
}
