package org.adamant.proptest;

import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.providers.ArbitraryProvider;
import net.jqwik.api.providers.TypeUsage;
import org.adamant.AdamStep;
import org.adamant.proptest.Numbers.Quotient;
import org.adamant.testkit.Elements;

/**
 * The generators of every {@link StepCase} that a property takes. They draw from jqwik's source of randomness.
 * {@link Reduction} makes failures smaller, as jqwik would take minutes to shrink thousands of elements one by one.
 */
final class Steps {

  /** Lane counts of all widths and both types. */
  private static final int[] LANES = {1, 2, 4, 8, 16};

  /** Longer than what the kernel steps at once. */
  private static final int[] BLOCKS = {4095, 4096, 4097, 2 * 4096};

  private static final int STYLES = 6;

  /** As many elements as are drawn; longer arrays repeat them, on other lanes. */
  private static final int DRAWN = 509;

  private final Random random;
  private final Class<?> type;
  private final Numbers numbers;

  Steps(Class<?> type, Random random) {
    this.random = random;
    this.type = type;
    this.numbers = new Numbers(type, random);
  }

  /** Registers the generator with jqwik. */
  public static final class Provider implements ArbitraryProvider {
    @Override
    public boolean canProvideFor(TypeUsage usage) {
      return usage.isOfType(StepCase.class);
    }

    @Override
    public Set<Arbitrary<?>> provideFor(TypeUsage usage, SubtypeProvider subtypes) {
      return Set.of(cases(Steps::stepCase));
    }
  }

  /** What a function makes of a source of randomness, for each of the types of elements. */
  static <T> Arbitrary<T> cases(Function<Steps, T> function) {
    return Arbitraries.randomValue(
        random -> function.apply(
            new Steps(random.nextBoolean() ? float.class : double.class, random)));
  }

  /** The same source, for elements of a type. */
  Steps ofType(Class<?> other) {
    return new Steps(other, random);
  }

  Random random() {
    return random;
  }

  Class<?> type() {
    return type;
  }

  Numbers numbers() {
    return numbers;
  }

  StepCase stepCase() {
    return random.nextInt(6) == 0 ? divisions() : stepCase(length(), Settings.random(type, random));
  }

  /** Settings with any numbers in the arrays, in front of the slice and behind it too. */
  StepCase stepCase(int length, Settings settings) {
    final int offset = offset();
    return new StepCase(
        state(offset + length + offset(), settings), settings, offset, length, call());
  }

  StepCase.Call call() {
    return StepCase.Call.values()[random.nextInt(StepCase.Call.values().length)];
  }

  int offset() {
    return random.nextInt(18);
  }

  /** Lengths around the multiples of the lane counts, and beyond one block. */
  int length() {
    final int n = LANES[random.nextInt(LANES.length)];
    final int[] lengths = {
      0, 1, n - 1, n, n + 1, 2 * n - 1, 2 * n + 1, 4 * n / 3, 8 * n + 2, random.nextInt(200)};
    return random.nextInt(8) == 0
        ? BLOCKS[random.nextInt(BLOCKS.length)] + random.nextInt(2) * (n + 1)
        : lengths[random.nextInt(lengths.length)];
  }

  /** Elements all in one style, or each in its own. */
  State state(int length, Settings settings) {
    return length <= DRAWN
        ? drawn(length, settings)
        : drawn(DRAWN, settings)
            .select(IntStream.range(0, length).map(i -> i % DRAWN).toArray());
  }

  private State drawn(int length, Settings settings) {
    final AdamStep step = settings.step();
    final State state = State.zeros(type, length);
    final int style = random.nextInt(STYLES + 2);
    final boolean isValid = random.nextInt(8) != 0;
    for (int i = 0; i < length; i++) {
      draw(state, i, style < STYLES ? style : random.nextInt(STYLES), step, settings);
      if (isValid) {
        // A second moment less than zero has no root; there are many other ways to be NaN.
        Elements.set(state.v(), i, Math.abs(Elements.get(state.v(), i)));
        Elements.set(state.maximum(), i, Math.abs(Elements.get(state.maximum(), i)));
      }
    }
    return state;
  }

  private void draw(State state, int i, int style, AdamStep step, Settings settings) {
    switch (style) {
      case 0 -> state.arrays().forEach(array -> Elements.setBits(array, i, numbers.anyBits()));
      case 1 -> state.arrays().forEach(array -> Elements.set(array, i, numbers.ofAnyClass()));
      case 2 -> ordinary(state, i);
      case 3 -> {
        ordinary(state, i);
        if (random.nextInt(8) == 0) {
          final Object array = state.arrays().get(random.nextInt(state.arrays().size()));
          Elements.set(array, i, numbers.ofAnyClass());
        }
      }
      case 4 -> nearlyEqual(state, i);
      default -> atTheBorders(state, i, step, settings);
    }
  }

  private void ordinary(State state, int i) {
    state.arrays().forEach(array -> Elements.set(array, i, numbers.ordinary()));
    final double g = Elements.get(state.grads(), i);
    Elements.set(state.v(), i, g * g * random.nextDouble());
    Elements.set(state.maximum(), i, g * g * random.nextDouble());
  }

  /** Differences that cancel: of the gradient and m, of its square and v, of the maximum and v. */
  private void nearlyEqual(State state, int i) {
    final double g = random.nextBoolean() ? numbers.ordinary() : numbers.ofAnyClass();
    Elements.set(state.grads(), i, g);
    Elements.set(state.m(), i, numbers.near(g));
    Elements.set(state.v(), i, g * g);
    Elements.set(state.v(), i, numbers.near(Elements.get(state.v(), i)));
    Elements.set(state.maximum(), i, numbers.near(Elements.get(state.v(), i)));
    Elements.set(state.params(), i, numbers.near(g));
    Elements.set(state.average(), i, numbers.near(g));
  }

  /**
   * The update, or the numerator it is the quotient of, at the border of under- and overflow, or where the
   * remainder of a division is: an FMA that computes it may lose digits there.
   */
  private void atTheBorders(State state, int i, AdamStep step, Settings settings) {
    final int smallest = 1 - numbers.maxExponent();
    final int p = numbers.significandBits();
    final int[] borders = {
      numbers.leastExponent(), smallest, smallest + p, numbers.maxExponent() - p,
      numbers.maxExponent()};
    final int border = borders[random.nextInt(borders.length)] + random.nextInt(-2, 3);
    final int ofV = random.nextInt(numbers.leastExponent(), numbers.maxExponent() + 1);
    final int ofD =
        Math.max(
            ofV / 2 + Math.getExponent(step.rootScale()),
            Math.getExponent(settings.adam().epsilon()));
    final boolean isNumerator = random.nextInt(3) == 0;
    final int ofM =
        border + (isNumerator ? 0 : ofD) - Math.getExponent(step.stepSize());
    final double m = numbers.signed(power(ofM));
    final double v = power(ofV);
    Elements.set(state.m(), i, m);
    Elements.set(state.v(), i, v);
    Elements.set(state.maximum(), i, random.nextBoolean() ? 0 : v);
    Elements.set(
        state.grads(),
        i,
        switch (random.nextInt(3)) {
          case 0 -> numbers.signed(0);
          case 1 -> m;
          default -> numbers.signed(Math.sqrt(v));
        });
    // Mostly zero, so that the bits of the update are seen and not rounded away.
    Elements.set(state.params(), i, random.nextInt(4) == 0 ? numbers.ofAnyClass() : 0);
    Elements.set(state.average(), i, numbers.signed(0));
  }

  /** A number of this exponent, or the nearest exponent that the type has. */
  private double power(int exponent) {
    final int nearest =
        Math.clamp(exponent, numbers.leastExponent(), numbers.maxExponent());
    return numbers.significand(nearest);
  }

  /**
   * Quotients chosen digit by digit: see {@link Settings#division}. The power of two is the exponent of
   * the quotients: all that the type has, the borders more often.
   */
  StepCase divisions() {
    final int smallest = 1 - numbers.maxExponent();
    final int exponent =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(numbers.leastExponent(), smallest + 3);
          case 1 -> numbers.maxExponent() - random.nextInt(3);
          case 2 -> smallest + numbers.significandBits() + random.nextInt(-3, 3);
          default -> random.nextInt(-20, 20);
        };
    final Settings settings = Settings.division(Math.scalb(1.0, exponent), random);
    final int length = length();
    final int offset = offset();
    final State state = State.zeros(type, offset + length + offset());
    for (int i = 0; i < Math.min(DRAWN, state.length()); i++) {
      division(state, i);
    }
    return new StepCase(state, settings, offset, length, call());
  }

  private void division(State state, int i) {
    final Quotient quotient =
        random.nextInt(2) == 0 ? numbers.nearlyHalfway() : numbers.anyQuotient();
    // Any exponent whose square the type has.
    final int limit = numbers.maxExponent() / 2 - 1;
    final int exponent = random.nextInt(-limit, limit) - numbers.significandBits();
    final double d = Math.scalb(quotient.denominator(), exponent);
    Elements.set(state.m(), i, numbers.signed(Math.scalb(quotient.numerator(), exponent)));
    Elements.set(state.grads(), i, numbers.signed(d));
    Elements.set(state.v(), i, d * d);
    Elements.set(state.params(), i, numbers.signed(0));
  }

  /** The elements in another order. */
  int[] permutation(int length) {
    final int[] order = IntStream.range(0, length).toArray();
    for (int i = length - 1; i > 0; i--) {
      final int j = random.nextInt(i + 1);
      final int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }
}
