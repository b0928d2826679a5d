package org.adamant.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.adamant.internal.Specialisation.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a slice is cut into blocks: each element in one, and where blocks begin in large arrays. */
class LoopTest {

  private static final int LARGE = 1 << 17;

  private static final Coefficients COEFFICIENTS =
      new Coefficients(
          1, 1, 0, 1, 0.1, 0.001, 0.999, 1, 0, 1, 1e-8, -1e-3, 0, 0, false);

  /** The elements of a block. */
  record Block(int from, int to) {
    int length() {
      return to - from;
    }
  }

  /** Remembers the blocks it was asked to step, and those whose tiny moments it was asked to flush. */
  private static final class Blocks extends StubLoop {
    final List<Block> stepped = new ArrayList<>();
    final List<Block> flushed = new ArrayList<>();

    @Override
    void step(int from, int to) {
      stepped.add(new Block(from, to));
    }

    @Override
    void flush(Object m, Object v, int from, int to) {
      flushed.add(new Block(from, to));
    }
  }

  private static List<Block> blocks(Object params, int from, int to) {
    final Blocks blocks = new Blocks();
    blocks.run(COEFFICIENTS, params, null, null, null, null, null, from, to);
    assertThat(blocks.flushed).isEmpty();
    return blocks.stepped;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0", "7, 7", "0, 1", "0, 4095", "0, 4096", "0, 4097", "5, 12293", "0, 131071", "0, 131072",
    "3, 131074", "3, 131075", "4095, 200000"
  })
  void everyElementIsInExactlyOneBlockThatIsNotTooLong(int from, int to) {
    for (Object params : new Object[] {new float[0], new double[0]}) {
      int end = from;
      for (Block block : blocks(params, from, to)) {
        assertThat(block.from).isEqualTo(end);
        assertThat(block.length()).isBetween(1, Loop.BLOCK);
        end = block.to;
      }
      assertThat(end).isEqualTo(to);
    }
  }

  @Test
  void smallSlicesAreCutIntoWholeBlocks() {
    assertThat(blocks(new float[0], 5, 5 + LARGE - 1))
        .first()
        .isEqualTo(new Block(5, 5 + Loop.BLOCK));
    assertThat(blocks(new float[0], 5, 5 + Loop.BLOCK)).hasSize(1);
  }

  /** Elements of large arrays begin 16 bytes behind a cache line of 64 bytes. */
  @ParameterizedTest
  @CsvSource({"0", "1", "13", "4096"})
  void inLargeSlicesAllBlocksButTheFirstBeginAtACacheLine(int from) {
    for (Block block : blocks(new float[0], from, from + LARGE)) {
      assertThat(block.from == from || (block.from + 4) % 16 == 0).as("%s", block).isTrue();
    }
    for (Block block : blocks(new double[0], from, from + LARGE)) {
      assertThat(block.from == from || (block.from + 2) % 8 == 0).as("%s", block).isTrue();
    }
  }

  @Test
  void everyBlockIsFlushedAtAStepThatFlushes() {
    final Coefficients c =
        new Coefficients(1, 1, 0, 1, 0.1, 0.001, 0.999, 1, 0, 1, 1e-8, -1e-3, 0, 0, true);
    final Blocks blocks = new Blocks();
    blocks.run(c, new float[0], null, null, null, null, null, 3, 10_000);
    assertThat(blocks.flushed).isEqualTo(blocks.stepped).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource
  void aLargeSliceGetsTheBitsOfSmallOnes(Element element) {
    final Loop loop = Specialiser.loop(new Specialisation(element, 0, Variant.BASIC));
    final int from = 3;
    final int to = from + LARGE + 100;
    final Object[] whole = arrays(element, to + 5);
    final Object[] parts = arrays(element, to + 5);
    loop.run(COEFFICIENTS, whole[0], whole[1], whole[2], whole[3], null, null, from, to);
    for (int i = from; i < to; i += 1000) {
      final int end = Math.min(to, i + 1000);
      loop.run(COEFFICIENTS, parts[0], parts[1], parts[2], parts[3], null, null, i, end);
    }
    assertThat(Arrays.deepEquals(whole, parts)).isTrue();
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
      final Loop loop = Specialiser.loop(new Specialisation(element, laneBits, Variant.BASIC));
      for (int length : new int[] {1, 15, 4095, 4096, 4097, 8192, 10_000}) {
        final Object array = Array.newInstance(primitive(element), length + 2);
        for (int i = 0; i < length + 2; i++) {
          set(array, i, i % 2 == 0 ? -3 : Float.MAX_VALUE);
        }
        // Outside of what is asked about.
        set(array, 0, Double.POSITIVE_INFINITY);
        set(array, length + 1, Double.NaN);
        assertThat(loop.countNonFinite(array, 1, length + 1)).isZero();
        long expected = 0;
        for (int i : new int[] {1, length / 2, Math.min(length, 4096), length}) {
          for (double value : new double[] {
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
          }) {
            final double before = Array.getDouble(array, Math.max(i, 1));
            set(array, Math.max(i, 1), value);
            assertThat(loop.countNonFinite(array, 1, length + 1))
                .as("%s at %s of %s, %s bits", value, i, length, laneBits)
                .isEqualTo(expected + 1);
            set(array, Math.max(i, 1), before);
          }
        }
        for (int i = 1; i <= length; i += 3) {
          set(array, i, i % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY);
          expected++;
        }
        assertThat(loop.countNonFinite(array, 1, length + 1)).isEqualTo(expected);
      }
    }
  }

  private static int widest() {
    for (int bits = 512; bits > 0; bits /= 2) {
      if (Chooser.refusal(bits).isEmpty()) {
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
    final boolean isFloat = element == Element.FLOAT;
    final Loop loop = Specialiser.loop(new Specialisation(element, 0, Variant.BASIC));
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
    values.add(Double.NaN);
    final int length = values.size();
    final Object m = Array.newInstance(primitive(element), length);
    final Object v = Array.newInstance(primitive(element), length);
    for (int i = 0; i < length; i++) {
      set(m, i, values.get(i));
      set(v, i, values.get(i));
    }
    loop.flush(m, v, 0, length);
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
