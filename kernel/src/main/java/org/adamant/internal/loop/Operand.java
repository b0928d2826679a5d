package org.adamant.internal.loop;

/** What a step reads and writes, in the order in which it is named everywhere. */
public enum Operand {
  /** Parameters. */
  PARAMS,
  /** Gradients. */
  GRADS,
  /** First moments. */
  M,
  /** Second moments. */
  V,
  /** Running maxima of the second moments. */
  MAXIMUM,
  /** Averages of the parameters. */
  AVERAGE,
  /** A copy of the new parameters. */
  COPY,
  /** The lower halves of parameters whose upper halves are the parameters. */
  REMAINDER;

  private static final Operand[] ALL = values();

  /** How many there are. */
  public static final int COUNT = ALL.length;

  private final String text = name().toLowerCase(java.util.Locale.ROOT);

  /**
   * {@return the operand of this number}
   *
   * @param number its place in the order
   */
  public static Operand of(int number) {
    return ALL[number];
  }

  /** The name of the argument. */
  @Override
  public String toString() {
    return text;
  }
}
