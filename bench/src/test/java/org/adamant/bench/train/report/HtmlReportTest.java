package org.adamant.bench.train.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Table;
import org.junit.jupiter.api.Test;

class HtmlReportTest {

  private static final Chart LOSSES =
      Chart.ofLosses(
          "Falling <losses>",
          "loss (nats)",
          Line.ofEpochs("slow & sure", new double[] {100, 10, 1, 0.1, 0}),
          Line.ofEpochs("fast", new double[] {100, 1, 1e-3, 1e-7, 1e-9}));
  private static final Chart TIMES =
      new Chart(
          "Times",
          "elements",
          "ns",
          true,
          false,
          List.of(new Line("512 bits", new double[] {1_000, 4_194_304}, new double[] {0.25, 0.5})));
  private static final Table TABLE =
      new Table("All \"the\" numbers", List.of("width", "time"), List.of(List.of("512", "0.25")));

  private final String html = render();

  private static String render() {
    final Findings all =
        new Findings(
            List.of(new Claim("good", true), new Claim("bad", false)),
            List.of("a note"),
            List.of(LOSSES, TIMES),
            List.of(TABLE));
    final Findings picture = new Findings(List.of(), List.of(), List.of(LOSSES), List.of());
    final List<Chapter> chapters =
        List.of(
            new Chapter("A small network: 3 & more", "What is done.", all),
            new Chapter("Another", "Why.", picture));
    return HtmlReport.render(chapters, "a machine", "a kernel");
  }

  @Test
  void saysHowManyClaimsHold() {
    assertThat(html).contains(": 1 of 2 hold.");
  }

  @Test
  void showsEveryPictureWithItsTexts() {
    // Wide and narrow.
    assertThat(matches("<svg ")).hasSize(2 * 3);
    assertThat(html)
        .contains("aria-label=\"Falling &lt;losses&gt;\"", "aria-label=\"Times\"")
        // Title, axes and legend are text, not outlines.
        .contains(">Falling &lt;losses&gt;</text>", ">epoch</text>", ">loss (nats)</text>")
        .contains(">slow &amp; sure</text>", ">fast</text>", ">ns</text>")
        .contains(">1e-8</text>", ">4,194,304</text>");
  }

  @Test
  void showsEveryTableAndTheNumbersOfThePictures() {
    assertThat(matches("<table>")).hasSize(4);
    assertThat(html)
        .contains("<caption>All &quot;the&quot; numbers</caption>")
        .contains("<td>512</td><td>0.25</td>")
        .contains("<td>4,194,304</td><td>0.5000</td>")
        .contains("<td>4</td><td>0.1000</td><td>1.000e-07</td>");
  }

  @Test
  void showsProgramsClaimsAndNotes() {
    assertThat(html)
        .contains("<h2>A small network: 3 &amp; more", "What is done.", "<b>holds:</b> good",
            "<b>FAILS:</b> bad")
        .contains("<li>a note</li>", "a machine", "a kernel");
  }

  @Test
  void needsNothingButItself() {
    assertThat(html)
        .doesNotContain("://", "<script", "<link", "<img", "<iframe", "@import", "<?xml")
        .doesNotContainPattern("\\s(src|href)=");
  }

  @Test
  void everyNameIsDefinedOnceAndUsedNamesExist() {
    final List<String> ids = matches(" id=\"([^\"]*)\"");
    assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
    assertThat(ids).containsAll(matches("url\\(#([^)]*)\\)"));
  }

  @Test
  void elementsAreClosed() {
    for (String element : List.of("section", "figure", "details", "table", "svg", "ul", "div")) {
      assertThat(matches("</" + element + ">"))
          .as(element)
          .hasSameSizeAs(matches("<" + element + "[ >]"));
    }
    assertThat(html).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
  }

  private List<String> matches(String regex) {
    final List<String> found = new ArrayList<>();
    Pattern.compile(regex)
        .matcher(html)
        .results()
        .map((MatchResult match) -> match.group(match.groupCount()))
        .forEach(found::add);
    return found;
  }
}
