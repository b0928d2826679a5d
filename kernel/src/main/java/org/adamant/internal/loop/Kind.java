package org.adamant.internal.loop;

import java.lang.reflect.Array;
import java.util.Objects;
import org.adamant.internal.loop.Specialisation.Element;
import org.jspecify.annotations.Nullable;

/** The format of an operand's numbers, and whether they lie in an array. A constant of the specialised loop. */
public enum Kind {
  /** There is no such operand. */
  NONE(Element.FLOAT, 0, null),
  /** {@code float[]}. */
  FLOAT_ARRAY(Element.FLOAT, Float.BYTES, float.class),
  /** A segment of floats. */
  FLOAT_SEGMENT(Element.FLOAT, Float.BYTES, null),
  /** {@code double[]}. */
  DOUBLE_ARRAY(Element.DOUBLE, Double.BYTES, double.class),
  /** A segment of doubles. */
  DOUBLE_SEGMENT(Element.DOUBLE, Double.BYTES, null),
  /** {@code short[]} of the upper halves of floats, see {@link Bfloat16}. */
  BFLOAT16_ARRAY(Element.FLOAT, Short.BYTES, short.class),
  /** A segment of the upper halves of floats. */
  BFLOAT16_SEGMENT(Element.FLOAT, Short.BYTES, null),
  /** A segment of blocks of 8-bit numbers, see {@link Block8}. */
  BLOCK8_SEGMENT(Element.FLOAT, Byte.BYTES, null);

  /** The type in which a step computes if the parameters are of this kind. */
  public final Element element;

  /** The bytes of a number. */
  public final int bytes;

  /** Whether the numbers lie in a segment, not in an array. */
  public final boolean isSegment;

  /** What the array is of that it lies in; null where it lies in none. */
  private final @Nullable Class<?> component;

  Kind(Element element, int bytes, @Nullable Class<?> component) {
    this.element = element;
    this.bytes = bytes;
    this.component = component;
    this.isSegment = component == null && bytes > 0;
  }

  /** {@return whether a number of the element type may have to be rounded to be stored} */
  public boolean isLossy() {
    return bytes > 0 && bytes * Byte.SIZE < element.bits;
  }

  /**
   * {@return whether memory is an array of such numbers}
   *
   * @param memory an array, or anything else
   */
  public boolean isArray(@Nullable Object memory) {
    return component != null && memory != null && memory.getClass().componentType() == component;
  }

  /**
   * {@return a new array, of zeros}
   *
   * @param length how many numbers
   */
  public Object newArray(int length) {
    return Array.newInstance(Objects.requireNonNull(component), length);
  }

  /** Whether it is an array of 16-bit numbers. For a constant kind, this and what follows are constants. */
  boolean isShortArray() {
    return this == BFLOAT16_ARRAY;
  }

  /** Whether a NaN that is read has a payload so small that no random number of 16 bits carries it into the sign. */
  boolean hasShortNan() {
    return this == BFLOAT16_ARRAY || this == BFLOAT16_SEGMENT || this == BLOCK8_SEGMENT;
  }

  // ---- A number of 16 bits. ----

  /** The float that its bits stand for. */
  float decode(short bits) {
    return Bfloat16.decode(bits);
  }

  /** The bits of the nearest one. */
  short encode(float x) {
    return Bfloat16.encode(x);
  }

  /** The bits of one of the two numbers beside x; up if the random number, of 16 bits, is large enough. */
  short encode(float x, int random) {
    return Bfloat16.encode(x, random);
  }
}
