package org.adamant.proptest.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A table of measured errors. It is committed as a resource, and every run of the tests writes it anew, with a
 * report.
 */
public final class AccuracyTable {

  private static final Path DIRECTORY = Path.of("target", "accuracy");

  private final String name;
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table without rows.
   *
   * @param name the name of its files
   * @param header the names of its columns
   */
  public AccuracyTable(String name, String... header) {
    this.name = name;
    this.header = List.of(header);
  }

  /**
   * Adds a row.
   *
   * @param cells texts, or numbers that are printed with four digits
   */
  public void add(Object... cells) {
    rows.add(
        Stream.of(cells)
            .map(
                cell -> cell instanceof Double x
                    ? String.format(Locale.ROOT, "%.4g", x)
                    : cell.toString())
            .toList());
  }

  /**
   * Writes {@code target/accuracy/NAME.csv} and {@code NAME.md} and asserts that the first is the
   * committed one, digit by digit: the kernel and the oracle round the same way everywhere.
   *
   * @param description the introduction of the report
   * @throws IOException if a file cannot be written
   */
  public void assertCommitted(String description) throws IOException {
    final List<String> lines = lines(",", "", "");
    Files.createDirectories(DIRECTORY);
    final Path written = Files.write(DIRECTORY.resolve(name + ".csv"), lines);
    final List<String> report = lines(" | ", "| ", " |");
    report.add(1, "|" + String.join("|", Collections.nCopies(header.size(), "---")) + "|");
    report.addAll(0, List.of("# Accuracy: " + name, "", description.strip(), ""));
    Files.write(DIRECTORY.resolve(name + ".md"), report);
    assertThat(lines)
        .as(
            "the errors; if the arithmetic was meant to change, copy %s over the resource /accuracy",
            written)
        .isEqualTo(committed());
  }

  private List<String> lines(String separator, String start, String end) {
    final List<String> lines = new ArrayList<>();
    lines.add(start + String.join(separator, header) + end);
    rows.forEach(row -> lines.add(start + String.join(separator, row) + end));
    return lines;
  }

  private List<String> committed() throws IOException {
    try (InputStream in = AccuracyTable.class.getResourceAsStream("/accuracy/" + name + ".csv")) {
      assertThat(in).as("the resource /accuracy/%s.csv", name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
