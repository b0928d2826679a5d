package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.NonFinite;
import org.adamant.training.LossScale;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong use gives a clear message on the driver, and changes nothing. */
class BadUseTest {

  private static final Progress QUIET = (step, loss, report) -> {};

  /** Passes over a dataset. */
  private static final AtomicInteger PASSES = new AtomicInteger();

  private static JavaSparkContext spark;

  @TempDir
  private Path directory;

  private String run;

  @BeforeAll
  static void start() {
    spark = Contexts.start(Contexts.conf("local[2]"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void name() {
    run = directory.resolve("run").toString();
  }

  private static JavaRDD<Long> dataset() {
    return spark.parallelize(LongStream.range(0, 12).boxed().toList(), 2);
  }

  private static SequencedMap<String, Object> parameters(String name, Object array) {
    final SequencedMap<String, Object> parameters = new LinkedHashMap<>();
    parameters.put(name, array);
    return parameters;
  }

  private static SequencedMap<String, Object> parameters() {
    return parameters("w", new float[5000]);
  }

  private ShardedAdam.Builder builder() {
    return ShardedAdam.builder(Adam.defaults()).microBatches(3).partitions(2).checkpoint(run, 2);
  }

  private Training fit(ShardedAdam.Builder builder, GradientFunction<Long> function, long steps)
      throws IOException {
    return builder.build().fit(dataset(), parameters(), function, steps, QUIET);
  }

  private List<String> checkpoints() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(run))) {
      return files.filter(file -> file.endsWith("index.json"))
          .map(file -> file.getParent().getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private void assertRefused(Map<String, Object> gradients, String message) throws IOException {
    final Training before = fit(builder(), new Waves(), 1);
    assertThatThrownBy(
        () -> fit(
            builder(), (parameters, samples) -> samples.contains(5L)
                ? new Gradients(0, gradients)
                : new Waves().gradient(parameters, samples),
            3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(checkpoints()).containsExactly("checkpoint-000000000000", "checkpoint-000000000001");
    final Training after = fit(builder(), new Waves(), 1);
    assertThat(Reference.hash(after.parameters())).isEqualTo(Reference.hash(before.parameters()));
  }

  @Test
  void aGradientOfAnotherLength() throws IOException {
    assertRefused(
        Map.of("w", new float[4999]),
        "the gradient of 'w' in micro-batch 1 is a float[] of length 4999: expected a float[] of"
            + " length 5000");
  }

  @Test
  void aGradientOfAnotherType() throws IOException {
    assertRefused(
        Map.of("w", new double[5000]),
        "the gradient of 'w' in micro-batch 1 is a double[] of length 5000: expected a float[] of"
            + " length 5000");
  }

  @Test
  void aGradientThatIsMissing() throws IOException {
    assertRefused(
        new HashMap<>(),
        "the gradient of 'w' in micro-batch 1 is null: expected a float[] of length 5000");
  }

  @Test
  void aGradientOfNoParameter() throws IOException {
    final SequencedMap<String, Object> both = parameters();
    both.put("x", new float[1]);
    assertRefused(
        both,
        "the gradient of micro-batch 1 has the names [w, x]: expected those of parameters");
  }

  @Test
  void noGradient() throws IOException {
    assertRefused(null, "the gradient of micro-batch 1 is null: expected one");
  }

  @Test
  void aDatasetThatChangesBetweenPasses() {
    // As a sample with a seed from the clock, or an order that is left to chance.
    final JavaRDD<Long> random =
        dataset().map(i -> i + new Random(PASSES.incrementAndGet()).nextInt());
    assertThatThrownBy(
        () -> builder().build().fit(random, parameters(), new Waves(), 3, QUIET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("dataset has in micro-batch 0 4 samples with the checksum ")
        .hasMessageContaining("expected the same samples in the same order in every pass");
  }

  @Test
  void aDatasetThatGrowsBetweenPasses() {
    PASSES.set(0);
    final JavaRDD<Long> growing =
        dataset().filter(i -> i < 10 || PASSES.incrementAndGet() > 2);
    assertThatThrownBy(
        () -> builder().build().fit(growing, parameters(), new Waves(), 3, QUIET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("dataset has another number of samples than before");
  }

  @Test
  void aDatasetThatIsTooSmall() {
    assertThatThrownBy(() -> fit(builder().microBatches(13), new Waves(), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "dataset has 12 samples: expected at least 13, the number of micro-batches");
    assertThat(Path.of(run)).isEmptyDirectory();
  }

  @Test
  void aPathThatCannotBeWritten() throws IOException {
    Files.writeString(Path.of(run), "a file");
    for (String path : List.of(run, run + "/below", "no-such-scheme://x/y")) {
      assertThatThrownBy(() -> fit(builder().checkpoint(path, 1), new Waves(), 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "checkpoint directory = " + path + ": expected a folder that can be written (");
    }
    assertThatThrownBy(() -> ShardedAdam.builder(Adam.defaults()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("checkpoint directory = null: expected a folder");
  }

  @Test
  void parametersThatAreNone() {
    assertThatThrownBy(
        () -> builder().build()
            .fit(dataset(), parameters("w", new int[3]), new Waves(), 3, QUIET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parameter 'w' is a int[]: expected a float[], double[] or short[]");
    assertThatThrownBy(
        () -> builder().build().fit(dataset(), parameters("w", null), new Waves(), 3, QUIET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parameter 'w' is null: expected a float[], double[] or short[]");
  }

  @Test
  void toGoOnWithSomethingElse() throws IOException {
    fit(builder(), new Waves(), 3);
    assertThatThrownBy(() -> fit(builder().maxNorm(2), new Waves(), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "the checkpoint in " + run + " was written with built.gradients = maxNorm=Infinity")
        .hasMessageContaining("and this optimizer is built with maxNorm=2.0");
    assertThatThrownBy(() -> fit(builder().samples(2), new Waves(), 5))
        .hasMessage(
            "the checkpoint in " + run
                + " was written with samples = 0, and this optimizer is built with 2: expected the"
                + " same");
    assertThatThrownBy(() -> fit(builder().lossScale(LossScale.dynamic()), new Waves(), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the checkpoint in " + run + " was written with built.");
    assertThatThrownBy(
        () -> builder().build()
            .fit(dataset(), parameters("w", new float[4]), new Waves(), 5, QUIET))
        .hasMessage(
            "parameters has 'w', a float[] of length 4: expected 'w', a float[] of length 5000, as in"
                + " the checkpoint in " + run);
    final SequencedMap<String, Object> more = parameters();
    more.put("x", new float[3]);
    assertThatThrownBy(() -> builder().build().fit(dataset(), more, new Waves(), 5, QUIET))
        .hasMessage(
            "parameters has [w, x]: expected [w], as in the checkpoint in " + run);
    assertThatThrownBy(() -> fit(builder(), new Waves(), 2))
        .hasMessage(
            "steps = 2: expected at least 3, the steps of the checkpoint in " + run);
  }

  @Test
  void gradientsThatAreNotFinite() throws IOException {
    final ShardedAdam.Builder builder = builder().nonFinite(NonFinite.THROW);
    assertThatThrownBy(() -> fit(builder, new Waves(Set.of(4L), 1), 6))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(
            "the gradients of step 4 have 1 elements that are NaN or infinite: expected finite"
                + " gradients; nothing was changed");
    assertThat(checkpoints()).containsExactly("checkpoint-000000000000", "checkpoint-000000000002");
  }

  @Test
  void checkpointsThatAreDamaged() throws IOException {
    fit(builder(), new Waves(), 2);
    final Path folder = Path.of(run, "checkpoint-000000000002");
    final Path index = folder.resolve("index.json");
    final String text = Files.readString(index);
    Files.delete(folder.resolve(".index.json.crc"));
    Files.writeString(index, "{");
    assertThatThrownBy(() -> fit(builder(), new Waves(), 3)).isInstanceOf(IOException.class)
        .hasMessageContaining("index.json: expected the index of a checkpoint (");
    Files.writeString(index, text.replace("\"version\" : 1", "\"version\" : 2"));
    assertThatThrownBy(() -> fit(builder(), new Waves(), 3)).isInstanceOf(IOException.class)
        .hasMessageContaining("index.json: version = 2: expected 1");
    Files.writeString(index, text.replaceFirst("\"bytes\" : \\d+", "\"bytes\" : 7"));
    assertThatThrownBy(() -> fit(builder(), new Waves(), 3))
        .hasStackTraceContaining("bytes: expected 7, as its index says");
    // One that is not whole does not count.
    Files.delete(index);
    assertThat(fit(builder(), new Waves(), 2).resumedAt()).isZero();
  }

  @Test
  void filesOfOptimizersThatDoNotFit() throws IOException {
    final Path file = directory.resolve("one.safetensors");
    final ShardedAdam sharded = builder().build();
    final AdamOptimizer optimizer = sharded.optimizer().build();
    final float[] w = new float[5000];
    optimizer.step(Map.of("w", w), Map.of("w", new float[5000]));
    optimizer.save(file, Map.of("w", w));
    assertThatThrownBy(() -> sharded.load(spark.hadoopConfiguration(), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            file + " was saved after 1 micro-batches of an update: expected one that was saved"
                + " between updates");
    optimizer.step(Map.of("w", w), Map.of("w", new float[5000]));
    optimizer.step(Map.of("w", w), Map.of("w", new float[5000]));
    optimizer.save(file);
    assertThatThrownBy(() -> sharded.load(spark.hadoopConfiguration(), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            file + " has no parameter 'w': expected a file that was saved with");
    optimizer.save(file, Map.of("w", w));
    assertThatThrownBy(
        () -> builder().maxNorm(3).build().load(spark.hadoopConfiguration(), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("built.gradients");
    assertThatThrownBy(() -> sharded.save(spark.hadoopConfiguration(), file))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no checkpoint: expected one");
    builder().maxNorm(3).build().loadWithNewSettings(spark.hadoopConfiguration(), file);
    assertThat(fit(builder().maxNorm(3), new Waves(), 2).resumedAt()).isEqualTo(1);
    assertThatThrownBy(() -> sharded.load(spark.hadoopConfiguration(), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("checkpoint directory = " + run + " has checkpoints");
  }
}
