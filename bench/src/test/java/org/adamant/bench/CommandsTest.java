package org.adamant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every sub-command has a help, and refuses wrong arguments in one line. */
class CommandsTest {

  @TempDir
  private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(strings = {"train", "suite", "lanes", "report", "jmh"})
  void explainItselfWithExamples(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString())
        .doesNotContain("%%")
        .contains("Examples:", "  " + (command.equals("jmh") ? "adamant jmh" : command));
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "juggle, juggle",
    "suite --colour, --colour",
    "suite --sizes=0, --sizes 0: expected 1 to",
    "suite --sizes=1e3, 1e3",
    "suite --sizes=134217729, --sizes 134217729: expected 1 to 134217728 elements",
    "'suite --sizes=5,5', '--sizes [5, 5]: expected each only once'",
    "suite --widths=1024, 'scalar, 64, 128, 256, 512'",
    "suite --element=int, int",
    "suite --variant=rprop, rprop",
    "suite --threads=0, --threads 0: expected",
    "suite --only=tea, tea",
    "suite --rounds=0, --rounds 0: expected 1 to 100",
    "suite --json=., '--json .: is a directory'",
    "lanes --rounds=-1, --rounds -1: expected 1 to 100",
    "lanes --sizes=many, many",
    "lanes --threads=0, --threads 0: expected 1 to",
    "'lanes --variant=basic,basic', --variant [BASIC",
    "'lanes --widths=64 --jvm-arg=-XX:TieredStopAtLevel=1', --widths 64: expected what the JVM supports here",
    "lanes --markdown=., '--markdown .: is a directory'",
    "lanes extra, extra",
    "report, file",
    "report none.json, none.json: no such file",
    "report label=none.json, none.json: no such file",
    "jmh -f minus, minus",
    "jmh --colour, colour"
  })
  void nonsenseGetsOneLineAndStatusTwo(String arguments, String named) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains(named);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[{\"benchmark\": ", "{}", "{\"format\": 1}", "[1]", "<html>"})
  void reportRefusesAFileThatIsSomethingElse(String content) throws IOException {
    final Path file = directory.resolve("half.json");
    Files.writeString(file, content);
    final Path html = directory.resolve("page.html");
    assertThat(run("report", file.toString(), "--html", html.toString())).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith(file + ": expected the JSON of JMH");
    assertThat(html).doesNotExist();
  }

  @Test
  void anUnwritablePlaceIsRefusedBeforeAnyWork() throws IOException {
    final Path file = directory.resolve("file");
    Files.writeString(file, "");
    assertThat(run("suite", "--quick", "--json", file.resolve("suite.json").toString()))
        .isEqualTo(2);
    assertThat(err.toString()).startsWith("--json " + file.resolve("suite.json"));
    assertThat(err.toString().lines()).hasSize(1);
  }

  private int run(String... arguments) {
    final CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
