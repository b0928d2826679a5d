package org.adamant.bench.train.model;

import org.adamant.bench.train.data.DataSets;
import org.adamant.bench.train.data.RegressionData;

/** Data made with a linear model, which a linear regression has to find: y = 2 x1 - x2 + 3 x3 + 1.5. */
public final class MadeUpRegression {

  private MadeUpRegression() {}

  /** The model that the data are made with. */
  public static LinearRegression truth() {
    return LinearRegression.of(1.5, 2, -1, 3);
  }

  /** Rows of 3 uniform inputs, and what the model makes of them. */
  public static RegressionData data(int rows) {
    return DataSets.uniform(rows, truth()::predict);
  }
}
