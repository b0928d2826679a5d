package org.adamant.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.adamant.bench.support.Widths;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine;

/** The program accepts the commands that the READMEs and the help print. */
class ReadmeTest {

  private static final Path ROOT = Path.of("..");
  private static final String README = text("README.md");
  private static final String BENCH = text("bench/README.md");
  private static final String GATE = text("bench/regress/README.md");

  private static String text(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> matches(String regex, String text) {
    return Pattern.compile(regex).matcher(text).results().map(match -> match.group(1)).toList();
  }

  /** Of Maven, of the table, and of the help of every command. */
  static Stream<String> commands() {
    final List<String> commands = new ArrayList<>();
    for (String text : List.of(README, BENCH, GATE)) {
      matches("mvn [^\\n`]*-Dargs=\"([^\"]+)\"", text).stream()
          .filter(command -> !command.equals("..."))
          .forEach(commands::add);
    }
    assertThat(commands).hasSizeGreaterThan(4);
    commands.remove("--help");
    final List<String> table = matches("\\n\\| `([^`]+)` \\|", BENCH.split("## Commands")[1]);
    assertThat(table).hasSizeGreaterThan(5);
    commands.addAll(table.stream().filter(cell -> cell.matches("[a-z]+( .*)?")).toList());
    for (String name : List.of("lanes", "suite", "report", "regress", "peers", "train")) {
      final List<String> examples = matches("\\n  (" + name + "(?: .*)?)", help(name));
      assertThat(examples).isNotEmpty();
      examples.forEach(example -> commands.add(example.split("   +")[0]));
    }
    return commands.stream()
        .map(String::strip)
        .distinct()
        .filter(c -> !c.matches("kernel|bench|proptest"));
  }

  private static String help(String command) {
    final StringWriter out = new StringWriter();
    Main.commandLine().setOut(new PrintWriter(out, true)).execute(command, "--help");
    return out.toString();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aPrintedCommandIsUnderstood(String command) {
    // What a shell would put in its place.
    final String[] words = command.replaceAll("\\$\\([^)]*\\)", "1a2b3c").split(" +");
    assertThatCode(() -> Main.commandLine().parseArgs(words)).doesNotThrowAnyException();
    if (words[0].equals("jmh")) {
      assertThatCode(() -> new CommandLineOptions(Arrays.copyOfRange(words, 1, words.length)))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void printedProfilesExist() {
    final String poms = text("pom.xml") + text("bench/pom.xml") + text("kernel/pom.xml")
        + text("proptest/pom.xml") + text("kernel/adapters/pom.xml");
    final List<String> profiles =
        Stream.of(README, BENCH, GATE)
            .flatMap(text -> matches("mvn [^\\n`]*-P([\\w,]+)", text).stream())
            .flatMap(names -> Stream.of(names.split(",")))
            .distinct()
            .toList();
    assertThat(profiles).contains("train", "run", "peers", "witness", "heavy", "live", "mutation");
    assertThat(profiles).allSatisfy(name -> assertThat(poms).contains("<id>" + name + "</id>"));
  }

  /** One name for the scalar loop in all tables, explained where it is used. */
  @Test
  void tablesCallTheScalarLoopByItsName() {
    assertThat(BENCH.toLowerCase(Locale.ROOT))
        .doesNotContain("| scalar |")
        .contains("| " + Widths.AUTO_VECTORISED + " |", "c2 vectorises by itself where it can");
  }

  @Test
  void theProgramHasEveryCommandOfTheTable() {
    final CommandLine program = Main.commandLine();
    assertThat(commands().map(command -> command.split(" ")[0]).distinct())
        .isSubsetOf(program.getSubcommands().keySet());
  }
}
