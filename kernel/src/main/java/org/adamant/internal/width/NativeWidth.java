package org.adamant.internal.width;

import jdk.incubator.vector.VectorShape;

/** Asks the Vector API what the hardware runs. A separate class, as loading it needs the incubator module. */
final class NativeWidth {

  private NativeWidth() {}

  /** The widest vector, in bits, that this JVM runs natively for every element type. */
  static int bits() {
    return VectorShape.preferredShape().vectorBitSize();
  }
}
