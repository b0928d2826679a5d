package org.adamant.bench.page;

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
 * @param xNames names of the positions 0, 1, ... of the x axis; empty if it has numbers
 * @param marks vertical lines
 */
public record Chart(
    String title,
    String xLabel,
    String yLabel,
    boolean logX,
    boolean logY,
    List<Line> lines,
    List<String> xNames,
    List<Mark> marks) {

  private static final int TABLE_ROWS = 10;

  /**
   * A vertical line.
   *
   * @param x its position
   * @param text the text beside it
   */
  public record Mark(double x, String text) {}

  /**
   * A chart with numbers on both axes.
   *
   * @param title what it shows
   * @param xLabel the x axis with its unit
   * @param yLabel the y axis with its unit
   * @param logX whether the x axis is logarithmic
   * @param logY whether the y axis is logarithmic
   * @param lines what to draw
   */
  public Chart(
      String title, String xLabel, String yLabel, boolean logX, boolean logY, List<Line> lines) {
    this(title, xLabel, yLabel, logX, logY, lines, List.of(), List.of());
  }

  /** Loss curves: epochs on a linear axis, losses on a logarithmic one. */
  public static Chart ofLosses(String title, String yLabel, Line... lines) {
    return new Chart(title, "epoch", yLabel, false, true, List.of(lines));
  }

  /** The points of a line that the axes can show. */
  Line drawable(Line line) {
    return line.where(
        (x, y) -> !Double.isNaN(y) && (!logX || x > 0) && (!logY || y > 0));
  }

  /** Whether each line except limits has its own place on the x axis. */
  boolean hasPlacesOfLines() {
    return !xNames.isEmpty()
        && lines.stream().filter(line -> !line.isLimit()).map(Line::name).toList().equals(xNames);
  }

  /**
   * The numbers of some of the points, evenly spread; with as many rows as columns or more, as windows are narrow.
   */
  public Table table() {
    if (hasPlacesOfLines()) {
      return new Table(
          title + ": " + yLabel,
          List.of("", xLabel),
          lines.stream().map(line -> List.of(line.name(), valueAt(line, line.x()[0]))).toList());
    }
    final double[] all = lines.stream().flatMapToDouble(l -> Arrays.stream(l.x())).toArray();
    final double[] x = Arrays.stream(all).sorted().distinct().toArray();
    final int rows = xNames.isEmpty() ? Math.min(TABLE_ROWS, x.length) : x.length;
    final List<List<String>> cells = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      final double at = x[(int) Math.round((x.length - 1.0) * i / Math.max(1, rows - 1))];
      final List<String> row = new ArrayList<>();
      row.add(xNames.isEmpty() ? Numbers.plain(at) : xNames.get((int) at));
      lines.forEach(line -> row.add(valueAt(line, at)));
      cells.add(row);
    }
    final List<String> header = new ArrayList<>(List.of(xLabel));
    lines.forEach(line -> header.add(line.name()));
    final Table table = new Table(title + ": " + yLabel, header, cells);
    return lines.size() > cells.size() ? table.transposed() : table;
  }

  private static String valueAt(Line line, double x) {
    final int i = Arrays.binarySearch(line.x(), x);
    return i < 0 || Double.isNaN(line.y()[i]) ? "" : Numbers.four(line.y()[i]);
  }
}
