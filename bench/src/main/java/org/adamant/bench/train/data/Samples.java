package org.adamant.bench.train.data;

import java.util.Arrays;
import java.util.Random;

/**
 * The samples that a network learns from, or one batch of them.
 *
 * @param count the number of samples
 * @param inputs their inputs, one sample after the other
 * @param targets the outputs that the network should give, one sample after the other
 */
public record Samples(int count, float[] inputs, float[] targets) {

  public int inputWidth() {
    return inputs.length / count;
  }

  public int targetWidth() {
    return targets.length / count;
  }

  /** The samples of these numbers, in this order. */
  public Samples select(int... numbers) {
    return new Samples(
        numbers.length,
        rows(inputs, inputWidth(), numbers),
        rows(targets, targetWidth(), numbers));
  }

  /** The same samples in random order. */
  public Samples shuffled(Random random) {
    return select(shuffledNumbers(count, random));
  }

  /** The samples {@code from <= i < to}. */
  public Samples range(int from, int to) {
    return new Samples(
        to - from,
        Arrays.copyOfRange(inputs, from * inputWidth(), to * inputWidth()),
        Arrays.copyOfRange(targets, from * targetWidth(), to * targetWidth()));
  }

  /** The numbers from 0 to count - 1 in random order. */
  public static int[] shuffledNumbers(int count, Random random) {
    final int[] numbers = new int[count];
    Arrays.setAll(numbers, i -> i);
    for (int i = count - 1; i > 0; i--) {
      final int j = random.nextInt(i + 1);
      final int swapped = numbers[i];
      numbers[i] = numbers[j];
      numbers[j] = swapped;
    }
    return numbers;
  }

  private static float[] rows(float[] from, int width, int[] numbers) {
    final float[] to = new float[numbers.length * width];
    for (int i = 0; i < numbers.length; i++) {
      System.arraycopy(from, numbers[i] * width, to, i * width, width);
    }
    return to;
  }
}
