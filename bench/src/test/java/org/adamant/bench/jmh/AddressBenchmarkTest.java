package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The body of the benchmark: it steps operands that lie where its parameters say. */
class AddressBenchmarkTest {

  private static final int SIZE = 1000;

  private static AddressBenchmark.Operands operands(int beyond, String order) {
    final StepBenchmark.Kernel kernel = new StepBenchmark.Kernel();
    kernel.width = LaneWidth.SCALAR.name();
    kernel.find();
    final AddressBenchmark.Operands operands = new AddressBenchmark.Operands();
    operands.size = SIZE;
    operands.beyond = beyond;
    operands.order = order;
    operands.fill(kernel);
    return operands;
  }

  @ParameterizedTest
  @CsvSource({"680, pgmv", "-80, vmgp", "16, mpvg"})
  void theOperandsLieInThisOrderAndSoFarApart(int beyond, String order) {
    final int distance = (AddressBenchmark.PAGE + beyond) / Float.BYTES;
    final AddressBenchmark.Operands operands = operands(beyond, order);
    final float[][] expected = new float[4][];
    for (int i = 0; i < expected.length; i++) {
      final int from = order.indexOf("pgmv".charAt(i)) * distance;
      expected[i] = Arrays.copyOfRange(operands.all, from, from + SIZE);
    }
    final AdamKernel kernel = AdamKernel.of(LaneWidth.SCALAR);
    kernel.step(Adam.defaults().atStep(3), operands.slice);
    kernel.step(
        Adam.defaults().atStep(3), expected[0], expected[1], expected[2], expected[3]);
    for (int i = 0; i < expected.length; i++) {
      final int from = order.indexOf("pgmv".charAt(i)) * distance;
      assertThat(Arrays.copyOfRange(operands.all, from, from + SIZE)).containsExactly(expected[i]);
    }
  }

  @Test
  void badParametersAreRefused() {
    assertThatThrownBy(() -> operands(-800, "pgmv"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beyond = -800");
    assertThatThrownBy(() -> operands(16, "pgmw"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("order = pgmw");
  }
}
