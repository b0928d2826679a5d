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
 * <p>That holds while the arrays are not moved. A young collection copies them one behind the other: in
 * floats of 1,000 elements a step then took 1.5 to 4 times as long, in three JVMs of eight, those of the
 * kernel only, as the plain loop brings about no collection. So the last call is {@link #settle}.
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

  /** Has the arrays moved for the last time: a full collection keeps their order, and makes them old. */
  public void settle() {
    System.gc();
  }
}
