package org.adamant.bench.results;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file of one of our commands or of JMH.
 *
 * @param jmh results of JMH; empty in other files
 * @param peers what {@code peers} found
 * @param gate what {@code regress} found
 */
public record ResultFile(List<JmhResult> jmh, Optional<PeersFile> peers, Optional<GateFile> gate) {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final String EXPECTED = "expected the JSON of JMH, suite, lanes, peers or regress";

  /**
   * Reads a file, whatever of these it is.
   *
   * @param file the file
   * @return its content
   * @throws IOException if it cannot be read, or is something else; the message names the file and is one
   *     line
   */
  public static ResultFile read(Path file) throws IOException {
    final String json = text(file);
    try {
      final JsonNode root = MAPPER.readTree(json);
      if (root.isArray()) {
        return new ResultFile(JmhFile.parse(json), Optional.empty(), Optional.empty());
      }
      if (root.has("measurements")) {
        final PeersFile peers = MAPPER.treeToValue(root, PeersFile.class);
        return new ResultFile(List.of(), Optional.of(peers), Optional.empty());
      }
      if (root.path("format").asText().startsWith("adamant-regress-")) {
        final GateFile gate = MAPPER.treeToValue(root, GateFile.class);
        return new ResultFile(List.of(), Optional.empty(), Optional.of(gate));
      }
      throw new IOException(EXPECTED);
    } catch (JacksonException e) {
      throw new IOException(file + ": " + EXPECTED + ": " + reason(e), e);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads jumps that are known and accepted.
   *
   * @param file a list of objects in JSON
   * @return the jumps
   * @throws IOException if it cannot be read, or is something else; the message names the file and is one
   *     line
   */
  public static List<AcceptedJump> readJumps(Path file) throws IOException {
    try {
      final List<AcceptedJump> jumps = MAPPER.readValue(text(file), new TypeReference<>() {});
      if (jumps == null || jumps.contains(null)) {
        throw new IOException(file + ": expected a list of jumps");
      }
      return jumps;
    } catch (JacksonException e) {
      throw new IOException(file + ": expected a list of jumps: " + reason(e), e);
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

  private static String reason(JacksonException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }
}
