package org.adamant.internal.loop;

/** The operands of a step, in the order that is used everywhere. */
public enum Operand {
  /** Parameters. */
  PARAMS("params"),
  /** Gradients. */
  GRADS("grads"),
  /** First moments. */
  M("m"),
  /** Second moments. */
  V("v"),
  /** Running maxima of the second moments. */
  MAXIMUM("maximum"),
  /** Averages of the parameters. */
  AVERAGE("average"),
  /** A copy of the new parameters. */
  COPY("copy"),
  /** The lower halves of floats whose upper halves are the parameters. */
  REMAINDER("remainder");

  private static final Operand[] ALL = values();

  /** The number of operands. */
  public static final int COUNT = ALL.length;

  private final String text;

  Operand(String text) {
    this.text = text;
  }

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
