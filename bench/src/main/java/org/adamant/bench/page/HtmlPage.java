package org.adamant.bench.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Builds one self-contained HTML page. All text is escaped. */
public final class HtmlPage {

  private static final Pattern CLIP = Pattern.compile("clip-?\\d+");
  private static final Pattern FONT = Pattern.compile("font-family:(&quot;[^&]*&quot;|[^;&]*);");

  /** The longest cell on one line; columns with longer cells are left-aligned and wrap. */
  private static final int MOST_ON_A_LINE = 34;

  private final StringBuilder html = new StringBuilder();
  private int pictures;

  /** A page with a heading. */
  public HtmlPage(String title) {
    html.append(
        """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s</title>
            <style>
            %s</style>
            </head>
            <body>
            <main>
            <h1>%s</h1>
            """
            .formatted(escape(title), styleSheet(), escape(title)));
  }

  /** Adds a section. */
  public void section(Section section) {
    html.append("<section>\n");
    element("h2", section.title());
    section.paragraphs().forEach(this::paragraph);
    list(section.items());
    figures(section.charts());
    section.tables().forEach(this::table);
    html.append("</section>\n");
  }

  /** Adds a paragraph. */
  public void paragraph(String text) {
    element("p", text);
  }

  /** Adds a list. */
  public void list(List<Item> items) {
    if (items.isEmpty()) {
      return;
    }
    html.append("<ul>\n");
    for (Item item : items) {
      html.append(item.style.isEmpty() ? "<li>" : "<li class=\"" + item.style + "\">")
          .append(item.lead.isEmpty() ? "" : "<b>" + escape(item.lead) + "</b> ")
          .append(escape(item.text))
          .append("</li>\n");
    }
    html.append("</ul>\n");
  }

  /**
   * An item of a list.
   *
   * @param style a class of the style sheet, or nothing
   * @param lead bold text before the text, or nothing
   * @param text its text
   */
  public record Item(String style, String lead, String text) {
    /**
     * An item of text alone.
     *
     * @param text its text
     */
    public Item(String text) {
      this("", "", text);
    }
  }

  /** Adds pictures, side by side where there is room, each with its numbers. */
  public void figures(List<Chart> charts) {
    if (charts.isEmpty()) {
      return;
    }
    html.append("<div class=\"figures\">\n");
    for (Chart chart : charts) {
      html.append("<figure>\n")
          .append(svg(chart, ChartSvg.WIDE, "broad"))
          .append(svg(chart, ChartSvg.NARROW, "slim"))
          .append("<details><summary>numbers</summary>\n");
      table(chart.table());
      html.append("</details>\n</figure>\n");
    }
    html.append("</div>\n");
  }

  /** Adds a table. */
  public void table(Table table) {
    html.append("<div class=\"wide\">\n<table>\n");
    element("caption", table.caption());
    final List<String> styles =
        IntStream.range(0, table.header().size())
            .mapToObj(
                column -> table.rows()
                    .stream()
                    .anyMatch(row -> row.get(column).length() > MOST_ON_A_LINE)
                        ? " class=\"text\""
                        : "")
            .toList();
    html.append("<thead>");
    row("th scope=\"col\"", "th", table.header(), styles);
    html.append("</thead>\n<tbody>\n");
    table.rows().forEach(row -> row("td", "td", row, styles));
    html.append("</tbody>\n</table>\n</div>\n");
  }

  /** The page. */
  public String html() {
    return html + "</main>\n</body>\n</html>\n";
  }

  /**
   * The picture without the parts that only a separate file needs, with names that are unique on the page, and with
   * the reader's font instead of this machine's.
   */
  private String svg(Chart chart, ChartSvg.Size size, String style) {
    final String file = ChartSvg.draw(chart, size);
    final String content = file.substring(file.indexOf('>', file.indexOf("<svg")) + 1);
    final Map<String, String> names = new LinkedHashMap<>();
    final String prefix = "picture" + ++pictures + "-clip";
    final String renamed =
        CLIP.matcher(content)
            .replaceAll(
                match -> Matcher.quoteReplacement(
                    names.computeIfAbsent(match.group(), _ -> prefix + (names.size() + 1))));
    return "<svg class=\"%s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%s"
        .formatted(
            style,
            size.width(),
            size.height(),
            escape(chart.title()),
            FONT.matcher(renamed).replaceAll("font-family:sans-serif;"));
  }

  private void row(String open, String close, List<String> cells, List<String> styles) {
    html.append("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      html.append("<" + open + styles.get(i) + ">" + escape(cells.get(i)) + "</" + close + ">");
    }
    html.append("</tr>\n");
  }

  private void element(String name, String text) {
    html.append('<').append(name).append('>').append(escape(text));
    html.append("</").append(name).append(">\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        // A number and its unit stay on one line.
        .replace(" %", "&nbsp;%");
  }

  private static String styleSheet() {
    try (InputStream in = HtmlPage.class.getResourceAsStream("page.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
