package org.adamant.bench.support;

/** Measures the time since its creation. */
public final class Stopwatch {

  private final long start = System.nanoTime();

  /** Starts. */
  public Stopwatch() {}

  /** The time until now. */
  public double seconds() {
    return (System.nanoTime() - start) * 1e-9;
  }
}
