package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark body, with its result checked against that of one thread. */
class ThreadsBenchmarkTest {

  private final ThreadsBenchmark benchmark = new ThreadsBenchmark();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyThreadDoesItsPart(int threads) {
    final ThreadsBenchmark.Team team = new ThreadsBenchmark.Team();
    team.threads = threads;
    team.hire();
    try {
      checkFloats(team);
      checkDoubles(team);
    } finally {
      team.dismiss();
    }
  }

  private void checkFloats(ThreadsBenchmark.Team team) {
    final ThreadsBenchmark.Floats floats = new ThreadsBenchmark.Floats();
    floats.size = StepBenchmarkTest.SIZE;
    floats.fill(team);
    final StepBenchmark.Floats expected = StepBenchmarkTest.floats();
    new StepBenchmark().floatKernel(kernel(), new StepBenchmark.Steps(), expected);

    assertThat(benchmark.floatKernel(kernel(), new StepBenchmark.Steps(), team, floats)).isZero();
    assertThat(floats.whole.params).containsExactly(expected.params);

    assertThat(floats.parts).hasSize(team.threads);
    final int[] sizes = IntStream.range(0, team.threads).map(i -> floats.parts[i].size).toArray();
    assertThat(IntStream.of(sizes).sum()).isEqualTo(StepBenchmarkTest.SIZE);
    benchmark.floatPlain(team, floats);
    for (StepBenchmark.Floats part : floats.parts) {
      final StepBenchmark.Floats alone = new StepBenchmark.Floats();
      alone.size = part.size;
      alone.fill();
      new StepBenchmark().floatPlain(new StepBenchmark.Steps(), alone);
      assertThat(part.params).containsExactly(alone.params);
    }
    benchmark.floatTraffic(team, floats);
    for (StepBenchmark.Floats part : floats.parts) {
      final StepBenchmark.Floats alone = new StepBenchmark.Floats();
      alone.size = part.size;
      alone.fill();
      new StepBenchmark().floatPlain(new StepBenchmark.Steps(), alone);
      new StepBenchmark().floatTraffic(alone);
      assertThat(part.params).containsExactly(alone.params);
    }
  }

  private void checkDoubles(ThreadsBenchmark.Team team) {
    final ThreadsBenchmark.Doubles doubles = new ThreadsBenchmark.Doubles();
    doubles.size = StepBenchmarkTest.SIZE;
    doubles.fill(team);
    final StepBenchmark.Doubles expected = StepBenchmarkTest.doubles();
    new StepBenchmark().doubleKernel(kernel(), new StepBenchmark.Steps(), expected);

    assertThat(benchmark.doubleKernel(kernel(), new StepBenchmark.Steps(), team, doubles)).isZero();
    assertThat(doubles.whole.params).containsExactly(expected.params);

    benchmark.doublePlain(team, doubles);
    benchmark.doubleTraffic(team, doubles);
    for (StepBenchmark.Doubles part : doubles.parts) {
      final StepBenchmark.Doubles alone = new StepBenchmark.Doubles();
      alone.size = part.size;
      alone.fill();
      new StepBenchmark().doublePlain(new StepBenchmark.Steps(), alone);
      new StepBenchmark().doubleTraffic(alone);
      assertThat(part.params).containsExactly(alone.params);
    }
  }

  private static StepBenchmark.Kernel kernel() {
    final StepBenchmark.Kernel kernel = new StepBenchmark.Kernel();
    kernel.width = "preferred";
    kernel.find();
    return kernel;
  }
}
