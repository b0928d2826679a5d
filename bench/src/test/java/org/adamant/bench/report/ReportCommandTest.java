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
import java.util.regex.Pattern;
import org.adamant.bench.results.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ReportCommandTest {

  private static final String PEERS =
      """
          {"format": 1, "date": "2026-11-23T12:00:00Z", "command": "peers", "machine": "Chip, 2 processors",
           "kernel": "512-bit SIMD", "measurements": [
            {"peer": "PyTorch fused", "version": "PyTorch 2.13", "kernelNanos": [24, 25, 26, 30, 20],
             "peerNanos": [100, 100, 100, 100, 100],
             "workload": {"kind": "ARRAY", "element": "FLOAT", "size": 1000, "threads": 1}},
            {"peer": "PyTorch fused", "version": "PyTorch 2.13", "kernelNanos": [50], "peerNanos": [100],
             "workload": {"kind": "ARTICLE", "element": "FLOAT", "size": 0, "threads": 1}},
            {"peer": "ND4J", "version": "", "failure": "the process ended",
             "workload": {"kind": "GPT2", "element": "FLOAT", "size": 0, "threads": 2}}]}
          """;
  private static final String GATE =
      """
          {"format": "adamant-regress-1", "date": "%sT12:00:00Z", "commit": "%s", "processor": "Chip",
           "java": "25.0.3", "laneBits": 512, "accepted": [], "forks": 12,
           "cases": [{"name": "float 1000", "nanosPerElement": %s, "toTraffic": {"ratio": %s},
             "toPlain": {"ratio": 1}}]}
          """;

  @TempDir
  private Path directory;

  private final StringWriter err = new StringWriter();

  @Test
  void drawsTheSuite() throws IOException {
    final String html = report(file("suite.json", suite("1a2b3c", "2026-11-23", 300)));
    assertThat(html)
        .contains("1a2b3c", "Chip, 2 processors; JVM 25", "suite --quick")
        // Widths with the limit, in ns per element and times the limit.
        .contains("One step, float", ">ns per element</text>", ">traffic limit</text>")
        .contains("<td>512 bits</td><td>12.500 (2.00)</td><td>0.300 (3.00)</td>")
        .contains("512 bits: right", "<td>auto-vectorised</td>", "C2 vectorises by itself")
        // The limit is thicker than what it limits.
        .contains("stroke-width:3.5")
        // A call of 8 elements: 100 ns, the plain loop's 40 less.
        .contains("Calling overhead", "<td>100.0 (+60.0)</td>")
        .contains("Variants", "<td>amsgrad</td><td>0.600 (1.50)</td>")
        .contains("<td>bf16 moments</td><td>20.00 (0.71)</td><td>0.300 (0.75)</td>")
        .contains("Threads, float", ">kernel, 2 threads</text>")
        .contains("First step", "<td>165.0 (+150.0)</td>")
        .contains("Peak memory", "<td>30.0 (+10.0)</td>")
        .doesNotContain("<h2>History", "<h2>Peers");
  }

  @Test
  void drawsPeers() throws IOException {
    final String html = report(file("peers.json", PEERS));
    assertThat(html)
        .contains("Kernel and peers, float, 1 thread", ">PyTorch fused</text>")
        .contains("<td>float 1,000</td><td>0.250 (0.240–0.260)</td><td></td>")
        // A file of an earlier version.
        .contains("<td>float, the small network</td><td>0.500 (0.500–0.500)</td><td></td>")
        .contains("<td>float, GPT-2 small, 2 threads</td><td></td><td>failed</td>")
        .contains("ND4J, float, GPT-2 small, 2 threads: the process ended");
  }

  @Test
  void drawsTheHistoryWithItsJumps() throws IOException {
    final Path accepted =
        file(
            "accepted.json",
            """
                [{"date": "2026-11-22", "what": "TIME", "cases": "all", "factor": 1.5,
                  "reason": "an exact division"},
                 {"date": "2026-11-22", "what": "PATH", "cases": "all", "reason": "narrower"}]
                """);
    final String html =
        report(
            file("1.json", suite("1a2b3c", "2026-11-21", 300)),
            "named=" + file("2.json", suite("ignored", "2026-11-22", 450)),
            "--accepted",
            accepted);
    assertThat(html)
        .contains("<h2>History: JMH", ">times the traffic limit</text>", ">jump 1, 2</text>")
        .contains("<td>1a2b3c</td><td>12.50</td><td>0.3000</td>", "<td>named</td>")
        .contains("<td>an exact division</td>")
        .doesNotContain("ignored");
  }

  /** The gate measures in another way than JMH. */
  @Test
  void filesThatCannotBeComparedHaveHistoriesOfTheirOwn() throws IOException {
    final String html =
        report(
            file("1.json", suite("a", "2026-11-21", 300)),
            file("2.json", GATE.formatted("2026-11-21", "7d8e9f", "0.46", "4.6")),
            file("3.json", suite("b", "2026-11-22", 300)),
            file("4.json", GATE.formatted("2026-11-22", "8e9f0a", "0.47", "4.7")),
            file("5.json", suite("c", "2026-11-23", 300).replace("JVM 25", "JVM 26")));
    assertThat(Pattern.compile("<h2>History").matcher(html).results()).hasSize(2);
    assertThat(html)
        .contains("<td>7d8e9f</td><td>0.4600</td>", "<td>8e9f0a</td><td>4.700</td>")
        .contains("<h2>The gate: not slower");
  }

  @Test
  void nothingVanishesSilently() throws IOException {
    final String other =
        suite("b", "2026-11-22", 300)
            .replace("StepBenchmark.floatTraffic", "OtherBenchmark.floatTraffic")
            .replace("\"1000\"", "\"2000\"");
    final String html =
        report(
            file("suite.json", suite("a", "2026-11-21", 300)),
            file("lanes.json", other),
            file("older.json", suite("a", "2026-11-21", 300)),
            file("newer.json", suite("c", "2026-11-23", 300)));
    assertThat(Pattern.compile("<h2>Lane widths").matcher(html).results()).hasSize(2);
    for (String omission : List.of(
        "suite.json: drawn in the history only: newer.json shows the same again",
        "older.json: drawn in the history only: newer.json shows the same again",
        "lanes.json: not drawn: org.adamant.bench.jmh.OtherBenchmark.floatTraffic (mode avgt, ns/op)")) {
      assertThat(err.toString()).contains(omission);
      assertThat(html).contains(omission);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "throughput", "other"})
  void whereNothingCanBeDrawnThereIsNoPage(String kind) throws IOException {
    final String json =
        switch (kind) {
          case "[]" -> kind;
          case "other" -> suite("a", "2026-11-21", 300).replaceAll("\\w+Benchmark\\.", "Other.");
          default -> suite("a", "2026-11-21", 300)
              .replaceAll("avgt|\"ss\"", "thrpt")
              .replaceAll("(ns|ms)/op", "ops/s");
        };
    final Path html = directory.resolve("page.html");
    // JSON of JMH, whatever else it is.
    final String valid = json.replace("\"mode\": thrpt", "\"mode\": \"thrpt\"");
    assertThat(run(file("r.json", valid).toString(), "--html", html.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("nothing to draw", "r.json: ");
    assertThat(html).doesNotExist();
  }

  /** What was accepted before the first file, or on its day, is no jump of this history. */
  @Test
  void aJumpBeforeTheFirstFileIsNotDrawn() throws IOException {
    final Path accepted =
        file(
            "accepted.json",
            "[{\"date\": \"2026-11-21\", \"what\": \"PATH\", \"cases\": \"all\","
                + " \"reason\": \"an older one\"}]");
    final String html =
        report(
            file("1.json", suite("a", "2026-11-21", 300)),
            file("2.json", suite("b", "2026-11-22", 300)),
            "--accepted",
            accepted);
    assertThat(html).contains("<td>an older one</td>").doesNotContain(">jump 1</text>");
  }

  /** What runs on other machines has a history of its own. */
  @Test
  void machinesAreKeptApart() throws IOException {
    final String html =
        report(
            file("1.json", suite("a", "2026-11-21", 300)),
            file("2.json", suite("b", "2026-11-22", 300).replace("Chip", "Chop")));
    assertThat(html).doesNotContain("<h2>History");
    assertThat(Pattern.compile("<h2>Lane widths").matcher(html).results()).hasSize(2);
  }

  @Test
  void everyPictureIsATableToo() throws IOException {
    final String html =
        report(
            file("1.json", suite("a", "2026-11-21", 300)),
            file("2.json", suite("b", "2026-11-22", 300)),
            file("peers.json", PEERS));
    final long pictures = Pattern.compile("<svg ").matcher(html).results().count();
    assertThat(pictures).isGreaterThan(4);
    assertThat(
        Pattern.compile("</svg>\\s*<details>.*?<table>", Pattern.DOTALL).matcher(html).results())
        .hasSize((int) pictures / 2);
    assertThat(html)
        .doesNotContain("://", "<script", "<link", "<img", "<iframe", "@import")
        .doesNotContainPattern("\\s(src|href)=");
  }

  @Test
  void aFileOfJmhAloneIsEnough() throws IOException {
    final String plain =
        suite("a", "2026-11-21", 300).replaceAll("\"jvmArgs\": \\[[^]]*]", "\"jvmArgs\": []");
    assertThat(report(file("plain.json", plain)))
        .contains("<td>plain</td>", "<td>VM 25</td>", "not known");
  }

  @Test
  void aPageThatCannotBeWrittenIsOneLine() throws IOException {
    final Path html = directory.resolve("page.html");
    // In the way of the file that is written beside.
    Files.createDirectories(directory.resolve("page.html.part/full"));
    final Path peers = file("peers.json", PEERS);
    assertThat(run(peers.toString(), "--html", html.toString())).isEqualTo(1);
    assertThat(err.toString()).startsWith("cannot write " + html);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(html).doesNotExist();
  }

  private String report(Object... arguments) throws IOException {
    final Path html = directory.resolve("page.html");
    final List<String> all = new ArrayList<>(List.of("--html", html.toString()));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    assertThat(run(all.toArray(String[]::new))).as(err.toString()).isZero();
    return Files.readString(html);
  }

  private int run(String... arguments) {
    return new CommandLine(new ReportCommand())
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  /** What the command suite writes, with a time for 1,000 elements. */
  private static String suite(String label, String day, double nanos) {
    final Origin origin =
        new Origin(label, day + "T12:00:00Z", "Chip, 2 processors; JVM 25", "suite --quick",
            "BITS_512");
    final List<String> results = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      results.add(step(origin, "floatTraffic", "\"size\": \"8\"", 50));
      results.add(step(origin, "floatPlain", "\"size\": \"8\"", 40));
      results.add(step(origin, "floatKernel", "\"size\": \"8\", \"width\": \"BITS_512\"", 100));
      results.add(step(origin, "floatTraffic", "\"size\": \"1000\"", 100));
      results
          .add(step(origin, "floatKernel", "\"size\": \"1000\", \"width\": \"BITS_512\"", nanos));
      results.add(step(origin, "floatKernel", "\"size\": \"1000\", \"width\": \"SCALAR\"", 600));
    }
    for (String variant : List.of("BASIC", "AMSGRAD")) {
      results.add(
          result(
              origin, "VariantBenchmark.floatKernel", "avgt", "ns/op",
              "\"size\": \"1000\", \"width\": \"preferred\", \"variant\": \"" + variant + "\"",
              variant.equals("BASIC") ? 400 : 600));
    }
    for (String storage : List.of("FLOAT_ARRAYS", "BF16_MOMENTS")) {
      results.add(
          result(
              origin, "StorageBenchmark.floatKernel", "avgt", "ns/op",
              "\"size\": \"1000\", \"width\": \"preferred\", \"storage\": \"" + storage + "\"",
              storage.equals("FLOAT_ARRAYS") ? 400 : 300));
    }
    for (int threads : List.of(1, 2)) {
      results.add(
          result(
              origin, "VariantBenchmark.floatKernel", "avgt", "ns/op",
              "\"size\": \"1000\", \"width\": \"preferred\", \"threads\": \"" + threads + "\"",
              400));
    }
    results.add(
        result(origin, "FirstStepBenchmark.floatPlain", "ss", "ms/op", "\"size\": \"1000\"", 15));
    results.add(
        result(
            origin, "FirstStepBenchmark.floatKernel", "ss", "ms/op",
            "\"size\": \"1000\", \"width\": \"BITS_512\"", 165));
    return "[" + String.join(",\n", results) + "]";
  }

  private static String step(Origin origin, String method, String params, double nanos) {
    return result(origin, "StepBenchmark." + method, "avgt", "ns/op", params, nanos);
  }

  private static String result(
      Origin origin, String benchmark, String mode, String unit, String params, double score) {
    final int memory = benchmark.endsWith("Plain") ? 20 * 1024 : 30 * 1024;
    return String.format(
        Locale.ROOT,
        """
            {"benchmark": "org.adamant.bench.jmh.%s", "mode": "%s", "threads": 1, "forks": 1,
             "jvmArgs": ["%s"], "jdkVersion": "25", "vmName": "VM", "vmVersion": "25",
             "params": {%s},
             "primaryMetric": {"score": %f, "scoreError": "NaN", "scoreUnit": "%s", "rawData": [[%f]]},
             "secondaryMetrics": {"mempool.total.used": {"score": %d, "scoreError": "NaN",
                "scoreUnit": "KiB", "rawData": [[%d]]}}}
            """,
        benchmark,
        mode,
        String.join("\", \"", origin.jvmArgs()),
        params,
        score,
        unit,
        score,
        memory,
        memory);
  }
}
