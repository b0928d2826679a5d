package org.adamant.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChartSvgTest {

  /** All widths and all loops of the suite; and more. */
  @ParameterizedTest
  @ValueSource(ints = {9, 13})
  void noTwoLinesAreAlikeEvenWithoutColours(int count) {
    final List<Line> lines =
        IntStream.range(0, count)
            .mapToObj(i -> new Line("line " + i, new double[] {1, 2, 3}, new double[] {i, i, i}))
            .toList();
    final String svg =
        ChartSvg.draw(new Chart("", "x", "y", false, false, lines), ChartSvg.WIDE);
    // In the legend.
    final List<String> styles =
        matches("<path d=\"M\\S+ L\\S+\" style=\"fill:none;(stroke:rgb[^\"]*)\"", svg)
            .stream()
            .distinct()
            .toList();
    assertThat(styles).hasSize(count);
    assertThat(styles.stream().map(style -> style.replaceFirst(";.*", "")).distinct())
        .hasSize(Math.min(count, 10));
    assertThat(styles.stream().map(style -> style.replaceFirst("stroke:rgb[^;]*;", "")).distinct())
        .hasSize(Math.min(count, 10));
  }

  @Test
  void oneSizeIsLabelledAndItsLimitIsSeen() {
    final Chart chart =
        new Chart(
            "", "elements", "ns", true, true,
            List.of(
                new Line("512 bits", new double[] {5000}, new double[] {0.3}),
                new Line("limit", new double[] {5000}, new double[] {0.17}, true)));
    for (ChartSvg.Size size : List.of(ChartSvg.WIDE, ChartSvg.NARROW)) {
      final String svg = ChartSvg.draw(chart, size);
      assertThat(svg).contains(">5,000</text>").containsPattern(">0\\.[23]\\d*</text>");
      assertThat(svg).containsPattern("<line style=\"[^\"]*stroke-width:3\\.5;");
    }
  }

  @Test
  void sizesAreLabelledThemselvesUnlessTheyLieOnTopOfEachOther() {
    final double[] sizes = {1000, 16_384, 16_400, 262_144, 4_194_304};
    final String svg =
        ChartSvg.draw(
            new Chart(
                "", "elements", "ns", true, true, List.of(new Line("", sizes, sizes))),
            ChartSvg.NARROW);
    assertThat(svg)
        .contains(">1,000</text>", ">16,384</text>", ">262,144</text>", ">4,194,304</text>")
        .doesNotContain(">16,400</text>");
  }

  /** Of 36 powers of ten not each. */
  @Test
  void labelsOfAnAxisDoNotLieOnTopOfEachOther() {
    final Chart deep =
        Chart.ofLosses("Deep", "loss", Line.ofEpochs("", new double[] {1e3, 1e-10, 1e-32}));
    assertThat(matches(">(1e-\\d+)</text>", ChartSvg.draw(deep, ChartSvg.WIDE)))
        .hasSizeBetween(6, 12);
  }

  private static List<String> matches(String regex, String text) {
    return Pattern.compile(regex).matcher(text).results().map(match -> match.group(1)).toList();
  }
}
