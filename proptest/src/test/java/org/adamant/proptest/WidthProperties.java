package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;

/** What no lane width and no way of slicing may change: a single bit of a result. */
class WidthProperties {

  private static final AdamKernel SCALAR = AdamKernel.of(LaneWidth.SCALAR);
  private static final List<AdamKernel> KERNELS =
      LaneWidth.supported().stream().map(AdamKernel::of).toList();

  @Example
  void moreThanTheScalarPathIsTested() {
    assertThat(LaneWidth.supported())
        .as("the properties must run where SIMD does: %s", AdamKernel.preferred().explanation())
        .hasSizeGreaterThan(1);
  }

  @Property(tries = 1000)
  void everyWidthGivesTheBitsOfTheScalarPath(@ForAll StepCase tried) {
    final AdamStep step = tried.adam().atStep(tried.t());
    final State expected = tried.state().copy();
    expected.step(SCALAR, step, tried.offset(), tried.length());
    for (AdamKernel kernel : KERNELS) {
      final State actual = tried.state().copy();
      actual.step(kernel, step, tried.offset(), tried.length());
      Bits.assertSame(what(kernel, tried), expected, actual, tried.state());
    }
  }

  @Property(tries = 1000)
  void nothingOutsideTheSliceIsWritten(@ForAll StepCase tried) {
    final AdamStep step = tried.adam().atStep(tried.t());
    for (AdamKernel kernel : KERNELS) {
      final State actual = tried.state().copy();
      actual.step(kernel, step, tried.offset(), tried.length());
      final String what = what(kernel, tried);
      Bits.assertUntouched(what, tried.state(), actual, 0, tried.offset());
      Bits.assertUntouched(what, tried.state(), actual, tried.end(), tried.state().length());
    }
  }

  @Property(tries = 1000)
  void aSliceStepsItsElementsAsTheWholeArrayDoes(@ForAll StepCase tried) {
    final AdamStep step = tried.adam().atStep(tried.t());
    for (AdamKernel kernel : KERNELS) {
      final State whole = tried.state().copy();
      whole.step(kernel, step);
      final State slices = tried.state().copy();
      slices.step(kernel, step, 0, tried.offset());
      slices.step(kernel, step, tried.offset(), tried.length());
      slices.step(kernel, step, tried.end(), slices.length() - tried.end());
      Bits.assertSame(what(kernel, tried), whole, slices, tried.state());
    }
  }

  @Property(tries = 1000)
  void aPartitionOfASliceInAnyOrderEqualsTheSlice(
      @ForAll StepCase tried, @ForAll @Size(max = 5) List<@IntRange(max = 64) Integer> cuts) {
    final AdamStep step = tried.adam().atStep(tried.t());
    final int[] ends =
        cuts.stream().mapToInt(cut -> Math.min(tried.length(), cut)).sorted().toArray();
    for (AdamKernel kernel : KERNELS) {
      final State whole = tried.state().copy();
      whole.step(kernel, step, tried.offset(), tried.length());
      final State parts = tried.state().copy();
      int end = tried.length();
      // From the last part to the first.
      for (int k = ends.length; k >= 0; k--) {
        final int start = k == 0 ? 0 : ends[k - 1];
        parts.step(kernel, step, tried.offset() + start, end - start);
        end = start;
      }
      Bits.assertSame(what(kernel, tried), whole, parts, tried.state());
    }
  }

  private static String what(AdamKernel kernel, StepCase tried) {
    return kernel.laneWidth() + ", " + tried;
  }
}
