package org.adamant.internal;

/**
 * What one step multiplies and adds by, computed in double. A loop over {@code float} rounds each of
 * them once, to nearest, before its first element.
 *
 * @param firstMomentWeight 1 - beta1
 * @param secondMomentWeight 1 - beta2
 * @param negativeStepSize -(learningRate / (1 - beta1^t))
 * @param rootScale 1 / sqrt(1 - beta2^t)
 * @param epsilon epsilon, added to the corrected root
 * @param negativeDecay -(learningRate * weightDecay); read only by loops specialised for decay
 * @param flushes whether tiny moments are set to zero after this step, see {@link TinyMoments}
 */
public record Coefficients(
    double firstMomentWeight,
    double secondMomentWeight,
    double negativeStepSize,
    double rootScale,
    double epsilon,
    double negativeDecay,
    boolean flushes) {}
