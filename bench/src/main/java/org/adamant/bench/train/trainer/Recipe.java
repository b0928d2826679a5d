package org.adamant.bench.train.trainer;

import org.adamant.Format;
import org.adamant.Rounding;

/**
 * How the operands of a step are stored.
 *
 * @param name the name for tables
 * @param params the format of the parameters, and of the gradients, which a network computes in the same format
 * @param hasRemainder whether the parameters are the upper halves of floats, whose lower halves are kept, too
 * @param moments the format of m and v
 * @param rounding the rounding of numbers stored in fewer bits
 */
public record Recipe(
    String name, Format params, boolean hasRemainder, Format moments, Rounding rounding) {

  public boolean isNearest() {
    return rounding == Rounding.NEAREST;
  }
}
