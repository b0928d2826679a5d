package org.adamant.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.LongStream;
import org.adamant.Adam;
import org.apache.spark.api.java.JavaSparkContext;

/** A training to be killed, which prints its progress. */
final class DriverProgram {

  static final List<Long> DATASET = LongStream.range(0, 40).boxed().toList();

  static final int STEPS = 10;

  static final int BATCHES = 3;

  static final int SAMPLES = 4;

  static final Adam ADAM = Adam.pytorchAdamW().withLearningRate(0.01);

  static final double MAX_NORM = 2;

  private DriverProgram() {}

  static SequencedMap<String, Object> parameters() {
    final SequencedMap<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("w", new float[50_000]);
    parameters.put("b", new float[100]);
    return parameters;
  }

  static ShardedAdam.Builder builder(String directory, int every) {
    return ShardedAdam.builder(ADAM)
        .microBatches(BATCHES)
        .samples(SAMPLES)
        .maxNorm(MAX_NORM)
        .checkpoint(directory, every);
  }

  /** The bits of one machine. */
  static String expected() throws Exception {
    final SequencedMap<String, Object> expected = parameters();
    Reference.train(
        ADAM, MAX_NORM, DATASET, expected, new Waves(), BATCHES, SAMPLES, STEPS);
    return Reference.hash(expected);
  }

  /** Arguments: the folder of checkpoints, and the number of shards. */
  public static void main(String[] args) throws Exception {
    try (JavaSparkContext spark = Contexts.start(Contexts.conf("local[2]"))) {
      final Training training =
          builder(args[0], 4)
              .partitions(Integer.parseInt(args[1]))
              .build()
              .fit(
                  spark.parallelize(DATASET, 2), parameters(), new Waves(), STEPS,
                  (step, loss, report) -> System.out.println("step " + step));
      System.out.println("resumedAt=" + training.resumedAt());
      System.out.println("hash=" + Reference.hash(training.parameters()));
    }
  }
}
