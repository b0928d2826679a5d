package org.adamant.internal;

/**
 * The constants of one specialised loop class. A hidden class reads them once, in its static
 * initialiser; to the JIT they are then as constant as literals, and what a variant does not use
 * leaves no instruction behind.
 *
 * @param element what the arrays hold
 * @param laneBits the vector's width in bits, 0 for the scalar path
 * @param variant what the step does beyond the basic one
 */
public record Specialisation(Element element, int laneBits, Variant variant) {

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

    /** The size of one element in bits. */
    int bits() {
      return bits;
    }
  }

  /** Whether this is the scalar path: no vector asked for, or a vector of only one lane. */
  boolean isScalar() {
    return laneBits <= element.bits();
  }

  /** The same variant on the scalar path. */
  Specialisation scalar() {
    return new Specialisation(element, 0, variant);
  }
}
