package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.platform.Changeover;
import org.adamant.testkit.Bits;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The preferred kernel starts on the scalar path and switches to SIMD with the same bits. */
class ChangeoverTest {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  private static final int LENGTH = 5003;

  /** Steps after the change. */
  private static final int MORE = 100;

  @ParameterizedTest
  @EnumSource
  void switchesWithoutAnyBitBeingDifferent(ElementType type) {
    final AdamKernel reference = AdamKernel.of(LaneWidth.SCALAR);
    final Adam adam = Adam.defaults().withMaximize(true).withClipValue(0.5);
    final Changeover loop = (Changeover) Changeover.create(constants(type, adam));
    assertThat(loop.hasSwitched()).as("changed before the first step").isFalse();

    final StepArrays actual = StepArrays.ordinary(type, LENGTH, 1);
    final StepArrays expected = actual.copy();
    final StepArrays before = actual.copy();
    final long end = System.nanoTime() + PATIENCE;
    int t = 1;
    for (int more = 0; more < MORE && System.nanoTime() < end; t++) {
      final AdamStep step = adam.atStep(t);
      before.set(expected);
      loop.run(step.coefficients(), actual.operands(), 0, LENGTH);
      expected.step(reference, step);
      Bits.assertSame("t = " + t, expected, actual, before);
      more += loop.hasSwitched() ? 1 : 0;
    }
    assertThat(loop.hasSwitched()).as("changed after %d steps", t).isTrue();
  }

  private static Specialisation constants(ElementType type, Adam adam) {
    return new Specialisation(
        type.layout(), LaneWidth.preferred().bits(), adam.atStep(1).variant());
  }
}
