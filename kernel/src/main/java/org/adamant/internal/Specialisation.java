package org.adamant.internal;

/**
 * The constants of one specialised loop class. A hidden class reads them once, in its static
 * initialiser; to the JIT they are then as constant as literals, and what a variant does not use
 * leaves no instruction behind.
 *
 * @param element what the arrays hold
 * @param laneBits the vector's width in bits, 0 for none
 * @param variant what the step does beyond the basic one
 * @param isScalar whether this is the scalar path; with a vector's width, the tail of that loop
 */
public record Specialisation(Element element, int laneBits, Variant variant, boolean isScalar) {

  /** In place of a width, which says to a scalar path only what it is for. */
  private static final int FOR_TRIALS = -1;

  /** The element types of a step's arrays. */
  public enum Element {
    /** {@code float[]}. */
    FLOAT(Float.SIZE),
    /** {@code double[]}. */
    DOUBLE(Double.SIZE);

    private final int bits;

    Element(int bits) {
      this.bits = bits;
    }
  }

  /**
   * The loop of this width: the scalar path if there is no vector, or one of only one lane.
   *
   * @param element what the arrays hold
   * @param laneBits the vector's width in bits, 0 for none
   * @param variant what the step does beyond the basic one
   */
  public Specialisation(Element element, int laneBits, Variant variant) {
    this(element, laneBits, variant, laneBits <= element.bits);
  }

  // By hand, as in Variant.
  @Override
  public boolean equals(Object other) {
    return other instanceof Specialisation that
        && element == that.element
        && laneBits == that.laneBits
        && isScalar == that.isScalar
        && variant.equals(that.variant);
  }

  @Override
  public int hashCode() {
    return 31 * variant.hashCode() + laneBits + 2 * element.ordinal() + (isScalar ? 1 : 0);
  }

  /** Whether the roots of some vectors are computed by multiplications, see {@link FmaRoot}. */
  boolean rootsByFma() {
    return element == Element.DOUBLE && laneBits == 512;
  }

  /**
   * The scalar path of the same variant, for tails. A class of its own for each width: a loop that has been
   * compiled for the few elements of tails would be slow over whole arrays.
   */
  Specialisation scalar() {
    return new Specialisation(element, laneBits, variant, true);
  }

  /** The scalar path of the same variant, for the few elements of a {@link Trial}. */
  Specialisation forTrials() {
    return new Specialisation(element, FOR_TRIALS, variant, true);
  }

  /** The scalar path of the same variant, for whole arrays. */
  Specialisation withoutVectors() {
    return new Specialisation(element, 0, variant);
  }
}
