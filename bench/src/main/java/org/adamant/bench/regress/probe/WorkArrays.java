package org.adamant.bench.regress.probe;

import java.util.Random;
import org.adamant.bench.support.Spacers;

/**
 * The arrays of one case. All loops use the same ones, so that none has the luckier addresses, and
 * find the same values in them.
 */
abstract class WorkArrays {

  /** Per measured slice, in bytes of one array: about half a millisecond. */
  private static final int SLICE = 1 << 22;

  private static final int ARRAYS = 4;

  final int size;
  private final int elementBytes;

  private WorkArrays(int size, int elementBytes) {
    this.size = size;
    this.elementBytes = elementBytes;
  }

  static WorkArrays of(String element, int size) {
    return element.equals("float") ? new Floats(size) : new Doubles(size);
  }

  /** How many steps make a slice. */
  final int stepsPerSlice() {
    return Math.max(1, SLICE / elementBytes / size);
  }

  /** Puts the first values back. */
  abstract void reset();

  abstract void run(Stepper loop, int count);

  /** Ordinary values; array 3 holds squares. Few different ones: drawing millions takes long. */
  private static double[] values(int array) {
    final double[] values = new Random(array).doubles(1009, -1, 1).toArray();
    if (array == ARRAYS - 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= values[i];
      }
    }
    return values;
  }

  private static final class Floats extends WorkArrays {
    private final float[][] first = new float[ARRAYS][];
    private final float[][] now = new float[ARRAYS][];
    private final Spacers spacers = new Spacers();

    private Floats(int size) {
      super(size, Float.BYTES);
      for (int k = 0; k < ARRAYS; k++) {
        now[k] = new float[size];
        spacers.next();
      }
      for (int k = 0; k < ARRAYS; k++) {
        first[k] = new float[size];
        final double[] values = values(k);
        for (int i = 0; i < size; i++) {
          first[k][i] = (float) values[i % values.length];
        }
      }
      spacers.settle();
    }

    @Override
    void reset() {
      for (int k = 0; k < ARRAYS; k++) {
        System.arraycopy(first[k], 0, now[k], 0, size);
      }
    }

    @Override
    void run(Stepper loop, int count) {
      loop.run(count, now[0], now[1], now[2], now[3]);
    }
  }

  private static final class Doubles extends WorkArrays {
    private final double[][] first = new double[ARRAYS][];
    private final double[][] now = new double[ARRAYS][];
    private final Spacers spacers = new Spacers();

    private Doubles(int size) {
      super(size, Double.BYTES);
      for (int k = 0; k < ARRAYS; k++) {
        now[k] = new double[size];
        spacers.next();
      }
      for (int k = 0; k < ARRAYS; k++) {
        first[k] = new double[size];
        final double[] values = values(k);
        for (int i = 0; i < size; i++) {
          first[k][i] = values[i % values.length];
        }
      }
      spacers.settle();
    }

    @Override
    void reset() {
      for (int k = 0; k < ARRAYS; k++) {
        System.arraycopy(first[k], 0, now[k], 0, size);
      }
    }

    @Override
    void run(Stepper loop, int count) {
      loop.run(count, now[0], now[1], now[2], now[3]);
    }
  }
}
