package org.adamant.bench.support;

import java.util.Arrays;
import java.util.List;

/**
 * Times contenders that take turns, round after round, so that whatever else the machine does hits all
 * alike, and the ratio of a round holds where its times do not.
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

    /** Does the steps that follow those already done, and returns the nanoseconds they took. */
    long run(int steps);

    /** One whose steps need nothing but themselves. */
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

  /** One contender, and how many steps it does in its turn. */
  private final class Runner {
    private final Contender contender;
    private int stepsPerTurn = 1;

    Runner(Contender contender) {
      this.contender = contender;
    }

    /**
     * At least as long as it was said, and until two stretches of it take the same time but for a tenth:
     * what the JIT compiled for other sizes may not do for this one. The speed of the last turn says how
     * many steps make a turn.
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
