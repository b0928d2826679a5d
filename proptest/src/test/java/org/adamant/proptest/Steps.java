package org.adamant.proptest;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.providers.ArbitraryProvider;
import net.jqwik.api.providers.TypeUsage;
import org.adamant.Adam;

/**
 * All generators: any {@link StepCase}, wherever a property takes one. Numbers are drawn as bit
 * patterns, class by class: uniform bits would all but never give a zero, an infinity or a
 * subnormal.
 */
final class Steps {

  /** Lane counts of all widths and both types. */
  private static final List<Integer> LANES = List.of(2, 4, 8, 16);

  private Steps() {}

  /** Registers the generators with jqwik. */
  public static final class Provider implements ArbitraryProvider {
    @Override
    public boolean canProvideFor(TypeUsage type) {
      return type.isOfType(StepCase.class);
    }

    @Override
    public Set<Arbitrary<?>> provideFor(TypeUsage type, SubtypeProvider subtypes) {
      return Set.of(Arbitraries.oneOf(cases(float.class), cases(double.class)));
    }
  }

  private static Arbitrary<StepCase> cases(Class<?> type) {
    return Combinators.combine(lengths(), Arbitraries.integers().between(0, 17))
        .as(Tuple::of)
        .flatMap(
            slice -> {
              final int length = slice.get1();
              final int offset = slice.get2();
              // One cell beyond the slice, so that writing past its end is seen.
              return Combinators.combine(
                  states(type, offset + length + 1), adams(type), stepNumbers())
                  .as((state, adam, t) -> new StepCase(state, adam, t, offset, length));
            });
  }

  /** Lengths around the multiples of the lane counts. */
  private static Arbitrary<Integer> lengths() {
    return Combinators.combine(
        Arbitraries.of(LANES),
        Arbitraries.integers().between(0, 3),
        Arbitraries.integers().between(-2, 2))
        .as((lanes, vectors, more) -> Math.max(0, lanes * vectors + more));
  }

  /** Steps: early, late, and those at which tiny moments are set to zero. */
  private static Arbitrary<Long> stepNumbers() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(1, 200),
        Arbitraries.longs().between(1, Long.MAX_VALUE / 64).map(k -> 64 * k),
        Arbitraries.longs().between(1, Long.MAX_VALUE));
  }

  /** Hyper-parameters whose coefficients are finite in the element type. */
  private static Arbitrary<Adam> adams(Class<?> type) {
    final double large = type == float.class ? 1e18 : 1e150;
    final Arbitrary<Double> betas =
        Arbitraries.oneOf(
            Arbitraries.of(0.0, 0.5, 0.9, 0.999, 1 - 0x1p-20),
            Arbitraries.longs().between(0, (1L << 20) - 1).map(k -> k * 0x1p-20));
    final Arbitrary<Double> scales =
        Arbitraries.oneOf(
            Arbitraries.of(0.0, 1e-300, 1e-38, 1e-8, 1e-3, 1.0, large),
            Arbitraries.longs().between(0, 1L << 40).map(k -> k * 0x1p-40));
    return Combinators
        .combine(scales, betas, betas, scales, Arbitraries.oneOf(Arbitraries.just(0.0), scales))
        .as(Adam::new);
  }

  private static Arbitrary<State> states(Class<?> type, int length) {
    final Arbitrary<Long> any = type == float.class ? bits(8, 23) : bits(11, 52);
    final Arbitrary<long[]> arrays = any.array(long[].class).ofSize(length);
    return Combinators.combine(arrays, arrays, arrays, arrays)
        .as(
            (params, grads, m, v) -> new State(
                fromBits(type, params),
                fromBits(type, grads),
                fromBits(type, m),
                fromBits(type, v)));
  }

  private static Object fromBits(Class<?> type, long[] bits) {
    if (type == float.class) {
      final float[] floats = new float[bits.length];
      for (int i = 0; i < bits.length; i++) {
        floats[i] = Float.intBitsToFloat((int) bits[i]);
      }
      return floats;
    }
    final double[] doubles = new double[bits.length];
    for (int i = 0; i < bits.length; i++) {
      doubles[i] = Double.longBitsToDouble(bits[i]);
    }
    return doubles;
  }

  /** Bit patterns of every class of numbers; half of them ordinary ones, between 2^-20 and 2^4. */
  private static Arbitrary<Long> bits(int exponentBits, int fractionBits) {
    final long maxExponent = (1L << exponentBits) - 1;
    final long one = maxExponent >> 1;
    final Arbitrary<Long> exponents =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.longs().between(one - 20, one + 4)),
            Tuple.of(2, Arbitraries.just(0L)), // zeros and subnormal numbers
            Tuple.of(1, Arbitraries.just(1L)), // the smallest normal numbers
            Tuple.of(1, Arbitraries.just(maxExponent - 1)), // the largest
            Tuple.of(1, Arbitraries.just(maxExponent)), // infinities and NaN
            Tuple.of(3, Arbitraries.longs().between(0, maxExponent)));
    final Arbitrary<Long> fractions =
        Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.of(0L, 1L, (1L << fractionBits) - 1)),
            Tuple.of(3, Arbitraries.longs().between(0, (1L << fractionBits) - 1)));
    // Mostly positive, or hardly an element would have a v to take the root of.
    final Arbitrary<Long> signs = Arbitraries.of(0L, 0L, 0L, 1L);
    return Combinators.combine(signs, exponents, fractions)
        .as(
            (sign, exponent, fraction) -> sign << exponentBits + fractionBits
                | exponent << fractionBits | fraction);
  }
}
