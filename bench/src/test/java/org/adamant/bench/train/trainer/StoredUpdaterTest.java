package org.adamant.bench.train.trainer;

import static org.adamant.Format.BFLOAT16;
import static org.adamant.Format.BLOCK8;
import static org.adamant.Format.FLOAT32;
import static org.adamant.Rounding.NEAREST;
import static org.adamant.Rounding.STOCHASTIC;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.adamant.Format;
import org.adamant.Rounding;
import org.adamant.training.Schedule;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredUpdaterTest {

  private static final int LENGTH = 1_000;
  private static final int STEPS = 50;
  private static final double RATE = 0.01;
  private static final Schedule TO_ZERO = Updater.toZero(RATE, STEPS);
  private static final Recipe FLOATS = recipe(FLOAT32, false, FLOAT32, STOCHASTIC);

  @Test
  void inFloatsItIsTheOptimizer() {
    final Map<String, float[]> expected = params();
    final Map<String, float[]> actual = params();
    run(Updater.adam(TO_ZERO), expected);
    run(new StoredUpdater(FLOATS, TO_ZERO, 1, actual), actual);
    expected.forEach((name, values) -> assertThat(actual.get(name)).isEqualTo(values));
  }

  @Test
  void withARemainderParametersAreTheUpperHalvesOfThoseInFloats() {
    final Map<String, float[]> floats = params();
    final Map<String, float[]> halves = params();
    run(new StoredUpdater(FLOATS, TO_ZERO, 1, floats), floats);
    run(
        new StoredUpdater(recipe(BFLOAT16, true, FLOAT32, NEAREST), TO_ZERO, 1, halves),
        halves);
    floats.forEach((name, values) -> {
      for (int i = 0; i < values.length; i++) {
        // Ties away from zero.
        final int upper = Float.floatToIntBits(values[i]) + 0x8000 & 0xffff0000;
        assertThat(halves.get(name)[i]).isEqualTo(Float.intBitsToFloat(upper));
      }
    });
  }

  @Test
  void parametersAreRoundedToNearestBeforeTheFirstStep() {
    final float[] values = {1 + 0x1p-8f, 1 + 0x3p-8f, 1 + 0x1.1p-8f, -1 - 0x1p-9f, 3};
    new StoredUpdater(
        recipe(BFLOAT16, false, BFLOAT16, NEAREST), TO_ZERO, 1, Map.of("p", values));
    assertThat(values).containsExactly(1, 1 + 0x4p-8f, 1 + 0x2p-8f, -1, 3);
  }

  @Test
  void bytesCountEverythingThatIsKept() {
    assertThat(bytes(FLOATS)).isEqualTo(16);
    assertThat(bytes(recipe(FLOAT32, false, BFLOAT16, STOCHASTIC))).isEqualTo(12);
    assertThat(bytes(recipe(BFLOAT16, false, BFLOAT16, STOCHASTIC))).isEqualTo(8);
    assertThat(bytes(recipe(BFLOAT16, true, BFLOAT16, STOCHASTIC))).isEqualTo(10);
    // 1,100 elements are 5 blocks, with a scale of 2 bytes for m and one for v.
    assertThat(bytes(recipe(BFLOAT16, false, BLOCK8, STOCHASTIC)))
        .isEqualTo(6 + 5 * 4 / (LENGTH * 1.1));
  }

  @Test
  void theOrderOfAMapDoesNotMatter() {
    final Recipe recipe = recipe(BFLOAT16, false, BFLOAT16, STOCHASTIC);
    final Map<String, float[]> first = new TreeMap<>(params());
    final Map<String, float[]> second = new TreeMap<>(Comparator.reverseOrder());
    second.putAll(params());
    run(new StoredUpdater(recipe, TO_ZERO, 1, first), first);
    run(new StoredUpdater(recipe, TO_ZERO, 1, second), second);
    first.forEach((name, values) -> assertThat(second.get(name)).isEqualTo(values));
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "BLOCK8"})
  void withoutGradientsVStaysToNearestAndFallsStochastically(Format format) {
    final double beta2ToThe1000th = Math.pow(0.999, 1_000);
    final double[] nearest = ratiosAroundTheLastGradient(format, NEAREST);
    assertThat(nearest[0] / nearest[1]).isCloseTo(beta2ToThe1000th, Offset.offset(1e-4));
    final double[] stochastic = ratiosAroundTheLastGradient(format, STOCHASTIC);
    assertThat(stochastic[0]).isCloseTo(1, Offset.offset(0.1));
    assertThat(stochastic[1]).isCloseTo(1, Offset.offset(0.1));
  }

  /** v over what it would be in floats: when gradients become 0, and 1,000 steps later. */
  private static double[] ratiosAroundTheLastGradient(Format format, Rounding rounding) {
    final Map<String, float[]> params = Map.of("p", new float[LENGTH]);
    final StoredUpdater updater =
        new StoredUpdater(recipe(FLOAT32, false, format, rounding), Updater.toZero(RATE, 1_500), 1,
            params);
    final float[] grads = new float[LENGTH];
    Arrays.fill(grads, 1);
    step(updater, params, grads, 500);
    final double before = updater.ratioOfV();
    Arrays.fill(grads, 0);
    step(updater, params, grads, 1_000);
    return new double[] {before, updater.ratioOfV()};
  }

  private static void step(
      Updater updater, Map<String, float[]> params, float[] grads, int steps) {
    for (int i = 0; i < steps; i++) {
      updater.step(params, Map.of("p", grads));
    }
  }

  /** Steps with gradients that are the same in 16 bits. */
  private static void run(Updater updater, Map<String, float[]> params) {
    final Random random = new Random(2);
    for (int t = 0; t < STEPS; t++) {
      updater.step(params, Map.of("a", eighths(random, LENGTH), "b", eighths(random, LENGTH / 10)));
    }
  }

  private static Map<String, float[]> params() {
    final Random random = new Random(1);
    return Map.of("a", eighths(random, LENGTH), "b", eighths(random, LENGTH / 10));
  }

  private static float[] eighths(Random random, int length) {
    final float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (random.nextInt(256) - 128) / 8f;
    }
    return values;
  }

  private static double bytes(Recipe recipe) {
    return new StoredUpdater(recipe, TO_ZERO, 1, params()).bytesPerParameter();
  }

  private static Recipe recipe(
      Format params, boolean hasRemainder, Format moments, Rounding rounding) {
    return new Recipe("", params, hasRemainder, moments, rounding);
  }
}
