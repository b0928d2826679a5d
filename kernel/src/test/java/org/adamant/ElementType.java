package org.adamant;

import org.adamant.internal.loop.Layout;
import org.adamant.testkit.Elements;

/** The two element types of a step, with their limits and their arrays. */
enum ElementType {
  FLOAT(float.class, Float.MIN_NORMAL, Float.MAX_VALUE, 0x1p-24),
  DOUBLE(double.class, Double.MIN_NORMAL, Double.MAX_VALUE, 0x1p-53);

  private final Class<?> element;

  /** The smallest normal number. */
  final double minNormal;

  /** The largest finite number. */
  final double maxValue;

  /** The unit roundoff: half the distance from 1 to the next number. */
  final double unitRoundoff;

  ElementType(Class<?> element, double minNormal, double maxValue, double unitRoundoff) {
    this.element = element;
    this.minNormal = minNormal;
    this.maxValue = maxValue;
    this.unitRoundoff = unitRoundoff;
  }

  Object newArray(int length) {
    return Elements.zeros(element, length);
  }

  double get(Object array, int i) {
    return Elements.get(array, i);
  }

  /** Stores a value, rounded to this type. */
  void set(Object array, int i, double value) {
    Elements.set(array, i, value);
  }

  /** Stores a bit pattern; a float takes the lower 32 bits. */
  void setBits(Object array, int i, long bits) {
    Elements.setBits(array, i, bits);
  }

  /** The bit pattern, a NaN's payload included. */
  long rawBits(Object array, int i) {
    return Elements.rawBits(array, i);
  }

  /** The bit pattern, every NaN being the same one: payloads are not specified. */
  long bits(Object array, int i) {
    return Elements.bits(array, i);
  }

  /** A bit pattern and the number it stands for. */
  String hex(long bits) {
    final Object one = newArray(1);
    Elements.setBits(one, 0, bits);
    return Elements.hex(one, 0);
  }

  long step(AdamKernel kernel, AdamStep step, Object p, Object g, Object m, Object v) {
    return Elements.step(element, kernel, step, p, g, m, v);
  }

  long step(
      AdamKernel kernel,
      AdamStep step,
      Object p,
      Object g,
      Object m,
      Object v,
      int offset,
      int length) {
    return Elements.step(element, kernel, step, p, g, m, v, offset, length);
  }

  /** The four arrays of a step as a slice of a model. */
  AdamSlice slice(Object p, Object g, Object m, Object v) {
    return Elements.slice(element, p, g, m, v);
  }

  Object copy(Object array) {
    return Elements.copy(array);
  }

  /** How many lanes of this type a vector has; 1 on the scalar path. */
  int lanes(LaneWidth width) {
    return Math.max(1, width.bits() / (this == FLOAT ? Float.SIZE : Double.SIZE));
  }

  /** How the four arrays lie. */
  Layout layout() {
    return this == FLOAT ? Layout.FLOATS : Layout.DOUBLES;
  }

  @Override
  public String toString() {
    return element.toString();
  }
}
