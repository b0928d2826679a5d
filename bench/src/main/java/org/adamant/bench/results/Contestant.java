package org.adamant.bench.results;

import java.util.Arrays;
import java.util.Optional;

/** The kernel, or a loop to compare it with. Names of benchmarks end with its suffix. */
public enum Contestant {
  KERNEL("Kernel", "kernel"),
  PLAIN("Plain", "plain loop"),
  UNVECTORISED("Unvectorised", "plain loop, not vectorised"),
  DIVIDER("Divider", "root and division alone"),
  TRAFFIC("Traffic", "traffic limit");

  private final String suffix;
  private final String label;

  Contestant(String suffix, String label) {
    this.suffix = suffix;
    this.label = label;
  }

  static Optional<Contestant> of(String suffix) {
    return Arrays.stream(values()).filter(c -> c.suffix.equals(suffix)).findFirst();
  }

  /** The end of a benchmark's name. */
  public String suffix() {
    return suffix;
  }

  /** The name for tables and charts. */
  public String label() {
    return label;
  }

  /** Whether it is not a step but a limit of one. */
  public boolean isLimit() {
    return this == TRAFFIC || this == DIVIDER;
  }
}
