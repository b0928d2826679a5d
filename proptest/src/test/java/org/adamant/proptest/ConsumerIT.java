package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.adamant.testkit.Command;
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
  void fourWaysToLinkTheJarGiveTheSameBits() {
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

  private Path compile(String directory, List<String> path, Path... sources) {
    Path classes = work.resolve(directory);
    // javac, unlike java, resolves the kernel's optional module by itself and says it is incubating.
    List<String> command =
        new ArrayList<>(List.of(tool("javac"), "-Xlint:all,-incubating", "-Werror"));
    command.addAll(path);
    command.addAll(List.of("-d", classes.toString()));
    for (Path source : sources) {
      command.add(source.toString());
    }
    Command.run(command).succeeded();
    return classes;
  }

  @SafeVarargs
  private Printed run(List<String>... arguments) {
    List<String> command = new ArrayList<>(List.of(tool("java")));
    for (List<String> some : arguments) {
      command.addAll(some);
    }
    return Printed.parse(Command.run(command).succeeded().out());
  }

  private static String tool(String name) {
    return Command.JAVA_HOME.resolve("bin", name).toString();
  }
}
