package org.adamant.bench.support;

import java.util.Arrays;
import java.util.List;

/**
 * Times contenders that take turns, round after round. Other work of the machine then hits all alike, so the ratios
 * of a round hold even if its times do not.
 */
public final class TurnTimer {

  private static final int MOST_ROUNDS = 21;
  private static final int LEAST_ROUNDS = 5;
  private static final int MOST_STRETCHES = 8;

  private final double seconds;
  private final double warmUpSeconds;

  /** A timer. */
  public TurnTimer(double seconds, double warmUpSeconds) {
    this.seconds = seconds;
    this.warmUpSeconds = warmUpSeconds;
  }

  /** Something to be timed. */
  @FunctionalInterface
  public interface Contender {

    /** Does further steps, and returns the nanoseconds they took. */
    long run(int steps);

    /** A contender whose steps need no preparation. */
    static Contender of(Runnable step) {
      return steps -> {
        final long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
          step.run();
        }
        return System.nanoTime() - start;
      };
    }
  }

  /** Nanoseconds per step, a row for each contender, round by round. */
  public double[][] measure(List<Contender> contenders) {
    final Runner[] runners = contenders.stream().map(Runner::new).toArray(Runner[]::new);
    for (Runner runner : runners) {
      runner.warmUp(seconds * 1e9 / MOST_ROUNDS / runners.length);
    }
    final long end = System.nanoTime() + (long) (seconds * 1e9);
    final double[][] nanos = new double[runners.length][MOST_ROUNDS];
    int rounds = 0;
    while (rounds < LEAST_ROUNDS || rounds < MOST_ROUNDS && System.nanoTime() < end) {
      for (int i = 0; i < runners.length; i++) {
        nanos[i][rounds] = runners[i].nanosPerStep();
      }
      rounds++;
    }
    final int done = rounds;
    return Arrays.stream(nanos).map(row -> Arrays.copyOf(row, done)).toArray(double[][]::new);
  }

  /** One contender, and the number of steps in its turn. */
  private final class Runner {
    private final Contender contender;
    private int stepsPerTurn = 1;

    Runner(Contender contender) {
      this.contender = contender;
    }

    /**
     * Warms up for at least the given time, and until two stretches take the same time within a tenth, as code that
     * the JIT compiled for other sizes may not suit this one. The speed of the last turn decides how many steps a
     * turn has.
     */
    void warmUp(double turnNanos) {
      final long end = System.nanoTime() + (long) (MOST_STRETCHES * warmUpSeconds * 1e9);
      double before;
      double now = Double.POSITIVE_INFINITY;
      do {
        before = now;
        now = stretch(turnNanos, warmUpSeconds / 2);
      } while (Math.abs(now - before) > 0.1 * now && System.nanoTime() < end);
    }

    /** Takes turns for a while; returns nanoseconds per step. */
    private double stretch(double turnNanos, double stretchSeconds) {
      final long start = System.nanoTime();
      double nanos = 0;
      long steps = 0;
      while (steps < 1 || System.nanoTime() - start < stretchSeconds * 1e9) {
        final double perStep = nanosPerStep();
        nanos += perStep * stepsPerTurn;
        steps += stepsPerTurn;
        stepsPerTurn = (int) Math.clamp(turnNanos / perStep, 1, 2.0 * stepsPerTurn);
      }
      return nanos / steps;
    }

    double nanosPerStep() {
      return (double) contender.run(stepsPerTurn) / stepsPerTurn;
    }
  }
}
