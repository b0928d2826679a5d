package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of one of our commands or of JMH.
 *
 * @param times the times that JMH measured
 * @param unknown the other results of JMH, a few words for each
 * @param jvmArgs the options of the first JVM that JMH measured
 * @param jvm the name and version of that JVM
 * @param peers the results of {@code peers}
 * @param gate the results of {@code regress}
 */
public record ResultFile(
    List<StepTime> times,
    List<String> unknown,
    List<String> jvmArgs,
    String jvm,
    Optional<PeersRun> peers,
    Optional<GateRun> gate) {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final String EXPECTED = "expected the JSON of JMH, suite, lanes, peers or regress";

  /**
   * Reads a file of any of these kinds.
   *
   * @throws IOException if it cannot be read, or is something else; the message names the file and is one
   *     line
   */
  public static ResultFile read(Path file) throws IOException {
    return parse(file.toString(), text(file));
  }

  /** Reads a text; messages use the name. */
  public static ResultFile parse(String name, String json) throws IOException {
    try {
      final JsonNode root = MAPPER.readTree(json);
      if (root.isArray()) {
        return ofJmh(MAPPER.convertValue(root, new TypeReference<>() {}));
      }
      if (root.has("measurements")) {
        return of(Optional.of(MAPPER.treeToValue(root, PeersRun.class)), Optional.empty());
      }
      if (root.path("format").asText().startsWith("adamant-regress-")) {
        return of(Optional.empty(), Optional.of(MAPPER.treeToValue(root, GateRun.class)));
      }
      throw new IOException(name + ": " + EXPECTED);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(name + ": " + EXPECTED + ": " + reason(e), e);
    }
  }

  private static ResultFile of(Optional<PeersRun> peers, Optional<GateRun> gate) {
    return new ResultFile(List.of(), List.of(), List.of(), "", peers, gate);
  }

  private static ResultFile ofJmh(List<JmhResult> results) {
    final List<StepTime> times = new ArrayList<>();
    final List<String> unknown = new ArrayList<>();
    for (JmhResult result : results) {
      if (result == null || result.benchmark == null || result.primaryMetric == null) {
        throw new IllegalArgumentException("expected benchmark, mode and primaryMetric");
      }
      final Map<String, StepTime.Metric> secondary = new HashMap<>();
      if (result.secondaryMetrics != null) {
        result.secondaryMetrics.forEach((name, metric) -> secondary.put(name, metric.median()));
      }
      final Map<String, String> params = result.params == null ? Map.of() : result.params;
      StepTime.of(result.benchmark, params, result.primaryMetric.median(), secondary)
          .ifPresentOrElse(
              times::add,
              () -> unknown.add(
                  "%s (mode %s, %s)"
                      .formatted(
                          result.benchmark, result.mode, result.primaryMetric.scoreUnit)));
    }
    final Optional<JmhResult> first = results.stream().findFirst();
    return new ResultFile(
        times,
        unknown.stream().distinct().toList(),
        first.map(JmhResult::jvmArgs).orElse(List.of()),
        first.map(result -> result.vmName + " " + result.vmVersion).orElse(""),
        Optional.empty(),
        Optional.empty());
  }

  /** A result as JMH writes it. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record JmhResult(
      String benchmark,
      String mode,
      List<String> jvmArgs,
      String vmName,
      String vmVersion,
      Map<String, String> params,
      Metric primaryMetric,
      Map<String, Metric> secondaryMetrics) {}

  /** A metric as JMH writes it; without raw data if it samples. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Metric(double score, String scoreUnit, List<List<Double>> rawData) {

    private StepTime.Metric median() {
      final double[] values =
          rawData == null
              ? new double[0]
              : rawData.stream().flatMap(List::stream).mapToDouble(x -> x).toArray();
      return new StepTime.Metric(values.length == 0 ? score : Spread.median(values), scoreUnit);
    }
  }

  /** Earlier results of the gate, one for each machine; none if there is no file. */
  public static List<GateRun> readBaselines(Path file) throws IOException {
    return Files.exists(file)
        ? list(file.toString(), text(file), new TypeReference<>() {})
        : List.of();
  }

  /** Jumps that are known and accepted. */
  public static List<Accepted> readAccepted(Path file) throws IOException {
    return parseAccepted(file.toString(), text(file));
  }

  /** Reads accepted jumps from a text; messages use the name. */
  public static List<Accepted> parseAccepted(String name, String json) throws IOException {
    return list(name, json, new TypeReference<>() {});
  }

  private static <T> List<T> list(String name, String json, TypeReference<List<T>> type)
      throws IOException {
    try {
      final List<T> list = MAPPER.readValue(json, type);
      if (list == null || list.contains(null)) {
        throw new IOException(name + ": expected a list of objects");
      }
      return list;
    } catch (JacksonException e) {
      throw new IOException(name + ": " + reason(e), e);
    }
  }

  /** A result, or a list of results, as JSON. */
  public static String text(Object content) {
    try {
      return MAPPER.writeValueAsString(content) + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("a result is only numbers and text", e);
    }
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read", e);
    }
  }

  /** What is wrong, and where. */
  private static String reason(Exception e) {
    final Throwable invalid = e.getCause() instanceof IllegalArgumentException cause ? cause : e;
    final String message =
        invalid instanceof JacksonException json ? json.getOriginalMessage() : invalid.getMessage();
    final String line =
        e instanceof JacksonException json && json.getLocation() != null
            ? " (line " + json.getLocation().getLineNr() + ")"
            : "";
    return message.lines().findFirst().orElse("") + line;
  }
}
