package org.adamant.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

/**
 * The gradient of softmax regression, the mean over the samples of a micro-batch. {@code w} has one weight for each
 * feature and class, {@code b} one bias for each class.
 *
 * @param classes how many classes there are
 */
record Softmax(int classes) implements GradientFunction<Softmax.Sample> {

  /**
   * Some features with their values, and a class.
   *
   * @param features the indices of the features
   * @param values their values
   * @param label the class
   */
  record Sample(int[] features, float[] values, int label) implements Serializable {}

  @Override
  public Gradients gradient(Parameters parameters, List<Sample> samples) {
    final float[] w = parameters.floats("w");
    final float[] b = parameters.floats("b");
    final float[] ofW = new float[w.length];
    final float[] ofB = new float[b.length];
    double loss = 0;
    for (Sample sample : samples) {
      final double[] p = probabilities(w, b, sample);
      loss -= StrictMath.log(p[sample.label]);
      for (int k = 0; k < classes; k++) {
        final float error = (float) ((p[k] - (k == sample.label ? 1 : 0)) / samples.size());
        for (int i = 0; i < sample.features.length; i++) {
          ofW[sample.features[i] * classes + k] += error * sample.values[i];
        }
        ofB[k] += error;
      }
    }
    return new Gradients(loss / samples.size(), Map.of("w", ofW, "b", ofB));
  }

  private double[] probabilities(float[] w, float[] b, Sample sample) {
    final double[] p = new double[classes];
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      p[k] = b[k];
      for (int i = 0; i < sample.features.length; i++) {
        p[k] += (double) w[sample.features[i] * classes + k] * sample.values[i];
      }
      largest = Math.max(largest, p[k]);
    }
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      p[k] = StrictMath.exp(p[k] - largest);
      sum += p[k];
    }
    for (int k = 0; k < classes; k++) {
      p[k] /= sum;
    }
    return p;
  }

  double accuracy(Map<String, ?> parameters, List<Sample> samples) {
    int right = 0;
    for (Sample sample : samples) {
      final double[] p =
          probabilities((float[]) parameters.get("w"), (float[]) parameters.get("b"), sample);
      int best = 0;
      for (int k = 1; k < classes; k++) {
        best = p[k] > p[best] ? k : best;
      }
      right += best == sample.label ? 1 : 0;
    }
    return (double) right / samples.size();
  }

  SequencedMap<String, Object> zeros(int features) {
    final SequencedMap<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("w", new float[features * classes]);
    parameters.put("b", new float[classes]);
    return parameters;
  }

  /** Samples of a few features each, as words of texts: every class has words of its own beside those of all. */
  List<Sample> texts(int count, int features, int words) {
    final Random random = new Random(17);
    final List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final int label = random.nextInt(classes);
      final int[] which = new int[words];
      final float[] values = new float[words];
      for (int k = 0; k < words; k++) {
        final int word = random.nextInt(features / classes);
        which[k] = k % 3 == 0 ? word * classes + label : word * classes + random.nextInt(classes);
        values[k] = 1f / words;
      }
      samples.add(new Sample(which, values, label));
    }
    return samples;
  }

  /** Images of 64 points from 0 to 16, and the digit. */
  static List<Sample> digits(List<String> lines) {
    final int[] points = java.util.stream.IntStream.range(0, 64).toArray();
    return lines.stream().map(line -> {
      final String[] numbers = line.split(",");
      final float[] values = new float[points.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.parseFloat(numbers[i]) / 16;
      }
      return new Sample(points, values, Integer.parseInt(numbers[points.length]));
    }).toList();
  }
}
