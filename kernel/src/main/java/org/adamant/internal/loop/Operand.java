package org.adamant.internal.loop;

/** What a step reads and writes, in the order in which it is named everywhere. */
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
  /** The lower halves of parameters whose upper halves are the parameters. */
  REMAINDER("remainder");

  private static final Operand[] ALL = values();

  /** How many there are. */
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
