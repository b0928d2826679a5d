package org.adamant.bench.peers;

/**
 * Times two contenders that take turns, round after round, so that whatever else the machine does hits
 * both alike, and the ratio of a round holds where its times do not.
 */
final class PairTimer {

  private static final int MOST_ROUNDS = 21;
  private static final int LEAST_ROUNDS = 5;
  private static final int LEAST_WARM_UP_STEPS = 2;

  /** Of the measured time. */
  private static final double WARM_UP_SHARE = 0.3;

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
      runner.warmUp(WARM_UP_SHARE / runners.length * seconds);
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

    /** Until everything is compiled; the speed of the last part says how many steps make a turn. */
    void warmUp(double warmUpSeconds) {
      final double turn = seconds * 1e9 / MOST_ROUNDS / 2;
      final long start = System.nanoTime();
      int steps = 0;
      while (steps < LEAST_WARM_UP_STEPS || System.nanoTime() - start < warmUpSeconds * 1e9) {
        stepsPerTurn = (int) Math.clamp(turn / nanosPerStep(), 1, 2.0 * stepsPerTurn);
        steps += stepsPerTurn;
      }
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
