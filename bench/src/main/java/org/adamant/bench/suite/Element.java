package org.adamant.bench.suite;

import java.util.List;
import java.util.Locale;

/** The element type of the arrays; the names of the benchmarks begin with it. */
public enum Element {
  /** 32 bits. */
  FLOAT,
  /** 64 bits. */
  DOUBLE;

  /**
   * Bytes of an element.
   *
   * @return 4 or 8
   */
  public int bytes() {
    return this == FLOAT ? Float.BYTES : Double.BYTES;
  }

  /** Names of benchmarks. */
  List<String> benchmarks(String... suffixes) {
    return List.of(suffixes).stream().map(suffix -> this + suffix).toList();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
