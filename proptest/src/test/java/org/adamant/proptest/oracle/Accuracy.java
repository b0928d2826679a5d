package org.adamant.proptest.oracle;

/**
 * The errors of results. An ulp is that of the largest operand, see {@link Oracle}.
 *
 * @param m the error of first moments, in ulp
 * @param v the error of second moments, in ulp
 * @param p the error of parameters, in ulp
 * @param average the error of averages of parameters, in ulp
 * @param relativeV the error of second moments, relative to the exact value
 * @param absoluteP the absolute error of parameters
 * @param ownP the error of parameters, in ulp of the exact value itself
 */
public record Accuracy(
    Errors m,
    Errors v,
    Errors p,
    Errors average,
    Errors relativeV,
    Errors absoluteP,
    Errors ownP) {

  Accuracy() {
    this(
        new Errors(),
        new Errors(),
        new Errors(),
        new Errors(),
        new Errors(),
        new Errors(),
        new Errors());
  }
}
