package org.adamant.proptest;

import static org.assertj.core.api.Assertions.fail;

import org.adamant.testkit.Elements;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.WeightDecay;

/**
 * A training run for two systems: hyper-parameters, the shape of the parameters, and gradients, all of which follow
 * from one seed. The seed of a test's runs is random. The first line of output names it, and {@code -Dlive.seed=N}
 * repeats it.
 */
final class LiveRun {

  /** What gradients look like. */
  private enum Gradients {
    /** Normally distributed, of one scale. */
    NORMAL,
    /** The same, but nine of ten are zero. */
    SPARSE,
    /** Each element with a scale of its own, anywhere in the range of the type. */
    ALL_MAGNITUDES
  }

  private static final int STEPS = 1000;

  final long seed;
  final Class<?> element;
  final long[] shape;
  final int length;
  final int steps;
  final Adam adam;
  final double gradientScale;
  private final Gradients gradients;
  private final double[] scales;
  private final SplittableRandom random;

  private LiveRun(long seed, Class<?> element, boolean isTame, Adam relative) {
    this.seed = seed;
    this.element = element;
    random = new SplittableRandom(seed);
    final boolean isLong = !isTame && random.nextInt(40) == 0;
    // Long: more than PyTorch does on one thread.
    shape = isLong ? new long[] {32768 + random.nextInt(10_000)} : shape();
    steps = isLong ? 20 : STEPS;
    length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    final double scale = power(10, -6, 2);
    gradients =
        isTame
            ? Gradients.NORMAL
            : Gradients.values()[random.nextInt(Gradients.values().length)];
    scales = new double[length];
    for (int i = 0; i < length; i++) {
      scales[i] =
          gradients != Gradients.ALL_MAGNITUDES
              ? scale
              : element == float.class ? power(2, -149, 127) : power(2, -1074, 1023);
    }
    if (relative != null) {
      adam = anyOf(relative);
    } else {
      adam = isTame ? tame(scale) : any(scale);
    }
    gradientScale =
        isTame || relative != null || random.nextInt(4) > 0 ? 1 : power(10, -4, 1);
  }

  /** Any hyper-parameters that PyTorch has, and gradients of any magnitude. */
  static LiveRun any(long seed, Class<?> element) {
    return new LiveRun(seed, element, false, null);
  }

  /** Any hyper-parameters of a relative that PyTorch has, and gradients of any magnitude. */
  static LiveRun anyOf(Adam preset, long seed, Class<?> element) {
    return new LiveRun(seed, element, false, preset);
  }

  private Adam anyOf(Adam preset) {
    Adam chosen =
        preset.withLearningRate(random.nextInt(20) == 0 ? 0 : power(10, -6, 0))
            .withBeta1(beta(0, 0.5, 0.9, 0.5 + 0x1p-27))
            .withBeta2(beta(0, 0.5, 0.99, 0.999))
            .withEpsilon(random.nextInt(10) == 0 ? 0 : power(10, -12, -2))
            .withMaximize(random.nextBoolean());
    if (preset.nesterov() && random.nextBoolean()) {
      chosen = chosen.withMomentumDecay(random.nextInt(4) == 0 ? 0 : power(10, -4, 1));
    }
    final boolean isMax = preset.rule() == Adam.Rule.ADAMAX;
    final boolean decays = isMax || preset.nesterov() || preset.rectification();
    if (decays && random.nextInt(3) > 0) {
      chosen =
          chosen.withWeightDecay(
              isMax || random.nextBoolean() ? WeightDecay.L2 : WeightDecay.DECOUPLED,
              power(10, -5, 0));
    }
    return chosen;
  }

  /** Hyper-parameters and gradients for which a bound of the rounding errors says something. */
  static LiveRun tame(long seed, Class<?> element) {
    return new LiveRun(seed, element, true, null);
  }

  /** The seeds of a test's runs, as many as {@code -Dlive.runs=N} says. */
  static long[] seeds(String test, int usual) {
    final long first = Long.getLong("live.seed", System.nanoTime());
    final int count = Integer.getInteger("live.runs", usual);
    System.out.printf("%s: -Dlive.seed=%d -Dlive.runs=%d%n", test, first, count);
    return new SplittableRandom(first).longs(count).toArray();
  }

  private long[] shape() {
    // Lengths with every remainder of a vector's, and of a block's, in up to three dimensions.
    return switch (random.nextInt(4)) {
      case 0 -> new long[] {1 + random.nextInt(40)};
      case 1 -> new long[] {1 + random.nextInt(300)};
      case 2 -> new long[] {1 + random.nextInt(20), 1 + random.nextInt(20)};
      default -> new long[] {1 + random.nextInt(6), 1 + random.nextInt(6), 1 + random.nextInt(6)};
    };
  }

  private Adam any(double scale) {
    Adam chosen =
        Adam.pytorch()
            .withLearningRate(random.nextInt(20) == 0 ? 0 : power(10, -6, 0))
            .withBeta1(beta(0, 0.5, 0.9, 0.5 + 0x1p-27))
            .withBeta2(beta(0, 0.5, 0.99, 0.999))
            .withEpsilon(random.nextInt(10) == 0 ? 0 : power(10, -12, -2))
            .withMaximize(random.nextBoolean());
    if (random.nextBoolean()) {
      chosen = chosen.withAmsgrad(AmsGrad.RAW);
    }
    if (random.nextInt(3) > 0) {
      chosen =
          chosen.withWeightDecay(
              random.nextBoolean() ? WeightDecay.L2 : WeightDecay.DECOUPLED, power(10, -5, 0));
    }
    if (random.nextInt(4) == 0) {
      chosen = chosen.withClipValue(scale * power(10, -1, 1));
    }
    if (random.nextInt(4) == 0) {
      chosen = chosen.withAverageDecay(0.51 + 0.49 * random.nextDouble());
    }
    return chosen;
  }

  private Adam tame(double scale) {
    final double rate = power(10, -5, -1);
    final Adam chosen =
        Adam.pytorch()
            .withLearningRate(rate)
            .withBeta1(beta(0, 0.5, 0.9))
            .withBeta2(1 - power(10, -3, -1))
            .withEpsilon(scale * power(10, -6, -2))
            .withMaximize(random.nextBoolean())
            .withAmsgrad(random.nextBoolean() ? AmsGrad.RAW : AmsGrad.NONE);
    return switch (random.nextInt(3)) {
      case 0 -> chosen;
      case 1 -> chosen.withWeightDecay(WeightDecay.DECOUPLED, power(10, -5, 0));
      // So weak that over all steps an error of p comes back, through g, m and v, less than once.
      default -> chosen.withWeightDecay(WeightDecay.L2, 0.1 * scale / (rate * STEPS));
    };
  }

  private double beta(double... special) {
    return switch (random.nextInt(3)) {
      case 0 -> special[random.nextInt(special.length)];
      case 1 -> random.nextDouble();
      default -> 1 - power(10, -4, -0.5);
    };
  }

  /** A power with an exponent anywhere in a range. */
  private double power(double base, double from, double to) {
    return Math.pow(base, from + (to - from) * random.nextDouble());
  }

  /** An array of the type, of the run's length. */
  Object array() {
    return Array.newInstance(element, length);
  }

  void fillParams(Object params) {
    for (int i = 0; i < length; i++) {
      Elements.set(params, i, random.nextGaussian());
    }
  }

  void fillGrads(Object grads) {
    for (int i = 0; i < length; i++) {
      final boolean isZero = gradients == Gradients.SPARSE && random.nextInt(10) > 0;
      Elements.set(grads, i, isZero ? 0 : scales[i] * random.nextGaussian());
    }
  }

  /** Fails unless both arrays hold the same bits, every NaN being the same one. */
  void requireSame(String what, long t, Object theirs, Object ours) {
    final int i =
        ours instanceof float[] floats
            ? Arrays.mismatch((float[]) theirs, floats)
            : Arrays.mismatch((double[]) theirs, (double[]) ours);
    if (i >= 0) {
      fail(
          "%s[%d] at t = %d: theirs %s, ours %s%n  %s",
          what,
          i,
          t,
          hex(theirs, i),
          hex(ours, i),
          this);
    }
  }

  /** A copy in which every zero is positive. */
  Object withoutSignsOfZeros(Object array) {
    final Object copy = array();
    for (int i = 0; i < length; i++) {
      Elements.set(copy, i, Elements.get(array, i) + 0.0);
    }
    return copy;
  }

  private static String hex(Object array, int i) {
    final double x = Elements.get(array, i);
    return array instanceof float[]
        ? "%s (%s)".formatted(Float.toHexString((float) x), (float) x)
        : "%s (%s)".formatted(Double.toHexString(x), x);
  }

  @Override
  public String toString() {
    return "run %d: %s%s, %s gradients times %s, %s"
        .formatted(seed, element, Arrays.toString(shape), gradients, gradientScale, adam);
  }
}
