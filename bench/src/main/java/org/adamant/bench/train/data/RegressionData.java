package org.adamant.bench.train.data;

import java.util.List;

/**
 * Rows of inputs, each with the number to predict.
 *
 * @param names the names of the columns of {@code x}
 * @param x the inputs, row by row
 * @param y the targets
 */
public record RegressionData(List<String> names, double[][] x, double[] y) {

  public int count() {
    return y.length;
  }

  public int inputs() {
    return names.size();
  }

  /** The same data with every input column shifted and scaled to mean 0 and (population) standard deviation 1. */
  public RegressionData standardised() {
    final double[][] scaled = new double[count()][inputs()];
    for (int j = 0; j < inputs(); j++) {
      double mean = 0;
      for (double[] row : x) {
        mean += row[j] / count();
      }
      double variance = 0;
      for (double[] row : x) {
        variance += (row[j] - mean) * (row[j] - mean) / count();
      }
      for (int i = 0; i < count(); i++) {
        scaled[i][j] = (x[i][j] - mean) / Math.sqrt(variance);
      }
    }
    return new RegressionData(names, scaled, y);
  }
}
