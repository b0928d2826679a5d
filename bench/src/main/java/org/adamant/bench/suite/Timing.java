package org.adamant.bench.suite;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How long a benchmark is measured.
 *
 * @param forks the JVMs
 * @param warmups iterations that are not counted
 * @param iterations iterations that are; 0 for a single call in each fork
 * @param millis the length of an iteration
 */
public record Timing(int forks, int warmups, int iterations, int millis) {

  /**
   * One call in each of some JVMs.
   *
   * @param forks the JVMs
   * @return the timing
   */
  public static Timing firstCall(int forks) {
    return new Timing(forks, 0, 0, 0);
  }

  ChainedOptionsBuilder apply(ChainedOptionsBuilder options) {
    options.forks(forks);
    if (iterations == 0) {
      return options;
    }
    final TimeValue time = new TimeValue(millis, TimeUnit.MILLISECONDS);
    return options
        .warmupIterations(warmups)
        .warmupTime(time)
        .measurementIterations(iterations)
        .measurementTime(time);
  }
}
