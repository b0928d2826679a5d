package org.adamant.bench.results;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads the JSON that JMH writes. */
public final class JmhFile {

  private static final ObjectReader READER =
      JsonMapper.builder().build().readerForListOf(JmhResult.class);

  private JmhFile() {}

  /**
   * Reads all results of a file.
   *
   * @param file what JMH's {@code -rf json} has written
   * @return the results in their order
   * @throws IOException if it cannot be read, or holds something else; the message names the file and is
   *     one line
   */
  public static List<JmhResult> read(Path file) throws IOException {
    try {
      return parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads all results of a text.
   *
   * @param json what JMH's {@code -rf json} writes
   * @return the results in their order
   * @throws IOException if it is something else; the message is one line
   */
  public static List<JmhResult> parse(String json) throws IOException {
    try {
      final List<JmhResult> results = READER.readValue(json);
      if (results == null) {
        throw new IOException("expected the JSON of JMH: there is nothing");
      }
      return results;
    } catch (JacksonException e) {
      final String place = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw new IOException(
          "expected the JSON of JMH: " + e.getOriginalMessage().lines().findFirst().orElse("")
              + place,
          e);
    }
  }
}
