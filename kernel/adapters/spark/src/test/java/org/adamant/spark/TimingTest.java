package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Times what a step costs beside that of the kernel, on demand, on an idle machine. */
@Tag("timing")
class TimingTest {

  private static final int BATCHES = 2;

  /** Steps before those that count, until compilers have been there. */
  private static final int WARM_UP = 8;

  private static final int MEASURED = 7;

  private static final Adam ADAM = Adam.defaults();

  @TempDir
  private Path directory;

  /** A gradient that costs nothing to compute. */
  private static final class Free implements GradientFunction<Integer> {
    private static final long serialVersionUID = 1;

    private static final Map<Integer, float[]> GRADIENTS = new ConcurrentHashMap<>();

    @Override
    public Gradients gradient(Parameters parameters, List<Integer> samples) {
      final int length = parameters.floats("w").length;
      return new Gradients(
          0, Map.of("w", GRADIENTS.computeIfAbsent(length, n -> {
            final float[] gradient = new float[n];
            Arrays.fill(gradient, 0.01f);
            return gradient;
          })));
    }
  }

  @Test
  void tableOfAStep() throws Exception {
    System.out.println(
        "| parameters | shards | a step, ms | kernel alone, ms | shuffled, MB | returned, MB |");
    System.out.println("| ---: | ---: | ---: | ---: | ---: | ---: |");
    for (String size : System.getProperty("adamant.sizes", "1000000,10000000,100000000")
        .split(",")) {
      final int length = Integer.parseInt(size);
      final double kernel = kernel(length);
      for (int shards : new int[] {1, 2, 4}) {
        final Moved moved = new Moved();
        final double step = step(length, shards, moved);
        System.out.printf(
            "| %,d | %d | %.0f | %.1f | %.1f | %.1f |%n", length, shards, step, kernel,
            moved.written.get() / 1e6 / (WARM_UP + MEASURED),
            moved.returned.get() / 1e6 / (WARM_UP + MEASURED));
        assertThat(moved.written.get() / (WARM_UP + MEASURED))
            .isBetween(4L * BATCHES * length, 4L * BATCHES * length * 101 / 100);
      }
      Free.GRADIENTS.clear();
    }
  }

  private static double kernel(int length) {
    final float[][] arrays = new float[4][length];
    final List<Double> times = new ArrayList<>();
    final long end = System.nanoTime() + 5_000_000_000L;
    for (long t = 1; System.nanoTime() < end || times.size() < 5; t++) {
      final long start = System.nanoTime();
      AdamKernel.preferred().step(ADAM.atStep(t), arrays[0], arrays[1], arrays[2], arrays[3]);
      times.add((System.nanoTime() - start) / 1e6);
    }
    return median(times.subList(times.size() / 2, times.size()));
  }

  private double step(int length, int shards, Moved moved) throws Exception {
    final List<Long> ends = new ArrayList<>();
    // As in a cluster that has fast networks and disks, whose bytes are not worth being compressed.
    try (JavaSparkContext spark =
        Contexts.start(
            Contexts.conf("local[2]")
                .set("spark.shuffle.compress", "false")
                .set("spark.broadcast.compress", "false"))) {
      spark.sc().addSparkListener(moved);
      final SequencedMap<String, Object> parameters = new LinkedHashMap<>();
      parameters.put("w", new float[length]);
      ShardedAdam.builder(ADAM)
          .microBatches(BATCHES)
          .partitions(shards)
          .checkpoint(directory.resolve(length + "-" + shards).toString(), WARM_UP)
          .build()
          .fit(
              spark.parallelize(List.of(1, 2, 3, 4), 2), parameters, new Free(),
              WARM_UP + MEASURED, (step, loss, report) -> ends.add(System.nanoTime()));
    }
    final List<Double> times = new ArrayList<>();
    // The first one after the checkpoint reads it, and the last one writes another.
    for (int i = WARM_UP + 1; i < ends.size() - 1; i++) {
      times.add((ends.get(i) - ends.get(i - 1)) / 1e6);
    }
    return median(times);
  }

  private static double median(List<Double> times) {
    final List<Double> sorted = times.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
