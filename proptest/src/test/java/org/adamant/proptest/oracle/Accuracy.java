package org.adamant.proptest.oracle;

/**
 * How far results are from the exact ones. An ulp is that of the largest operand, see {@link Oracle}.
 *
 * @param m of first moments, in ulp
 * @param v of second moments, in ulp
 * @param p of parameters, in ulp
 * @param average of averages of parameters, in ulp
 * @param relativeV of second moments, in parts of the exact value
 * @param absoluteP of parameters, as they are
 * @param ownP of parameters, in ulp of the exact value itself
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
