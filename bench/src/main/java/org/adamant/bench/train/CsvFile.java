package org.adamant.bench.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads the numeric CSV files that lie beside this class: no quotes, no missing values. */
final class CsvFile {

  private CsvFile() {}

  /** All lines, split at the commas. */
  static List<String[]> lines(String resource) {
    try (InputStream in = CsvFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      final InputStreamReader decoded = new InputStreamReader(in, StandardCharsets.UTF_8);
      try (BufferedReader reader = new BufferedReader(decoded)) {
        return reader.lines().map(line -> line.split(",")).toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  static double[] numbers(String[] fields) {
    return Arrays.stream(fields).mapToDouble(Double::parseDouble).toArray();
  }
}
