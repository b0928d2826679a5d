package org.adamant.bench.support;

import java.util.ArrayList;
import java.util.List;

/**
 * What lies between the arrays of a benchmark: one {@link #next} after each.
 *
 * <p>A load waits for an earlier store that has the same last twelve bits of its address. Allocated one
 * after the other, the arrays of a step lie a few bytes more or less than pages apart, and a loop may take
 * three times as long, which says nothing about the code. About a quarter of a page more, and no two of
 * four arrays are near each other in these bits. The lengths differ so that the alignment of the arrays to
 * a cache line does, as in a program: where all are aligned alike, a loop that aligns itself to one of
 * them is aligned to all.
 *
 * <p>That holds while the arrays are not moved: a collection that copies them may take the spacers out
 * from between.
 */
public final class Spacers {

  private static final int[] LENGTHS = {1080, 1088, 1104};

  private final List<byte[]> held = new ArrayList<>();

  /** Without any. */
  public Spacers() {}

  /** Allocates the next one. */
  public void next() {
    held.add(new byte[LENGTHS[held.size() % LENGTHS.length]]);
  }
}
