package org.adamant.bench.train.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** The data of the programs: two real sets, a text, and generated ones with a fixed seed. */
public final class DataSets {

  private static final List<String> UNIFORM = List.of("x1", "x2", "x3");

  private static final int DIGITS = 10;
  private static final float DARKEST = 16;

  private DataSets() {}

  /** Rows of 3 uniform inputs with targets that are a function of them. */
  public static RegressionData uniform(int rows, ToDoubleFunction<double[]> target) {
    final Random random = new Random(42);
    final double[][] x = new double[rows][UNIFORM.size()];
    for (double[] row : x) {
      Arrays.setAll(row, _ -> random.nextDouble());
    }
    return new RegressionData(UNIFORM, x, Arrays.stream(x).mapToDouble(target).toArray());
  }

  /** A smooth function of 3 uniform inputs that no linear model can follow. */
  public static Samples curved() {
    return samples(
        uniform(1_000, x -> StrictMath.sin(4 * x[0]) + x[1] * x[1] - 2 * x[1] * x[2]));
  }

  /** Ten measures of 442 diabetes patients and the progress of the disease a year later. */
  public static RegressionData diabetes() {
    final List<String[]> lines = DataFile.rows("diabetes.csv");
    final String[] header = lines.getFirst();
    final int inputs = header.length - 1;
    final double[][] rows = lines.stream().skip(1).map(DataFile::numbers).toArray(double[][]::new);
    return new RegressionData(
        List.of(header).subList(0, inputs),
        Arrays.stream(rows).map(row -> Arrays.copyOf(row, inputs)).toArray(double[][]::new),
        Arrays.stream(rows).mapToDouble(row -> row[inputs]).toArray());
  }

  /** 1,797 images of handwritten digits, 8 x 8 grey values from 0 to 1; the target is one-hot. */
  public static Samples digits() {
    final double[][] rows =
        DataFile.rows("digits.csv").stream().map(DataFile::numbers).toArray(double[][]::new);
    final int pixels = rows[0].length - 1;
    final float[] inputs = new float[rows.length * pixels];
    final float[] targets = new float[rows.length * DIGITS];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < pixels; j++) {
        inputs[i * pixels + j] = (float) rows[i][j] / DARKEST;
      }
      targets[i * DIGITS + (int) rows[i][pixels]] = 1;
    }
    return new Samples(rows.length, inputs, targets);
  }

  /**
   * The letters of Adamant's licence, a text that does not change. The inputs are {@code window} letters, one-hot;
   * the target is the next letter. All letters are small, and white space is one space.
   */
  public static Samples text(int window) {
    final String text =
        DataFile.text("LICENSE")
            .strip()
            .replaceAll("\\s+", " ")
            .toLowerCase(Locale.ROOT);
    final int[] alphabet = text.chars().sorted().distinct().toArray();
    final int[] letters = text.chars().map(c -> Arrays.binarySearch(alphabet, c)).toArray();
    final int count = letters.length - window;
    final float[] inputs = new float[count * window * alphabet.length];
    final float[] targets = new float[count * alphabet.length];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < window; j++) {
        inputs[(i * window + j) * alphabet.length + letters[i + j]] = 1;
      }
      targets[i * alphabet.length + letters[i + window]] = 1;
    }
    return new Samples(count, inputs, targets);
  }

  private static Samples samples(RegressionData data) {
    final float[] inputs = new float[data.count() * data.inputs()];
    final float[] targets = new float[data.count()];
    for (int i = 0; i < data.count(); i++) {
      for (int j = 0; j < data.inputs(); j++) {
        inputs[i * data.inputs() + j] = (float) data.x()[i][j];
      }
      targets[i] = (float) data.y()[i];
    }
    return new Samples(data.count(), inputs, targets);
  }
}
