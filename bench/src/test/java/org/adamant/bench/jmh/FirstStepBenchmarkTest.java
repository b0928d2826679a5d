package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.LaneWidth;
import org.junit.jupiter.api.Test;

/** Every benchmark body, with its result checked against the plain loop. */
class FirstStepBenchmarkTest {

  @Test
  void findsTheKernelAndStepsOnce() {
    final FirstStepBenchmark benchmark = new FirstStepBenchmark();
    for (LaneWidth width : LaneWidth.supported()) {
      final FirstStepBenchmark.Width w = new FirstStepBenchmark.Width();
      w.width = width.name();
      final StepBenchmark.Floats floats = StepBenchmarkTest.floats();
      final StepBenchmark.Floats plainFloats = StepBenchmarkTest.floats();
      assertThat(benchmark.floatKernel(w, new StepBenchmark.Steps(), floats).laneWidth())
          .isEqualTo(width);
      benchmark.floatPlain(new StepBenchmark.Steps(), plainFloats);
      assertThat(floats.params).containsExactly(plainFloats.params);

      final StepBenchmark.Doubles doubles = StepBenchmarkTest.doubles();
      final StepBenchmark.Doubles plainDoubles = StepBenchmarkTest.doubles();
      assertThat(benchmark.doubleKernel(w, new StepBenchmark.Steps(), doubles).laneWidth())
          .isEqualTo(width);
      benchmark.doublePlain(new StepBenchmark.Steps(), plainDoubles);
      assertThat(doubles.params).containsExactly(plainDoubles.params);
    }
  }
}
