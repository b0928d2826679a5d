package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.adamant.Adam;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Typical programs: the losses of every step are those of one machine. */
class ProgramsTest {

  private static final int DIGITS = 10;

  private static JavaSparkContext spark;

  @TempDir
  private Path directory;

  @BeforeAll
  static void start() {
    spark = Contexts.start(Contexts.conf("local[2]"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private SequencedMap<String, Object> train(
      Softmax softmax, List<Softmax.Sample> samples, int features, double rate, int batches,
      int count, int steps)
      throws Exception {
    final Adam adam = Adam.defaults().withLearningRate(rate);
    final SequencedMap<String, Object> expected = softmax.zeros(features);
    final List<Double> losses =
        Reference.train(adam, 1, samples, expected, softmax, batches, count, steps);
    final List<Double> actual = new ArrayList<>();
    final ShardedAdam.Builder builder =
        ShardedAdam.builder(adam)
            .maxNorm(1)
            .microBatches(batches)
            .partitions(2)
            .checkpoint(directory.toString(), 20);
    final Training training =
        (count == 0 ? builder : builder.samples(count))
            .build()
            .fit(
                spark.parallelize(samples, 3), softmax.zeros(features), softmax, steps,
                (step, loss, report) -> actual.add(loss));
    assertThat(actual).isEqualTo(losses);
    assertThat(Reference.hash(training.parameters())).isEqualTo(Reference.hash(expected));
    System.out.println("loss " + losses.getFirst() + " to " + losses.getLast());
    assertThat(losses.getLast()).isLessThan(0.9 * losses.getFirst());
    return training.parameters();
  }

  @Test
  void digits() throws Exception {
    final List<Softmax.Sample> all;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                ProgramsTest.class.getResourceAsStream("/digits.csv"),
                StandardCharsets.UTF_8))) {
      all = Softmax.digits(lines.lines().toList());
    }
    final Softmax softmax = new Softmax(DIGITS);
    final List<Softmax.Sample> others = all.subList(1400, all.size());
    final SequencedMap<String, Object> trained =
        train(softmax, all.subList(0, 1400), 64, 0.05, 4, 50, 40);
    System.out.println("accuracy " + softmax.accuracy(trained, others));
    assertThat(softmax.accuracy(trained, others)).isGreaterThan(0.85);
  }

  @Test
  void millionsOfWeights() throws Exception {
    final Softmax softmax = new Softmax(8);
    final int words = 400_000;
    train(softmax, softmax.texts(600, words, 30), words, 0.05, 3, 0, 6);
  }
}
