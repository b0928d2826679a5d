package org.adamant.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.adamant.LaneWidth;
import org.adamant.bench.jmh.VariantBenchmark;
import org.adamant.bench.results.ResultFile;
import org.adamant.bench.results.StepTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LanesCommandTest {

  private static final String RESULTS =
      """
          [{"benchmark": "a.StepBenchmark.floatKernel", "mode": "avgt", "threads": 1, "forks": 1,
            "params": {"size": "5000", "width": "SCALAR"},
            "primaryMetric": {"score": 2500.0, "scoreError": "NaN", "scoreUnit": "ns/op",
                "rawData": [[2500.0]]}}]
          """;

  @TempDir
  private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<Batch> batches = new ArrayList<>();
  private Path json;
  private Path markdown;

  @BeforeEach
  void files() {
    json = directory.resolve("lanes.json");
    markdown = directory.resolve("lanes.md");
  }

  @Test
  void measuresOnesOwnSizesAtEveryWidth() {
    assertThat(run("--sizes", "70000,5000", "--element", "float")).isZero();
    assertThat(batches).hasSize(4);
    assertThat(batches)
        .extracting(batch -> batch.params().get("size"))
        .containsExactly(List.of("5000"), List.of("5000"), List.of("70000"), List.of("70000"));
    assertThat(batches.get(0).methods()).containsExactly("floatTraffic", "floatDivider",
        "floatPlain");
    assertThat(batches.get(1).methods()).containsExactly("floatKernel");
    assertThat(batches.get(1).params().get("width"))
        .isEqualTo(LaneWidth.supported().stream().map(LaneWidth::name).toList());
  }

  @Test
  void measuresVariantsOnSomeThreadsAtEveryWidth() {
    assertThat(
        run(
            "--sizes", "5000", "--element", "float", "--variant", "adamw,one_pass", "--threads",
            "1,2"))
        .isZero();
    assertThat(batches).extracting(Batch::benchmarks).containsOnly(VariantBenchmark.class);
    final List<Batch> kernels =
        batches.stream().filter(batch -> batch.methods().contains("floatKernel")).toList();
    assertThat(kernels)
        .extracting(batch -> batch.params().get("threads"))
        .containsExactly(List.of("1"), List.of("2"));
    assertThat(kernels)
        .allSatisfy(
            batch -> {
              assertThat(batch.params().get("variant")).containsExactly("ADAMW", "ONE_PASS");
              assertThat(batch.params().get("width"))
                  .hasSameSizeAs(LaneWidth.supported());
            });
  }

  @Test
  void keepsTheResultsAsJmhWroteThem() {
    assertThat(run()).isZero();
    assertThat(json).hasContent(RESULTS);
    assertThat(out.toString()).contains("auto-vectorised", "0.500",
        "The fastest for each size, float");
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(json));
  }

  @Test
  void markdownSaysWhereItComesFrom() {
    assertThat(run("--sizes", "5000", "--markdown", markdown.toString())).isZero();
    assertThat(markdown)
        .content()
        .contains("| float | 5,000 |", "| --- | ---: |", "| auto-vectorised | 0.500 |")
        .contains("Measured by `--sizes 5000", System.getProperty("java.vm.version"));
  }

  @Test
  void aFailureIsOneLineAndLeavesNoFile() {
    assertThat(execute((_, _, _, _) -> {
      throw new JmhSession.FailedException("the fork has died", null);
    })).isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo("lanes failed: the fork has died");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aFileThatCannotBeWrittenIsOneLine() throws Exception {
    // In the way of the file that is written beside.
    Files.createDirectories(directory.resolve("lanes.json.part/full"));
    assertThat(run()).isEqualTo(1);
    assertThat(err.toString()).startsWith("cannot write " + json);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(json).doesNotExist();
  }

  private int run(String... arguments) {
    return execute(
        (plan, _, _, _) -> {
          batches.addAll(plan.batches());
          return new JmhSession.Results(RESULTS, parsed());
        },
        arguments);
  }

  private static List<StepTime> parsed() {
    try {
      return ResultFile.parse("results", RESULTS).times();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int execute(LanesCommand.Measurement measurement, String... arguments) {
    final List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", json.toString()));
    return new CommandLine(new LanesCommand(measurement))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
