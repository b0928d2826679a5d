package org.adamant.bench.suite;

import java.util.Locale;

/** A part of the suite. */
enum Part {
  /** Widths and baselines over sizes; small ones for the overhead of a call. */
  STEP,
  /** What variants cost. */
  VARIANTS,
  /** What native memory and formats of fewer bytes gain. */
  STORAGE,
  /** What threads gain. */
  THREADS,
  /** The first step of a JVM, and its memory. */
  FIRST;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
