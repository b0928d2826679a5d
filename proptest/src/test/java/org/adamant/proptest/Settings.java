package org.adamant.proptest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.AdamStep;
import org.adamant.NonFinite;
import org.adamant.proptest.Options.Option;

/** Everything about a step except its arrays; each component is a public option. */
record Settings(
    Adam adam,
    long t,
    double gradientScale,
    double clipFactor,
    boolean zeroGradient,
    boolean updateOnly,
    NonFinite nonFinite) {

  /**
   * Combinations of options per run: so few that each is stepped often enough to be compiled, and so many
   * that every option meets every other.
   */
  private static final int COMBINATIONS = 48;

  static Settings of(Adam adam, long t) {
    return new Settings(adam, t, 1, 1, false, false, NonFinite.PROPAGATE);
  }

  AdamStep step() {
    AdamStep step =
        adam.atStep(t)
            .withGradientScale(gradientScale)
            .withClipFactor(clipFactor)
            .withNonFinite(nonFinite);
    step = zeroGradient ? step.withZeroGradient() : step;
    return updateOnly ? step.withUpdateOnly() : step;
  }

  /** Whether the step can be done without a slice that carries further arrays. */
  boolean needsNoSlice() {
    return adam.amsgrad() == AmsGrad.NONE && adam.averageDecay() == 1;
  }

  Settings with(UnaryOperator<Adam> change) {
    return new Settings(
        change.apply(adam), t, gradientScale, clipFactor, zeroGradient, updateOnly, nonFinite);
  }

  /** The changed settings, if there are such. */
  Optional<Settings> ifValidWith(UnaryOperator<Adam> change) {
    return ifValid(() -> with(change));
  }

  Settings withNonFinite(NonFinite policy) {
    return new Settings(
        adam, t, gradientScale, clipFactor, zeroGradient, updateOnly, policy);
  }

  Settings withT(long newT) {
    return new Settings(
        adam, newT, gradientScale, clipFactor, zeroGradient, updateOnly, nonFinite);
  }

  Settings withGradientScale(double scale) {
    return new Settings(adam, t, scale, clipFactor, zeroGradient, updateOnly, nonFinite);
  }

  /** These settings with one option less, for each that is on. */
  Stream<Settings> simpler() {
    final Stream<Supplier<Settings>> ofStep =
        Stream.of(
            () -> of(Adam.defaults(), 1),
            () -> of(adam, t),
            () -> of(adam, 1),
            () -> withT(1),
            () -> withNonFinite(NonFinite.PROPAGATE),
            () -> withGradientScale(1),
            () -> new Settings(adam, t, gradientScale, 1, zeroGradient, updateOnly, nonFinite),
            () -> new Settings(adam, t, gradientScale, clipFactor, false, updateOnly, nonFinite),
            () -> new Settings(adam, t, gradientScale, clipFactor, zeroGradient, false, nonFinite));
    final Stream<Supplier<Settings>> ofAdam =
        Options.withoutOne(adam).stream().map(text -> () -> with(_ -> Adam.parse(text)));
    return Stream.concat(ofStep, ofAdam)
        .map(Settings::ifValid)
        .flatMap(Optional::stream)
        .filter(settings -> !settings.equals(this));
  }

  private static Optional<Settings> ifValid(Supplier<Settings> settings) {
    try {
      final Settings made = settings.get();
      made.step();
      return Optional.of(made);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Any combination of options, any numbers, for arrays of the type. */
  static Settings random(Class<?> type, Random random) {
    return random(type, random, combination(random));
  }

  /** Everything that decides which loop is run, from the few combinations of this run. */
  private static long combination(Random random) {
    // Half of the tries share four, which therefore are soon compiled.
    final int all = COMBINATIONS * Math.min(Run.TRIES, 20);
    return Run.SEED + (random.nextBoolean() ? random.nextInt(4) : random.nextInt(all));
  }

  private static Settings random(Class<?> type, Random random, long combination) {
    while (true) {
      final Random options = new Random(combination);
      final Optional<Settings> drawn =
          ifValid(() -> new Draw(type, options, random, random.nextBoolean()).settings());
      if (drawn.isPresent() && isInRange(type, drawn.get())) {
        return drawn.get();
      }
    }
  }

  /** Whether every coefficient is finite in the type of the arrays: the kernel says so. */
  private static boolean isInRange(Class<?> type, Settings settings) {
    try {
      Kernels.REFERENCE.step(settings.step(), State.zeros(type, 0).slice(0, 0));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Settings under which every element is a division of numbers that the arrays choose. At this t both bias
   * corrections are 1, and with this beta1 and epsilon, g = +-D, v = D * D and m = N give exactly
   *
   * <pre>
   *   m' = N    v' = D * D    d = D    n = -learningRate * N
   * </pre>
   *
   * because the root of a rounded square is the number itself, and m moves by less than half a unit in the
   * last place if N and D have the same exponent.
   */
  static Settings division(double powerOfTwo, Random random) {
    final double[] betas = {0, 0.25, 0.9, 0.999, 1 - 0x1p-53};
    final Adam adam =
        new Adam(powerOfTwo, 1 - 0x1p-53, betas[random.nextInt(betas.length)], 0, 0)
            .withEpsilonPlacement(
                EpsilonPlacement.values()[random.nextInt(EpsilonPlacement.values().length)]);
    return new Settings(
        adam, 1L << 62, 1, 1, false, random.nextBoolean(), NonFinite.PROPAGATE);
  }

  /** Draws settings; one source decides the loop, the other its numbers. */
  private record Draw(Class<?> type, Random options, Random random, boolean isOrdinary) {

    private static final Set<String> DRAWN_APART =
        Set.of("learningRate", "beta1", "beta2", "epsilon", "weightDecay", "averageDecay");
    private static final long[] LIMITS = {1, 2, 999_999_999, 1L << 62, Long.MAX_VALUE};

    Settings settings() {
      Adam adam =
          new Adam(
              chance(random, 12) ? 0 : scale(),
              beta(),
              beta(),
              chance(random, 4) ? 0 : scale(),
              0);
      final boolean averages = chance(4);
      final boolean updateOnly = chance(4) && !averages;
      final boolean zeroGradient = chance(4) && !updateOnly;
      adam = adam.withWeightDecay(oneOf(options, WeightDecay.values()), chance(2) ? scale() : 0);
      // The others in any order: what does not go with those before it is left out.
      final List<Option> others = new ArrayList<>(Options.ALL);
      others.removeIf(option -> DRAWN_APART.contains(option.name()));
      Collections.shuffle(others, options);
      for (Option option : others) {
        adam = sometimes(adam, option);
      }
      adam = averages ? adam.withAverageDecay(unitInterval()) : adam;
      final boolean isScaled = chance(3);
      return new Settings(
          adam,
          stepNumber(),
          isScaled ? scale() : 1,
          isScaled && chance(random, 3) ? unitInterval() : 1,
          zeroGradient,
          updateOnly,
          chance(random, 2) ? NonFinite.PROPAGATE : oneOf(random, NonFinite.values()));
    }

    /** Another value of the option, now and then and where it is allowed. */
    private Adam sometimes(Adam adam, Option option) {
      if (!chance(option.type().isEnum() ? 2 : 4)) {
        return adam;
      }
      final Object value =
          option.type().isEnum()
              ? oneOf(options, option.type().getEnumConstants())
              : option.type() == boolean.class ? chance(2) : (Object) scale();
      try {
        return option.apply(adam, value);
      } catch (IllegalArgumentException e) {
        return adam;
      }
    }

    private boolean chance(int oneIn) {
      return chance(options, oneIn);
    }

    private static boolean chance(Random random, int oneIn) {
      return random.nextInt(oneIn) == 0;
    }

    private static <T> T oneOf(Random random, T[] values) {
      return values[random.nextInt(values.length)];
    }

    private double oneOf(double... values) {
      return values[random.nextInt(values.length)];
    }

    /** Either side of 1/2, where the moments are interpolated from their other end. */
    private double beta() {
      final boolean isSmall = chance(5);
      return switch (random.nextInt(3)) {
        case 0 -> isSmall
            ? oneOf(0.0, 0.5, 0.25, Double.MIN_VALUE)
            : oneOf(0.9, 0.999);
        case 1 -> isSmall
            ? random.nextDouble() / 2
            : oneOf(Math.nextUp(0.5), 1 - 0x1p-20, 1 - 0x1p-53);
        default -> isSmall ? random.nextDouble() / 2 : 1 - random.nextDouble() / 2.01;
      };
    }

    private double unitInterval() {
      return chance(random, 4) ? oneOf(0.0, 0.5, 0.999) : random.nextDouble();
    }

    private double scale() {
      return switch (random.nextInt(isOrdinary ? 2 : 4)) {
        case 0 -> oneOf(1e-8, 1e-3, 0.25, 1.0, 3.0);
        case 1 -> random.nextDouble();
        case 2 -> oneOf(Double.MIN_VALUE, 1e-300, 1e-45, 1e-38);
        default -> ofAnyExponent();
      };
    }

    private double ofAnyExponent() {
      final int most = type == float.class ? 126 : 1020;
      return Math.scalb(1 + random.nextDouble(), random.nextInt(-most, most));
    }

    /** Early, late, and those at which tiny moments are set to zero. */
    private long stepNumber() {
      return switch (random.nextInt(4)) {
        case 0 -> random.nextInt(1, 200);
        case 1 -> 64L * random.nextInt(1, 200);
        case 2 -> LIMITS[random.nextInt(LIMITS.length)];
        default -> random.nextLong(1, Long.MAX_VALUE);
      };
    }
  }
}
