package org.adamant.bench.train;

/** Measures the time since its creation. */
final class Stopwatch {

  private final long start = System.nanoTime();

  double seconds() {
    return (System.nanoTime() - start) * 1e-9;
  }
}
