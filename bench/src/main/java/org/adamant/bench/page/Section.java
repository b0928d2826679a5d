package org.adamant.bench.page;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a page, or of what is printed.
 *
 * @param title its heading
 * @param paragraphs what is shown, and how it was found
 * @param items further facts
 * @param charts pictures, each with its numbers
 * @param tables tables
 */
public record Section(
    String title,
    List<String> paragraphs,
    List<HtmlPage.Item> items,
    List<Chart> charts,
    List<Table> tables) {

  /** This section with one more paragraph. */
  public Section with(String paragraph) {
    final List<String> more = new ArrayList<>(paragraphs);
    more.add(paragraph);
    return new Section(title, more, items, charts, tables);
  }

  /** The tables, or without tables the numbers of the pictures, and the items as lines. */
  public List<String> textLines() {
    final List<String> lines = new ArrayList<>();
    (tables.isEmpty() ? charts.stream().map(Chart::table).toList() : tables)
        .forEach(
            table -> {
              lines.add("");
              lines.addAll(table.textLines());
            });
    items.forEach(item -> lines.add(item.text()));
    return lines;
  }
}
