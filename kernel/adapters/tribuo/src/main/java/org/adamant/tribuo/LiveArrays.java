package org.adamant.tribuo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseSparseMatrix;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SparseVector;
import org.tribuo.math.la.Tensor;
import org.tribuo.math.la.VectorTuple;

/** The arrays in which Tribuo's tensors keep their numbers. They are protected; public methods return copies. */
final class LiveArrays {

  private static final VarHandle MATRIX = field(DenseMatrix.class, "values", double[][].class);

  private static final VarHandle VECTOR = field(DenseVector.class, "elements", double[].class);

  private LiveArrays() {}

  private static VarHandle field(Class<?> owner, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
          .findVarHandle(owner, name, type);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          owner.getName() + "." + name + " cannot be seen: expected Tribuo 4.3, and where it is a"
              + " module that is not open --add-opens " + owner.getModule().getName() + "/"
              + owner.getPackageName() + "="
              + Objects.requireNonNullElse(LiveArrays.class.getModule().getName(), "ALL-UNNAMED"),
          e);
    }
  }

  /** The rows of a dense tensor; null if it is another one. */
  static double[][] rows(Tensor tensor) {
    return switch (tensor) {
      case DenseMatrix matrix -> (double[][]) MATRIX.get(matrix);
      case DenseVector vector -> new double[][] {(double[]) VECTOR.get(vector)};
      case null, default -> null;
    };
  }

  /** Writes the numbers of a sparse tensor of the same shape to their places, or zeros there. */
  static void scatter(Tensor tensor, double[][] rows, boolean areZero) {
    final SparseVector[] sparse =
        switch (tensor) {
          case DenseSparseMatrix matrix -> IntStream.range(0, rows.length)
              .mapToObj(matrix::getRow)
              .toArray(SparseVector[]::new);
          case SparseVector vector -> new SparseVector[] {vector};
          default -> throw new IllegalArgumentException(
              "the update is a " + tensor.getClass().getName()
                  + ": expected a dense or sparse tensor of Tribuo's");
        };
    for (int i = 0; i < sparse.length; i++) {
      for (VectorTuple entry : sparse[i]) {
        rows[i][entry.index] = areZero ? 0 : entry.value;
      }
    }
  }

  /** Zeros of the same lengths. */
  static double[][] zeros(double[][] rows) {
    return Arrays.stream(rows).map(row -> new double[row.length]).toArray(double[][]::new);
  }
}
