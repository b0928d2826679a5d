package org.adamant.bench.peers;

/**
 * Times two contenders that take turns, round after round, so that whatever else the machine does hits
 * both alike, and the ratio of a round holds where its times do not.
 */
final class PairTimer {

  private static final int MOST_ROUNDS = 21;
  private static final int LEAST_ROUNDS = 5;
  private static final int MOST_STRETCHES = 8;

  /**
   * Of the measured time. Two seconds of the usual three for each: so long may the kernel take until it
   * changes over to a SIMD loop, and before that a step takes the same time for long.
   */
  private static final double WARM_UP_SHARE = 1.4;

  private static final double LEAST_WARM_UP_SECONDS = 0.3;

  private final double seconds;

  PairTimer(double seconds) {
    this.seconds = seconds;
  }

  /**
   * Nanoseconds per step, round by round.
   *
   * @param kernel of the kernel
   * @param peer of the peer
   */
  record Times(double[] kernel, double[] peer) {}

  /** Warms up, then measures. Contenders have done {@code stepsDone} steps already. */
  Times measure(Contender kernel, Contender peer, long stepsDone) {
    final Runner[] runners = {new Runner(kernel, stepsDone), new Runner(peer, stepsDone)};
    for (Runner runner : runners) {
      runner.warmUp(Math.max(LEAST_WARM_UP_SECONDS, WARM_UP_SHARE / runners.length * seconds));
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
    return new Times(
        java.util.Arrays.copyOf(nanos[0], rounds), java.util.Arrays.copyOf(nanos[1], rounds));
  }

  /** One contender, and how many steps it does in its turn. */
  private final class Runner {
    private final Contender contender;
    private long t;
    private int stepsPerTurn = 1;

    Runner(Contender contender, long stepsDone) {
      this.contender = contender;
      this.t = stepsDone;
    }

    /**
     * At least this long, and until two stretches of it take the same time but for a tenth: what the JIT
     * compiled for other sizes may not do for this one. The speed of the last turn says how many steps
     * make a turn.
     */
    void warmUp(double warmUpSeconds) {
      final double turn = seconds * 1e9 / MOST_ROUNDS / 2;
      final long end = System.nanoTime() + (long) (MOST_STRETCHES * warmUpSeconds * 1e9);
      double before;
      double now = Double.POSITIVE_INFINITY;
      do {
        before = now;
        now = stretch(turn, warmUpSeconds / 2);
      } while (Math.abs(now - before) > 0.1 * now && System.nanoTime() < end);
    }

    /** Takes turns for a while; returns nanoseconds per step. */
    private double stretch(double turn, double stretchSeconds) {
      final long start = System.nanoTime();
      double nanos = 0;
      long steps = 0;
      while (steps < 1 || System.nanoTime() - start < stretchSeconds * 1e9) {
        final double perStep = nanosPerStep();
        nanos += perStep * stepsPerTurn;
        steps += stepsPerTurn;
        stepsPerTurn = (int) Math.clamp(turn / perStep, 1, 2.0 * stepsPerTurn);
      }
      return nanos / steps;
    }

    double nanosPerStep() {
      return (contender.consumesGradients() ? eachStep() : allSteps()) / (double) stepsPerTurn;
    }

    private long allSteps() {
      final long start = System.nanoTime();
      for (int i = 0; i < stepsPerTurn; i++) {
        contender.step(++t);
      }
      return System.nanoTime() - start;
    }

    private long eachStep() {
      long sum = 0;
      for (int i = 0; i < stepsPerTurn; i++) {
        contender.restoreGradients();
        final long start = System.nanoTime();
        contender.step(++t);
        sum += System.nanoTime() - start;
      }
      return sum;
    }
  }
}
