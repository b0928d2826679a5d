package org.adamant.bench.report;

import java.util.Arrays;
import org.adamant.bench.results.Spread;

/**
 * Nanoseconds per element of one candidate, round by round. Rounds with the same number were measured shortly after
 * each other, so candidates are compared round by round.
 */
record Rounds(double[] nanos) {

  /** The least difference that matters. */
  private static final double LEAST_DIFFERENCE = 1.02;

  /** In fewer rounds, chance alone agrees too often. */
  private static final int FEWEST_ROUNDS = 3;

  double median() {
    return Spread.median(nanos);
  }

  /** The median of the ratios to another candidate. */
  double ratioTo(Rounds other) {
    return Spread.median(ratios(other));
  }

  private double[] ratios(Rounds other) {
    final double[] ratios = new double[Math.min(nanos.length, other.nanos.length)];
    Arrays.setAll(ratios, i -> nanos[i] / other.nanos[i]);
    return ratios;
  }

  /** Whether this candidate is slower in every round, by a difference that matters. */
  boolean isSlowerThan(Rounds other) {
    final double[] ratios = ratios(other);
    return ratios.length >= FEWEST_ROUNDS
        && Arrays.stream(ratios).allMatch(ratio -> ratio > 1)
        && Spread.median(ratios) >= LEAST_DIFFERENCE;
  }

  /** Whether the difference does not matter in any round. */
  boolean isAsFastAs(Rounds other) {
    final double[] ratios = ratios(other);
    return ratios.length >= FEWEST_ROUNDS
        && Arrays.stream(ratios)
            .allMatch(ratio -> ratio < LEAST_DIFFERENCE && ratio > 1 / LEAST_DIFFERENCE);
  }
}
