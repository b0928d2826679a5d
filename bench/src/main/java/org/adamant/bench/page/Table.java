package org.adamant.bench.page;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A table; the first column names the rows.
 *
 * @param caption what it shows, with the unit
 * @param header the names of the columns
 * @param rows the cells, row by row
 */
public record Table(String caption, List<String> header, List<List<String>> rows) {

  /** The table with rows and columns exchanged. */
  Table transposed() {
    final List<List<String>> all = new ArrayList<>(List.of(header));
    all.addAll(rows);
    final List<List<String>> columns =
        IntStream.range(0, header.size())
            .mapToObj(column -> all.stream().map(row -> row.get(column)).toList())
            .toList();
    return new Table(caption, columns.getFirst(), columns.subList(1, columns.size()));
  }

  /**
   * The table in plain text, numbers aligned to the right.
   *
   * @return its lines, the caption first
   */
  public List<String> textLines() {
    final List<List<String>> all = new ArrayList<>(List.of(header));
    all.addAll(rows);
    final List<String> lines = new ArrayList<>(List.of(caption));
    for (List<String> row : all) {
      final StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        final String padding = " ".repeat(width(all, column) - row.get(column).length());
        final String cell = row.get(column);
        line.append(column == 0 ? cell + padding : "  " + padding + cell);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** The table in Markdown, numbers aligned to the right. */
  public List<String> markdownLines() {
    final List<String> lines = new ArrayList<>(List.of(caption, "", markdownRow(header)));
    final List<String> alignments = new ArrayList<>(Collections.nCopies(header.size(), "---:"));
    alignments.set(0, "---");
    lines.add(markdownRow(alignments));
    rows.forEach(row -> lines.add(markdownRow(row)));
    return lines;
  }

  private static String markdownRow(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
