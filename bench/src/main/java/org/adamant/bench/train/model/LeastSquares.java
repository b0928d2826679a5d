package org.adamant.bench.train.model;

import java.util.Arrays;
import org.adamant.bench.train.data.RegressionData;

/**
 * The least-squares solution without training, with which a trained model is compared. It solves the normal
 * equations by Cholesky's decomposition.
 */
public final class LeastSquares {

  private LeastSquares() {}

  /** The model with the least mean squared error. */
  public static LinearRegression fit(RegressionData data) {
    final int n = data.inputs() + 1;
    final double[][] a = new double[n][n];
    final double[] b = new double[n];
    for (int i = 0; i < data.count(); i++) {
      final double[] row = withOne(data.x()[i]);
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          a[j][k] += row[j] * row[k];
        }
        b[j] += row[j] * data.y()[i];
      }
    }
    final double[] solution = solve(a, b);
    return LinearRegression.of(
        solution[data.inputs()], Arrays.copyOf(solution, data.inputs()));
  }

  /** The inputs with a 1 at the end, whose weight is the bias. */
  private static double[] withOne(double[] x) {
    final double[] row = new double[x.length + 1];
    System.arraycopy(x, 0, row, 0, x.length);
    row[x.length] = 1;
    return row;
  }

  /** Solves a x = b for a symmetric positive definite a, whose lower half becomes its factor. */
  private static double[] solve(double[][] a, double[] b) {
    final int n = b.length;
    final double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        final double rest = a[i][j] - dot(a[i], a[j], j);
        a[i][j] = i == j ? Math.sqrt(rest) : rest / a[j][j];
      }
      x[i] = (b[i] - dot(a[i], x, i)) / a[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        x[i] -= a[k][i] * x[k];
      }
      x[i] /= a[i][i];
    }
    return x;
  }

  private static double dot(double[] a, double[] b, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
