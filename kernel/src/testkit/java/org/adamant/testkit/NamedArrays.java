package org.adamant.testkit;

import java.lang.reflect.Array;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Arrays of one length and one type, each with a name for messages. */
public interface NamedArrays {

  /** The names, in the order of {@link #arrays}. */
  List<String> names();

  /** The arrays, each a {@code float[]} or each a {@code double[]}. */
  List<Object> arrays();

  default int length() {
    return Array.getLength(arrays().getFirst());
  }

  /** What all arrays hold at one index, for a message. */
  default String element(int i) {
    return IntStream.range(0, names().size())
        .mapToObj(k -> names().get(k) + " = " + Elements.hex(arrays().get(k), i))
        .collect(Collectors.joining(", "));
  }
}
