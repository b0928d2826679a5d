package org.adamant.tribuo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseSparseMatrix;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SparseVector;
import org.tribuo.math.la.Tensor;
import org.tribuo.math.la.VectorTuple;

/** The arrays in which Tribuo's tensors keep their numbers. They are protected, and public only as copies. */
final class LiveArrays {

  private static final VarHandle MATRIX = field(DenseMatrix.class, "values", double[][].class);

  private static final VarHandle VECTOR = field(DenseVector.class, "elements", double[].class);

  private LiveArrays() {}

  private static VarHandle field(Class<?> owner, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
          .findVarHandle(owner, name, type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(
          owner.getName()
              + " does not let its arrays be seen: expected a JVM started with --add-opens "
              + owner.getModule().getName() + "/" + owner.getPackageName() + "="
              + (LiveArrays.class.getModule().isNamed()
                  ? LiveArrays.class.getModule().getName()
                  : "ALL-UNNAMED"),
          e);
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(
          owner.getName() + " has no field " + name + " any more: expected Tribuo 4.3", e);
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

  /** Writes the numbers that are present in a sparse tensor of the same shape; false if it is another one. */
  static boolean scatter(Tensor tensor, double[][] rows) {
    return forEach(tensor, (entry, row) -> rows[row][entry.index] = entry.value);
  }

  /** Writes zeros where the numbers of a sparse tensor are. */
  static void clear(Tensor tensor, double[][] rows) {
    forEach(tensor, (entry, row) -> rows[row][entry.index] = 0);
  }

  private static boolean forEach(Tensor tensor, ObjIntConsumer<VectorTuple> what) {
    switch (tensor) {
      case DenseSparseMatrix matrix -> {
        for (int i = 0; i < matrix.getDimension1Size(); i++) {
          for (VectorTuple entry : matrix.getRow(i)) {
            what.accept(entry, i);
          }
        }
      }
      case SparseVector vector -> {
        for (VectorTuple entry : vector) {
          what.accept(entry, 0);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Zeros of the same lengths. */
  static double[][] zeros(double[][] rows) {
    return Arrays.stream(rows).map(row -> new double[row.length]).toArray(double[][]::new);
  }
}
