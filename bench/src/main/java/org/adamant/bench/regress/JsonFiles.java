package org.adamant.bench.regress;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads and writes results, baselines (a list of results, one for each machine) and accepted jumps. */
final class JsonFiles {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFiles() {}

  static List<RunResult> baseline(Path file) throws IOException {
    return Files.exists(file)
        ? parse(file.toString(), Files.readString(file), new TypeReference<>() {})
        : List.of();
  }

  static List<Accepted> accepted(Path file) throws IOException {
    return Files.exists(file) ? accepted(file.toString(), Files.readString(file)) : List.of();
  }

  /**
   * Reads accepted jumps.
   *
   * @param name what the text is called in messages
   */
  static List<Accepted> accepted(String name, String json) throws IOException {
    return parse(name, json, new TypeReference<>() {});
  }

  private static <T> List<T> parse(String name, String json, TypeReference<List<T>> type)
      throws IOException {
    try {
      final List<T> list = MAPPER.readValue(json, type);
      if (list == null || list.contains(null)) {
        throw new IOException(name + ": expected a list of objects");
      }
      return list;
    } catch (JacksonException e) {
      final String reason =
          e.getCause() instanceof IllegalArgumentException invalid
              ? invalid.getMessage()
              : e.getOriginalMessage().lines().findFirst().orElse("");
      final String line =
          e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
      throw new IOException(name + ": " + reason + line, e);
    }
  }

  /** A result, or a list of results. */
  static String text(Object content) {
    try {
      return MAPPER.writeValueAsString(content) + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("a result is only numbers and text", e);
    }
  }
}
