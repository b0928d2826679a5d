package org.adamant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.LongStream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamOptimizer;
import org.adamant.Format;
import org.adamant.NonFinite;
import org.adamant.Rounding;
import org.adamant.training.Accumulation;
import org.adamant.training.LossScale;
import org.adamant.training.Schedule;
import org.adamant.training.StepReport;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The sharded optimizer in one JVM gives the bits of one machine. */
class ShardedAdamTest {

  private static final List<Long> DATASET = LongStream.range(0, 103).boxed().toList();

  private static JavaSparkContext spark;

  @TempDir
  private Path directory;

  @BeforeAll
  static void start() {
    spark = Contexts.start(Contexts.conf("local[2,3]"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static JavaRDD<Long> dataset(int partitions) {
    return spark.parallelize(DATASET, partitions);
  }

  /** Whole blocks, parts of blocks, and nothing. */
  private static SequencedMap<String, Object> floats() {
    final SequencedMap<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("w", filled(3 * Cut.BLOCK + 1234));
    parameters.put("empty", new float[0]);
    parameters.put("b", filled(10));
    parameters.put("a", filled(2 * Cut.BLOCK));
    return parameters;
  }

  private static float[] filled(int length) {
    final float[] array = new float[length];
    for (int i = 0; i < length; i++) {
      array[i] = (float) StrictMath.sin(i);
    }
    return array;
  }

  private static short[] bfloat16(int length) {
    final float[] floats = filled(length);
    final short[] bits = new short[length];
    for (int i = 0; i < length; i++) {
      bits[i] = (short) (Float.floatToRawIntBits(floats[i]) >>> Short.SIZE);
    }
    return bits;
  }

  private static double[] doubles(int length) {
    final double[] array = new double[length];
    for (int i = 0; i < length; i++) {
      array[i] = StrictMath.sin(i);
    }
    return array;
  }

  private ShardedAdam.Builder builder(Adam adam) {
    return ShardedAdam.builder(adam).checkpoint(directory.resolve("run").toString(), 3);
  }

  @ParameterizedTest(name = "{0} shards, {1} micro-batches, dataset in {2}")
  @CsvSource({"1, 1, 2", "1, 4, 1", "2, 4, 3", "3, 4, 7", "7, 4, 1", "20, 4, 2", "3, 5, 2",
    "2, 3, 5"})
  void theBitsOfOneMachine(int shards, int batches, int partitions) throws Exception {
    final Adam adam = Adam.pytorchAdamW().withLearningRate(0.01);
    final SequencedMap<String, Object> expected = floats();
    final List<Double> norms = new ArrayList<>();
    final List<Double> losses =
        Reference.train(adam, 1.5, DATASET, expected, new Waves(), batches, 4, 5, norms);
    final List<Double> actual = new ArrayList<>();
    final List<StepReport> reports = new ArrayList<>();
    final Training training =
        builder(adam)
            .microBatches(batches)
            .samples(4)
            .partitions(shards)
            .maxNorm(1.5)
            .build()
            .fit(
                dataset(partitions), floats(), new Waves(), 5,
                (step, loss, report) -> {
                  actual.add(loss);
                  reports.add(report);
                });
    assertSame(training.parameters(), expected);
    assertThat(actual).isEqualTo(losses);
    assertThat(reports.stream().map(StepReport::norm).toList()).isEqualTo(norms);
    assertThat(reports).allMatch(r -> r.isUpdated() && r.clipFactor() < 1);
    assertThat(training.updates()).isEqualTo(5);
  }

  /** What the optimizer of one machine can do, it does; everything is compared, the state too. */
  static Object[][] features() {
    final Adam adam = Adam.pytorchAdamW().withLearningRate(0.01);
    return new Object[][] {
      {"plain", builder2(adam)},
      {
        "schedules and groups",
        builder2(adam.withWeightDecay(0.1))
            .schedule(Schedule.warmupCosine(0.02, 0.001, 2, 6))
            .beta1(Schedule.linear(0.8, 0.95, 5))
            .group("no decay", name -> name.equals("b"), a -> a.withWeightDecay(0))
            .group(
                "own", name -> name.equals("a"), a -> a.withBeta2(0.9),
                Schedule.constant(0.003))
            .maxNorm(0.9)},
      {
        "frozen, maxNormPerParameter",
        builder2(adam).frozen("f", name -> name.equals("w")).maxNormPerParameter(0.7)},
      {
        "amsgrad, an average that pauses",
        builder2(adam.withAmsgrad(AmsGrad.RAW))
            .averageDecay(t -> t == 4 ? 1 : 0.9)},
      {"SKIP", builder2(adam).nonFinite(NonFinite.SKIP).maxNorm(1)},
      {"loss scale", builder2(adam).lossScale(new LossScale(1024, 2, 0.5, 2)).maxNorm(1)},
      {"8 bits", builder2(adam).moments(Format.BLOCK8, Format.BLOCK8)
          .rounding(
              Rounding.STOCHASTIC, 5)},
      {"16 bits to nearest", builder2(adam).moments(Format.BFLOAT16, Format.BFLOAT16)
          .rounding(
              Rounding.NEAREST, 0)},
      {"sum", builder2(adam).microBatches(2, Accumulation.SUM)}};
  }

  private static ShardedAdam.Builder builder2(Adam adam) {
    return ShardedAdam.builder(adam).microBatches(2).samples(5);
  }

  private static SequencedMap<String, Object> mixed() {
    final SequencedMap<String, Object> parameters = floats();
    parameters.put("halves", bfloat16(5000));
    parameters.put("d", doubles(6000));
    return parameters;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("features")
  void whatTheOptimizerOfOneMachineCanDo(String name, ShardedAdam.Builder builder)
      throws Exception {
    final Waves function = new Waves(name.equals("plain") ? Set.of() : Set.of(2L, 5L), 1);
    final boolean isSkipped = name.equals("SKIP") || name.equals("loss scale");
    final Waves here = isSkipped ? function : new Waves();
    final ShardedAdam adam =
        builder.checkpoint(directory.resolve("run").toString(), 3).partitions(3).build();
    final List<StepReport> reports = new ArrayList<>();
    final Training training =
        adam.fit(
            dataset(2), mixed(), here, 6, (step, loss, report) -> reports.add(report));
    final SequencedMap<String, Object> expected = mixed();
    final AdamOptimizer optimizer = adam.optimizer().build();
    Reference.train(optimizer, DATASET, expected, here, 2, 5, 0, 6);
    assertSame(training.parameters(), expected);
    assertThat(reports.stream().filter(StepReport::isSkipped).count())
        .isEqualTo(isSkipped ? 2 : 0);
    assertThat(training.updates()).isEqualTo(optimizer.stepCount());

    // The joined file is what the other would have written, and it goes on from there.
    final Path joined = directory.resolve("joined.safetensors");
    final Path saved = directory.resolve("saved.safetensors");
    adam.save(spark.hadoopConfiguration(), joined);
    optimizer.save(saved, Reference.storages(expected));
    assertThat(joined).hasSameBinaryContentAs(saved);
    final SequencedMap<String, Object> onward = mixed();
    final AdamOptimizer other = adam.optimizer().load(joined, Reference.storages(onward));
    assertSame(onward, expected);
    Reference.train(other, DATASET, onward, here, 2, 5, 6, 8);

    // The other way round, on another number of shards.
    final ShardedAdam again =
        builder.checkpoint(directory.resolve("other").toString(), 2).partitions(4).build();
    again.load(spark.hadoopConfiguration(), saved);
    // Steps that were skipped are not known to the file: the same samples need the same numbers.
    if (!isSkipped) {
      final Training on = again.fit(dataset(3), mixed(), here, 8, (step, loss, report) -> {});
      assertThat(on.resumedAt()).isEqualTo(6);
      assertSame(on.parameters(), onward);
    }
    // And the checkpoint itself, cut anew.
    final ShardedAdam recut =
        builder.checkpoint(directory.resolve("run").toString(), 5).partitions(1).build();
    final Training recutOn = recut.fit(dataset(3), mixed(), here, 8, (step, loss, report) -> {});
    assertSame(recutOn.parameters(), onward);
  }

  /** The norm is asked for once more with another scale. */
  @ParameterizedTest(name = "gradients of {0}, in {1}")
  @CsvSource({"1e-170, 1e-171", "1e170, 1e100"})
  void aNormWhoseSquaresAreOutOfRange(double scale, double maxNorm) throws Exception {
    final ShardedAdam adam =
        builder2(Adam.defaults())
            .maxNorm(maxNorm)
            .partitions(3)
            .checkpoint(directory.toString(), 5)
            .build();
    final SequencedMap<String, Object> actual = new LinkedHashMap<>();
    actual.put("d", doubles(3 * Cut.BLOCK));
    final SequencedMap<String, Object> expected = Reference.copy(actual);
    final List<StepReport> reports = new ArrayList<>();
    final Waves function = new Waves(Set.of(), scale);
    final Training training =
        adam.fit(dataset(2), actual, function, 2, (step, loss, report) -> reports.add(report));
    Reference.train(adam.optimizer().build(), DATASET, expected, function, 2, 5, 0, 2);
    assertSame(training.parameters(), expected);
    assertThat(reports).allMatch(r -> r.clipFactor() > 0 && r.clipFactor() < 1);
  }

  private static void assertSame(
      SequencedMap<String, Object> actual, SequencedMap<String, Object> expected) {
    assertThat(actual).containsExactlyEntriesOf(expected);
    assertThat(Reference.hash(actual)).isEqualTo(Reference.hash(expected));
  }
}
