package org.adamant.proptest;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.NonFinite;
import org.adamant.proptest.StepCase.Call;
import org.adamant.testkit.Bits;
import org.adamant.testkit.Bits.Difference;

/** A step is done element by element: no neighbour, place or order of work changes a bit. */
class SliceProperties {

  @Property(tries = 500)
  void nothingOutsideTheSliceIsWritten(@ForAll StepCase any) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      Reduction.check(
          any,
          tried -> {
            final State after = tried.stepped(kernel).state();
            final String what = kernel.laneWidth().toString();
            final State before = tried.state();
            Bits.assertUntouched(what, before, after, 0, tried.offset());
            Bits.assertUntouched(what, before, after, tried.end(), before.length());
          });
    }
  }

  @Property(tries = 500)
  void anArrayThatTheSettingsDoNotUpdateIsNotWritten(@ForAll StepCase any) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      Reduction.check(
          any,
          tried -> {
            final State before = tried.state();
            final State after = tried.stepped(kernel).state();
            final Settings s = tried.settings();
            final Object[] notWritten = {
              s.updateOnly() ? before.params() : after.params(),
              s.updateOnly() || s.zeroGradient() ? after.grads() : before.grads(),
              after.m(),
              after.v(),
              s.adam().amsgrad() == AmsGrad.NONE
                  ? before.maximum()
                  : after.maximum(),
              s.adam().averageDecay() == 1 ? before.average() : after.average()};
            Bits.assertUntouched(kernel.laneWidth() + " writes only what it updates",
                State.of(Arrays.asList(notWritten)), after);
          });
    }
  }

  /** A slice, the cuts that partition it, and the order in which its parts are stepped. */
  record Partition(StepCase tried, int... cuts) {}

  @Provide
  Arbitrary<Partition> partitions() {
    return Steps.cases(
        steps -> {
          final StepCase tried = steps.stepCase();
          final int[] cuts =
              IntStream.range(0, steps.random().nextInt(6))
                  .map(_ -> steps.random().nextInt(tried.length() + 1))
                  .sorted()
                  .toArray();
          return new Partition(tried, cuts);
        });
  }

  /** With gradients that are refused, a part that has none is stepped: so none are refused here. */
  @Property(tries = 500)
  void thePartsOfAnyPartitionInAnyOrderEqualTheWhole(@ForAll("partitions") Partition any) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      Reduction.check(
          any.tried.with(any.tried.settings().withNonFinite(NonFinite.PROPAGATE)),
          tried -> {
            final State parts = tried.state().copy();
            int end = tried.end();
            // From the last part to the first.
            for (int k = any.cuts.length; k >= 0; k--) {
              final int start =
                  k == 0 ? tried.offset() : Math.min(end, tried.offset() + any.cuts[k - 1]);
              new StepCase(tried.state(), tried.settings(), start, end - start, tried.call())
                  .step(kernel, parts);
              end = start;
            }
            Bits.assertSame(
                kernel.laneWidth() + ", the whole against the parts cut at "
                    + Arrays.toString(any.cuts),
                tried.stepped(kernel).state(),
                parts,
                tried.state());
          });
    }
  }

  /** A case and another order of its elements. */
  record Permuted(StepCase tried, int... order) {}

  @Provide
  Arbitrary<Permuted> permutations() {
    return Steps.cases(
        steps -> {
          final StepCase tried = steps.stepCase();
          final StepCase whole =
              new StepCase(
                  tried.state(), tried.settings(), 0, tried.state().length(), tried.call());
          return new Permuted(whole, steps.permutation(whole.length()));
        });
  }

  @Property(tries = 500)
  void anyPermutationOfTheElementsCommutesWithTheStep(@ForAll("permutations") Permuted any) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final State stepped = any.tried.stepped(kernel).state().select(any.order);
      final StepCase permuted = any.tried.with(any.tried.state().select(any.order));
      try {
        Bits.assertSame(
            kernel.laneWidth() + ", permuted after and before the step",
            stepped,
            permuted.stepped(kernel).state(),
            permuted.state());
      } catch (Difference e) {
        // What differs depends on its place: so does it alone, or by the reference.
        assertPlaceDoesNotMatter(kernel, permuted, e);
      }
    }
  }

  private static void assertPlaceDoesNotMatter(
      AdamKernel kernel, StepCase permuted, Difference seen) {
    Reduction.check(
        permuted,
        tried -> tried.assertSame(
            kernel.laneWidth() + ", permuted",
            tried.with(Call.SLICE).stepped(Kernels.REFERENCE),
            tried.stepped(kernel)));
    throw seen;
  }
}
