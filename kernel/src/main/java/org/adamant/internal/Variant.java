package org.adamant.internal;

import java.util.concurrent.ConcurrentHashMap;

/**
 * What a step does beyond, or instead of, the basic one. Each component is a constant of the specialised
 * loop; what is off costs nothing.
 *
 * @param arithmetic whose roundings
 * @param scales whether gradients are multiplied by a factor first
 * @param clips whether gradients are then clamped to a range
 * @param maximizes whether gradients are then negated
 * @param decay which weight decay
 * @param gradientFirst whether the first moment is interpolated from the gradient's end, beta1 being at
 *     most 1/2
 * @param floatGradientFirst the same for floats: PyTorch compares 1 - beta1 after rounding it
 * @param squareFirst whether the second moment is interpolated from the squared gradient's end, beta2
 *     being at most 1/2
 * @param maximum which running maximum of the second moment
 * @param rootEpsilon whether an epsilon is added inside the root
 * @param nesterov whether the step looks ahead along the new first moment
 * @param updateOnly whether the update is written to the gradients instead of added to the parameters
 * @param averages whether an average of the parameters is kept
 * @param zeroesGradient whether gradients are set to zero after use
 */
public record Variant(
    Arithmetic arithmetic,
    boolean scales,
    boolean clips,
    boolean maximizes,
    Decay decay,
    boolean gradientFirst,
    boolean floatGradientFirst,
    boolean squareFirst,
    Maximum maximum,
    boolean rootEpsilon,
    boolean nesterov,
    boolean updateOnly,
    boolean averages,
    boolean zeroesGradient) {

  private static final ConcurrentHashMap<Variant, Variant> SHARED = new ConcurrentHashMap<>();

  /** The basic step. */
  public static final Variant BASIC =
      new Variant(
          Arithmetic.EXACT,
          false,
          false,
          false,
          Decay.NONE,
          false,
          false,
          false,
          Maximum.NONE,
          false,
          false,
          false,
          false,
          false)
          .shared();

  /**
   * The one instance of this variant that all steps share: the kernel then finds its loop by comparing two
   * references instead of all components, which takes longer than some short steps.
   *
   * @return the instance, equal to this one
   */
  public Variant shared() {
    final Variant first = SHARED.putIfAbsent(this, this);
    return first == null ? this : first;
  }

  /** All components in one number. */
  private int code() {
    int code = arithmetic.ordinal();
    code = 3 * code + decay.ordinal();
    code = 3 * code + maximum.ordinal();
    code = 2 * code + (scales ? 1 : 0);
    code = 2 * code + (clips ? 1 : 0);
    code = 2 * code + (maximizes ? 1 : 0);
    code = 2 * code + (gradientFirst ? 1 : 0);
    code = 2 * code + (floatGradientFirst ? 1 : 0);
    code = 2 * code + (squareFirst ? 1 : 0);
    code = 2 * code + (rootEpsilon ? 1 : 0);
    code = 2 * code + (nesterov ? 1 : 0);
    code = 2 * code + (updateOnly ? 1 : 0);
    code = 2 * code + (averages ? 1 : 0);
    code = 2 * code + (zeroesGradient ? 1 : 0);
    return code;
  }

  // By hand: what a record has by itself is linked at its first use, in the middle of a first step.
  @Override
  public boolean equals(Object other) {
    return other instanceof Variant variant && code() == variant.code();
  }

  @Override
  public int hashCode() {
    return code();
  }

  /** The two orders of operations. */
  public enum Arithmetic {
    /** Our own. */
    EXACT,
    /** That of PyTorch's unfused loop. */
    PYTORCH
  }

  /** The places of weight decay. */
  public enum Decay {
    /** No weight decay. */
    NONE,
    /** Into the gradient. */
    L2,
    /** Into the parameter, before the update. */
    DECOUPLED
  }

  /** The running maxima of AMSGrad. */
  public enum Maximum {
    /** No AMSGrad. */
    NONE,
    /** Of v. */
    RAW,
    /** Of v / (1 - beta2^t). */
    CORRECTED
  }
}
