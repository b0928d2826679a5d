package org.adamant.internal.loop;

/** Each thread's memory for the new moments of one {@link Block8}, until their largest is known. */
final class Scratch {

  /** Where the second moments begin, after the first moments. */
  static final int SECOND = Block8.LENGTH;

  // An array, as an object of ours would keep this library's class loader alive in every thread.
  private static final ThreadLocal<float[]> MOMENTS = new ThreadLocal<>();

  private Scratch() {}

  /** The index of an element. */
  static int index(long element) {
    return (int) element & Block8.LENGTH - 1;
  }

  /** The memory of this thread. */
  static float[] moments() {
    final float[] known = MOMENTS.get();
    if (known != null) {
      return known;
    }
    final float[] made = new float[2 * Block8.LENGTH];
    MOMENTS.set(made);
    return made;
  }
}
