package org.adamant;

import java.lang.reflect.Array;
import java.util.List;
import org.adamant.internal.loop.Operands;

/** The four arrays of a step. */
record StepArrays(ElementType type, Object params, Object grads, Object m, Object v) {

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

  List<Object> arrays() {
    return List.of(params, grads, m, v);
  }

  StepArrays copy() {
    return new StepArrays(
        type, type.copy(params), type.copy(grads), type.copy(m), type.copy(v));
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
    return new Operands(type.layout(), params, grads, m, v, 0, Array.getLength(params));
  }

  /** The inputs of one element, for a failure message. */
  String element(int i) {
    final StringBuilder text = new StringBuilder();
    for (int k = 0; k < NAMES.size(); k++) {
      text.append(k == 0 ? "" : ", ").append(NAMES.get(k)).append(" = ");
      text.append(type.hex(type.rawBits(arrays().get(k), i)));
    }
    return text.toString();
  }
}
