package org.adamant.bench.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Builds the report: one HTML page that needs nothing but itself. */
final class HtmlReport {

  private static final Pattern CLIP = Pattern.compile("clip-?\\d+");
  private static final Pattern FONT = Pattern.compile("font-family:(&quot;[^&]*&quot;|[^;&]*);");

  private final StringBuilder html = new StringBuilder();
  private int pictures;

  private HtmlReport() {}

  /** The page, with the sections in their order. */
  static String render(Map<Program, Section> sections, String machine, String kernel) {
    final HtmlReport report = new HtmlReport();
    report.begin(machine, kernel);
    sections.forEach(report::section);
    report.html.append("</main>\n</body>\n</html>\n");
    return report.html.toString();
  }

  private void begin(String machine, String kernel) {
    html.append(
        """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Adamant: training report</title>
            <style>
            %s</style>
            </head>
            <body>
            <main>
            <h1>Adamant: training report</h1>
            <p>Programs that train with the Adam kernel, each checking its own claims.</p>
            <p>%s</p>
            <p>%s</p>
            """
            .formatted(styleSheet(), escape(machine), escape(kernel)));
  }

  private void section(Program program, Section section) {
    html.append("<section>\n");
    element("h2", program.title());
    element("p", program.introduction());
    html.append("<ul>\n");
    for (Claim claim : section.claims()) {
      html.append(claim.holds() ? "<li class=\"holds\">" : "<li class=\"fails\">")
          .append(claim.holds() ? "<b>holds:</b> " : "<b>FAILS:</b> ")
          .append(escape(claim.text()))
          .append("</li>\n");
    }
    section.notes().forEach(note -> element("li", note));
    html.append("</ul>\n");
    html.append("<div class=\"figures\">\n");
    section.charts().forEach(this::figure);
    html.append("</div>\n");
    section.tables().forEach(this::table);
    html.append("</section>\n");
  }

  private void figure(Chart chart) {
    html.append("<figure>\n").append(svg(chart)).append("<details><summary>numbers</summary>\n");
    table(chart.table());
    html.append("</details>\n</figure>\n");
  }

  /**
   * The picture without what only a file of its own needs, with names that are unique on the page,
   * and with the reader's font instead of this machine's.
   */
  private String svg(Chart chart) {
    final String file = ChartSvg.draw(chart);
    final String content = file.substring(file.indexOf('>', file.indexOf("<svg")) + 1);
    final Map<String, String> names = new LinkedHashMap<>();
    final String prefix = "picture" + ++pictures + "-clip";
    final String renamed =
        CLIP.matcher(content)
            .replaceAll(
                match -> Matcher.quoteReplacement(
                    names.computeIfAbsent(match.group(), _ -> prefix + (names.size() + 1))));
    return "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%s"
        .formatted(
            ChartSvg.WIDTH,
            ChartSvg.HEIGHT,
            escape(chart.title()),
            FONT.matcher(renamed).replaceAll("font-family:sans-serif;"));
  }

  private void table(Table table) {
    html.append("<div class=\"wide\">\n<table>\n");
    element("caption", table.caption());
    html.append("<thead>");
    row("th scope=\"col\"", "th", table.header());
    html.append("</thead>\n<tbody>\n");
    table.rows().forEach(row -> row("td", "td", row));
    html.append("</tbody>\n</table>\n</div>\n");
  }

  private void row(String open, String close, List<String> cells) {
    final List<String> elements = new ArrayList<>();
    for (String cell : cells) {
      elements.add("<" + open + ">" + escape(cell) + "</" + close + ">");
    }
    html.append("<tr>").append(String.join("", elements)).append("</tr>\n");
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
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
