package org.adamant.bench.page;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.DefaultXYDataset;
import org.jfree.data.xy.XYDataset;

/**
 * Draws a {@link Chart} as SVG. Lines differ in colour, dashes and markers, so they can be told apart without
 * colour vision.
 */
public final class ChartSvg {

  /** The size for a window of ordinary width, with two pictures side by side. */
  static final Size WIDE = new Size(620, 400);

  /** The size for a telephone. */
  static final Size NARROW = new Size(360, 440);

  /** For a page that gives it a column of its own. */
  static final Size ALONE = new Size(760, 430);

  /** A size in pixels of a window, so that text has the size of the page's text. */
  record Size(int width, int height) {}

  /** What a picture lies on. The colours of the lines are seen on both. */
  public enum Theme {
    LIGHT(Color.WHITE, Color.BLACK, Color.LIGHT_GRAY),
    DARK(new Color(0x0D1117), new Color(0xE6EDF3), new Color(0x3D444D));

    private final Color background;
    private final Color text;
    private final Color grid;

    Theme(Color background, Color text, Color grid) {
      this.background = background;
      this.text = text;
      this.grid = grid;
    }
  }

  /** Okabe and Ito's palette, made for all kinds of colour vision, without its yellow; three of Tol's. */
  private static final Color[] COLOURS = {
    new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73),
    new Color(0xCC79A7), new Color(0x56B4E9), new Color(0xE69F00), new Color(0x666666),
    new Color(0x332288), new Color(0x882255), new Color(0x999933)
  };

  private static final BasicStroke LIMIT_STROKE = new BasicStroke(3.5f);

  private static final BasicStroke[] STROKES = {
    stroke(), stroke(8, 4), stroke(2, 3), stroke(10, 3, 2, 3), stroke(14, 4), stroke(4, 4),
    stroke(10, 3, 2, 3, 2, 3), stroke(20, 4), stroke(6, 2, 2, 2), stroke(3, 7)
  };

  private static final Shape CROSS =
      polygon(
          -1.5, -5, 1.5, -5, 1.5, -1.5, 5, -1.5, 5, 1.5, 1.5, 1.5, 1.5, 5, -1.5, 5, -1.5, 1.5, -5,
          1.5, -5, -1.5, -1.5, -1.5);
  private static final Shape[] MARKERS = {
    new Ellipse2D.Double(-4, -4, 8, 8),
    new Rectangle2D.Double(-3.5, -3.5, 7, 7),
    polygon(0, -5, 5, 4, -5, 4),
    polygon(0, -5, 5, 0, 0, 5, -5, 0),
    AffineTransform.getRotateInstance(Math.PI / 4).createTransformedShape(CROSS),
    polygon(0, 5, 5, -4, -5, -4),
    new Rectangle2D.Double(-1.5, -5, 3, 10),
    // A cross, an hourglass, and a bar.
    CROSS,
    polygon(-4, -5, 4, -5, -4, 5, 4, 5),
    // The last one, as it hardly shows on a line without gaps.
    new Rectangle2D.Double(-5, -1.5, 10, 3)
  };

  /** The number of rows in which the texts of neighbouring marks are set. */
  private static final int MARK_ROWS = 3;

  /** The height of such a row in pixels. */
  private static final int MARK_ROW = 16;

  /** The room for a row above the lines, as a share of the axis. */
  private static final double ROOM_FOR_ROW = 0.09;

  /** The pixels left and right of the x axis. */
  private static final int BESIDE_AXIS = 100;

  /** The width of a letter in pixels. */
  private static final int LETTER = 7;

  /** With more points than this, a marker at each would hide the line. */
  private static final int MOST_MARKERS = 20;

  /** The number of markers on such a line. */
  private static final int FEW_MARKERS = 8;

  static {
    // Pictures are files here, so no window system is needed or started.
    System.setProperty("java.awt.headless", "true");
    // Rotated text stays text.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
  }

  private ChartSvg() {}

  /** The picture as SVG within a page, whose style gives it its font. */
  public static String draw(Chart chart, Size size) {
    return draw(chart, size, Theme.LIGHT);
  }

  /** The picture as the text of an SVG file of its own, whose font is one that every reader has. */
  public static String file(Chart chart, Theme theme) {
    return draw(chart, ALONE, theme)
        .replaceAll("font-family:(&quot;.*?&quot;|[^;\"]*);", "")
        .replaceFirst("<svg ", "<svg style=\"font:12px sans-serif\" ");
  }

  private static String draw(Chart chart, Size size, Theme theme) {
    final VectorGraphics2D graphics = new VectorGraphics2D();
    picture(chart, size, theme).draw(graphics,
        new Rectangle2D.Double(0, 0, size.width, size.height));
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new SVGProcessor()
          .getDocument(graphics.getCommands(), new PageSize(size.width, size.height))
          .writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Draws some markers even on a line of many points, as dashes alone are invisible on a ragged line. */
  private static final class Renderer extends XYLineAndShapeRenderer {

    private static final long serialVersionUID = 1;

    @Override
    public boolean getItemShapeVisible(int series, int item) {
      final XYDataset data = getPlot().getDataset();
      final int points = data.getItemCount(series);
      final int stride = points <= MOST_MARKERS ? 1 : points / FEW_MARKERS;
      // At other points on each line, so that markers show where two lines coincide. The legend uses the first
      // point.
      return super.getItemShapeVisible(series, item)
          && (item == 0 || item % stride == stride * series / data.getSeriesCount());
    }
  }

  private static JFreeChart picture(Chart chart, Size size, Theme theme) {
    final DefaultXYDataset data = new DefaultXYDataset();
    final XYLineAndShapeRenderer renderer = new Renderer();
    // One path per line, since dashes would otherwise start anew at every point.
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setLegendLine(new Line2D.Double(-16, 0, 16, 0));
    int styles = 0;
    for (int i = 0; i < chart.lines().size(); i++) {
      final Line drawn = chart.drawable(chart.lines().get(i));
      final double[] x = scaled(drawn.x(), chart.logX());
      final double[] y = scaled(drawn.y(), chart.logY());
      data.addSeries(drawn.name(), new double[][] {x, y});
      if (drawn.isLimit()) {
        renderer.setSeriesPaint(i, theme.text);
        renderer.setSeriesStroke(i, LIMIT_STROKE);
        renderer.setSeriesShapesVisible(i, false);
      } else {
        renderer.setSeriesPaint(i, COLOURS[styles % COLOURS.length]);
        // With more lines than colours, colours repeat with other dashes.
        renderer.setSeriesStroke(
            i, STROKES[(styles + styles / STROKES.length) % STROKES.length]);
        renderer.setSeriesShape(i, MARKERS[styles % MARKERS.length]);
        styles++;
      }
    }
    final XYPlot plot =
        new XYPlot(data, xAxis(chart, size), axis(chart.yLabel(), chart.logY()), renderer);
    final int rows = Math.min(MARK_ROWS, chart.marks().size());
    if (rows > 0) {
      plot.getRangeAxis().setUpperMargin(ROOM_FOR_ROW * (rows + 1));
    }
    for (int i = 0; i < chart.marks().size(); i++) {
      final ValueMarker marker = marker(chart.marks().get(i), chart.logX());
      final boolean isOnTheLeft =
          marker.getValue() < plot.getDomainAxis().getRange().getCentralValue();
      marker.setLabelAnchor(isOnTheLeft ? RectangleAnchor.TOP_RIGHT : RectangleAnchor.TOP_LEFT);
      marker.setLabelTextAnchor(isOnTheLeft ? TextAnchor.TOP_LEFT : TextAnchor.TOP_RIGHT);
      marker.setLabelOffset(new RectangleInsets(3 + i % MARK_ROWS * MARK_ROW, 3, 3, 3));
      plot.addDomainMarker(marker);
    }
    // A line of one point cannot be seen.
    chart.lines()
        .stream()
        .map(chart::drawable)
        .filter(line -> line.isLimit() && line.y().length == 1)
        .forEach(
            line -> plot.addRangeMarker(
                new ValueMarker(
                    scaled(line.y(), chart.logY())[0], theme.text, LIMIT_STROKE)));
    plot.setBackgroundPaint(theme.background);
    plot.setDomainGridlinePaint(theme.grid);
    plot.setRangeGridlinePaint(theme.grid);
    for (ValueAxis axis : List.of(plot.getDomainAxis(), plot.getRangeAxis())) {
      axis.setLabelPaint(theme.text);
      axis.setTickLabelPaint(theme.text);
    }
    plot.setOutlineVisible(false);
    final JFreeChart picture =
        new JFreeChart(chart.title(), font(Font.BOLD, 16), plot, true);
    picture.setBackgroundPaint(theme.background);
    picture.getTitle().setPaint(theme.text);
    // Half of the last label lies to the right of the axis.
    picture.setPadding(new RectangleInsets(4, 4, 4, 34));
    final LegendTitle legend = picture.getLegend();
    legend.setItemFont(font(Font.PLAIN, 14));
    legend.setItemPaint(theme.text);
    legend.setBackgroundPaint(theme.background);
    legend.setItemLabelPadding(new RectangleInsets(2, 2, 2, 16));
    legend.setFrame(BlockBorder.NONE);
    return picture;
  }

  private static NumberAxis xAxis(Chart chart, Size size) {
    if (chart.xNames().isEmpty()) {
      if (chart.logX()) {
        return withFonts(
            new LogAxis(
                chart.xLabel(),
                chart.lines().stream().flatMapToDouble(line -> Arrays.stream(line.x())).toArray()));
      }
      final NumberAxis axis = axis(chart.xLabel(), false);
      // Epochs are whole.
      axis.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
      return axis;
    }
    final NumberAxis axis =
        new SymbolAxis(chart.xLabel(), chart.xNames().toArray(String[]::new));
    ((SymbolAxis) axis).setGridBandsVisible(false);
    // The legend has the names already.
    axis.setTickLabelsVisible(!chart.hasPlacesOfLines());
    // Upright if they do not all fit into a row.
    final int letters = chart.xNames().stream().mapToInt(name -> name.length() + 2).sum();
    axis.setVerticalTickLabels(letters * LETTER > size.width - BESIDE_AXIS);
    return withFonts(axis);
  }

  private static NumberAxis axis(String label, boolean isLogarithmic) {
    if (isLogarithmic) {
      return withFonts(new LogAxis(label, new double[0]));
    }
    final NumberAxis axis = new NumberAxis(label);
    axis.setNumberFormatOverride(
        new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
    return withFonts(axis);
  }

  private static NumberAxis withFonts(NumberAxis axis) {
    axis.setLabelFont(font(Font.PLAIN, 14));
    axis.setTickLabelFont(font(Font.PLAIN, 12));
    return axis;
  }

  private static ValueMarker marker(Chart.Mark mark, boolean isLogarithmic) {
    final ValueMarker marker =
        new ValueMarker(
            scaled(new double[] {mark.x()}, isLogarithmic)[0], Color.GRAY, stroke(3, 3));
    marker.setLabel(mark.text());
    marker.setLabelFont(font(Font.PLAIN, 13));
    marker.setLabelBackgroundColor(Color.WHITE);
    return marker;
  }

  /** Logarithms for a linear axis, as the library's logarithmic axis draws its text as outlines. */
  private static double[] scaled(double[] values, boolean isLogarithmic) {
    return isLogarithmic ? Arrays.stream(values).map(Math::log10).toArray() : values;
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  private static BasicStroke stroke(float... dashes) {
    return new BasicStroke(
        2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashes.length == 0 ? null : dashes, 0);
  }

  private static Shape polygon(double... xy) {
    final Path2D path = new Path2D.Double();
    path.moveTo(xy[0], xy[1]);
    for (int i = 2; i < xy.length; i += 2) {
      path.lineTo(xy[i], xy[i + 1]);
    }
    path.closePath();
    return path;
  }
}
