package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.KryoSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's other serialiser, and shards that do not fit into memory. */
class KryoTest {

  @TempDir
  private Path directory;

  @Test
  void theSameBits() throws Exception {
    try (JavaSparkContext spark =
        Contexts.start(
            Contexts.conf("local[2]")
                .set("spark.serializer", KryoSerializer.class.getName())
                .set("spark.testing.memory", "700000")
                .set("spark.testing.reservedMemory", "0"))) {
      final Training training =
          DriverProgram.builder(directory.toString(), 4)
              .partitions(3)
              .build()
              .fit(
                  spark.parallelize(DriverProgram.DATASET, 2), DriverProgram.parameters(),
                  new Waves(), DriverProgram.STEPS,
                  (step, loss, report) -> {});
      assertThat(Reference.hash(training.parameters())).isEqualTo(DriverProgram.expected());
    }
  }
}
