package org.adamant.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.adamant.Format;

/**
 * How parameters are cut. They are cut into blocks, which are in the order of the parameters. A shard is a run of
 * blocks, so it has at most one range of each parameter, and the blocks of all shards in their order are those of
 * the whole.
 */
final class Cut implements Serializable {

  private static final long serialVersionUID = 1;

  /** The elements of a block: the kernel's norm has one sum for each, and it holds whole blocks of every format. */
  static final int BLOCK = 4096;

  /**
   * The properties of a parameter that do not change.
   *
   * @param name its name
   * @param format its format
   * @param length the number of its elements
   * @param number the number of its first element, for random numbers
   * @param isStepped whether it is not frozen
   * @param m the format of its first moments; null if there are none
   * @param v the format of its second moments; null if there are none
   */
  record Parameter(
      String name, Format format, int length, long number, boolean isStepped, Format m, Format v)
      implements Serializable {

    int blocks() {
      return Math.ceilDiv(length, BLOCK);
    }
  }

  /** Some elements of a parameter. */
  record Range(int parameter, int first, int length) implements Serializable {}

  private final Parameter[] parameters;

  /** The ranges of each shard. */
  private final Range[][] ranges;

  Cut(List<Parameter> parameters, int shards) {
    this.parameters = parameters.toArray(Parameter[]::new);
    this.ranges = new Range[shards][];
    long blocks = 0;
    for (Parameter parameter : parameters) {
      blocks += parameter.blocks();
    }
    for (int i = 0; i < shards; i++) {
      ranges[i] = ranges(blocks * i / shards, blocks * (i + 1) / shards);
    }
  }

  private Range[] ranges(long from, long to) {
    final List<Range> found = new ArrayList<>();
    long before = 0;
    for (int i = 0; i < parameters.length; i++) {
      final long first = Math.max(from - before, 0);
      final long end = Math.min(to - before, parameters[i].blocks());
      if (first < end) {
        final long last = Math.min(end * BLOCK, parameters[i].length());
        found.add(new Range(i, (int) (first * BLOCK), (int) (last - first * BLOCK)));
      }
      before += parameters[i].blocks();
    }
    return found.toArray(Range[]::new);
  }

  int shards() {
    return ranges.length;
  }

  Range[] ranges(int shard) {
    return ranges[shard];
  }

  int parameters() {
    return parameters.length;
  }

  Parameter parameter(int index) {
    return parameters[index];
  }

  Parameter of(Range range) {
    return parameters[range.parameter()];
  }
}
