package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import org.adamant.proptest.witness.XorShift;
import org.adamant.testkit.Elements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trajectories recorded from PyTorch, another implementation with other roundings. Every element of p, m and v must
 * agree within the bounds of {@link RoundingBounds}, and must come close to them, as wider bounds would guard
 * nothing.
 */
class GoldenTest {

  static final int LENGTH = 1003;
  static final List<Integer> RECORDED = List.of(1, 10, 1000);
  private static final Adam ADAM = Adam.defaults();

  /** The recipe of the inputs, see {@code golden/README.md}. */
  static final class Inputs {
    private final XorShift random = new XorShift();

    void fillParams(Object params) {
      for (int i = 0; i < LENGTH; i++) {
        Elements.set(params, i, random.uniform() - 0.5);
      }
    }

    void fillGrads(Object grads) {
      for (int i = 0; i < LENGTH; i++) {
        Elements.set(grads, i, (random.uniform() - 0.5) * 0.02);
      }
    }
  }

  /** The name of an element type, here and in the names of the files. */
  enum Type {
    F32(float.class, 0x1p-24),
    F64(double.class, 0x1p-53);

    final Class<?> element;
    private final double unitRoundoff;

    Type(Class<?> element, double unitRoundoff) {
      this.element = element;
      this.unitRoundoff = unitRoundoff;
    }

    State recorded(String kind, int t) throws IOException {
      final State state = State.zeros(element, LENGTH);
      read("adam_" + kind, t, List.of(state.params(), state.m(), state.v()));
      return state;
    }

    /** Reads the arrays of a recorded state, in the order of the file. */
    void read(String run, int t, List<Object> arrays) throws IOException {
      final String file =
          "/golden/%s_%s_t%04d.bin".formatted(run, name().toLowerCase(Locale.ROOT), t);
      try (InputStream in = GoldenTest.class.getResourceAsStream(file)) {
        final ByteBuffer bytes =
            ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (Object array : arrays) {
          for (int i = 0; i < LENGTH; i++) {
            Elements.set(array, i, this == F32 ? bytes.getFloat() : bytes.getDouble());
          }
        }
        assertThat(bytes.hasRemaining()).as("more in %s", file).isFalse();
      }
    }
  }

  static Stream<Arguments> recordings() {
    return Stream.of(Type.values())
        .flatMap(
            type -> Stream.of("forloop", "fused")
                .flatMap(
                    kind -> LaneWidth.supported()
                        .stream()
                        .map(width -> Arguments.of(kind, type, width))));
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("recordings")
  void agreesWithPyTorchToTheRoundingsOfBoth(String kind, Type type, LaneWidth width)
      throws IOException {
    final AdamKernel kernel = AdamKernel.of(width);
    final Inputs inputs = new Inputs();
    final State ours = State.zeros(type.element, LENGTH);
    inputs.fillParams(ours.params());
    final RoundingBounds bounds = new RoundingBounds(ADAM, type.unitRoundoff, ours.params());
    for (int t = 1; t <= RECORDED.getLast(); t++) {
      inputs.fillGrads(ours.grads());
      ours.step(kernel, ADAM.atStep(t));
      bounds.step(t, ours.grads());
      if (RECORDED.contains(t)) {
        final State theirs = type.recorded(kind, t);
        final double worstOfP = worstRatio("p", t, ours.params(), theirs.params(), bounds::ofP);
        final double worstOfV = worstRatio("v", t, ours.v(), theirs.v(), bounds::ofV);
        assertThat(ours.m()).as("m at t = %d", t).isEqualTo(theirs.m());
        assertThat(worstOfV).as("v, or a bound too far away").isBetween(0.1 / Math.sqrt(t), 1.0);
        if (t == RECORDED.getLast()) {
          assertThat(worstOfP).as("p, or a bound too far away").isBetween(0.1 / Math.sqrt(t), 1.0);
        }
      }
    }
  }

  private static double worstRatio(
      String name, int t, Object ours, Object theirs, IntToDoubleFunction bound) {
    double worst = 0;
    for (int i = 0; i < LENGTH; i++) {
      final double a = Elements.get(ours, i);
      final double b = Elements.get(theirs, i);
      final double ratio = Math.abs(a - b) / bound.applyAsDouble(i);
      if (!(ratio <= 1)) {
        fail(
            "%s[%d] at t = %d: ours %s, recorded %s, difference %s, bound %s",
            name, i, t, a, b, Math.abs(a - b), bound.applyAsDouble(i));
      }
      worst = Math.max(worst, ratio);
    }
    return worst;
  }

  @Test
  void theGeneratorIsTheOneOfTheRecipe() {
    final XorShift random = new XorShift();
    // The recipe once more, with integers that never overflow.
    final BigInteger limit = BigInteger.ONE.shiftLeft(64);
    BigInteger s = BigInteger.valueOf(88172645463325252L);
    for (int k = 0; k < 10_000; k++) {
      s = s.xor(s.shiftLeft(13).mod(limit));
      s = s.xor(s.shiftRight(7));
      s = s.xor(s.shiftLeft(17).mod(limit));
      assertThat(Long.toUnsignedString(random.next())).isEqualTo(s.toString());
    }
  }

  @Test
  void theInputsAreTheRecordedOnes() throws IOException {
    for (Type type : Type.values()) {
      final Inputs inputs = new Inputs();
      final State state = State.zeros(type.element, LENGTH);
      inputs.fillParams(state.params());
      inputs.fillGrads(state.grads());
      final State recorded = type.recorded("forloop", 1);
      // Few roundings, each of a number below 1: the sum that makes p is the largest.
      final double roundings = 3 * (type.unitRoundoff + 0x1p-53);
      for (int i = 0; i < LENGTH; i++) {
        final double p = Elements.get(state.params(), i);
        final double g = Elements.get(state.grads(), i);
        // From zero, the first moment is a tenth of the gradient, and the parameter moves against
        // the gradient by the learning rate, but for epsilon.
        assertThat(Elements.get(recorded.m(), i)).isCloseTo(g / 10,
            within(roundings * Math.abs(g)));
        assertThat(Elements.get(recorded.params(), i))
            .isCloseTo(p - 1e-3 * g / (Math.abs(g) + 1e-8), within(roundings));
      }
    }
  }
}
