package org.adamant.proptest.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.LaneWidth;
import org.adamant.proptest.State;
import org.adamant.proptest.witness.Variant;
import org.adamant.proptest.witness.XorShift;
import org.adamant.testkit.Elements;
import org.apache.commons.numbers.core.DD;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The errors of one step and of trajectories, compared with far more precise arithmetic. */
class OracleTest {

  /** The reference; that every width gives its bits is tested elsewhere. */
  private static final AdamKernel KERNEL = AdamKernel.of(LaneWidth.SCALAR);

  private static final List<Class<?>> TYPES = List.of(float.class, double.class);

  /** Steps whose coefficients differ most; none is a multiple of 64, which may flush tiny moments. */
  private static final List<Long> STEPS = List.of(1L, 2L, 10L, 1000L, 1_000_003L);

  private static final List<Integer> JUDGED = List.of(1, 10, 1000, 5000);
  private static final int LENGTH = 24;

  /** The measurements of one variant and type. */
  private record Measured(Variant variant, Class<?> type, Accuracy step, List<Accuracy> run) {

    static Measured of(Variant variant, Class<?> type) {
      return new Measured(variant, type, oneStep(variant, type), trajectory(variant, type));
    }

    void addTo(AccuracyTable table) {
      add(table, "any state", step);
      for (int k = 0; k < JUDGED.size(); k++) {
        add(table, Integer.toString(JUDGED.get(k)), run.get(k));
      }
    }

    private void add(AccuracyTable table, String steps, Accuracy a) {
      final boolean averages = variant.adam().averageDecay() < 1;
      table.add(
          variant,
          type,
          steps,
          a.m().max(),
          a.m().rms(),
          a.v().max(),
          a.v().rms(),
          a.p().max(),
          a.p().rms(),
          averages ? a.average().max() : "",
          averages ? a.average().rms() : "");
    }
  }

  /** One step from states of all magnitudes. */
  private static Accuracy oneStep(Variant variant, Class<?> type) {
    final Accuracy accuracy = new Accuracy();
    final XorShift random = new XorShift();
    for (long t : STEPS) {
      final State state = anyState(type, random);
      final ExactRun<BigDecimal> exact = new ExactRun<>(Decimals.INSTANCE, variant, state, 1);
      exact.step(t, state.grads());
      KERNEL.step(variant.atStep(t), state.slice());
      exact.judge(state, accuracy);
    }
    return accuracy;
  }

  private static State anyState(Class<?> type, XorShift random) {
    final State state = State.zeros(type, 8 * LENGTH);
    for (int i = 0; i < state.length(); i++) {
      for (Object array : state.arrays()) {
        // From 2^-24 to 1, signed.
        final long bits = random.next();
        Elements.set(array, i, Math.scalb((bits >> 10) * 0x1p-53, -(int) (bits & 0xf)));
      }
      for (Object array : List.of(state.v(), state.maximum())) {
        final double x = Elements.get(array, i);
        Elements.set(array, i, x * x);
      }
    }
    return state;
  }

  /** A trajectory with normal random gradients. */
  private static List<Accuracy> trajectory(Variant variant, Class<?> type) {
    final State state = State.zeros(type, LENGTH);
    final AdamSlice slice = state.slice();
    final Random random = new Random(1);
    for (int i = 0; i < LENGTH; i++) {
      Elements.set(state.params(), i, random.nextDouble() - 0.5);
    }
    state.startAverage();
    final ExactRun<DD> exact = ExactRun.start(variant, state, 1);
    final List<Accuracy> accuracies = new ArrayList<>();
    for (int t = 1; t <= JUDGED.getLast(); t++) {
      for (int i = 0; i < LENGTH; i++) {
        Elements.set(state.grads(), i, 0.01 * random.nextGaussian());
      }
      exact.step(t, state.grads());
      KERNEL.step(variant.atStep(t), slice);
      if (JUDGED.contains(t)) {
        accuracies.add(exact.accuracy(state));
      }
    }
    return accuracies;
  }

  @Test
  void everyErrorIsTheCommittedOne() throws IOException {
    final AccuracyTable table =
        new AccuracyTable(
            "variants",
            "variant",
            "type",
            "steps",
            "m max",
            "m rms",
            "v max",
            "v rms",
            "p max",
            "p rms",
            "average max",
            "average rms");
    Variant.OF_THE_FORMULA.stream()
        .flatMap(variant -> TYPES.stream().map(type -> Map.entry(variant, type)))
        .parallel()
        .map(pair -> Measured.of(pair.getKey(), pair.getValue()))
        .toList()
        .forEach(measured -> measured.addTo(table));
    table.assertCommitted(
        """
            Errors of the reference in ulp of the largest operand (`Oracle`), for one step from any state and
            after 1 to 5,000 steps with normal random gradients.
            """);
  }

  /**
   * One basic step, in units u of the largest operand, of which an ulp is at least one and at most two.
   *
   * <p>First moment, {@code fma(w1, g - m, m)}: w1 and the difference are rounded, 2u of
   * {@code w1 |g - m|}, which is at most {@code M + (w1 / beta1) M}, and half an ulp is added by the fma:
   * 2 * 1.12 + 0.5 ulp.
   *
   * <p>Second moment, {@code fma(w2, fma(g, g, -v), v)}: likewise 2u of {@code w2 |g * g - v|}, at most
   * V as no term is negative, and half an ulp; PyTorch's {@code fma(w2 * g, g, v * beta2)}, 2u of each
   * term, the sum of which is V: 2.5 ulp.
   *
   * <p>Parameter: the first moment brings 2 * 1.12 u and half an ulp, at most u; the root half of what v
   * has, 1.5u, and its own u; its factor, the fma and epsilon 3u; step size, product and quotient 3u; 12u
   * of an update of at most P, and half an ulp of the last sum: 12.5 ulp. To each coefficient e, the
   * rounding of double, is added a few times, which in double is as much as u: 10 more. PyTorch's
   * {@code 1 - pow(beta, t)} cancels: at step 2, the worst, e / 2 of the power becomes 250 e of
   * {@code 1 - beta2^2}, half of which is left by the root, and 2.6 e of {@code 1 - beta1^2}: 128 more.
   */
  @ParameterizedTest
  @CsvSource({
    "adam, float, 2.74, 2.5, 12.5",
    "adam, double, 2.74, 2.5, 22.5",
    "pytorch, float, 2.74, 2.5, 12.5",
    "pytorch, double, 2.74, 2.5, 151"
  })
  void aBasicStepIsWithinItsDerivedBounds(
      String name, String type, double ofM, double ofV, double ofP) {
    final Class<?> element = type.equals("float") ? float.class : double.class;
    final Accuracy accuracy = oneStep(Variant.named(name), element);
    // More than the last rounding alone, or nothing was measured.
    assertThat(accuracy.m().max()).isBetween(0.5, ofM);
    assertThat(accuracy.v().max()).isBetween(0.5, ofV);
    assertThat(accuracy.p().max()).isBetween(0.5, ofP);
  }

  @Test
  void doubleDoubleIsPreciseEnough() {
    for (Variant variant : Variant.OF_THE_FORMULA) {
      final XorShift random = new XorShift();
      final State state = anyState(double.class, random);
      final ExactRun<DD> fast = ExactRun.start(variant, state, 1);
      final ExactRun<BigDecimal> slow = new ExactRun<>(Decimals.INSTANCE, variant, state, 1);
      for (int t = 1; t <= 3; t++) {
        final Object grads = anyState(double.class, random).grads();
        fast.step(t, grads);
        slow.step(t, grads);
      }
      for (int i = 0; i < state.length(); i++) {
        final Oracle.Element<DD> actual = fast.elements().get(i);
        final Oracle.Element<BigDecimal> exact = slow.elements().get(i);
        final Oracle.Largest largest = exact.largest();
        // Some forty operations, of 2^-100 and better; a double has 2^-53.
        assertThat(difference(actual.p(), exact.p())).isLessThan(largest.p() * 0x1p-92);
        assertThat(difference(actual.m(), exact.m())).isLessThan(largest.m() * 0x1p-92);
        assertThat(difference(actual.v(), exact.v())).isLessThan(largest.v() * 0x1p-92);
      }
    }
  }

  private static double difference(DD actual, BigDecimal exact) {
    return actual.bigDecimalValue().subtract(exact).abs().doubleValue();
  }
}
