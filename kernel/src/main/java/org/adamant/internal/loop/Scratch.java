package org.adamant.internal.loop;

/** Memory of each thread for the new moments of one {@link Block8}, until it is known which of them is the largest. */
final class Scratch {

  /** Where the second moments begin, behind the first ones. */
  static final int SECOND = Block8.LENGTH;

  // An array of the JDK's and not an object of ours, which would keep this library's class loader in every thread.
  private static final ThreadLocal<float[]> MOMENTS = new ThreadLocal<>();

  private Scratch() {}

  /** Where an element is. */
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
