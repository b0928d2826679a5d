package org.adamant.internal.loop;

/**
 * The factors and summands of one step, computed in double. A loop over {@code float} rounds each once, to nearest,
 * before its first element. A loop reads only those that its variant uses.
 *
 * @param gradientScale the factor of the gradient
 * @param clip the largest magnitude of a scaled gradient
 * @param decay the factor of p added to the gradient (L2) or to p itself (decoupled, negative)
 * @param decayFactor PyTorch's factor of p: 1 - learningRate * weightDecay
 * @param firstMomentWeight 1 - beta1
 * @param secondMomentWeight 1 - beta2
 * @param beta2 the factor of v in PyTorch's arithmetic
 * @param varianceScale the factor of v inside the root, or its divisor in PyTorch's NAdam
 * @param rootEpsilon added inside the root
 * @param rootScale the factor of the root, or its divisor in PyTorch's arithmetic
 * @param epsilon added to the root
 * @param momentCorrection PyTorch's divisor of the first moment in RAdam
 * @param rectification PyTorch's last factor of RAdam
 * @param momentStep the factor of the first moment in the update, negative
 * @param gradientStep the factor of the gradient in a Nesterov update, negative
 * @param averageWeight the weight of the new parameter in the average
 * @param flushes whether tiny moments are set to zero after this step, see {@link TinyMoments}
 * @param stream the stream of this step's random numbers, see {@link RandomBits}
 */
public record Coefficients(
    double gradientScale,
    double clip,
    double decay,
    double decayFactor,
    double firstMomentWeight,
    double secondMomentWeight,
    double beta2,
    double varianceScale,
    double rootEpsilon,
    double rootScale,
    double epsilon,
    double momentCorrection,
    double rectification,
    double momentStep,
    double gradientStep,
    double averageWeight,
    boolean flushes,
    long stream) {

  /**
   * The same coefficients for another call of the same step.
   *
   * @param newGradientScale the factor of the gradient
   * @param newDecay the factor of p
   * @param stepFactor the factor of step sizes: 1, or -1 if the caller subtracts the update
   * @param newStream the stream of random numbers
   * @return the coefficients
   */
  public Coefficients with(
      double newGradientScale, double newDecay, int stepFactor, long newStream) {
    return new Coefficients(
        newGradientScale,
        clip,
        newDecay,
        decayFactor,
        firstMomentWeight,
        secondMomentWeight,
        beta2,
        varianceScale,
        rootEpsilon,
        rootScale,
        epsilon,
        momentCorrection,
        rectification,
        momentStep * stepFactor,
        gradientStep * stepFactor,
        averageWeight,
        flushes,
        newStream);
  }
}
