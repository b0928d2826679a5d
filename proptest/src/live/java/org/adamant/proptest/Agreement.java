package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.adamant.testkit.Elements;
import java.util.Arrays;

/**
 * Compares two implementations within what their {@linkplain Ball balls} allow, and records how close they came to
 * it.
 */
final class Agreement {

  /** Parts of the allowed difference are sorted into this many. */
  private static final int PARTS = 1000;

  private final String what;
  private final long[] counts = new long[PARTS + 1];
  private long differing;

  Agreement(String what) {
    this.what = what;
  }

  /** Fails at an element whose difference the roundings do not explain. */
  void check(
      LiveRun run,
      String name,
      long t,
      Object ours,
      Object theirs,
      Ball[] ourBalls,
      Ball[] theirBalls) {
    for (int i = 0; i < run.length; i++) {
      final double rounding = ourBalls[i].rad() + theirBalls[i].rad();
      final double midpoints = Math.abs(ourBalls[i].mid() - theirBalls[i].mid());
      // The midpoints are the same formula, evaluated in double in another order.
      require(run, name, i, t, "the midpoints differ by", midpoints, rounding);
      final double a = Elements.get(ours, i);
      final double b = Elements.get(theirs, i);
      final double bound = rounding + midpoints;
      final double difference = Math.abs(a - b);
      require(run, name, i, t, "ours " + a + ", theirs " + b + ", a difference of", difference,
          bound);
      differing += a == b ? 0 : 1;
      counts[difference == 0 ? 0 : (int) Math.ceil(PARTS * difference / bound)]++;
    }
  }

  private static void require(
      LiveRun run, String name, int i, long t, String what, double value, double bound) {
    if (!(value <= bound)) {
      fail("%s[%d] at t = %d: %s %s, allowed %s%n  %s", name, i, t, what, value, bound, run);
    }
  }

  /** Prints the account, and asserts that the bounds are near enough to guard something. */
  void print() {
    final long all = Arrays.stream(counts).sum();
    long below = 0;
    int part = -1;
    while (below < all * 0.99) {
      below += counts[++part];
    }
    int worst = PARTS;
    while (worst > 0 && counts[worst] == 0) {
      worst--;
    }
    System.out.printf(
        "%s: %,d elements compared, %,d differ, 99 %% by at most %.3f of what the roundings allow, the worst"
            + " by %.3f%n",
        what, all, differing, part / (double) PARTS, worst / (double) PARTS);
    // A step rounds some thirty times: one rounding more or less must not be lost in the bound.
    assertThat(worst / (double) PARTS).as("worst, or a bound too far away").isBetween(0.03, 1.0);
  }
}
