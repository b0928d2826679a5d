package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.adamant.LaneWidth;
import org.adamant.internal.loop.Specialisation.Element;
import org.adamant.internal.width.SupportedWidths;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a slice is cut into blocks: each element is in one, and where blocks begin in large arrays. */
class LoopTest {

  private static final int LARGE = 1 << 17;

  private static final Layout[] LAYOUTS =
      {Layout.FLOATS, Layout.DOUBLES, Layout.uniform(Kind.FLOAT_SEGMENT),
        Layout.uniform(Kind.DOUBLE_SEGMENT), Layout.uniform(Kind.BFLOAT16_ARRAY)};

  private static final Coefficients COEFFICIENTS =
      new Coefficients(
          1, 1, 0, 1, 0.1, 0.001, 0.999, 1, 0, 1, 1e-8, 1, 1, -1e-3, 0, 0, false, 0);

  /** The elements of a block. */
  record Block(long first, int count) {
    long end() {
      return first + count;
    }
  }

  /** Records the blocks that it steps, and those whose tiny moments it flushes. */
  private static final class Blocks extends StubLoop {
    final List<Block> stepped = new ArrayList<>();
    final List<Block> flushed = new ArrayList<>();

    @Override
    public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
      stepped.add(new Block(first, count));
    }

    @Override
    public void flush(Operands o, long first, int count) {
      flushed.add(new Block(first, count));
    }
  }

  /** Operands that are nowhere, beginning at an index of their arrays. */
  private static Operands operands(Layout layout, int offset, long length) {
    return new Operands(layout, null, null, null, null, offset, length);
  }

  private static List<Block> blocks(Layout layout, int offset, long first, long count) {
    final Blocks blocks = new Blocks();
    blocks.run(COEFFICIENTS, operands(layout, offset, first + count), first, count);
    assertThat(blocks.flushed).isEmpty();
    return blocks.stepped;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0", "7, 7", "0, 1", "0, 4095", "0, 4096", "0, 4097", "5, 12293", "0, 131071", "0, 131072",
    "3, 131074", "3, 131075", "4095, 200000"
  })
  void everyElementIsInExactlyOneBlockThatIsNotTooLong(int from, int to) {
    for (Layout layout : LAYOUTS) {
      for (int offset : new int[] {0, 3}) {
        long end = from;
        for (Block block : blocks(layout, offset, from, to - from)) {
          assertThat(block.first).isEqualTo(end);
          assertThat(block.count).isBetween(1, Loop.BLOCK);
          end = block.end();
        }
        assertThat(end).isEqualTo(to);
      }
    }
  }

  @Test
  void smallSlicesAreCutIntoWholeBlocks() {
    assertThat(blocks(Layout.FLOATS, 0, 5, LARGE - 1)).first().isEqualTo(new Block(5, Loop.BLOCK));
    assertThat(blocks(Layout.FLOATS, 5, 0, LARGE - 1)).first().isEqualTo(new Block(0, Loop.BLOCK));
    assertThat(blocks(Layout.FLOATS, 0, 5, Loop.BLOCK)).hasSize(1);
  }

  /** Elements of large arrays begin 16 bytes behind a cache line of 64 bytes. */
  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "1, 0", "13, 0", "0, 13", "4096, 0", "0, 4096", "7, 2"})
  void inLargeSlicesAllBlocksButTheFirstBeginAtACacheLine(int offset, long first) {
    for (Block block : blocks(Layout.FLOATS, offset, first, LARGE)) {
      assertThat(block.first == first || (offset + block.first + 4) % 16 == 0)
          .as("%s", block)
          .isTrue();
    }
    for (Block block : blocks(Layout.DOUBLES, offset, first, LARGE)) {
      assertThat(block.first == first || (offset + block.first + 2) % 8 == 0)
          .as("%s", block)
          .isTrue();
    }
  }

  @Test
  void everyBlockIsFlushedAtAStepThatFlushes() {
    final Coefficients c =
        new Coefficients(1, 1, 0, 1, 0.1, 0.001, 0.999, 1, 0, 1, 1e-8, 1, 1, -1e-3, 0, 0, true, 0);
    final Blocks blocks = new Blocks();
    blocks.run(c, operands(Layout.FLOATS, 0, 10_000), 3, 9_997);
    assertThat(blocks.flushed).isEqualTo(blocks.stepped).hasSize(3);
  }

  private static final Layout IN_BLOCKS =
      Layout.of(
          Kind.FLOAT_ARRAY, Kind.FLOAT_ARRAY, Kind.BLOCK8_SEGMENT, Kind.BLOCK8_SEGMENT, Kind.NONE,
          Kind.NONE, Kind.NONE, Kind.NONE);

  @Test
  void momentsInBlocksAreSteppedAndPackedBlockByBlock() {
    final List<String> calls = new ArrayList<>();
    final Loop loop =
        new StubLoop() {
          @Override
          public void step(Coefficients c, Operands o, float[] moments, long first, int count) {
            note("step", moments, first, count);
          }

          @Override
          public void pack(Coefficients c, Operands o, float[] moments, long first, int count) {
            note("pack", moments, first, count);
          }

          private void note(String what, float[] moments, long first, int count) {
            calls.add(what + " " + (moments != null) + " " + first + " " + count);
          }
        };
    loop.run(COEFFICIENTS, operands(IN_BLOCKS, 0, 600), 256, 300);
    assertThat(calls)
        .containsExactly(
            "step true 256 256", "pack true 256 256", "step true 512 44", "pack true 512 44");
    calls.clear();
    loop.run(COEFFICIENTS, operands(Layout.FLOATS, 0, 1030), 0, 1030);
    assertThat(calls).containsExactly("step false 0 1030");
  }

  /** The random numbers of a block have one key. */
  @Test
  void whereNumbersAreRoundedAllElementsOfABlockHaveTheUpperHalfOfTheirNumberInCommon() {
    for (Layout layout : new Layout[] {Layout.uniform(Kind.BFLOAT16_ARRAY), IN_BLOCKS}) {
      final long number = (3L << 32) - 512;
      final Blocks blocks = new Blocks();
      final Operands o = new Operands(layout, new Object[Operand.COUNT], 0, 200_000, number);
      blocks.run(COEFFICIENTS, o, 256, 199_744);
      long end = 256;
      for (Block block : blocks.stepped) {
        assertThat(block.first).isEqualTo(end);
        end = block.end();
        assertThat(number + block.first >> 32).isEqualTo(number + end - 1 >> 32);
      }
      assertThat(end).isEqualTo(200_000);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLargeSliceGetsTheBitsOfSmallOnes(Element element) {
    final Loop loop = Specialiser.loop(new Specialisation(Layout.of(element), 0, Variant.BASIC));
    final int from = 3;
    final int to = from + LARGE + 100;
    final Object[] whole = arrays(element, to + 5);
    final Object[] parts = arrays(element, to + 5);
    loop.run(COEFFICIENTS, operands(element, whole), from, to - from);
    for (int i = from; i < to; i += 1000) {
      loop.run(COEFFICIENTS, operands(element, parts), i, Math.min(to - i, 1000));
    }
    assertThat(Arrays.deepEquals(whole, parts)).isTrue();
  }

  private static Operands operands(Element element, Object[] arrays) {
    return new Operands(
        Layout.of(element), arrays[0], arrays[1], arrays[2], arrays[3], 0,
        Array.getLength(arrays[0]));
  }

  private static Object[] arrays(Element element, int length) {
    final Object[] arrays = new Object[4];
    for (int k = 0; k < arrays.length; k++) {
      final float[] floats = new float[length];
      final double[] doubles = new double[length];
      for (int i = 0; i < length; i++) {
        doubles[i] = (i + 1L) * (k + 1) * 0.6180339887498949 % 1;
        floats[i] = (float) doubles[i];
      }
      arrays[k] = element == Element.FLOAT ? floats : doubles;
    }
    return arrays;
  }

  @ParameterizedTest
  @EnumSource
  void everyElementThatIsNotFiniteIsCounted(Element element) {
    for (int laneBits : new int[] {0, widest()}) {
      final Loop loop =
          Specialiser.loop(new Specialisation(Layout.of(element), laneBits, Variant.BASIC));
      for (int length : new int[] {1, 15, 4095, 4096, 4097, 8192, 10_000}) {
        final Object array = Array.newInstance(primitive(element), length + 2);
        for (int i = 0; i < length + 2; i++) {
          set(array, i, i % 2 == 0 ? -3 : Float.MAX_VALUE);
        }
        // Outside of what is asked about.
        set(array, 0, Double.POSITIVE_INFINITY);
        set(array, length + 1, Double.NaN);
        // The first element after one that is outside of the slice, or of what is asked about.
        final Operands behind =
            new Operands(Layout.of(element), null, array, null, null, 1, length);
        final Operands whole =
            new Operands(Layout.of(element), null, array, null, null, 0, length + 2);
        assertThat(loop.countNonFinite(behind, 0, length)).isZero();
        assertThat(loop.countNonFinite(whole, 1, length)).isZero();
        long expected = 0;
        for (int i : new int[] {1, length / 2, Math.min(length, 4096), length}) {
          for (double value : new double[] {
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
          }) {
            final double before = Array.getDouble(array, Math.max(i, 1));
            set(array, Math.max(i, 1), value);
            assertThat(loop.countNonFinite(whole, 1, length))
                .as("%s at %s of %s, %s bits", value, i, length, laneBits)
                .isEqualTo(expected + 1);
            set(array, Math.max(i, 1), before);
          }
        }
        for (int i = 1; i <= length; i += 3) {
          set(array, i, i % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY);
          expected++;
        }
        assertThat(loop.countNonFinite(whole, 1, length)).isEqualTo(expected);
        assertThat(loop.countNonFinite(behind, 0, length)).isEqualTo(expected);
      }
    }
  }

  private static int widest() {
    for (int bits = 512; bits > 0; bits /= 2) {
      if (SupportedWidths.obstacle(bits).isEmpty()) {
        return bits;
      }
    }
    return 0;
  }

  private static Class<?> primitive(Element element) {
    return element == Element.FLOAT ? float.class : double.class;
  }

  private static void set(Object array, int i, double value) {
    if (array instanceof float[] floats) {
      floats[i] = (float) value;
    } else {
      Array.setDouble(array, i, value);
    }
  }

  /** The rule is a comparison; the loop does without one. */
  @ParameterizedTest
  @EnumSource
  void whatIsTinyIsFlushedAndNothingElse(Element element) {
    for (LaneWidth width : LaneWidth.supported()) {
      assertFlushes(
          element,
          Specialiser.loop(new Specialisation(Layout.of(element), width.bits(), Variant.BASIC)));
    }
  }

  private static void assertFlushes(Element element, Loop loop) {
    final boolean isFloat = element == Element.FLOAT;
    final double limitOfM = isFloat ? 0x1p-100 : 0x1p-960;
    final double limitOfV = isFloat ? Float.MIN_NORMAL : Double.MIN_NORMAL;
    final List<Double> values = new ArrayList<>();
    for (double x : new double[] {
      0, isFloat ? Float.MIN_VALUE : Double.MIN_VALUE, limitOfV, limitOfM, 0x1p-50, 1, 3,
      isFloat ? Float.MAX_VALUE : Double.MAX_VALUE, Double.POSITIVE_INFINITY
    }) {
      for (double y : new double[] {down(isFloat, x), x, up(isFloat, x)}) {
        values.add(y);
        values.add(-y);
      }
    }
    // First, so that vectors have them. The NaN that processors make has a sign.
    values.addFirst(Double.NaN);
    values.addFirst(Double.longBitsToDouble(0xfff8L << 48));
    final int length = values.size();
    final Object m = Array.newInstance(primitive(element), length);
    final Object v = Array.newInstance(primitive(element), length);
    for (int i = 0; i < length; i++) {
      set(m, i, values.get(i));
      set(v, i, values.get(i));
    }
    loop.flush(new Operands(Layout.of(element), null, null, m, v, 0, length), 0, length);
    for (int i = 0; i < length; i++) {
      final double x = values.get(i);
      assertThat(Array.getDouble(m, i)).as("m of %s", x)
          .isEqualTo(Double.valueOf(Math.abs(x) < limitOfM ? 0 : x));
      assertThat(Array.getDouble(v, i))
          .as("v of %s", x)
          .isEqualTo(Double.valueOf(x < limitOfV ? 0 : x));
    }
  }

  private static double down(boolean isFloat, double x) {
    return isFloat ? Math.nextDown((float) x) : Math.nextDown(x);
  }

  private static double up(boolean isFloat, double x) {
    return isFloat ? Math.nextUp((float) x) : Math.nextUp(x);
  }
}
