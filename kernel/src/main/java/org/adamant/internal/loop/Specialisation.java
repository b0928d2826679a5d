package org.adamant.internal.loop;

/**
 * The constants of one specialised loop class. A hidden class reads them once, in its static initialiser. To the
 * JIT they are then as constant as literals, so features that are off leave no instruction behind.
 *
 * @param layout the kinds of the operands
 * @param laneBits the vector's width in bits, 0 for none
 * @param variant the features of the step
 * @param isScalar whether this is the scalar path; with a vector's width, it steps the tail of that loop
 */
public record Specialisation(Layout layout, int laneBits, Variant variant, boolean isScalar) {

  /** Stands for a width. To a scalar path the width only says what it is for. */
  private static final int FOR_TRIALS = -1;

  /** The element types of a step's arrays. */
  public enum Element {
    /** {@code float[]}. */
    FLOAT(Float.SIZE),
    /** {@code double[]}. */
    DOUBLE(Double.SIZE);

    final int bits;

    Element(int bits) {
      this.bits = bits;
    }
  }

  /**
   * The loop of this width: the scalar path if there is no vector, or one of only one lane.
   *
   * @param layout the kinds of the operands
   * @param laneBits the vector's width in bits, 0 for none
   * @param variant the features of the step
   */
  public Specialisation(Layout layout, int laneBits, Variant variant) {
    this(layout, laneBits, variant, laneBits <= layout.narrowest());
  }

  /** {@return the type in which the loop computes} */
  public Element element() {
    return layout.element();
  }

  // By hand: those of a record are linked when they are first called, in the middle of a first step.
  @Override
  public boolean equals(Object other) {
    return other instanceof Specialisation that
        && layout == that.layout
        && laneBits == that.laneBits
        && isScalar == that.isScalar
        && variant == that.variant;
  }

  @Override
  public int hashCode() {
    return 31 * System.identityHashCode(variant) + laneBits + System.identityHashCode(layout) * 62
        + (isScalar ? 1 : 0);
  }

  /**
   * Whether the roots of some vectors are computed by multiplications, see {@link FmaRoot}. The largest loops do
   * not, as C2 would allocate a vector at each call, as AllocationTest shows.
   */
  boolean rootsByFma() {
    final boolean isLarge =
        variant.has(Variant.Feature.CAUTIOUS)
            || variant.has(Variant.Feature.NESTEROV) && variant.has(Variant.Feature.ROOT_EPSILON)
            || variant.has(Variant.Feature.PYTORCH) && variant.has(Variant.Feature.MAXIMUM);
    return element() == Element.DOUBLE && laneBits == 512 && !isLarge;
  }

  /**
   * The scalar path of the same variant, for tails. Each width has a class of its own, as a loop that was compiled
   * for the few elements of tails would be slow over whole arrays.
   *
   * @return the constants
   */
  public Specialisation scalar() {
    return new Specialisation(layout, laneBits, variant, true);
  }

  /** {@return the scalar path of the same variant, for the few elements of a trial} */
  public Specialisation forTrials() {
    return new Specialisation(layout, FOR_TRIALS, variant, true);
  }

  /** {@return the scalar path of the same variant, for whole arrays} */
  public Specialisation withoutVectors() {
    return new Specialisation(layout, 0, variant);
  }
}
