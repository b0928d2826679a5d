package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamOptimizer;
import org.adamant.LaneWidth;
import org.adamant.proptest.GoldenTest.Type;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code torch.optim.SparseAdam}, recorded on rows of which a third has a gradient at each step, continued to the bit. */
class SparsePresetTest {

  static final int ROW = 17;
  static final int ROWS = GoldenTest.LENGTH / ROW;

  /** The rows that have a gradient at a step, see {@code golden/README.md}. */
  static int[] touched(int t) {
    return IntStream.range(0, ROWS).filter(row -> (row + t) % 3 == 0).toArray();
  }

  /** The elements of rows, one after the other. */
  static Object rows(Object array, int[] rows) {
    final Object values =
        Array.newInstance(array.getClass().componentType(), rows.length * ROW);
    for (int k = 0; k < rows.length; k++) {
      System.arraycopy(array, rows[k] * ROW, values, k * ROW, ROW);
    }
    return values;
  }

  static SparseRows gradient(Object grads, int t) {
    final int[] rows = touched(t);
    return rows(grads, rows) instanceof float[] floats
        ? SparseRows.of(rows, floats, ROW)
        : SparseRows.of(rows, (double[]) rows(grads, rows), ROW);
  }

  static Stream<Arguments> kernels() {
    return Stream.of(Type.values())
        .flatMap(
            type -> LaneWidth.supported().stream().map(width -> Arguments.of(type, width)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("kernels")
  void equalsTheRecordingInEveryBit(Type type, LaneWidth width) throws IOException {
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(Adam.pytorchSparseAdam())
            .kernel(AdamKernel.of(width))
            .sparse(SparseMode.LAZY)
            .build();
    final GoldenTest.Inputs inputs = new GoldenTest.Inputs();
    final Object params = Array.newInstance(type.element, GoldenTest.LENGTH);
    final Object grads = Array.newInstance(type.element, GoldenTest.LENGTH);
    inputs.fillParams(params);
    for (int t = 1; t <= GoldenTest.RECORDED.getLast(); t++) {
      inputs.fillGrads(grads);
      optimizer.step(Map.of("table", params), Map.of("table", gradient(grads, t)));
      if (GoldenTest.RECORDED.contains(t)) {
        final List<Object> theirs =
            Stream.generate(() -> Array.newInstance(type.element, GoldenTest.LENGTH))
                .limit(3)
                .toList();
        type.read("sparseadam_forloop", t, theirs);
        assertThat(params).as("p at t = %s", t).isEqualTo(theirs.get(0));
        assertThat(optimizer.firstMoment("table", params.getClass()))
            .as("m at t = %s", t)
            .isEqualTo(theirs.get(1));
        assertThat(optimizer.secondMoment("table", params.getClass()))
            .as("v at t = %s", t)
            .isEqualTo(theirs.get(2));
      }
    }
  }
}
