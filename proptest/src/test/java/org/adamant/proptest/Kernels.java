package org.adamant.proptest;

import java.util.List;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;

/**
 * The one place where the kernels of the properties come from. A second implementation of {@link
 * AdamKernel} is put under all of them by adding it to {@link #UNDER_TEST}.
 */
final class Kernels {

  /** What the others must reproduce: the scalar path, which is the specification. */
  static final AdamKernel REFERENCE = AdamKernel.of(LaneWidth.SCALAR);

  /** Every width that this JVM runs, the reference among them. */
  static final List<AdamKernel> UNDER_TEST =
      LaneWidth.supported().stream().map(AdamKernel::of).toList();

  private Kernels() {}
}
