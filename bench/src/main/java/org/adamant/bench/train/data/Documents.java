package org.adamant.bench.train.data;

import java.util.Arrays;
import java.util.Random;
import org.adamant.training.SparseRows;

/**
 * Bags of words with scores.
 *
 * @param words the numbers of the words of each document
 * @param scores what to predict of each document
 */
public record Documents(int[][] words, float[] scores) {

  public static final int VOCABULARY = 10_000;

  private static final int LENGTH = 20;
  private static final double NOISE = 0.5;

  public int count() {
    return scores.length;
  }

  /** Which words occur. */
  public boolean[] seen() {
    final boolean[] seen = new boolean[VOCABULARY];
    for (int[] document : words) {
      for (int word : document) {
        seen[word] = true;
      }
    }
    return seen;
  }

  public double meanSquaredError(float[] weights) {
    double sum = 0;
    for (int i = 0; i < count(); i++) {
      final double error = error(weights, i);
      sum += error * error;
    }
    return sum / count();
  }

  /**
   * Adds the gradient of the mean squared error over the documents {@code from <= i < to}, and
   * returns the sum of their squared errors.
   */
  public double addGradient(float[] weights, int from, int to, float[] gradient) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      final double error = error(weights, i);
      for (int word : words[i]) {
        gradient[word] += slope(error, to - from);
      }
      sum += error * error;
    }
    return sum;
  }

  /** The same gradient, only of the words that occur; a word that occurs twice is in it twice. */
  public SparseRows gradientOfWords(float[] weights, int from, int to) {
    final int[] rows =
        Arrays.stream(words, from, to).flatMapToInt(Arrays::stream).toArray();
    final float[] values = new float[rows.length];
    int next = 0;
    for (int i = from; i < to; i++) {
      final float slope = slope(error(weights, i), to - from);
      Arrays.fill(values, next, next + words[i].length, slope);
      next += words[i].length;
    }
    return SparseRows.of(rows, values, 1);
  }

  private static float slope(double error, int documents) {
    return (float) (2 * error / documents);
  }

  private double error(float[] weights, int document) {
    double predicted = 0;
    for (int word : words[document]) {
      predicted += weights[word];
    }
    return predicted - scores[document];
  }

  /** Generates documents, in which the word of rank r occurs with a probability proportional to 1 / r. */
  public static final class Source {

    private final Random random;
    private final double[] worths = new double[VOCABULARY];
    private final double[] cumulative = new double[VOCABULARY];

    public Source(Random random) {
      this.random = random;
      double sum = 0;
      for (int word = 0; word < VOCABULARY; word++) {
        worths[word] = random.nextGaussian();
        sum += 1.0 / (word + 1);
        cumulative[word] = sum;
      }
    }

    public Documents draw(int count) {
      final int[][] words = new int[count][LENGTH];
      final float[] scores = new float[count];
      for (int i = 0; i < count; i++) {
        double score = NOISE * random.nextGaussian();
        for (int j = 0; j < LENGTH; j++) {
          words[i][j] = word();
          score += worths[words[i][j]];
        }
        scores[i] = (float) score;
      }
      return new Documents(words, scores);
    }

    private int word() {
      final double u = random.nextDouble() * cumulative[VOCABULARY - 1];
      final int found = Arrays.binarySearch(cumulative, u);
      return Math.min(found < 0 ? -found - 1 : found, VOCABULARY - 1);
    }
  }
}
