package org.adamant.bench.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A line chart.
 *
 * @param title what it shows
 * @param xLabel the x axis with its unit
 * @param yLabel the y axis with its unit
 * @param logX whether the x axis is logarithmic
 * @param logY whether the y axis is logarithmic
 * @param lines what to draw
 */
record Chart(
    String title, String xLabel, String yLabel, boolean logX, boolean logY, List<Line> lines) {

  private static final int TABLE_ROWS = 10;

  /** Loss curves: epochs on a linear axis, losses on a logarithmic one. */
  static Chart ofLosses(String title, String yLabel, Line... lines) {
    return new Chart(title, "epoch", yLabel, false, true, List.of(lines));
  }

  /** The points of a line that the axes can show. */
  Line drawable(Line line) {
    return line.where((x, y) -> (!logX || x > 0) && (!logY || y > 0));
  }

  /** The numbers of some of the points, evenly spread. */
  Table table() {
    final double[] all = lines.stream().flatMapToDouble(l -> Arrays.stream(l.x())).toArray();
    final double[] x = Arrays.stream(all).sorted().distinct().toArray();
    final int rows = Math.min(TABLE_ROWS, x.length);
    final List<List<String>> cells = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      final double at = x[(int) Math.round((x.length - 1.0) * i / Math.max(1, rows - 1))];
      final List<String> row = new ArrayList<>();
      row.add(Numbers.plain(at));
      lines.forEach(line -> row.add(valueAt(line, at)));
      cells.add(row);
    }
    final List<String> header = new ArrayList<>(List.of(xLabel));
    lines.forEach(line -> header.add(line.name()));
    return new Table(title + ": " + yLabel, header, cells);
  }

  private static String valueAt(Line line, double x) {
    final int i = Arrays.binarySearch(line.x(), x);
    return i < 0 ? "" : Numbers.four(line.y()[i]);
  }
}
