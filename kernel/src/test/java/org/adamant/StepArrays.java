package org.adamant;

import java.lang.reflect.Array;
import java.util.List;
import org.adamant.internal.loop.Operands;
import org.adamant.testkit.Elements;
import org.adamant.testkit.NamedArrays;

/** The four arrays of a step. */
record StepArrays(ElementType type, Object params, Object grads, Object m, Object v)
    implements NamedArrays {

  /** What the arrays are called in messages, in the order of {@link #arrays}. */
  static final List<String> NAMES = List.of("params", "grads", "m", "v");

  static StepArrays zeros(ElementType type, int length) {
    return new StepArrays(
        type,
        type.newArray(length),
        type.newArray(length),
        type.newArray(length),
        type.newArray(length));
  }

  /** Arrays of ordinary numbers, second moments not negative; the same ones for the same seed. */
  static StepArrays ordinary(ElementType type, int length, long seed) {
    final StepArrays arrays = zeros(type, length);
    final Values values = new Values(type, seed);
    for (int i = 0; i < length; i++) {
      values.setOrdinary(arrays, i);
    }
    return arrays;
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public List<Object> arrays() {
    return List.of(params, grads, m, v);
  }

  StepArrays copy() {
    return new StepArrays(
        type, Elements.copy(params), Elements.copy(grads), Elements.copy(m), Elements.copy(v));
  }

  /** Copies the contents of other arrays of the same length into these. */
  void set(StepArrays other) {
    for (int k = 0; k < NAMES.size(); k++) {
      final Object from = other.arrays().get(k);
      System.arraycopy(from, 0, arrays().get(k), 0, Array.getLength(from));
    }
  }

  long step(AdamKernel kernel, AdamStep step) {
    return type.step(kernel, step, params, grads, m, v);
  }

  long step(AdamKernel kernel, AdamStep step, int offset, int length) {
    return type.step(kernel, step, params, grads, m, v, offset, length);
  }

  /** What a loop works on: all of their elements. */
  Operands operands() {
    return new Operands(type.layout(), params, grads, m, v, 0, length());
  }

  /** A hash of all bits of all four arrays, every NaN being the same one. */
  long hash() {
    long hash = 0;
    for (Object array : arrays()) {
      for (int i = 0; i < length(); i++) {
        // The rotation, because a product carries bits only upwards.
        hash = Long.rotateLeft((hash ^ Elements.bits(array, i)) * 0x9e3779b97f4a7c15L, 29);
      }
    }
    return hash;
  }
}
