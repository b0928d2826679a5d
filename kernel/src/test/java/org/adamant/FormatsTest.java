package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.adamant.Kept.As;
import org.adamant.Kept.Where;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operand;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operands in any memory and format give the same bits on every lane width, however the work is cut, and no bit is
 * lost that a format can hold.
 *
 * <p>{@code -Dadamant.formats=all} tries every combination in many ways, in some minutes. Otherwise each width does
 * some of them in one random way.
 */
@Tag("own-jvm")
class FormatsTest {

  private static final boolean IS_ALL = "all".equals(System.getProperty("adamant.formats"));

  private static final List<VariantsTest.Case> VARIANTS = VariantsTest.cases();

  /** Two steps, a flush between them. */
  private static final long[] STEPS = {64, 65};

  private static final int BLOCK = Format.BLOCK_LENGTH;

  /** Around the lanes and around blocks. */
  private static final int[] LENGTHS = {
    0, 1, 2, 3, 15, 16, 17, 31, 33, 47, 64, 66, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 17
  };

  /** Some more, around what is unpacked at once and around what is one call. */
  private static final int[] LONG = {4 * BLOCK, 4 * BLOCK + 3, 4095, 4096, 4096 + BLOCK + 19};

  /** Multiples of a block; 2^32 among the numbers that follow. */
  private static final long[] NUMBERS = {
    0, 0, BLOCK, (1L << 32) - BLOCK, (1L << 32) - 2 * BLOCK, 3L << 40, (1L << 31) - BLOCK
  };

  /** Steps of any variant that goes with the operands. */
  private static LongFunction<AdamStep> drawn(Combination combination, Random random) {
    VariantsTest.Case variant;
    do {
      variant = VARIANTS.get(random.nextInt(VARIANTS.size()));
    } while (variant.updateOnly() && combination.has(Operand.COPY));
    final VariantsTest.Case tested = variant;
    final Rounding rounding = random.nextInt(3) == 0 ? Rounding.NEAREST : Rounding.STOCHASTIC;
    final long seed = random.nextInt(3) - 1;
    final boolean isNegated = tested.updateOnly() && random.nextBoolean();
    return t -> {
      final AdamStep step = tested.at(t).withRounding(rounding).withSeed(seed);
      return isNegated ? step.withNegatedUpdate() : step;
    };
  }

  // ---- Widths. ----

  static Stream<LaneWidth> vectorWidths() {
    return LaneWidth.supported().stream().filter(width -> width != LaneWidth.SCALAR);
  }

  @ParameterizedTest
  @MethodSource("vectorWidths")
  void everyCombinationGivesTheBitsOfTheScalarPath(LaneWidth width) {
    final List<Combination> list = Combination.list();
    final Random random = new Random(Long.getLong("adamant.formats.seed", 11) + width.ordinal());
    for (int i = 0; i < list.size(); i++) {
      if (IS_ALL) {
        for (int k = 0; k < 20; k++) {
          assertBitsOfTheScalarPath(list.get(i), width, random);
        }
      } else if (i % 16 == width.ordinal() || i % 4 == 0 && width == LaneWidth.preferred()) {
        assertBitsOfTheScalarPath(list.get(i), width, random);
      }
    }
  }

  private static void assertBitsOfTheScalarPath(
      Combination combination, LaneWidth width, Random random) {
    final boolean hasBlocks = combination.hasBlocks();
    final boolean isLong = random.nextInt(IS_ALL ? 3 : 15) == 0;
    final int length =
        isLong ? LONG[random.nextInt(LONG.length)] : LENGTHS[random.nextInt(LENGTHS.length)];
    final int offset =
        hasBlocks ? BLOCK * random.nextInt(2) : random.nextInt(3) == 0 ? 0 : random.nextInt(20);
    // Blocks are cut between them, or at the end.
    final int behind = hasBlocks && length % BLOCK != 0 ? 0 : hasBlocks ? 100 : 21;
    final int all = offset + length + behind;
    final long number =
        NUMBERS[random.nextInt(NUMBERS.length)] + (hasBlocks ? 0 : random.nextInt(BLOCK));
    final LongFunction<AdamStep> steps = drawn(combination, random);
    final Map<Operand, Kept> before = combination.filled(all, random.nextLong());
    final Map<Operand, Kept> expected = Combination.copy(before);
    final Map<Operand, Kept> actual = Combination.copy(before);
    final AdamKernel scalar = AdamKernel.of(LaneWidth.SCALAR);
    final AdamKernel kernel = AdamKernel.of(width);
    for (long t : STEPS) {
      final AdamStep step = steps.apply(t);
      final String what =
          "%s: %s; length = %d, offset = %d of %d, number = %d, %s"
              .formatted(width, combination, length, offset, all, number, step);
      final AdamSlice ofExpected =
          Combination.slice(expected).numberedFrom(number).range(offset, length);
      final AdamSlice ofActual =
          Combination.slice(actual).range(offset, length).numberedFrom(number);
      scalar.step(step, ofExpected);
      kernel.step(step, ofActual);
      Combination.assertSame(what, expected, actual);
      actual.forEach(
          (operand, kept) -> kept.assertUntouchedBeside(
              what + ", " + operand, before.get(operand), offset, offset + length));
      if (t > STEPS[0]) {
        continue;
      }
      final double norm = scalar.globalNorm(AdamModel.of(ofExpected));
      final double actualNorm = kernel.globalNorm(AdamModel.of(ofActual));
      assertEqual(what + ", norm", 0, 0, norm, actualNorm);
      final AdamStep skipping = step.withNonFinite(NonFinite.SKIP);
      final long count = scalar.step(skipping, ofExpected);
      assertThat(kernel.step(skipping, ofActual)).as(what + ", not finite").isEqualTo(count);
    }
  }

  /** A rule may leave out an operand, whatever its format is. */
  @ParameterizedTest
  @MethodSource("vectorWidths")
  void everyRuleStepsMomentsOfEveryFormat(LaneWidth width) {
    final Combination floats = Combination.all(As.FLOATS);
    for (As as : As.values()) {
      if (as.format == Format.FLOAT64) {
        continue;
      }
      for (Combination combination : List.of(
          floats.with(Operand.M, as),
          floats.with(Operand.V, as),
          Combination.all(As.NATIVE_FLOATS).with(Operand.M, as).with(Operand.V, as))) {
        for (Adam.Rule rule : Adam.Rule.values()) {
          final Map<Operand, Kept> expected = combination.filled(2 * BLOCK + 17, 3);
          final Map<Operand, Kept> actual = Combination.copy(expected);
          for (long t : STEPS) {
            final AdamStep step = Adam.defaults().withRule(rule).atStep(t);
            AdamKernel.of(LaneWidth.SCALAR).step(step, Combination.slice(expected));
            AdamKernel.of(width).step(step, Combination.slice(actual));
            Combination.assertSame(width + ", " + combination + ", " + step, expected, actual);
          }
        }
      }
    }
  }

  /** An element lies elsewhere in an array than in a segment from the second block on. */
  @ParameterizedTest
  @MethodSource("vectorWidths")
  void everyKindOfMemoryIsSteppedBeyondTheFirstBlock(LaneWidth width) {
    for (As as : As.values()) {
      if (as.format == Format.BLOCK8) {
        continue;
      }
      assertBitsOfTheScalarPath(Combination.all(as), width);
      if (as.isLossy()) {
        final Combination floats = Combination.all(As.FLOATS);
        assertBitsOfTheScalarPath(floats.with(Operand.MAXIMUM, as), width);
        assertBitsOfTheScalarPath(floats.with(Operand.AVERAGE, as), width);
      }
    }
  }

  private static void assertBitsOfTheScalarPath(Combination combination, LaneWidth width) {
    final Map<Operand, Kept> expected = combination.filled(Loop.BLOCK + BLOCK + 19, 4);
    final Map<Operand, Kept> actual = Combination.copy(expected);
    AdamKernel.of(LaneWidth.SCALAR).step(STEP, Combination.slice(expected));
    AdamKernel.of(width).step(STEP, Combination.slice(actual));
    Combination.assertSame(width + ", " + combination, expected, actual);
  }

  // ---- Cuts. ----

  /** Combinations that depend on the numbers of elements, each in its own way. */
  private static List<Combination> lossy() {
    final Combination floats = Combination.all(As.FLOATS);
    final List<Combination> list = new ArrayList<>();
    list.add(floats.with(Operand.M, As.NATIVE_BLOCKS).with(Operand.V, As.BLOCKS_IN_BYTES));
    for (Format format : Kept.OF_16_BITS) {
      final As inArray = As.of(format, Where.ARRAY);
      final As inMemory = As.of(format, Where.NATIVE);
      list.add(Combination.all(inArray));
      list.add(Combination.all(inMemory).with(Operand.COPY, As.NATIVE_FLOATS));
      list.add(
          Combination.all(As.of(format, Where.ARRAY_ELSEWHERE))
              .with(Operand.V, As.NATIVE_BLOCKS));
      list.add(floats.with(Operand.MAXIMUM, inMemory).with(Operand.AVERAGE, inArray));
    }
    return list;
  }

  /** Like all operands together, in one call. */
  private static final AdamStep STEP =
      Adam.defaults()
          .withAmsgrad(Adam.AmsGrad.RAW)
          .withAverageDecay(0.9)
          .withWeightDecay(0.01)
          .atStep(64)
          .withSeed(-3);

  @Test
  void slicesModelsAndThreadsGiveTheSameBits() {
    final int length = 17_000 + 19;
    final AdamKernel kernel = AdamKernel.preferred();
    final Random random = new Random(3);
    final List<Combination> list = lossy();
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      for (Combination combination : list) {
        final Map<Operand, Kept> before = combination.filled(length, 17);
        final Map<Operand, Kept> expected = Combination.copy(before);
        kernel.step(STEP, Combination.slice(expected).numberedFrom(BLOCK));
        for (int threads = 1; threads <= 4; threads++) {
          final Map<Operand, Kept> actual = Combination.copy(before);
          final AdamSlice slice = Combination.slice(actual).numberedFrom(BLOCK);
          final List<AdamSlice> ranges = new ArrayList<>();
          for (int from = 0; from < length;) {
            final int blocks = 1 + random.nextInt(threads == 1 ? 6 : 50);
            final int to = Math.min(length, from + blocks * BLOCK);
            ranges.add(slice.range(from, to - from));
            from = to;
          }
          // In another order, as the bits do not depend on what is done first.
          java.util.Collections.reverse(ranges);
          kernel.step(STEP, AdamModel.of(ranges), executor, threads);
          Combination.assertSame(combination + " by " + threads, expected, actual);
        }
      }
    }
  }

  @Test
  void shardsThatAreNumberedGiveTheBitsOfTheWhole() {
    final int length = 5 * BLOCK + 100;
    final int[] cuts = {0, BLOCK, 3 * BLOCK, length};
    final long first = (1L << 32) - 2 * BLOCK;
    for (LaneWidth width : List.of(LaneWidth.SCALAR, LaneWidth.preferred())) {
      final AdamKernel kernel = AdamKernel.of(width);
      for (Combination combination : lossy()) {
        final Map<Operand, Kept> whole = combination.filled(length, 23);
        for (int k = 1; k < cuts.length; k++) {
          final int from = cuts[k - 1];
          final int shardLength = cuts[k] - from;
          final Map<Operand, Kept> shard = combination.filled(shardLength, 1);
          shard
              .forEach((operand, kept) -> copy(whole.get(operand).storage(), from, kept.storage()));
          kernel.step(STEP, Combination.slice(shard).numberedFrom(first + from));
          final Map<Operand, Kept> expected = Combination.copy(whole);
          kernel.step(STEP, Combination.slice(expected).numberedFrom(first));
          shard.forEach(
              (operand, kept) -> {
                for (int i = 0; i < shardLength; i++) {
                  if (kept.bits(i) != expected.get(operand).bits(from + i)) {
                    fail("%s, %s[%d] of the shard from %d", combination, operand, i, from);
                  }
                }
              });
        }
      }
    }
  }

  private static void copy(Storage from, long first, Storage to) {
    final Storage range = from.range(first, to.length());
    to.bytes().copyFrom(range.bytes());
    if (to.scales != null) {
      to.scales.copyFrom(range.scales);
    }
  }

  /** Another number, seed, step or operand, and there are other random numbers. */
  @Test
  void theRandomNumbersDependOnNumberSeedStepAndOperand() {
    final Adam adam = Adam.defaults().withBeta1(0.5).withBeta2(0.5);
    final Map<Operand, Kept> before = Combination.all(As.HALVES).filled(2000, 29);
    final LongFunction<Map<Operand, Kept>> base = number -> stepped(before, adam.atStep(9), number);
    final Map<Operand, Kept> expected = base.apply(0);
    assertDiffers(expected, base.apply(1));
    assertDiffers(expected, base.apply(1L << 32));
    assertDiffers(expected, stepped(before, adam.atStep(9).withSeed(1), 0));
    // Without corrections of bias the next step is the same but for its random numbers.
    final Adam late = adam.withLearningRate(0);
    assertDiffers(
        stepped(before, late.atStep(10_000), 0), stepped(before, late.atStep(10_001), 0));
    assertThat(differences(expected, base.apply(0), Operand.M)).isZero();
  }

  private static Map<Operand, Kept> stepped(
      Map<Operand, Kept> before, AdamStep step, long number) {
    final Map<Operand, Kept> after = Combination.copy(before);
    AdamKernel.of(LaneWidth.preferred())
        .step(step, Combination.slice(after).numberedFrom(number));
    return after;
  }

  private static void assertDiffers(Map<Operand, Kept> one, Map<Operand, Kept> other) {
    for (Operand operand : List.of(Operand.M, Operand.V)) {
      // Two independent roundings of numbers between two others differ once in three times.
      assertThat(differences(one, other, operand)).as("%s", operand).isBetween(200L, 1000L);
    }
  }

  private static long differences(
      Map<Operand, Kept> one, Map<Operand, Kept> other, Operand operand) {
    return LongStream.range(0, one.get(operand).storage().length())
        .filter(i -> one.get(operand).bits(i) != other.get(operand).bits(i))
        .count();
  }

  // ---- What is not lost. ----

  @ParameterizedTest
  @MethodSource("vectorWidths")
  void whateverLosesNothingGivesTheBitsOfArrays(LaneWidth width) {
    final Random random = new Random(7);
    for (Combination combination : Combination.list()) {
      if (combination.as().values().stream().anyMatch(As::isLossy)
          || !IS_ALL && random.nextInt(width == LaneWidth.preferred() ? 3 : 12) > 0) {
        continue;
      }
      final Map<Operand, Kept> actual = combination.filled(131, random.nextLong());
      final Map<Operand, Kept> expected = new EnumMap<>(Operand.class);
      actual.forEach(
          (operand, kept) -> {
            final As plain = combination.isDouble() ? As.DOUBLES : As.FLOATS;
            final Kept copy = Kept.of(plain, 131, operand.ordinal());
            copy(kept.storage(), 0, copy.storage());
            expected.put(operand, copy);
          });
      final LongFunction<AdamStep> steps = drawn(combination, random);
      for (long t : STEPS) {
        AdamKernel.of(LaneWidth.SCALAR).step(steps.apply(t), Combination.slice(expected));
        AdamKernel.of(width).step(steps.apply(t), Combination.slice(actual));
        Combination.assertSame(combination + ", " + steps.apply(t), expected, actual);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("vectorWidths")
  void twoHalvesGiveTheBitsOfFloats(LaneWidth width) {
    final int length = 300;
    final Random random = new Random(13);
    final Combination halves =
        Combination.all(As.FLOATS)
            .with(Operand.PARAMS, As.NATIVE_HALVES)
            .with(Operand.REMAINDER, As.HALVES)
            .with(Operand.COPY, As.NATIVE_FLOATS);
    for (int run = 0; run < (IS_ALL ? 200 : 3); run++) {
      final Map<Operand, Kept> actual = halves.filled(length, random.nextLong());
      final Map<Operand, Kept> expected = Combination.copy(actual);
      expected.remove(Operand.REMAINDER);
      final Kept floats = Kept.of(As.FLOATS, length, 0);
      expected.put(Operand.PARAMS, floats);
      for (int i = 0; i < length; i++) {
        floats.numbers().set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, joined(actual, i));
      }
      final LongFunction<AdamStep> steps = drawn(halves, random);
      for (long t = 1; t <= 3; t++) {
        AdamKernel.of(LaneWidth.SCALAR).step(steps.apply(t), Combination.slice(expected));
        AdamKernel.of(width).step(steps.apply(t), Combination.slice(actual));
        for (int i = 0; i < length; i++) {
          final float x = (float) floats.storage().get(i);
          final float half = (float) actual.get(Operand.PARAMS).storage().get(i);
          assertEqual("joined", i, x, x, Float.intBitsToFloat(joined(actual, i)));
          assertEqual("copy", i, x, x, actual.get(Operand.COPY).storage().get(i));
          // The upper half is the nearest number, and where there are two, the larger one.
          assertEqual("upper half", i, x, FormatTranscription.bfloat16(x, 0x8000), half);
        }
        for (Operand operand : List.of(Operand.GRADS, Operand.M, Operand.V, Operand.AVERAGE)) {
          expected.get(operand).assertSame("" + operand, actual.get(operand), false);
        }
      }
    }
  }

  private static int joined(Map<Operand, Kept> kept, int i) {
    return ((int) kept.get(Operand.PARAMS).rawBits(i) << 16)
        + (int) kept.get(Operand.REMAINDER).rawBits(i);
  }

  @ParameterizedTest
  @MethodSource("vectorWidths")
  void theCopyIsTheNearestOfTheParametersBeforeTheyAreRounded(LaneWidth width) {
    final int length = 1000;
    final AdamStep step = Adam.defaults().withLearningRate(0.1).atStep(3);
    for (As params : List.of(As.FLOATS, As.NATIVE_HALVES)) {
      for (As way : As.values()) {
        if (way.format == Format.FLOAT64 || way.format == Format.BLOCK8) {
          continue;
        }
        final Combination combination = Combination.all(params).with(Operand.COPY, way);
        final Map<Operand, Kept> kept = combination.filled(length, 31);
        final float[][] plain = new float[4][length];
        for (Operand operand : List.of(Operand.PARAMS, Operand.GRADS, Operand.M, Operand.V)) {
          for (int i = 0; i < length; i++) {
            plain[operand.ordinal()][i] = (float) kept.get(operand).storage().get(i);
          }
        }
        AdamKernel.of(LaneWidth.SCALAR).step(step, plain[0], plain[1], plain[2], plain[3]);
        AdamKernel.of(width).step(step, Combination.slice(kept));
        for (int i = 0; i < length; i++) {
          final float expected =
              way.isLossy()
                  ? FormatTranscription
                      .written16(way.format, plain[0][i], FormatTranscription.NEAREST)
                  : plain[0][i];
          assertEqual(
              way.name(), i, plain[0][i], expected, kept.get(Operand.COPY).storage().get(i));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("vectorWidths")
  void theNegatedUpdateIsTheUpdateWithAnotherSign(LaneWidth width) {
    final AdamKernel kernel = AdamKernel.of(width);
    for (As as : List.of(As.FLOATS, As.NATIVE_DOUBLES)) {
      final Map<Operand, Kept> before = Combination.all(as).filled(70, 37);
      for (int k = 0; k < VARIANTS.size(); k += IS_ALL ? 1 : 317) {
        final AdamStep step = VARIANTS.get(k).adam().atStep(64);
        if (step.adam().averageDecay() < 1) {
          continue;
        }
        final Map<Operand, Kept> expected = Combination.copy(before);
        final Map<Operand, Kept> actual = Combination.copy(before);
        final String what = as + ", " + step;
        kernel.step(step.withUpdateOnly(), Combination.slice(expected));
        kernel.step(step.withNegatedUpdate(), Combination.slice(actual));
        for (int i = 0; i < 70; i++) {
          // A sum that is zero is +0, whatever the signs of what is added.
          final double update = expected.get(Operand.GRADS).storage().get(i);
          assertEqual(what, i, update, 0 + update, 0 - actual.get(Operand.GRADS).storage().get(i));
        }
        for (Operand operand : List.of(Operand.PARAMS, Operand.M, Operand.V, Operand.MAXIMUM)) {
          expected.get(operand).assertSame("" + operand, actual.get(operand), false);
        }
      }
    }
  }

  // ---- What is written, in words. ----

  /** Operands that are rounded, and nothing else is: every other one is a float of the same value. */
  @ParameterizedTest
  @MethodSource("vectorWidths")
  void whatIsWrittenIsWhatTheDocumentationSays(LaneWidth width) {
    final int length = 3 * BLOCK + 77;
    final long number = (1L << 32) - BLOCK;
    final Random random = new Random(41);
    for (Combination combination : lossy()) {
      for (Rounding rounding : Rounding.values()) {
        for (boolean isUpdate : combination.has(Operand.COPY)
            ? new boolean[] {false}
            : new boolean[] {false, true}) {
          final long seed = random.nextInt(5) - 2;
          final long t = 65 + random.nextInt(1000) * 64L;
          final Adam adam = Adam.defaults().withAmsgrad(Adam.AmsGrad.RAW);
          final AdamStep step =
              isUpdate
                  ? adam.atStep(t).withUpdateOnly()
                  : adam.withAverageDecay(0.5).atStep(t);
          final Map<Operand, Kept> kept = combination.filled(length, random.nextLong());
          final Map<Operand, float[]> exact = new EnumMap<>(Operand.class);
          final Map<Operand, Storage> exactly = new EnumMap<>(Operand.class);
          kept.forEach(
              (operand, one) -> {
                exact.put(operand, read(one));
                exactly.put(operand, Storage.of(exact.get(operand)));
              });
          AdamKernel.of(LaneWidth.SCALAR).step(step, Combination.sliceOf(exactly));
          AdamKernel.of(width)
              .step(
                  step.withRounding(rounding).withSeed(seed),
                  Combination.slice(kept).numberedFrom(number));
          kept.forEach(
              (operand, one) -> {
                final boolean isWritten =
                    isUpdate
                        ? operand != Operand.PARAMS && operand != Operand.AVERAGE
                        : operand != Operand.GRADS;
                if (isWritten) {
                  final String what =
                      width + ", " + combination + ", " + step + ", " + rounding + ", " + operand;
                  assertWritten(what, exact.get(operand), one, operand, rounding, seed, t, number);
                }
              });
        }
      }
    }
  }

  /** The numbers of an operand by the documentation of its format. */
  private static float[] read(Kept kept) {
    final float[] values = new float[(int) kept.storage().length()];
    final byte[] scales = kept.as().format == Format.BLOCK8 ? scales(kept) : null;
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (kept.as().format.bytes()) {
            case Byte.BYTES ->
                FormatTranscription.read(
                    (byte) kept.rawBits(i), scales[i / BLOCK * 2] & 0xff,
                    scales[i / BLOCK * 2 + 1] == 1);
            case Short.BYTES ->
                FormatTranscription.read16(kept.as().format, (short) kept.rawBits(i));
            default -> Float.intBitsToFloat((int) kept.rawBits(i));
          };
      // And that is what the library says as well.
      assertEqual("read", i, kept.rawBits(i), values[i], kept.storage().get(i));
    }
    return values;
  }

  /** They lie behind the numbers. */
  private static byte[] scales(Kept kept) {
    final long length = kept.storage().length();
    final long at = kept.numbers().address() - kept.all().address() + length;
    return kept.all()
        .asSlice(at, kept.as().format.byteSize(length) - length)
        .toArray(ValueLayout.JAVA_BYTE);
  }

  private static void assertWritten(
      String what,
      float[] exact,
      Kept kept,
      Operand operand,
      Rounding rounding,
      long seed,
      long t,
      long number) {
    final boolean isNearest = rounding == Rounding.NEAREST || operand == Operand.COPY;
    final boolean isUnsigned = operand == Operand.V;
    final boolean isBlock = kept.as().format == Format.BLOCK8;
    final byte[] scales = isBlock ? scales(kept) : null;
    final float[] actual = read(kept);
    int b = 0;
    for (int i = 0; i < exact.length; i++) {
      final int block = i / BLOCK;
      final float x = exact[i];
      final int bits = isBlock ? 20 : 16;
      final int random =
          isNearest
              ? 0
              : FormatTranscription
                  .random(
                      seed, t, FormatTranscription.Drawn.valueOf(operand.name()), number + i,
                      bits);
      final float expected;
      if (isBlock) {
        if (i % BLOCK == 0) {
          final int end = Math.min(exact.length, i + BLOCK);
          b = FormatTranscription.scale(Arrays.copyOfRange(exact, i, end));
        }
        assertEqual(what + ", b", block, 0, b, scales[2 * block] & 0xff);
        assertEqual(what + ", sign", block, 0, isUnsigned ? 1 : 0, scales[2 * block + 1]);
        final float z = FormatTranscription.z(x, b, isUnsigned);
        final int added =
            isNearest
                ? FormatTranscription.toNearest(Float.floatToRawIntBits(z), 20)
                : random;
        expected = FormatTranscription.block8(x, b, isUnsigned, added);
      } else if (kept.as().isLossy()) {
        expected =
            FormatTranscription.written16(
                kept.as().format, x, isNearest ? FormatTranscription.NEAREST : random);
      } else {
        expected = x;
      }
      assertEqual(what, i, x, expected, actual[i]);
    }
  }

  /** Every NaN is the same one. */
  private static void assertEqual(String what, int i, double of, double expected, double actual) {
    if (Double.doubleToLongBits(expected) != Double.doubleToLongBits(actual)) {
      fail("%s[%d] of %s: expected %s, actual %s", what, i, of, expected, actual);
    }
  }
}
