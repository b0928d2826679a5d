package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The random numbers are good enough for rounding: they are uniform, and those of neighbours, steps, seeds and
 * operands are independent. Bounds are six standard deviations of truly random numbers, which one comparison in 500
 * million exceeds. There are some thousands of comparisons, on numbers that are always the same.
 */
class RandomBitsTest {

  private static final int N = 1 << 18;

  /** The bits drawn from a hash: for m, for v, in 8 bits, and for parameters. */
  private enum Drawn {
    LOWER(16, x -> x & 0xffff),
    UPPER(16, x -> x >>> 16),
    LOWER_20(20, x -> x & Block8.RANDOM_MASK),
    UPPER_20(20, x -> x >>> 32 - Block8.SHIFT),
    THIRD(16, x -> x * RandomBits.THIRD >>> 16);

    private final int bits;
    private final IntUnaryOperator of;

    Drawn(int bits, IntUnaryOperator of) {
      this.bits = bits;
      this.of = of;
    }

    /** From -0.5 to 0.5, with the mean 0 and the variance 1 / 12, but for what a number of so many bits lacks. */
    double centred(int hash) {
      return (of.applyAsInt(hash) + 0.5) / (1 << bits) - 0.5;
    }
  }

  /** The hashes of neighbouring elements at a step. */
  private static int[] hashes(long seed, long t, long first, int set) {
    final int key = RandomBits.key(RandomBits.stream(seed, t), first, set);
    final int[] hashes = new int[N];
    for (int i = 0; i < N; i++) {
      hashes[i] = RandomBits.hash((int) first + i, key);
    }
    return hashes;
  }

  /** Chi-square of the lowest and the highest byte of what is drawn, 255 degrees of freedom each. */
  @Test
  void bytesAreEvenlySpread() {
    for (long t = 1; t <= 4; t++) {
      final int[] hashes = hashes(0, t, 0, RandomBits.MAIN);
      for (Drawn drawn : Drawn.values()) {
        for (int shift : new int[] {0, drawn.bits - 8}) {
          assertThat(chiSquare(hashes, x -> drawn.of.applyAsInt(x) >>> shift & 0xff))
              .as("%s >>> %s at %s", drawn, shift, t)
              .isBetween(255 - 6 * Math.sqrt(2 * 255), 255 + 6 * Math.sqrt(2 * 255));
        }
      }
      // Of neighbours together: the four highest bits of each.
      final int[] pairs = new int[N / 2];
      for (int i = 0; i < pairs.length; i++) {
        pairs[i] = hashes[2 * i] >>> 28 | hashes[2 * i + 1] >>> 28 << 4;
      }
      assertThat(chiSquare(pairs, x -> x)).isLessThan(255 + 6 * Math.sqrt(2 * 255));
    }
    // And a number that is not: this sees it.
    assertThat(chiSquare(hashes(0, 1, 0, RandomBits.MAIN), x -> (x & 0xff) * 255 / 256))
        .isGreaterThan(1000);
  }

  private static double chiSquare(int[] numbers, IntUnaryOperator byteOf) {
    final int[] counts = new int[256];
    for (int number : numbers) {
      counts[byteOf.applyAsInt(number)]++;
    }
    final double expected = numbers.length / 256.0;
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  /** Another bit of the number, of t or of the seed changes each bit of the hash in half of the cases. */
  @Test
  void everyBitOfTheInputsChangesEveryBitOfTheHash() {
    final int samples = 1 << 14;
    final double bound = 6 * Math.sqrt(samples) / 2;
    for (int input = 0; input < 3; input++) {
      for (int bit = 0; bit < (input == 0 ? 40 : 64); bit++) {
        final int[] changed = new int[32];
        for (int i = 0; i < samples; i++) {
          final long number = i * 977L;
          final long t = 1 + i % 7;
          final long flip = 1L << bit;
          int difference =
              hash(0, t, number)
                  ^ switch (input) {
                    case 0 -> hash(0, t, number ^ flip);
                    case 1 -> hash(0, t ^ flip, number);
                    default -> hash(flip, t, number);
                  };
          for (int k = 0; k < 32; k++) {
            changed[k] += difference & 1;
            difference >>>= 1;
          }
        }
        for (int k = 0; k < 32; k++) {
          // Of a binomial distribution.
          assertThat(Math.abs(changed[k] - samples / 2.0))
              .as("bit %s of input %s, bit %s of the hash", bit, input, k)
              .isLessThan(bound);
        }
      }
    }
  }

  private static int hash(long seed, long t, long number) {
    return RandomBits
        .hash(
            (int) number, RandomBits.key(RandomBits.stream(seed, t), number, RandomBits.MAIN));
  }

  @Test
  void neighboursStepsSeedsAndOperandsAreNotCorrelated() {
    final int[] hashes = hashes(0, 1, 0, RandomBits.MAIN);
    for (Drawn drawn : Drawn.values()) {
      for (int distance : new int[] {1, 2, 3, 4, 8, 16, 32, 64, 255, 256, 4096, 65536}) {
        assertUncorrelated("at distance " + distance, hashes, 0, drawn, hashes, distance, drawn);
      }
      for (int t = 2; t <= 20; t++) {
        final int[] later = hashes(0, t, 0, RandomBits.MAIN);
        assertUncorrelated("step " + t, hashes, 0, drawn, later, 0, drawn);
        assertUncorrelated("step " + t + ", a neighbour", hashes, 0, drawn, later, 1, drawn);
      }
      for (long seed : new long[] {1, 2, 3, -1, 1L << 32, 1L << 63}) {
        assertUncorrelated(
            "seed " + seed, hashes, 0, drawn, hashes(seed, 1, 0, RandomBits.MAIN), 0, drawn);
      }
      assertUncorrelated(
          "upper half", hashes, 0, drawn, hashes(0, 1, 1L << 32, RandomBits.MAIN), 0, drawn);
      assertUncorrelated(
          "set", hashes, 0, drawn, hashes(0, 1, 0, RandomBits.FURTHER), 0, drawn);
    }
    // The operands of one hash: m with v, and each of them with the parameters.
    for (int distance = 0; distance < 3; distance++) {
      final String what = "operands at distance " + distance;
      assertUncorrelated(what, hashes, 0, Drawn.LOWER, hashes, distance, Drawn.UPPER);
      assertUncorrelated(what, hashes, 0, Drawn.LOWER, hashes, distance, Drawn.THIRD);
      assertUncorrelated(what, hashes, 0, Drawn.UPPER, hashes, distance, Drawn.THIRD);
      assertUncorrelated(what, hashes, 0, Drawn.LOWER_20, hashes, distance, Drawn.THIRD);
      assertUncorrelated(what, hashes, 0, Drawn.UPPER_20, hashes, distance, Drawn.THIRD);
    }
    // Eight of the bits of m and v in 8 bits are the same, those that matter least to one and most to none.
    assertUncorrelated("8 bits", hashes, 0, Drawn.LOWER_20, hashes, 0, Drawn.UPPER_20);
    // This sees that a sixteenth of one number is the other.
    assertThat(Math.abs(correlation(hashes, 0, Drawn.LOWER, hashes, 0, Drawn.LOWER_20)))
        .isGreaterThan(6 * DEVIATION);
  }

  /** Of the correlation of N numbers that have nothing to do with each other. */
  private static final double DEVIATION = 1 / Math.sqrt(N);

  private static void assertUncorrelated(
      String what, int[] one, int offset, Drawn ofOne, int[] other, int offsetOther, Drawn of) {
    assertThat(Math.abs(correlation(one, offset, ofOne, other, offsetOther, of)))
        .as("%s: %s and %s", what, ofOne, of)
        .isLessThan(6 * DEVIATION);
  }

  private static double correlation(
      int[] one, int offset, Drawn ofOne, int[] other, int offsetOther, Drawn of) {
    double sum = 0;
    for (int i = 0; i < N; i++) {
      sum += ofOne.centred(one[i + offset & N - 1]) * of.centred(other[i + offsetOther & N - 1]);
    }
    return sum / N * 12;
  }

  /** What a run of steps adds up: the sum of the numbers of an element over steps is as random as they are. */
  @Test
  void theNumbersOfAnElementOverStepsAreEvenlySpread() {
    final int steps = 4096;
    final int elements = 256;
    double sumOfSquares = 0;
    for (int element = 0; element < elements; element++) {
      double sum = 0;
      for (int t = 1; t <= steps; t++) {
        sum += Drawn.UPPER.centred(hash(0, t, element));
      }
      final double deviations = sum / Math.sqrt(steps / 12.0);
      assertThat(Math.abs(deviations)).isLessThan(6);
      sumOfSquares += deviations * deviations;
    }
    // Chi-square of as many degrees of freedom as there are elements.
    assertThat(sumOfSquares)
        .isBetween(elements - 6 * Math.sqrt(2 * elements), elements + 6 * Math.sqrt(2 * elements));
  }
}
