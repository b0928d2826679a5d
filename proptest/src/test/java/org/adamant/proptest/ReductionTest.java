package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.WeightDecay;
import org.adamant.proptest.StepCase.Call;
import org.adamant.testkit.Bits;
import org.adamant.testkit.Elements;
import org.junit.jupiter.api.Test;

/** A failing case is reduced as far as possible, and its message is enough to replay it. */
class ReductionTest {

  private static final int WRONG = 4711;

  /** Thousands of ones, one element that is known to fail, and settings that have nothing to do with it. */
  private static StepCase large() {
    final State state = State.zeros(float.class, 8222);
    state.arrays().forEach(array -> Elements.fill(array, 1));
    Elements.setBits(state.grads(), WRONG, 0x00000007);
    final Adam adam =
        Adam.defaults()
            .withWeightDecay(WeightDecay.L2, 0.5)
            .withAmsgrad(AmsGrad.RAW)
            .withNesterov(true);
    return new StepCase(state, Settings.of(adam, 64), 3, 8200, Call.THREADS);
  }

  /** Fails as a loop would that is wrong for one gradient, in whole vectors of some lanes only. */
  private static void failFor7(StepCase tried, int lanes) {
    final State wrong = tried.state().copy();
    final int end = tried.offset() + tried.length() / lanes * lanes;
    for (int i = tried.offset(); i < end; i++) {
      if (Elements.rawBits(wrong.grads(), i) == 7) {
        Elements.setBits(wrong.m(), i, 0x80000000L);
      }
    }
    Bits.assertSame("8 lanes", tried.state(), wrong, tried.state());
  }

  @Test
  void anElementThatFailsAloneIsPrintedAlone() {
    assertThatThrownBy(() -> Reduction.check(large(), tried -> failFor7(tried, 1)))
        .hasMessageContaining("8 lanes: m[0]")
        .hasMessageContaining("expected 0x00000000 (0.0)")
        .hasMessageContaining("actual   0x80000000 (-0.0)")
        .hasMessageContaining("grads = 0x00000007 (9.8E-45)")
        .hasMessageContaining("in       float[], " + Settings.of(Adam.defaults(), 1))
        .hasMessageContaining("offset 0, length 1 of 1\n")
        .hasMessageContaining("first at element " + (WRONG - 3) + " of the slice")
        .hasMessageContaining("again    -Dadamant.seed=" + Run.SEED);
  }

  @Test
  void anElementThatFailsInAVectorIsPrintedAtItsLane() {
    final int lane = (WRONG - 3) % 8;
    assertThatThrownBy(() -> Reduction.check(large(), tried -> failFor7(tried, 8)))
        .hasMessageContaining("8 lanes: m[" + lane + "]")
        .hasMessageContaining("offset 0, length 8 of 8\n");
  }

  @Test
  void aCaseOfARangeKeepsItsSettingsAndItsNumbers() {
    assertThatThrownBy(() -> Reduction.checkInRange(large(), tried -> failFor7(tried, 8)))
        .hasMessageContaining("params = 0x3f800000 (1.0), grads = 0x00000007")
        .hasMessageContaining("in       float[], " + large().settings())
        .hasMessageContaining("offset 0, length 8 of 8\n");
  }

  @Test
  void whatThePropertyNeedsIsKept() {
    final List<StepCase> seen = new ArrayList<>();
    assertThatThrownBy(
        () -> Reduction.check(
            large(),
            tried -> {
              if (tried.settings().adam().nesterov() && tried.length() >= 40) {
                seen.add(tried);
                failFor7(tried, 1);
              }
            }))
        .isInstanceOf(AssertionError.class);
    assertThat(seen.getLast().settings())
        .isEqualTo(Settings.of(Adam.defaults().withNesterov(true), 1));
    assertThat(seen.getLast().length()).isBetween(40, 100);
  }
}
