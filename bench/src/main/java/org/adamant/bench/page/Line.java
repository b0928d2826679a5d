package org.adamant.bench.page;

import java.util.function.BiPredicate;
import java.util.stream.IntStream;

/**
 * One line of a {@link Chart}.
 *
 * @param name for the legend
 * @param x ascending
 * @param y a value for each x; NaN where there is none
 * @param isLimit whether it is a limit that other lines cannot pass, drawn thick and without markers
 */
public record Line(String name, double[] x, double[] y, boolean isLimit) {

  /** How many points of a loss curve are drawn; more cannot be seen. */
  private static final int POINTS = 200;

  /**
   * A line of measured values.
   *
   * @param name for the legend
   * @param x ascending
   * @param y a value for each x
   */
  public Line(String name, double[] x, double[] y) {
    this(name, x, y, false);
  }

  /** A line with a value per epoch, thinned out; the first and the last epoch are kept. */
  public static Line ofEpochs(String name, double[] values) {
    final int points = Math.min(POINTS, values.length);
    final int[] epochs =
        IntStream.range(0, points)
            .map(i -> (int) Math.round(1 + (values.length - 1.0) * i / Math.max(1, points - 1)))
            .toArray();
    return new Line(
        name,
        IntStream.of(epochs).asDoubleStream().toArray(),
        IntStream.of(epochs).mapToDouble(epoch -> values[epoch - 1]).toArray());
  }

  /** The points that pass. */
  Line where(BiPredicate<Double, Double> filter) {
    final int[] kept = IntStream.range(0, y.length).filter(i -> filter.test(x[i], y[i])).toArray();
    return new Line(
        name,
        IntStream.of(kept).mapToDouble(i -> x[i]).toArray(),
        IntStream.of(kept).mapToDouble(i -> y[i]).toArray(),
        isLimit);
  }
}
