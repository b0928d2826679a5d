package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.MapOutputTrackerMaster;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

/** Tasks that fail, and caches that are lost. */
class FailureTest {

  /** Of all tasks that were made to fail. */
  private static final AtomicInteger FAILED = new AtomicInteger();

  private static JavaSparkContext spark;

  @TempDir
  private Path directory;

  /** A file system in which owners of shards fail twice, in every task that reads or writes. */
  public static final class Failing extends RawLocalFileSystem {

    /** Made by Hadoop. */
    public Failing() {
      // Nothing to say.
    }

    @Override
    public String getScheme() {
      return "failing";
    }

    @Override
    public URI getUri() {
      return URI.create("failing:///");
    }

    private static void fail() throws IOException {
      final TaskContext task = TaskContext.get();
      if (task != null && task.attemptNumber() < 2) {
        FAILED.incrementAndGet();
        throw new IOException("made to fail");
      }
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path file, int size) throws IOException {
      fail();
      return super.open(file, size);
    }

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path file, boolean overwrite, int size, short replication,
        long blockSize, Progressable progress)
        throws IOException {
      fail();
      return super.create(file, overwrite, size, replication, blockSize, progress);
    }
  }

  @BeforeAll
  static void start() {
    spark =
        Contexts.start(
            Contexts.conf("local[2,3]")
                .set("spark.hadoop.fs.failing.impl", Failing.class.getName()));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static String fit(
      String directory, GradientFunction<Long> function, Progress progress) throws Exception {
    return Reference.hash(
        DriverProgram.builder(directory, 3)
            .partitions(3)
            .build()
            .fit(
                spark.parallelize(DriverProgram.DATASET, 2), DriverProgram.parameters(), function,
                DriverProgram.STEPS, progress)
            .parameters());
  }

  @Test
  void tasksThatFailTwice() throws Exception {
    FAILED.set(0);
    final String hash =
        fit("failing://" + directory.resolve("run"), (parameters, samples) -> {
          final TaskContext task = TaskContext.get();
          final Gradients gradients = new Waves().gradient(parameters, samples);
          if (parameters.step() % 4 == 1 && task.partitionId() == 1 && task.attemptNumber() < 2) {
            FAILED.incrementAndGet();
            throw new IllegalStateException("made to fail");
          }
          return gradients;
        }, (step, loss, report) -> {});
    assertThat(hash).isEqualTo(DriverProgram.expected());
    // Gradients of 3 steps, 3 shards written at 5 checkpoints, and read after 4 of them.
    assertThat(FAILED.get()).isEqualTo(2 * (3 + 3 * 5 + 3 * 4));
  }

  @Test
  void whateverSparkForgetsIsComputedOnceMore() throws Exception {
    final AtomicInteger forgotten = new AtomicInteger();
    final String hash =
        fit(
            directory.resolve("run").toString(), new Waves(), (step, loss, report) -> {
              for (JavaRDD<?> rdd : List.copyOf(spark.getPersistentRDDs().values())) {
                // Not by unpersist: it is to be kept from now on, only what is there is lost.
                spark.env().blockManager().removeRdd(rdd.id());
                forgotten.incrementAndGet();
              }
              final MapOutputTrackerMaster shuffles =
                  (MapOutputTrackerMaster) spark.env().mapOutputTracker();
              for (Object shuffle : CollectionConverters
                  .asJava(shuffles.shuffleStatuses().keySet())) {
                shuffles.unregisterAllMapAndMergeOutput((Integer) shuffle);
              }
            });
    assertThat(hash).isEqualTo(DriverProgram.expected());
    assertThat(forgotten.get()).isGreaterThanOrEqualTo(2 * DriverProgram.STEPS - 2);
  }
}
