package org.adamant.internal.loop;

import org.adamant.internal.loop.Specialisation.Element;

/** The format of an operand's numbers, and whether they lie in an array. A constant of the specialised loop. */
public enum Kind {
  /** There is no such operand. */
  NONE(Element.FLOAT, 0, false),
  /** {@code float[]}. */
  FLOAT_ARRAY(Element.FLOAT, Float.BYTES, false),
  /** A segment of floats. */
  FLOAT_SEGMENT(Element.FLOAT, Float.BYTES, true),
  /** {@code double[]}. */
  DOUBLE_ARRAY(Element.DOUBLE, Double.BYTES, false),
  /** A segment of doubles. */
  DOUBLE_SEGMENT(Element.DOUBLE, Double.BYTES, true),
  /** {@code short[]} of the upper halves of floats, see {@link Bfloat16}. */
  BFLOAT16_ARRAY(Element.FLOAT, Short.BYTES, false),
  /** A segment of the upper halves of floats. */
  BFLOAT16_SEGMENT(Element.FLOAT, Short.BYTES, true),
  /** A segment of blocks of 8-bit numbers, see {@link Block8}. */
  BLOCK8_SEGMENT(Element.FLOAT, Byte.BYTES, true);

  /** The type in which a step computes if the parameters are of this kind. */
  public final Element element;

  /** The bytes of a number. */
  public final int bytes;

  /** Whether the numbers lie in a segment, not in an array. */
  public final boolean isSegment;

  Kind(Element element, int bytes, boolean isSegment) {
    this.element = element;
    this.bytes = bytes;
    this.isSegment = isSegment;
  }

  /** {@return whether a number of the element type may have to be rounded to be stored} */
  public boolean isLossy() {
    return this == BFLOAT16_ARRAY || this == BFLOAT16_SEGMENT || this == BLOCK8_SEGMENT;
  }
}
