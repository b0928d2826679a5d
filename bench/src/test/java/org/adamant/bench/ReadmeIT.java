package org.adamant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.adamant.bench.Shell.Result;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the README's commands of Maven with the Maven of this build. They run in a copy of the checkout without
 * build output, as a second Maven would overwrite the classes of this one.
 */
class ReadmeIT {

  private static final Path CHECKOUT = Path.of(System.getProperty("adamant.checkout"));

  /** The printed command stays as it is, and nothing is downloaded twice. */
  private static final String MAVEN =
      "mvn() { \"$MAVEN\" -Dmaven.repo.local=\"$REPOSITORY\" \"$@\"; }; ";

  /** Its words about every build that fails, without a stack trace. */
  private static final int MOST_LINES_OF_MAVEN = 10;

  @TempDir
  private static Path copy;

  @BeforeAll
  static void copyTheCheckout() throws Exception {
    final Result copied =
        shell().run(
            "tar -C '" + CHECKOUT + "' --exclude=target --exclude=.git -cf - . | tar -xf -");
    assertThat(copied.status()).as(copied.text()).isZero();
  }

  @Test
  void theWitnessFindsTheCommittedHash() throws Exception {
    final Result witness = run(printed("mvn -q -Pwitness"));
    assertThat(witness.status()).as(witness.text()).isZero();
    assertThat(witness.text()).contains("result: ").doesNotContain("DIFFERENT");
  }

  @Test
  void optionsGoIntoArgs() throws Exception {
    final Result help = run(printed("mvn -q -Ptrain -Dargs=--help"));
    assertThat(help.status()).as(help.text()).isZero();
    assertThat(help.text()).contains("Usage: adamant train", "--only");
  }

  @Test
  void aWrongOptionHasItsOneLine() throws Exception {
    final Result wrong =
        run(printed("mvn -q -Prun -Dargs=\"...\"").replace("...", "lanes --colour"));
    assertThat(wrong.status()).as(wrong.text()).isEqualTo(1);
    final List<String> lines =
        wrong.text()
            .replaceAll("\\e\\[[\\d;]*m", "")
            .lines()
            .filter(line -> !line.isEmpty() && !line.startsWith("WARNING: "))
            .toList();
    assertThat(lines).contains("Unknown option: '--colour' (adamant lanes --help explains)");
    assertThat(lines).as(wrong.text()).hasSizeLessThanOrEqualTo(1 + MOST_LINES_OF_MAVEN);
    assertThat(wrong.text()).doesNotContain("\tat ");
  }

  /** The command, if the README has it. */
  private static String printed(String command) throws Exception {
    final Matcher found =
        Pattern.compile("(?:\n|`)(" + Pattern.quote(command) + ")(?: +#.*)?(?:\n|`)")
            .matcher(Files.readString(CHECKOUT.resolve("README.md")));
    assertThat(found.find()).as(command).isTrue();
    return found.group(1);
  }

  private static Result run(String command) throws Exception {
    return shell().run(MAVEN + command);
  }

  private static Shell shell() {
    return new Shell(
        copy,
        Map.of(
            "MAVEN", System.getProperty("adamant.maven"),
            "REPOSITORY", System.getProperty("adamant.maven.repository"),
            "JAVA_HOME", System.getProperty("adamant.maven.java")));
  }
}
