package org.adamant.bench.train.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads the files beside this class: text, and numeric CSV without quotes or missing values. */
final class DataFile {

  private DataFile() {}

  static String text(String resource) {
    try (InputStream in = DataFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  /** All lines, split at the commas. */
  static List<String[]> rows(String resource) {
    return text(resource).lines().map(line -> line.split(",", 0)).toList();
  }

  static double[] numbers(String[] fields) {
    return Arrays.stream(fields).mapToDouble(Double::parseDouble).toArray();
  }
}
