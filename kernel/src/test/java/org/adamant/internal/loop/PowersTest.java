package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.adamant.DecimalPower;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares powers with decimal arithmetic of so many digits that its rounding does not matter. */
class PowersTest {

  /** Enough for a power of 54 bits, which may be a tie, to be exact: in decimals it has fewer than 100. */
  private static final MathContext DIGITS = new MathContext(120);

  private static double expected(double beta, long t) {
    return 1 - new BigDecimal(beta).pow(Math.toIntExact(t), DIGITS).doubleValue();
  }

  private static void assertCorrect(double beta, long t) {
    final double expected = expected(beta, t);
    final double actual = Powers.oneMinusPower(beta, t);
    if (actual != expected) {
      throw new AssertionError(
          "1 - %s^%d: expected %s, actual %s".formatted(beta, t, expected, actual));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, Double.MIN_VALUE, 0x1p-61, 0x1p-60, 1e-9, 0.25, 0.5, 0.8, 0.9, 0.95,
    0.98, 0.99, 0.999,
    0.9999, 0.99999, 1 - 0x1p-30, 1 - 0x1p-52, 1 - 0x1p-53})
  void theFirstStepsOfManyBetas(double beta) {
    LongStream.rangeClosed(1, 2000).forEach(t -> assertCorrect(beta, t));
  }

  /** Of few bits, so that there are exact powers and ties among them, and of all bits. */
  @Test
  void anyBetaAndStep() {
    final SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      final int bits = i % 2 == 0 ? 53 : 1 + random.nextInt(30);
      final double beta =
          1 - Math.scalb((double) (random.nextLong() >>> 64 - bits), -bits - random.nextInt(30));
      if (beta < 1) {
        final long t = 1 + (random.nextLong() >>> 35 + random.nextInt(28));
        if (t <= 999_999_999) {
          assertCorrect(beta, t);
        }
      }
    }
  }

  /** Powers of 54 bits are exactly between two doubles. */
  @Test
  void aPowerBetweenTwoDoublesIsRoundedToTheEvenOne() {
    final Set<Integer> exponents = new TreeSet<>();
    for (int t = 2; t <= 18; t++) {
      final long first = (long) Math.pow(0x1p53, 1.0 / t) | 1;
      for (long odd = first; odd < first + 400; odd += 2) {
        if (BigInteger.valueOf(odd).pow(t).bitLength() == 54) {
          exponents.add(t);
          assertCorrect(Math.scalb((double) odd, Long.numberOfLeadingZeros(odd) - Long.SIZE), t);
        }
      }
    }
    assertThat(exponents).contains(2, 3, 4, 5, 6, 7, 8, 9, 11);
  }

  /** So close to the middle between two doubles that the sum of two doubles is on the wrong side of it. */
  @ParameterizedTest
  @CsvSource({
    "0.9999999991864212, 990477250",
    "0.9999999992486918, 909033267",
    "0.999999999651784, 936349579",
    "0.9999999995662349, 931735811",
    "0.999999999434018, 986949267",
    "0.9999999996134996, 998280057",
    "0.9999999996277715, 903120810",
    "0.9999999999170088, 915052710",
    "0.9999999995943665, 991548630",
    "0.9999999997989751, 955016676"})
  void aPowerThatTheFirstTryCannotRoundIsComputedAgain(double beta, int t) {
    assertCorrect(beta, t);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000_000_000, (1L << 53) + 1, Long.MAX_VALUE})
  void fromAThousandMillionOnPowersAreThoseOfStrictMath(long t) {
    final double nearOne = Math.min(1 - 0x1p-53, 1 - 0.7 / t);
    assertThat(Powers.oneMinusPower(nearOne, t)).isEqualTo(1 - StrictMath.pow(nearOne, t));
    // Which is not correctly rounded here.
    final double beta = 0.9999999994385799;
    final double exact = 1 - new BigDecimal(beta).pow(999_999_999, DIGITS)
        .multiply(new BigDecimal(beta))
        .doubleValue();
    assertThat(Powers.oneMinusPower(beta, 1_000_000_000)).isEqualTo(1 - StrictMath.pow(beta, 1e9))
        .isNotEqualTo(exact);
    assertThat(Powers.oneMinusPower(0.999, t)).isEqualTo(1);
    assertThat(Powers.oneMinusPower(0, t)).isEqualTo(1);
  }

  @Test
  void powersThatAreNotSubtractedAreCorrectToo() {
    final SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 3000; i++) {
      final double beta = 1 - Math.scalb(random.nextDouble(), -random.nextInt(25));
      final long t = 1 + (random.nextLong() >>> 35 + random.nextInt(28));
      if (t <= 999_999_999 && t * Math.log(beta) > -138) {
        assertThat(Powers.power(beta, t))
            .as("%s^%s", beta, t)
            .isEqualTo(new BigDecimal(beta).pow((int) t, DIGITS).doubleValue());
      }
    }
    assertThat(Powers.power(0.5, 201)).isZero();
  }

  @Test
  void powersOf096() {
    final SplittableRandom random = new SplittableRandom(3);
    assertThat(Powers.of096(0)).isEqualTo(1);
    assertThat(Powers.of096(1)).isEqualTo(0.96);
    assertThat(Powers.of096(1000)).isZero();
    assertThat(Powers.of096(Double.POSITIVE_INFINITY)).isZero();
    for (int i = 0; i < 3000; i++) {
      final double exponent =
          switch (i % 3) {
            case 0 -> i * 0.004;
            case 1 -> 1000 * random.nextDouble();
            default -> Math.scalb(random.nextDouble(), -random.nextInt(60));
          };
      assertThat(Powers.of096(exponent))
          .as("0.96^%s", exponent)
          .isEqualTo(DecimalPower.of(0.96, exponent));
    }
  }
}
