package org.adamant.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.adamant.bench.results.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ChartCommandTest {

  private static final Path DOCS = Path.of("docs");

  private static final String PEERS =
      """
          {"format": 1, "date": "2026-11-23T12:00:00Z", "command": "peers --quick", "machine": "Chip",
           "kernel": "512-bit SIMD", "measurements": [
            {"peer": "PyTorch fused", "kernelNanos": [300, 250, 200], "peerNanos": [1000, 1000, 1000],
             "workload": {"kind": "ARRAY", "element": "FLOAT", "size": 1000, "threads": 1}},
            {"peer": "PyTorch fused", "kernelNanos": [10], "peerNanos": [1000],
             "workload": {"kind": "ONE_PASS", "element": "FLOAT", "size": 1000, "threads": 1}},
            {"peer": "PyTorch fused", "kernelNanos": [10], "peerNanos": [1000],
             "workload": {"kind": "ARRAY", "element": "DOUBLE", "size": 1000, "threads": 1}},
            {"peer": "PyTorch fused", "kernelNanos": [10], "peerNanos": [1000],
             "workload": {"kind": "ARRAY", "element": "FLOAT", "size": 77, "threads": 1}}]}
          """;

  @TempDir
  private Path directory;

  private final StringWriter err = new StringWriter();

  @Test
  void writesTheNumbersAndBothPictures() throws IOException {
    final Path data = directory.resolve("speed.csv");
    assertThat(run(lanes("BITS_512"), file("peers.json", PEERS), "--data", data))
        .as(err.toString())
        .isZero();
    assertThat(Files.readAllLines(data))
        .containsExactly(
            "# One step, float, one thread: ns per element",
            "# lanes, 2026-11-23T11:00:00Z, Chip, 2 processors",
            "# peers --quick, 2026-11-23T12:00:00Z, Chip",
            "elements,Adamant,plain loop,PyTorch fused,root and division alone,traffic limit",
            // The kernel's 0.5 over the median of the ratios, a quarter.
            "1000,0.500,0.600,2.000,0.400,0.200",
            "16384,0.300,,,,0.100");
    assertThat(err.toString())
        .contains("not drawn: PyTorch fused, float 77: no time of the kernel");
    assertThat(directory.resolve("speed-light.svg"))
        .content()
        .contains(
            ">One step, float, one thread</text>", ">Adamant</text>", ">PyTorch fused</text>",
            ">plain loop</text>", ">traffic limit</text>", "font:12px sans-serif",
            "rgb(255,255,255)")
        // A font that not everybody has.
        .doesNotContain("font-family");
    assertThat(directory.resolve("speed-dark.svg"))
        .content()
        .contains(">Adamant</text>", "rgb(13,17,23)")
        .doesNotContain("rgb(255,255,255)", "rgb(0,0,0)");
  }

  /** Whoever has the file needs nothing else to draw it. */
  @Test
  void drawsItsFileAgain() throws IOException {
    final Path data = directory.resolve("speed.csv");
    assertThat(run(lanes("BITS_512"), "--data", data)).as(err.toString()).isZero();
    final Path picture = directory.resolve("speed-light.svg");
    final List<String> first = forms(picture);
    Files.delete(picture);
    assertThat(run("--data", data)).as(err.toString()).isZero();
    assertThat(forms(picture)).isEqualTo(first);
  }

  /** The pictures of the README are drawn from the file that lies beside them. */
  @Test
  void theCommittedPicturesShowTheCommittedNumbers() throws IOException {
    final Path data =
        Files.copy(DOCS.resolve("speed.csv"), directory.resolve("speed.csv"));
    assertThat(run("--data", data)).as(err.toString()).isZero();
    for (String name : List.of("speed-light.svg", "speed-dark.svg")) {
      assertThat(forms(DOCS.resolve(name))).isEqualTo(forms(directory.resolve(name)));
    }
  }

  /** Texts and how many paths; where they lie depends on the fonts of the machine. */
  private static List<String> forms(Path svg) throws IOException {
    return Files.readString(svg)
        .lines()
        .filter(line -> line.contains("<text ") || line.contains("<path "))
        .map(line -> line.replaceAll("^.*<text [^>]*>|<path .*", ""))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "", "elements\n", "size,a\n1,2\n", "elements,a\n1,2,3\n", "elements,a\n1,fast\n"})
  void whatIsNoFileOfNumbersIsRefused(String content) throws IOException {
    final Path data = file("speed.csv", content);
    assertThat(run("--data", data)).isEqualTo(2);
    assertThat(err.toString()).contains("speed.csv: ");
    assertThat(directory.resolve("speed-light.svg")).doesNotExist();
  }

  @Test
  void whatHasNoTimeOfTheKernelIsRefused() throws IOException {
    final Path data = directory.resolve("speed.csv");
    assertThat(run(file("peers.json", PEERS), "--data", data)).isEqualTo(2);
    assertThat(err.toString()).contains("nothing to draw");
    assertThat(run("--data", data)).isEqualTo(2);
    assertThat(run("--data", directory.resolve("speed.txt"))).isEqualTo(2);
    assertThat(err.toString()).contains("speed.txt: expected a name that ends with .csv");
    assertThat(data).doesNotExist();
  }

  private int run(Object... arguments) {
    return new CommandLine(new ChartCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(err, true))
        .setParameterExceptionHandler(
            (e, _) -> {
              err.append(e.getMessage()).append('\n');
              return CommandLine.ExitCode.USAGE;
            })
        .execute(List.of(arguments).stream().map(Object::toString).toArray(String[]::new));
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  /** As the command lanes writes it; also of widths, types and benchmarks that the picture does not show. */
  private Path lanes(String preferred) throws IOException {
    final List<String> results = new ArrayList<>();
    results.add(step(preferred, "StepBenchmark.floatTraffic", 1000, "", 200));
    results.add(step(preferred, "StepBenchmark.floatPlain", 1000, "", 600));
    results.add(step(preferred, "StepBenchmark.floatDivider", 1000, "", 400));
    for (double nanos : new double[] {490, 500, 900}) {
      results.add(step(preferred, "StepBenchmark.floatKernel", 1000, "BITS_512", nanos));
    }
    results.add(step(preferred, "StepBenchmark.floatKernel", 1000, "SCALAR", 100));
    results.add(step(preferred, "StepBenchmark.doubleKernel", 1000, "BITS_512", 100));
    results.add(step(preferred, "VariantBenchmark.floatPlain", 1000, "", 100));
    results.add(step(preferred, "StepBenchmark.floatKernel", 16_384, "BITS_512", 0.3 * 16_384));
    results.add(step(preferred, "StepBenchmark.floatTraffic", 16_384, "", 0.1 * 16_384));
    return file("lanes.json", "[" + String.join(",\n", results) + "]");
  }

  private static String step(
      String preferred, String benchmark, int size, String width, double nanos) {
    final Origin origin =
        new Origin("", "2026-11-23T11:00:00Z", "Chip, 2 processors", "lanes", preferred);
    return String.format(
        Locale.ROOT,
        """
            {"benchmark": "org.adamant.bench.jmh.%s", "mode": "avgt", "jvmArgs": ["%s"], "vmName": "VM",
             "vmVersion": "25", "params": {"size": "%d"%s},
             "primaryMetric": {"score": %f, "scoreUnit": "ns/op", "rawData": [[%f]]}}
            """,
        benchmark,
        String.join("\", \"", origin.jvmArgs()),
        size,
        width.isEmpty() ? "" : ", \"width\": \"" + width + "\"",
        nanos,
        nanos);
  }
}
