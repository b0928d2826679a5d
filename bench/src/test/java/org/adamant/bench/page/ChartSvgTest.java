package org.adamant.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartSvgTest {

  private static final List<ChartSvg.Size> SIZES = List.of(ChartSvg.WIDE, ChartSvg.NARROW);

  /** All widths and all loops of the suite; and more. Few points, and more than have markers. */
  @ParameterizedTest
  @CsvSource({"9, 3", "13, 3", "13, 200"})
  void noTwoLinesAreAlikeEvenWithoutColours(int count, int points) {
    final double[] x = IntStream.range(0, points).asDoubleStream().toArray();
    final List<Line> lines =
        IntStream.range(0, count).mapToObj(i -> new Line("line " + i, x, x)).toList();
    final String svg =
        ChartSvg.draw(new Chart("", "x", "y", false, false, lines), ChartSvg.WIDE);
    final List<String> dashes = new ArrayList<>();
    final List<String> markers = new ArrayList<>();
    final List<String> colours = new ArrayList<>();
    Pattern.compile(
        "<path d=\"M\\S+ L\\S+\" style=\"fill:none;stroke:(rgb[^;]*);([^\"]*)\"/>\\s*(<path [^>]*>)")
        .matcher(svg)
        .results()
        .forEach(
            legend -> {
              colours.add(legend.group(1));
              dashes.add(legend.group(2));
              markers.add(form(legend.group(3)));
            });
    assertThat(markers).hasSize(count);
    for (List<String> styles : List.of(dashes, markers, colours)) {
      assertThat(styles.stream().distinct()).hasSize(Math.min(count, 10));
    }
    assertThat(IntStream.range(0, count).mapToObj(i -> dashes.get(i) + markers.get(i)))
        .doesNotHaveDuplicates();
  }

  /** Of a path, wherever it lies. */
  private static String form(String path) {
    final List<Double> numbers =
        numbers("(-?\\d+\\.?\\d*)[, \"]", path.replaceFirst("style=.*", ""));
    return IntStream.range(0, numbers.size())
        .mapToObj(i -> String.valueOf(Math.round(numbers.get(i) - numbers.get(i % 2))))
        .collect(Collectors.joining(" "));
  }

  /** Where one line lies on the other, the markers of both are seen. */
  @Test
  void aLongLineHasSomeMarkersElsewhereThanAnother() {
    final double[] x = IntStream.range(0, 200).asDoubleStream().toArray();
    final String svg =
        ChartSvg.draw(
            new Chart(
                "", "x", "y", false, false, List.of(new Line("a", x, x), new Line("b", x, x))),
            ChartSvg.WIDE);
    // Where their paths start: four pixels to the right of the middle, and three and a half to the left.
    final List<Double> circles =
        numbers("<path d=\"M([^,]*),[^\"]*\" style=\"fill:rgb\\(0,114,178", svg);
    final List<Double> squares =
        numbers("<path d=\"M([^,]*),[^\"]*\" style=\"fill:rgb\\(213,94,0", svg);
    assertThat(circles).hasSizeBetween(8, 12);
    assertThat(squares).hasSizeBetween(8, 12);
    // Not in the legend, and not at the start, which many have in common.
    assertThat(circles.subList(2, circles.size()))
        .allSatisfy(
            circle -> assertThat(squares.subList(2, squares.size()))
                .noneMatch(square -> Math.abs(square + 7.5 - circle) < 8));
  }

  /** Pictures are never shrunk: their text is as large as is written down here. */
  @Test
  void textIsLargeEnough() {
    final Chart chart =
        new Chart(
            "title", "x", "y", false, false,
            List.of(new Line("a", new double[] {0, 1}, new double[] {1, 2})), NAMES.subList(0, 2),
            List.of(new Chart.Mark(0.5, "mark")));
    for (ChartSvg.Size size : SIZES) {
      assertThat(numbers("font-size:(\\d+)", ChartSvg.draw(chart, size)))
          .isNotEmpty()
          .allMatch(pixels -> pixels >= 12);
    }
    final String css = new HtmlPage("").html();
    assertThat(css)
        .contains("minmax(min(100%, " + ChartSvg.WIDE.width() + "px)", "svg {")
        // And the margins.
        .contains("screen and (max-width: " + (ChartSvg.WIDE.width() + 48 - 1) + "px)")
        .containsPattern("svg \\{[^}]*font-size: 12px");
    // On the narrowest of usual windows without margins.
    assertThat(ChartSvg.NARROW.width()).isLessThanOrEqualTo(390 - 24);
  }

  private static final List<String> NAMES =
      IntStream.range(0, 12).mapToObj(i -> "0123456789" + (char) ('a' + i)).toList();

  private static Chart history(int files, Chart.Mark... marks) {
    final double[] x = IntStream.range(0, files).asDoubleStream().toArray();
    return new Chart(
        "", "", "", false, true,
        List.of(new Line("a", x, IntStream.range(0, files).mapToDouble(i -> 1 + i).toArray())),
        NAMES.subList(0, files), List.of(marks));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 7, 12})
  void everyNameIsSeen(int files) {
    for (ChartSvg.Size size : SIZES) {
      assertThat(matches(">(0123456789.)</text>", ChartSvg.draw(history(files), size)))
          .hasSize(files);
    }
  }

  @Test
  void textsOfNeighbouringMarksDoNotLieOnTopOfEachOther() {
    final Chart chart =
        history(
            12, new Chart.Mark(0.5, "jump 1"), new Chart.Mark(1.5, "jump 2"),
            new Chart.Mark(2.5, "jump 3"), new Chart.Mark(10.5, "jump 4"));
    for (ChartSvg.Size size : SIZES) {
      final String svg = ChartSvg.draw(chart, size);
      final List<Double> x = numbers(" x=\"([^\"]*)\"[^>]*>jump", svg);
      final List<Double> y = numbers(" y=\"([^\"]*)\"[^>]*>jump", svg);
      assertThat(x).hasSize(4);
      for (int i = 0; i < 4; i++) {
        // Within the plot, not on the numbers of its axis, and not cut at its edge.
        assertThat(x.get(i)).isBetween(40.0, size.width() - 80.0);
        for (int j = 0; j < i; j++) {
          assertThat(Math.abs(x.get(i) - x.get(j)) > 50 || Math.abs(y.get(i) - y.get(j)) >= 14)
              .as("jump %s and jump %s: %s, %s", j + 1, i + 1, x, y)
              .isTrue();
        }
      }
    }
  }

  @Test
  void oneSizeIsLabelledAndItsLimitIsSeen() {
    final Chart chart =
        new Chart(
            "", "elements", "ns", true, true,
            List.of(
                new Line("512 bits", new double[] {5000}, new double[] {0.3}),
                new Line("limit", new double[] {5000}, new double[] {0.17}, true)));
    for (ChartSvg.Size size : SIZES) {
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

  private static List<Double> numbers(String regex, String text) {
    return matches(regex, text).stream().map(Double::valueOf).toList();
  }

  private static List<String> matches(String regex, String text) {
    return Pattern.compile(regex).matcher(text).results().map(match -> match.group(1)).toList();
  }
}
