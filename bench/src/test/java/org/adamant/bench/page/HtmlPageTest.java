package org.adamant.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlPageTest {

  /** Its heading, too, stands where its text does. */
  @Test
  void aColumnOfLongTextIsOneFromTopToBottom() {
    final HtmlPage page = new HtmlPage("");
    final String text = "a sentence that is longer than most numbers";
    page.table(
        new Table(
            "", List.of("name", "reason"), List.of(List.of("a", text), List.of("b", "short"))));
    assertThat(page.html())
        .contains("<th scope=\"col\">name</th><th scope=\"col\" class=\"text\">reason</th>")
        .contains("<td>a</td><td class=\"text\">" + text + "</td>")
        .contains("<td>b</td><td class=\"text\">short</td>");
  }

  /** Many columns would not find room in a small window. */
  @Test
  void theNumbersOfAPictureAreHigherThanWide() {
    final double[] sizes = {1000, 5000};
    final Line line = new Line("512 bits", sizes, new double[] {1, 2});
    final Line other = new Line("256 bits", sizes, new double[] {3, 4});
    final Line limit = new Line("limit", sizes, new double[] {5, 6}, true);
    assertThat(chart(line, other, limit).table())
        .isEqualTo(
            new Table(
                "title: ns", List.of("elements", "1,000", "5,000"),
                List.of(
                    List.of("512 bits", "1.000", "2.000"), List.of("256 bits", "3.000", "4.000"),
                    List.of("limit", "5.000", "6.000"))));
    assertThat(chart(line).table())
        .isEqualTo(
            new Table(
                "title: ns", List.of("elements", "512 bits"),
                List.of(List.of("1,000", "1.000"), List.of("5,000", "2.000"))));
  }

  private static Chart chart(Line... lines) {
    return new Chart("title", "elements", "ns", true, true, List.of(lines));
  }

  /** Each line has a place of the x axis; the limit has them all. */
  @Test
  void theNumbersOfOneSizeAreOneColumn() {
    final Chart chart =
        new Chart(
            "title", "5,000 elements", "ns", false, true,
            List.of(
                new Line("512 bits", new double[] {0}, new double[] {1}),
                new Line("256 bits", new double[] {1}, new double[] {3}),
                new Line("limit", new double[] {0, 1}, new double[] {5, 5}, true)),
            List.of("512 bits", "256 bits"), List.of());
    assertThat(chart.table())
        .isEqualTo(
            new Table(
                "title: ns", List.of("", "5,000 elements"),
                List.of(
                    List.of("512 bits", "1.000"), List.of("256 bits", "3.000"),
                    List.of("limit", "5.000"))));
  }
}
