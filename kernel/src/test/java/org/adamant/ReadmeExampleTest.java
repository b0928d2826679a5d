package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The examples of the README and of the guides compile against the kernel and run, with the Vector API and without.
 * An example is a block of Java after a line {@code <!-- example: name -->}; there is no other Java in these pages.
 */
class ReadmeExampleTest {

  private static final Pattern MARKER =
      Pattern.compile("^<!-- example: (\\S+) -->$", Pattern.MULTILINE);
  private static final Pattern BLOCK =
      Pattern.compile("^<!-- example: (\\S+) -->\\R```java\\R(.*?)^```$",
          Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern CLASS = Pattern.compile("^public class (\\w+)", Pattern.MULTILINE);

  private static final Pattern JAVA = Pattern.compile("^```java$", Pattern.MULTILINE);

  /** The pages of the project; the tests run in the directory of their module or in its parent. */
  private static List<Path> pages() throws IOException {
    final Path module = Path.of(System.getProperty("basedir", System.getProperty("user.dir")));
    final List<Path> pages = new ArrayList<>();
    pages.add(module.resolveSibling("README.md"));
    pages.add(module.resolveSibling("CONTRIBUTING.md"));
    for (Path folder : List.of(module.resolve("docs"), module.resolveSibling("bench/docs"))) {
      try (DirectoryStream<Path> guides = Files.newDirectoryStream(folder, "*.md")) {
        guides.forEach(pages::add);
      }
    }
    return pages;
  }

  /** The code of every example of all pages by its name. */
  private static Map<String, String> examplesOfAllPages() throws IOException {
    final Map<String, String> all = new LinkedHashMap<>();
    for (Path page : pages()) {
      final Map<String, String> examples = examples(Files.readString(page));
      assertThat(all).as("names of examples before %s", page)
          .doesNotContainKeys(examples.keySet().toArray(String[]::new));
      all.putAll(examples);
    }
    return all;
  }

  /** The code of every example by its name. */
  private static Map<String, String> examples(String readme) {
    final Map<String, String> examples = new LinkedHashMap<>();
    final Matcher block = BLOCK.matcher(readme);
    while (block.find()) {
      examples.put(block.group(1), block.group(2));
    }
    final List<String> markers = MARKER.matcher(readme).results().map(m -> m.group(1)).toList();
    assertThat(examples.keySet())
        .as("examples with a block of Java after their marker")
        .containsExactlyElementsOf(markers);
    assertThat(JAVA.matcher(readme).results()).as("blocks of Java").hasSize(markers.size());
    return examples;
  }

  /** Compiles and runs an example as a user would. */
  private static String run(String code, Path directory, String... flags) throws IOException {
    final Matcher className = CLASS.matcher(code);
    assertThat(className.find()).as("a public class in:%n%s", code).isTrue();
    final Path source = directory.resolve(className.group(1) + ".java");
    Files.writeString(source, code);
    final Path kernel = ForkedJvm.rootOf(AdamKernel.class);
    final StringWriter messages = new StringWriter();
    final int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                new PrintWriter(messages),
                new PrintWriter(messages),
                "-Xlint:all",
                "-Werror",
                "-cp",
                kernel.toString(),
                "-d",
                directory.toString(),
                source.toString());
    assertThat(status).as("javac says:%n%s%nof:%n%s", messages, code).isZero();
    return ForkedJvm.run(List.of(flags), List.of(kernel, directory), className.group(1)).out();
  }

  static Stream<String> names() throws IOException {
    final Map<String, String> examples = examples(Files.readString(pages().getFirst()));
    assertThat(examples).as("examples in the README").containsKeys("linking", "training");
    return examplesOfAllPages().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void compilesAndPrintsTheSameOnEveryPath(String name, @TempDir Path directory)
      throws IOException {
    final String code = examplesOfAllPages().get(name);
    final String simd = run(code, directory, "--add-modules", "jdk.incubator.vector");
    final String scalar = run(code, directory);
    assertThat(simd).isNotBlank();
    // A sentence about the path may differ, the numbers may not.
    assertThat(simd.split(" by ")[0].strip()).isEqualTo(scalar.split(" by ")[0].strip());
  }

  private static final String GOOD =
      """
          # A title

          <!-- example: linking -->
          ```java
          public class Good {
            public static void main(String[] args) {
              System.out.println(org.adamant.Adam.defaults());
            }
          }
          ```
          """;

  @Test
  void findsCompilesAndRunsABlock(@TempDir Path directory) throws IOException {
    final Map<String, String> examples = examples(GOOD);
    assertThat(examples).containsOnlyKeys("linking");
    assertThat(run(examples.get("linking"), directory).strip())
        .isEqualTo(Adam.defaults().toString());
  }

  @Test
  void failsWhereAMarkerHasNoBlock() {
    assertThatThrownBy(() -> examples(GOOD.replace("```java", "```")))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> examples("<!-- example: one -->\n\nNo code.\n" + GOOD))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void failsWhereABlockHasNoMarker() {
    assertThatThrownBy(() -> examples(GOOD + "\n```java\nint untested;\n```\n"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("blocks of Java");
  }

  @Test
  void failsWhereTheCodeDoesNotCompileOrThrows(@TempDir Path directory) {
    final String code = examples(GOOD).get("linking");
    assertThatThrownBy(() -> run(code.replace("defaults()", "misspelt()"), directory))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("misspelt()");
    assertThatThrownBy(() -> run(code.replace("defaults()", "defaults().atStep(0)"), directory))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("t = 0");
  }
}
