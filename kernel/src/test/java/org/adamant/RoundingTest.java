package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.adamant.FormatTranscription.Drawn;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounding to 16 and 8 bits: right in the mean or to nearest, also at the ends of the range. */
@Tag("own-jvm")
class RoundingTest {

  private static final int BLOCK = Format.BLOCK_LENGTH;

  /** Moments are the gradient and its square, and the parameters become their averages. */
  private static final Adam NOTHING_KEPT =
      Adam.defaults()
          .withBeta1(0)
          .withBeta2(0)
          .withAmsgrad(Adam.AmsGrad.RAW)
          .withLearningRate(0.37)
          .withEpsilon(0.3);

  // ---- Unbiased. ----

  /** 18 times this are 10^7 values, each one rounded with other random numbers. */
  private static final int LENGTH = 10_000_000 / 18 / BLOCK * BLOCK + BLOCK;

  private static final int RUNS = 18;

  /** A format, and which operands may be in it. */
  static Stream<Arguments> lossy() {
    return Stream.concat(
        Kept.OF_16_BITS.stream().map(format -> Arguments.of(format, List.of(Drawn.values()))),
        Stream.of(Arguments.of(Format.BLOCK8, List.of(Drawn.M, Drawn.V))));
  }

  /**
   * Of 10^7 numbers x, each between two of the format, at the fraction f of the way, the upper one is written so often
   * as it should be. One is written up with the probability f, so the number of those less the sum of all f has the mean
   * 0 and the variance of the sum of f (1 - f); five times its root is exceeded by chance once in 1.7 million times. So
   * it is in all, and in each sixteenth of the fractions; and so for every operand.
   */
  @ParameterizedTest
  @MethodSource("lossy")
  void isRightInTheMean(Format format, List<Drawn> operands) {
    final Mean all = new Mean();
    for (Drawn drawn : operands) {
      final Written written = new Written(drawn, format);
      final Mean mean = new Mean();
      for (int t = 1; t <= RUNS / operands.size(); t++) {
        written.step(t);
        for (int i = 0; i < LENGTH; i++) {
          final boolean isUp = written.isUp(i);
          mean.add(written.fraction[i], isUp);
          all.add(written.fraction[i], isUp);
        }
      }
      assertThat(mean.worst()).as("standard deviations, %s", drawn).isLessThan(5);
    }
    assertThat(all.count).isGreaterThan(9_000_000);
    assertThat(all.worst()).as("standard deviations").isLessThan(5);
  }

  /** So does a rounding that is wrong by a thousandth fail the test above, and one that is right pass it. */
  @Test
  void theTestSeesAThousandth() {
    final Random random = new Random(1);
    final Mean right = new Mean();
    final Mean wrong = new Mean();
    final Mean nearest = new Mean();
    for (int i = 0; i < LENGTH * RUNS; i++) {
      final float fraction = random.nextFloat();
      final int drawn = FormatTranscription.random(7, i / LENGTH, Drawn.M, i % LENGTH, 16);
      final int discarded = (int) (fraction * 0x10000);
      right.add(discarded * 0x1p-16f, drawn + discarded >= 0x10000);
      wrong.add(discarded * 0x1p-16f, drawn + discarded + 66 >= 0x10000);
      nearest.add(discarded * 0x1p-16f, discarded >= 0x8000);
    }
    assertThat(right.worst()).isLessThan(5);
    assertThat(wrong.worst()).isGreaterThan(5);
    assertThat(nearest.worst()).isGreaterThan(500);
  }

  /** Counts how often numbers were rounded up, and how often they should be. */
  private static final class Mean {

    private static final int PARTS = 16;
    private final double[] excess = new double[PARTS];
    private final double[] variance = new double[PARTS];
    private int count;

    void add(float fraction, boolean isUp) {
      if (fraction > 0) {
        final int part = (int) (fraction * PARTS);
        excess[part] += (isUp ? 1 : 0) - fraction;
        variance[part] += fraction * (1 - fraction);
        count++;
      }
    }

    /** The largest deviation, in standard deviations. */
    double worst() {
      double all = Math.abs(Arrays.stream(excess).sum())
          / Math.sqrt(Arrays.stream(variance).sum());
      for (int k = 0; k < PARTS; k++) {
        all = Math.max(all, Math.abs(excess[k]) / Math.sqrt(variance[k]));
      }
      return all;
    }
  }

  /** Steps that all write the same numbers to one operand, each rounded otherwise. */
  private static final class Written {

    private final Drawn drawn;
    private final Format format;
    private final Storage[] storages = new Storage[6];
    private final AdamSlice slice;
    private final MemorySegment before;
    final float[] fraction = new float[LENGTH];
    private final byte[] lowerCodes = new byte[LENGTH];
    private final short[] lower = new short[LENGTH];
    private final float[] params;
    private short[] halves;
    private byte[] codes;

    Written(Drawn drawn, Format format) {
      this.drawn = drawn;
      this.format = format;
      final Random random = new Random(drawn.ordinal());
      final float[][] exact = new float[6][LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        // So short that parameters in 16 bits begin as in 32.
        exact[0][i] = rounded(random.nextFloat() - 0.5f);
        exact[1][i] = rounded((random.nextFloat() - 0.5f) * (1 << i % 8));
        if (drawn != Drawn.GRADS) {
          exact[1][i] *= 1 + random.nextInt(1 << 14) * 0x1p-14f;
        }
      }
      final int[] operands = {2, 3, 0, 1, 4, 5};
      final int lossy = operands[drawn.ordinal()];
      for (int k = 0; k < 6; k++) {
        storages[k] =
            k != lossy
                ? Storage.of(exact[k].clone())
                : Storage.allocate(format, LENGTH, Arena.ofAuto());
        if (k == lossy && k < 2) {
          for (int i = 0; i < LENGTH; i++) {
            storages[k].segment.set(
                ValueLayout.JAVA_SHORT, 2L * i, FormatTranscription.bits16(format, exact[k][i]));
          }
        }
      }
      slice = slice(storages);
      params = exact[0].clone();
      before = MemorySegment.ofArray(storages[lossy].bytes().toArray(ValueLayout.JAVA_BYTE));
      AdamKernel.preferred()
          .step(at(1), slice(Stream.of(exact).map(Storage::of).toArray(Storage[]::new)));
      setFractions(exact[lossy]);
    }

    private float rounded(float x) {
      return FormatTranscription.written16(
          format == Format.BLOCK8 ? Format.BFLOAT16 : format, x, FormatTranscription.NEAREST);
    }

    private static AdamSlice slice(Storage[] s) {
      return AdamSlice.of(s[0], s[1], s[2], s[3]).withMaximum(s[4]).withAverage(s[5]);
    }

    private AdamStep at(long t) {
      return drawn == Drawn.GRADS
          ? NOTHING_KEPT.atStep(t).withUpdateOnly()
          : NOTHING_KEPT.withAverageDecay(0).atStep(t);
    }

    private Storage written() {
      return storages[new int[] {2, 3, 0, 1, 4, 5}[drawn.ordinal()]];
    }

    /** Where the numbers lie between those of the format, by its documentation. */
    private void setFractions(float[] exact) {
      if (format != Format.BLOCK8) {
        for (int i = 0; i < LENGTH; i++) {
          final float below = FormatTranscription.written16(format, exact[i], 0);
          lower[i] = FormatTranscription.bits16(format, below);
          fraction[i] = FormatTranscription.fraction16(format, exact[i]);
        }
        return;
      }
      final boolean isUnsigned = drawn == Drawn.V;
      final int smallest =
          Float.floatToRawIntBits((float) FormatTranscription.smallest(isUnsigned)) >>> 20;
      for (int first = 0; first < LENGTH; first += BLOCK) {
        final int b =
            FormatTranscription.scale(Arrays.copyOfRange(exact, first, first + BLOCK));
        for (int i = first; i < first + BLOCK; i++) {
          final int z = Float.floatToRawIntBits(FormatTranscription.z(exact[i], b, isUnsigned));
          final int code = (z >>> 20) - smallest;
          lowerCodes[i] = (byte) (code | (exact[i] < 0 ? 0x80 : 0));
          // The smallest second moment is never rounded down.
          fraction[i] = isUnsigned && code == 0 ? 0 : (z & 0xf_ffff) * 0x1p-20f;
        }
      }
    }

    void step(long t) {
      // Parameters, gradients and maxima begin anew.
      written().bytes().copyFrom(before);
      if (drawn != Drawn.PARAMS) {
        System.arraycopy(params, 0, (float[]) storages[0].array, 0, LENGTH);
      }
      AdamKernel.preferred().step(at(t), slice);
      if (format != Format.BLOCK8) {
        halves = written().bytes().toArray(ValueLayout.JAVA_SHORT);
      } else {
        codes = written().bytes().toArray(ValueLayout.JAVA_BYTE);
      }
    }

    boolean isUp(int i) {
      final int difference =
          format != Format.BLOCK8
              ? (short) (halves[i] - lower[i])
              : (byte) (codes[i] - lowerCodes[i]);
      if (difference != 0 && (difference != 1 || fraction[i] == 0)
          && !(drawn == Drawn.V && fraction[i] == 0)) {
        throw new AssertionError(drawn + "[" + i + "] is off by " + difference);
      }
      return difference == 1;
    }
  }

  // ---- Nothing is changed that need not be. ----

  /** Moments and parameters stay what they are: betas of all but 1, no gradient, no step. */
  private static final Adam NOTHING_CHANGED =
      Adam.defaults()
          .withBeta1(Math.nextDown(1.0))
          .withBeta2(Math.nextDown(1.0))
          .withLearningRate(0);

  @ParameterizedTest
  @MethodSource("everyWay")
  void everyNumberOf16BitsStaysWhatItIs(LaneWidth width, Rounding rounding) {
    final int length = 1 << 16;
    for (Format format : Kept.OF_16_BITS) {
      final short[] params = new short[length];
      for (int i = 0; i < length; i++) {
        params[i] = (short) i;
      }
      step(
          width,
          NOTHING_CHANGED.atStep(63).withRounding(rounding),
          AdamSlice.of(
              Storage.of(MemorySegment.ofArray(params), format), floats(length), floats(length),
              floats(length)));
      for (int i = 0; i < length; i++) {
        final float before = FormatTranscription.read16(format, (short) i);
        final float after = FormatTranscription.read16(format, params[i]);
        assertThat(Float.floatToIntBits(after)).isEqualTo(Float.floatToIntBits(before));
      }
    }
  }

  /** With the scale that is chosen for them. */
  @ParameterizedTest
  @MethodSource("everyWay")
  void everyFiniteNumberOf8BitsStaysWhatItIs(LaneWidth width, Rounding rounding) {
    final int[] scales = {44, 45, 100, 120, 200, 254};
    final int length = scales.length * BLOCK;
    final Storage m = Storage.allocate(Format.BLOCK8, length, Arena.ofAuto());
    final Storage v = Storage.allocate(Format.BLOCK8, length, Arena.ofAuto());
    for (int i = 0; i < length; i++) {
      // The largest is 0.8125 - 2^-15 times 2^(b-126).
      final int code = i % BLOCK;
      m.segment.set(
          ValueLayout.JAVA_BYTE, i, (byte) (code & 0x80 | Math.min(code & 0x7f, 14 << 3 | 5)));
      v.segment.set(ValueLayout.JAVA_BYTE, i, (byte) Math.min(code, 30 << 3 | 5));
    }
    for (int k = 0; k < scales.length; k++) {
      m.scales.set(ValueLayout.JAVA_BYTE, 2L * k, (byte) scales[k]);
      v.scales.set(ValueLayout.JAVA_BYTE, 2L * k, (byte) scales[k]);
      v.scales.set(ValueLayout.JAVA_BYTE, 2L * k + 1, (byte) 1);
    }
    final double[] ofM = values(m);
    final double[] ofV = values(v);
    step(
        width,
        NOTHING_CHANGED.atStep(63).withRounding(rounding),
        AdamSlice.of(floats(length), floats(length), m, v));
    for (int i = 0; i < length; i++) {
      // The sum of -0 and a product that is 0 is 0.
      assertThat(m.get(i)).as("m[%s]", i).isEqualTo(0 + ofM[i]);
      assertThat(v.get(i)).as("v[%s]", i).isEqualTo(ofV[i]);
    }
    assertThat(Arrays.stream(ofV).distinct().count()).isGreaterThan(1000);
  }

  static Stream<Arguments> everyWay() {
    return LaneWidth.supported()
        .stream()
        .flatMap(
            width -> Stream.of(Rounding.values()).map(rounding -> Arguments.of(width, rounding)));
  }

  private static void step(LaneWidth width, AdamStep step, AdamSlice slice) {
    AdamKernel.of(width).step(step, slice);
  }

  private static Storage floats(int length) {
    return Storage.of(new float[length]);
  }

  private static double[] values(Storage storage) {
    final double[] values = new double[(int) storage.length()];
    Arrays.setAll(values, storage::get);
    return values;
  }

  // ---- To nearest. ----

  /** Beside every number of 16 bits, subnormal and largest ones among them, by distances and not by bits. */
  @ParameterizedTest
  @MethodSource("of16Bits")
  void nearestIsTheNearerOneAndOfTwoTheEvenOne(Format format) {
    final int places = 6;
    final int length = places << 16;
    final float[] params = new float[length];
    final float[] expected = new float[length];
    for (int i = 0; i < length; i++) {
      final short bits = (short) (i / places);
      final float below = FormatTranscription.read16(format, bits);
      final double above = next(format, bits);
      final float middle = (float) ((below + above) / 2);
      final float x =
          switch (i % places) {
            case 0 -> below;
            case 1 -> Math.nextAfter(below, above);
            case 2 -> Math.nextAfter(middle, below);
            case 3 -> middle;
            case 4 -> Math.nextAfter(middle, above);
            default -> Math.nextAfter((float) above, below);
          };
      params[i] = x;
      final double toBelow = Math.abs((double) x - below);
      final double toAbove = Math.abs(above - x);
      final boolean isAbove = toAbove < toBelow || toAbove == toBelow && (bits & 1) == 1;
      // Behind the largest there would be another one: it is infinity.
      expected[i] =
          !Float.isFinite(below)
              ? x
              : isAbove ? FormatTranscription.read16(format, (short) (bits + 1)) : below;
    }
    final short[] copy = new short[length];
    final Storage set = Storage.of(MemorySegment.ofArray(new short[1]), format);
    AdamKernel.preferred()
        .step(
            NOTHING_CHANGED.atStep(63),
            AdamSlice.of(Storage.of(params), floats(length), floats(length), floats(length))
                .withCopy(Storage.of(MemorySegment.ofArray(copy), format)));
    for (int i = 0; i < length; i++) {
      final float actual = FormatTranscription.read16(format, copy[i]);
      assertThat(Float.floatToIntBits(actual))
          .as("%s", params[i])
          .isEqualTo(Float.floatToIntBits(expected[i]));
      if (i % 37 == 0) {
        set.set(0, params[i]);
        assertThat(((short[]) set.array)[0]).isEqualTo(copy[i]);
      }
    }
  }

  static List<Format> of16Bits() {
    return Kept.OF_16_BITS;
  }

  /** The number behind this one, away from zero; behind the largest at the same distance as that before it. */
  private static double next(Format format, short bits) {
    final double x = FormatTranscription.read16(format, bits);
    final double next = FormatTranscription.read16(format, (short) (bits + 1));
    return Double.isFinite(x) && Double.isInfinite(next)
        ? 2 * x - FormatTranscription.read16(format, (short) (bits - 1))
        : next;
  }

  @Test
  void nearestLeavesSecondMomentsWhereTheyAreAndStochasticDoesNot() {
    for (Format format : List.of(Format.BFLOAT16, Format.BLOCK8)) {
      for (Rounding rounding : Rounding.values()) {
        final int length = 4 * BLOCK;
        final Storage v = Storage.allocate(format, length, Arena.ofAuto());
        for (int i = 0; i < length; i++) {
          v.set(i, format == Format.BLOCK8 && i % BLOCK == 0 ? 1.5 : 1);
        }
        final AdamSlice slice =
            AdamSlice.of(floats(length), floats(length), floats(length), v);
        for (int t = 1; t <= 100; t++) {
          AdamKernel.preferred().step(Adam.defaults().atStep(t).withRounding(rounding), slice);
        }
        final double mean =
            Arrays.stream(values(v)).skip(1).limit(BLOCK - 1).average().orElseThrow();
        final double all = average(values(v));
        if (rounding == Rounding.NEAREST) {
          assertThat(mean).as("%s", format).isCloseTo(1, offset(1e-4));
        } else {
          // The mean of 1024 numbers with a standard deviation of less than 0.1.
          assertThat(all)
              .as("%s", format)
              .isCloseTo(
                  Math.pow(0.999, 100) * (format == Format.BLOCK8 ? 1 + 0.5 / BLOCK : 1),
                  offset(5 * 0.1 / 32));
        }
      }
    }
  }

  // ---- The ends of the range. ----

  @ParameterizedTest
  @MethodSource("everyWay")
  void whatIsNotFiniteStaysAndChangesNothingElseInItsBlock(LaneWidth width, Rounding rounding) {
    final int length = 2 * BLOCK + 40;
    final float[] grads = new float[length];
    final Random random = new Random(2);
    for (int i = 0; i < length; i++) {
      grads[i] = random.nextFloat() + 0.5f;
    }
    final Storage[] clean = blocks(width, rounding, grads);
    final float[] special = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
      Float.intBitsToFloat(0x7fff_ffff), Float.intBitsToFloat(0xffff_ffff)
    };
    for (int i = 3; i < length; i += 50) {
      grads[i] = special[i % special.length];
    }
    final Storage[] spoilt = blocks(width, rounding, grads);
    for (int i = 0; i < length; i++) {
      for (int k = 0; k < 4; k++) {
        final boolean isSquare = k % 2 == 1;
        final double expected =
            Float.isFinite(grads[i])
                ? clean[k].get(i)
                : isSquare ? Math.abs(grads[i]) : grads[i];
        assertThat(Double.doubleToLongBits(spoilt[k].get(i)))
            .as("%s[%d] from %s", spoilt[k], i, grads[i])
            .isEqualTo(Double.doubleToLongBits(expected));
      }
    }
  }

  /** The moments after a step, in 8 and in 16 bits. */
  private static Storage[] blocks(LaneWidth width, Rounding rounding, float[] grads) {
    final Storage[] moments = new Storage[4];
    for (int k = 0; k < 4; k++) {
      moments[k] =
          Storage.allocate(k < 2 ? Format.BLOCK8 : Format.BFLOAT16, grads.length, Arena.ofAuto());
    }
    for (int k = 0; k < 4; k += 2) {
      step(
          width,
          Adam.defaults().atStep(1).withRounding(rounding),
          AdamSlice.of(
              floats(grads.length), Storage.of(grads.clone()), moments[k], moments[k + 1]));
    }
    return moments;
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void aSecondMomentIsNeverWrittenAsZero(LaneWidth width, Rounding rounding) {
    final int length = 5 * BLOCK;
    final float[] grads = new float[length];
    for (int i = 0; i < length; i++) {
      // Squares from 1 to the smallest float, all in one block, and the last block has tiny ones only.
      grads[i] = i % 5 == 0 ? 0 : (float) Math.scalb(1.0, i < 4 * BLOCK ? -(i % 80) : -70);
    }
    final Storage v = Storage.allocate(Format.BLOCK8, length, Arena.ofAuto());
    final Storage m = Storage.allocate(Format.BLOCK8, length, Arena.ofAuto());
    final AdamSlice slice = AdamSlice.of(floats(length), Storage.of(grads), m, v);
    final Adam adam = Adam.defaults().withBeta2(0);
    step(width, adam.atStep(1).withRounding(rounding), slice);
    for (int i = 0; i < length; i++) {
      final boolean isZero = grads[i] * grads[i] == 0;
      assertThat(v.get(i) == 0).as("v of g = %s", grads[i]).isEqualTo(isZero);
    }
    // Without a gradient they get smaller and smaller, and do not vanish.
    final double[] before = values(v);
    Arrays.fill(grads, 0);
    for (int t = 2; t < 40; t++) {
      step(width, adam.withBeta2(0.5).atStep(t).withRounding(rounding), slice);
    }
    for (int i = 0; i < length; i++) {
      assertThat(v.get(i) == 0).isEqualTo(before[i] == 0);
    }
  }

  @Test
  void theLargestFloatsAreRoundedToInfinityIn16BitsAndStayFiniteIn8() {
    final int length = BLOCK;
    final float[] params = new float[length];
    Arrays.fill(params, Float.MAX_VALUE);
    params[1] = -Float.MAX_VALUE;
    // Half-way to the next power of two, and the last float before that.
    params[2] = Float.intBitsToFloat(0x7f7f_8000);
    params[3] = Float.intBitsToFloat(0x7f7f_7fff);
    final short[] copy = new short[length];
    AdamKernel.preferred()
        .step(
            NOTHING_CHANGED.atStep(63),
            AdamSlice.of(Storage.of(params), floats(length), floats(length), floats(length))
                .withCopy(Storage.ofBfloat16(copy)));
    final Storage copied = Storage.ofBfloat16(copy);
    assertThat(copied.get(0)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(copied.get(1)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(copied.get(2)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(copied.get(3)).isEqualTo(Float.intBitsToFloat(0x7f7f_0000));

    // A gradient of the largest float is the first moment, with a beta1 of 0.
    for (LaneWidth width : LaneWidth.supported()) {
      final Storage m = Storage.allocate(Format.BLOCK8, length, Arena.ofAuto());
      step(
          width,
          Adam.defaults().withBeta1(0).atStep(1).withRounding(Rounding.NEAREST),
          AdamSlice.of(floats(length), Storage.of(params.clone()), m, floats(length)));
      for (int i = 0; i < length; i++) {
        assertThat(m.get(i) / params[i]).isBetween(1 - 1 / 16.0, 1 + 1 / 16.0);
      }
    }
  }

  // ---- Why v is stored, and not its root. ----

  private static final int ELEMENTS = 64 * BLOCK;

  private static final int STEPS = 3000;

  private static final double BETA2 = 0.999;

  /**
   * Of ten gradients one is 0, one is 3 and the others are 1, so that v goes to 1.7.
   */
  private static float[] gradients(Random random) {
    final float[] grads = new float[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      final int drawn = random.nextInt(10);
      grads[i] = drawn == 0 ? 0 : drawn == 1 ? 3 : 1;
    }
    return grads;
  }

  @Test
  void secondMomentsIn8BitsAreRightInTheMeanAndWouldBeTooLargeAsRoots() {
    final Storage v = Storage.allocate(Format.BLOCK8, ELEMENTS, Arena.ofAuto());
    final Storage grads = floats(ELEMENTS);
    final AdamSlice slice = AdamSlice.of(floats(ELEMENTS), grads, floats(ELEMENTS), v);
    final double[] exact = new double[ELEMENTS];
    final double[] roots = new double[ELEMENTS];
    final Random random = new Random(4);
    final float[][] drawn = new float[97][];
    Arrays.setAll(drawn, _ -> gradients(random));
    final SplittableRandom up = new SplittableRandom(5);
    for (int t = 1; t <= STEPS; t++) {
      final float[] g = drawn[t % drawn.length];
      System.arraycopy(g, 0, (float[]) grads.array, 0, ELEMENTS);
      AdamKernel.preferred().step(Adam.defaults().withBeta2(BETA2).atStep(t), slice);
      for (int i = 0; i < ELEMENTS; i++) {
        exact[i] += (1 - BETA2) * (g[i] * g[i] - exact[i]);
        final double square = roots[i] * roots[i];
        // A root of 4 bits of mantissa, by whose square v is then read.
        final double root = Math.sqrt(square + (1 - BETA2) * (g[i] * g[i] - square));
        final double unit = Math.scalb(1.0, Math.getExponent(root) - 4);
        roots[i] = unit * Math.floor(root / unit + up.nextDouble());
      }
    }
    final double mean = Arrays.stream(exact).average().orElseThrow();
    final double[] ratios = new double[ELEMENTS];
    Arrays.setAll(ratios, i -> v.get(i) / mean);
    final double[] squares = new double[ELEMENTS];
    Arrays.setAll(squares, i -> roots[i] * roots[i] / mean);
    assertThat(Math.abs(average(ratios) - 1)).isLessThan(5 * error(ratios));
    assertThat(average(squares) - 1).isGreaterThan(5 * error(squares)).isGreaterThan(0.01);
  }

  private static double average(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  /** The standard error of the mean. */
  private static double error(double[] values) {
    final double mean = average(values);
    final double variance =
        Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1);
    return Math.sqrt(variance / values.length);
  }
}
