/**
 * The Adam optimizer step (Kingma &amp; Ba, 2014) as one exact pass over primitive arrays.
 *
 * <p>The Vector API is required <em>statically</em>: a program without {@code --add-modules jdk.incubator.vector}
 * still works, on the scalar path and with the same bits.
 */
module org.adamant.kernel {
  requires static jdk.incubator.vector;
  // Reads the JVM's flags if it is present; the chooser works without it.
  requires static jdk.management;

  // Annotations, for the compiler and for readers.
  requires static org.jspecify;

  exports org.adamant;
  exports org.adamant.checkpoint;
  exports org.adamant.training;
}
