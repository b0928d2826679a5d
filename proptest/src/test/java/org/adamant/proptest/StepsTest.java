package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.adamant.NonFinite;
import org.adamant.proptest.StepCase.Call;
import org.adamant.testkit.Elements;
import org.junit.jupiter.api.Test;

/** The generators reach the cases they were written for. */
class StepsTest {

  @Test
  void theGeneratorsReachTheBordersOfTheDivision() {
    final Random random = new Random(Run.SEED);
    for (Class<?> type : List.of(float.class, double.class)) {
      final Steps steps = new Steps(type, random);
      int subnormal = 0;
      int infinite = 0;
      int negativeZero = 0;
      int largest = 0;
      int nan = 0;
      int ordinary = 0;
      for (int k = 0; k < 600; k++) {
        final StepCase tried = steps.stepCase();
        final StepCase updates =
            tried.with(
                new Settings(
                    tried.settings().adam().withWeightDecay(0).withAverageDecay(1),
                    tried.settings().t(), 1, 1, false, true, NonFinite.PROPAGATE));
        final Object update = updates.with(Call.SLICE).stepped(Kernels.REFERENCE).state().grads();
        for (int i = tried.offset(); i < tried.end(); i++) {
          final double q = Elements.get(update, i);
          final int exponent = Math.getExponent(q);
          final int most = steps.numbers().maxExponent();
          subnormal += q != 0 && exponent <= -most ? 1 : 0;
          infinite += Double.isInfinite(q) ? 1 : 0;
          negativeZero += q == 0 && 1 / q < 0 ? 1 : 0;
          largest += exponent == most ? 1 : 0;
          nan += Double.isNaN(q) ? 1 : 0;
          ordinary += Math.abs(exponent) < 30 ? 1 : 0;
        }
      }
      assertThat(List.of(subnormal, infinite, negativeZero, largest, nan, ordinary))
          .as("%s: subnormal, infinite, -0, largest, NaN, ordinary", type)
          .allMatch(count -> count > 20);
    }
  }
}
