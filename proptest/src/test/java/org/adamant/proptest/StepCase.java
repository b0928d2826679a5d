package org.adamant.proptest;

import org.adamant.Adam;

/** A step to try: where it starts, with which hyper-parameters, and on which slice. */
record StepCase(State state, Adam adam, long t, int offset, int length) {

  int end() {
    return offset + length;
  }

  @Override
  public String toString() {
    return "%s[], t = %d, %s, offset %d, length %d of %d"
        .formatted(
            state.isFloat() ? "float" : "double", t, adam, offset, length, state.length());
  }
}
