package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;

/** No lane width and no way of calling may change a single bit of a result. */
class WidthProperties {

  @Example
  void moreThanTheScalarPathIsTested() {
    assertThat(LaneWidth.supported())
        .as("the properties must run where SIMD does: %s", AdamKernel.preferred().explanation())
        .hasSizeGreaterThan(1);
  }

  @Property(tries = 2000)
  void everyKernelGivesTheBitsOfTheReference(@ForAll StepCase any) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      Reduction.check(
          any,
          tried -> tried.assertSame(
              kernel.laneWidth() + " against the reference",
              tried.with(StepCase.Call.SLICE).stepped(Kernels.REFERENCE),
              tried.stepped(kernel)));
    }
  }
}
