package org.adamant;

/** How a step rounds numbers that are stored in fewer bits than it computes in. */
public enum Rounding {
  /**
   * To the nearest number, ties to the even one. With a beta2 of 0.999 a step changes v by at most a thousandth, which is
   * less than half of the distance of two numbers of {@link Format#BFLOAT16} or {@link Format#BLOCK8}: v stays what it is.
   */
  NEAREST,

  /**
   * Up or down, with probabilities for which the mean is right to a 65,536th of the distance of the two numbers.
   * The random numbers are a function of the {@linkplain AdamStep#withSeed seed}, the step, the operand and the
   * number of the element in its parameter. So they are the same on every lane width, slice, thread and machine.
   */
  STOCHASTIC
}
