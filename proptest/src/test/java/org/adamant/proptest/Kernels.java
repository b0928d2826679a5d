package org.adamant.proptest;

import java.util.List;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;

/**
 * The only source of the kernels of the properties. To test a second implementation of {@link AdamKernel} with all
 * of them, add it to {@link #UNDER_TEST}.
 */
final class Kernels {

  /** What the others must reproduce: the scalar path, which is the specification. */
  static final AdamKernel REFERENCE = AdamKernel.of(LaneWidth.SCALAR);

  /** Every width that this JVM runs, the reference among them. */
  static final List<AdamKernel> UNDER_TEST =
      LaneWidth.supported().stream().map(AdamKernel::of).toList();

  private Kernels() {}
}
