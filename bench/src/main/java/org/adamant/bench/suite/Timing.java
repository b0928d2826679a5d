package org.adamant.bench.suite;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How long a benchmark is measured.
 *
 * @param forks the JVMs
 * @param warmups iterations that are not counted
 * @param warmupMillis the length of each; if it is too short, the loop is not compiled yet
 * @param iterations iterations that are counted; 0 for a single call in each fork
 * @param millis the length of each
 */
record Timing(int forks, int warmups, int warmupMillis, int iterations, int millis) {

  /**
   * One call in each of some JVMs.
   *
   * @param forks the JVMs
   * @return the timing
   */
  static Timing firstCall(int forks) {
    return new Timing(forks, 0, 0, 0, 0);
  }

  ChainedOptionsBuilder apply(ChainedOptionsBuilder options) {
    options.forks(forks);
    if (iterations == 0) {
      return options;
    }
    return options
        .warmupIterations(warmups)
        .warmupTime(new TimeValue(warmupMillis, TimeUnit.MILLISECONDS))
        .measurementIterations(iterations)
        .measurementTime(new TimeValue(millis, TimeUnit.MILLISECONDS));
  }
}
