package org.adamant.bench.page;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/**
 * An axis of decimal logarithms, labelled with the numbers: powers of ten, and if there are few of them also twice
 * and five times those. The library's own logarithmic axis draws its labels as outlines.
 */
final class LogAxis extends NumberAxis {

  private static final long serialVersionUID = 1;

  /** From this many powers of ten on, only those are labelled. */
  private static final double MANY_DECADES = 3.5;

  /** More labels than this would overlap. */
  private static final int MOST_POWERS = 12;

  /** With less than this, more is labelled. */
  private static final double FEW_DECADES = 0.8;

  private static final double[] POWERS = {1};
  private static final double[] BETWEEN = {1, 2, 5};
  private static final double[] MANY_BETWEEN = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9};

  /** With more values than this, powers of ten are labelled instead. */
  private static final int MOST_VALUES = 12;

  /** The width of a digit, and the gap between labels, in pixels. */
  private static final double DIGIT = 7;

  /** The least range in decades, so that an axis of only one value has labels. */
  private static final double LEAST_RANGE = 0.3;

  private final double[] values;

  /**
   * An axis.
   *
   * @param values the values along the axis; few values are labelled themselves
   */
  LogAxis(String label, double[] values) {
    super(label);
    final double[] distinct =
        Arrays.stream(values).filter(x -> x > 0).sorted().distinct().toArray();
    this.values = distinct.length <= MOST_VALUES ? distinct : new double[0];
    setAutoRangeMinimumSize(LEAST_RANGE);
    setAutoRangeIncludesZero(false);
    // Zero is the logarithm of one, so the axis need not include it.
    setAutoRangeStickyZero(false);
  }

  @Override
  public List<NumberTick> refreshTicks(
      Graphics2D graphics, AxisState state, Rectangle2D dataArea, RectangleEdge edge) {
    final boolean isHorizontal = RectangleEdge.isTopOrBottom(edge);
    if (values.length > 0) {
      return valueTicks(dataArea, edge);
    }
    final TextAnchor anchor = isHorizontal ? TextAnchor.TOP_CENTER : TextAnchor.CENTER_RIGHT;
    final double[] factors = isHorizontal ? POWERS : factors(getRange().getLength());
    final List<NumberTick> ticks = new ArrayList<>();
    final int last = (int) Math.floor(getRange().getUpperBound());
    final int first = (int) Math.floor(getRange().getLowerBound());
    final int stride = Math.ceilDiv(last - first + 1, MOST_POWERS);
    for (int power = Math.ceilDiv(first, stride) * stride; power <= last; power += stride) {
      for (double factor : factors) {
        final double at = power + Math.log10(factor);
        if (getRange().contains(at)) {
          ticks.add(new NumberTick(at, text(power, factor), anchor, anchor, 0));
        }
      }
    }
    return ticks;
  }

  /** Ticks at the values, without those whose labels would overlap the one before. */
  private List<NumberTick> valueTicks(Rectangle2D dataArea, RectangleEdge edge) {
    final List<NumberTick> ticks = new ArrayList<>();
    double end = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      final double at = Math.log10(value);
      final String text = Numbers.plain(value);
      final double middle = valueToJava2D(at, dataArea, edge);
      final double half = text.length() * DIGIT / 2;
      if (getRange().contains(at) && middle - half >= end) {
        ticks.add(
            new NumberTick(at, text, TextAnchor.TOP_CENTER, TextAnchor.TOP_CENTER, 0));
        end = middle + half + DIGIT;
      }
    }
    return ticks;
  }

  private static double[] factors(double decades) {
    if (decades >= MANY_DECADES) {
      return POWERS;
    }
    return decades < FEW_DECADES ? MANY_BETWEEN : BETWEEN;
  }

  private static String text(int power, double factor) {
    if (power < -4 || power > 6) {
      return Numbers.plain(factor) + "e" + power;
    }
    final int moreDigits = factor == Math.rint(factor) ? 0 : 1;
    return Numbers.fixed(factor * Math.pow(10, power), Math.max(0, moreDigits - power));
  }
}
