package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The roots of the step are correctly rounded, as are those of the instruction, which the scalar path uses. Tested
 * are all cases that the proof of {@link FmaRoot} leaves open, and many others.
 */
class FmaRootTest {

  /** Random roots, by {@code -Dadamant.roots=}; a thousand million were tested once. */
  private static final long COUNT = Long.getLong("adamant.roots", 10_000_000);

  static Stream<LaneWidth> widths() {
    return LaneWidth.supported().stream();
  }

  @ParameterizedTest
  @MethodSource("widths")
  void rootsNextToAMidpointAreRoundedCorrectly(LaneWidth width) {
    final Roots roots = new Roots(width);
    // Far more than the proof leaves open, so that something less exact is noticed.
    forEachHard(
        10_000 * FmaRoot.HARDEST,
        s -> {
          roots.add(s);
          // And at the other end of the range.
          roots.add(0x1p-900 * s);
        });
    roots.check();
    assertThat(roots.count).isGreaterThan(2_000_000);
  }

  @Test
  void theseRootsAreNextToAMidpoint() {
    final int furthest = 2000;
    final int[] found = new int[1];
    forEachHard(
        furthest,
        s -> {
          final BigDecimal root =
              new BigDecimal(s).sqrt(new MathContext(60)).multiply(new BigDecimal(0x1p52));
          final double beyond =
              root.remainder(BigDecimal.ONE).subtract(new BigDecimal(0.5)).doubleValue();
          assertThat(Math.abs(beyond)).isBetween(0x1p-56, (furthest + 1) * 0x1p-53);
          found[0]++;
        });
    assertThat(found[0]).isGreaterThan(furthest);
  }

  @ParameterizedTest
  @MethodSource("widths")
  void anyRootsAreRoundedCorrectly(LaneWidth width) {
    final Roots roots = new Roots(width);
    final double[] special = {0, -0.0, Double.MIN_VALUE, Double.MIN_NORMAL, 0x1p-900,
      Math.nextDown(0x1p-900), Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NaN};
    final SplittableRandom random = new SplittableRandom(17);
    for (long i = 0; i < COUNT; i++) {
      final long bits = random.nextLong();
      // One in 256 is special: most vectors hold what is computed by FMA.
      roots.add(
          bits >>> 56 == 0
              ? special[(int) (bits % special.length)]
              : Double.longBitsToDouble(bits & Long.MAX_VALUE));
    }
    roots.check();
  }

  /**
   * Every s in [1, 4) with {@code 2^104 s = M^2 + M + k}, where M is an integer, {@code 2^52 <= M < 2^53},
   * and {@code |k| <= furthest}.
   */
  private static void forEachHard(long furthest, DoubleConsumer action) {
    for (long k = -furthest; k <= furthest; k += 2) {
      for (long parity = 0; parity <= 1; parity++) {
        final long m = solve(k, parity);
        // The sum is a multiple of 2^52, and s is in [1, 2).
        accept(m & (1L << 52) - 1 | 1L << 52, k, 52, action);
        // A multiple of 2^53, and s in [2, 4).
        accept(m & (1L << 53) - 1, k, 53, action);
      }
    }
  }

  private static void accept(long m, long k, int zeros, DoubleConsumer action) {
    final long square = m * (m + 1);
    final long low = square + k;
    // What goes into the upper word: k with its sign, and the carry.
    final long carry = (k >> 63) + (Long.compareUnsigned(low, square) < 0 ? 1 : 0);
    final long high = Math.multiplyHigh(m, m + 1) + carry;
    final long significand = high << 64 - zeros | low >>> zeros;
    if (m >>> 52 == 1 && significand >>> 52 == 1) {
      action.accept(significand * (zeros == 52 ? 0x1p-52 : 0x1p-51));
    }
  }

  /** M with {@code M^2 + M + k = 0} modulo 2^64, for an even k; of the two, the even or the odd one. */
  private static long solve(long k, long parity) {
    long m = parity;
    // Newton's iteration: each time twice as many of the last bits are right.
    for (int bits = 1; bits < 64; bits *= 2) {
      m -= (m * m + m + k) * inverse(2 * m + 1);
    }
    return m;
  }

  /** 1 / odd modulo 2^64. */
  private static long inverse(long odd) {
    long inverse = odd;
    for (int bits = 3; bits < 64; bits *= 2) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }

  /**
   * Makes a kernel compute roots: those of the running maximum in AMSGrad, with gradients of zero, without epsilon
   * and corrections. The first moment is chosen so that a neighbour of the right root gives another update.
   */
  private static final class Roots {

    private static final int LENGTH = 1 << 15;

    /** Lanes of the widest vector. */
    private static final int LONGEST = 8;

    private static final AdamStep STEP =
        Adam.defaults()
            .withLearningRate(1)
            .withBeta1(0.5)
            .withBeta2(0.5)
            .withEpsilon(0)
            .withAmsgrad(AmsGrad.RAW)
            .atStep(2000);

    private final AdamKernel kernel;
    private final double[] m = new double[LENGTH];
    private final double[] maximum = new double[LENGTH];
    private int length;
    private long count;

    Roots(LaneWidth width) {
      kernel = AdamKernel.of(width);
    }

    void add(double s) {
      m[length] = 1.9998 * Math.sqrt(s);
      maximum[length] = s;
      count++;
      if (++length == LENGTH) {
        check();
      }
    }

    void check() {
      final double[] expected = updates(AdamKernel.of(LaneWidth.SCALAR), 0);
      // Each s in each of SHARE neighbouring vectors: in only one of them is its root computed by FMA, and
      // which one is a matter of the index in the array.
      for (int vector = 0; vector < FmaRoot.SHARE; vector++) {
        final int shift = LONGEST * vector;
        final double[] updates = updates(kernel, shift);
        for (int i = 0; i < length; i++) {
          if (Double.doubleToLongBits(updates[shift + i]) != Double.doubleToLongBits(expected[i])) {
            throw new AssertionError(
                kernel + ", root of " + Double.toHexString(maximum[i]) + ": expected an update of "
                    + Double.toHexString(expected[i]) + ", got "
                    + Double.toHexString(updates[shift + i]));
          }
        }
      }
      length = 0;
    }

    private double[] updates(AdamKernel kernel, int shift) {
      final int end = shift + length;
      final double[] params = new double[end];
      final AdamSlice slice =
          AdamSlice.of(params, new double[end], shifted(m, shift), new double[end])
              .withMaximum(shifted(maximum, shift));
      kernel.step(STEP, slice);
      return params;
    }

    private double[] shifted(double[] values, int shift) {
      final double[] shifted = new double[shift + length];
      System.arraycopy(values, 0, shifted, shift, length);
      return shifted;
    }
  }
}
