package org.adamant.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.adamant.Format;
import org.apache.spark.Partitioner;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;
import scala.reflect.ClassTag$;

/**
 * The samples from which micro-batch {@code index} of every step takes its own.
 *
 * @param index its number
 * @param samples all of its samples, in the order of the dataset
 * @param checksum the checksum of the serialised samples
 * @param refusal what is wrong with the samples; null if nothing is
 */
@DefaultSerializer(JavaSerializer.class)
record MicroBatch(int index, Object[] samples, long checksum, String refusal)
    implements
    Serializable {

  /** The number and checksum of a micro-batch's samples in the pass that others are compared with. */
  @DefaultSerializer(JavaSerializer.class)
  private record Fingerprint(int count, long checksum) implements Serializable {

    @Override
    public String toString() {
      return count + " samples with the checksum " + Long.toHexString(checksum);
    }
  }

  /** Gives every micro-batch, or every shard, a partition by its number. */
  static final class ByNumber extends Partitioner {

    private static final long serialVersionUID = 1;

    private final int count;
    private final long numerator;
    private final long denominator;

    /** Number n gets the partition n * numerator / denominator, rounded down. */
    ByNumber(int count, long numerator, long denominator) {
      this.count = count;
      this.numerator = numerator;
      this.denominator = denominator;
    }

    @Override
    public int numPartitions() {
      return count;
    }

    @Override
    public int getPartition(Object key) {
      return (int) Math.min(
          count - 1, Math.floorDiv(((Number) key).longValue() * numerator, denominator));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByNumber that && that.count == count && that.numerator == numerator
          && that.denominator == denominator;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(count * 31L + denominator);
    }
  }

  /**
   * Cuts a dataset into one run of samples for each micro-batch, whatever its partitions: sample i of n is in run
   * {@code i * microBatches / n}. The dataset is read three times: to count it, to compute its checksums, and to
   * keep it. The gradient tasks refuse it if it differs the third time, or later when an executor that kept it is
   * lost.
   */
  static <T> JavaRDD<MicroBatch> cut(JavaRDD<T> dataset, int microBatches) {
    final long[] counts =
        dataset.mapPartitions(
            samples -> {
              long count = 0;
              for (; samples.hasNext(); samples.next()) {
                count++;
              }
              return List.of(count).iterator();
            }).collect().stream().mapToLong(Long::longValue).toArray();
    final long all = Arrays.stream(counts).sum();
    if (all < microBatches) {
      throw new IllegalArgumentException(
          "dataset has " + all + " samples: expected at least " + microBatches
              + ", the number of micro-batches");
    }
    Arrays.parallelPrefix(counts, Long::sum);
    final JavaPairRDD<Long, T> numbered =
        dataset.mapPartitionsWithIndex(
            (partition, samples) -> new Numbering<>(
                partition == 0 ? 0 : counts[partition - 1], samples),
            true).mapToPair(pair -> pair);
    final JavaRDD<MicroBatch> batches =
        numbered
            .repartitionAndSortWithinPartitions(new ByNumber(microBatches, microBatches, all))
            .mapPartitionsWithIndex(
                (index, samples) -> List.of(of(index, samples)).iterator(), true);
    final List<Fingerprint> fingerprints =
        batches
            .map(batch -> new Fingerprint(batch.samples().length, batch.checksum()))
            .collect();
    final Fingerprint[] expected = fingerprints.toArray(Fingerprint[]::new);
    if (fingerprints.stream().mapToLong(Fingerprint::count).sum() != all) {
      throw new IllegalArgumentException(changed("has another number of samples than before"));
    }
    // This makes Spark read the dataset again for what is kept.
    batches.rdd().cleanShuffleDependencies(true);
    return batches
        .map(batch -> batch.checked(expected[batch.index()]))
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static String changed(String how) {
    return "dataset " + how
        + ": expected the same samples in the same order in every pass, which a random sample without"
        + " a seed, an order that a shuffle left to chance, or files that change do not give;"
        + " checkpoint the dataset first";
  }

  /** Pairs samples with their numbers in the dataset. */
  private static final class Numbering<T> implements Iterator<Tuple2<Long, T>> {
    private final Iterator<T> samples;
    private long next;

    Numbering(long first, Iterator<T> samples) {
      this.next = first;
      this.samples = samples;
    }

    @Override
    public boolean hasNext() {
      return samples.hasNext();
    }

    @Override
    public Tuple2<Long, T> next() {
      return new Tuple2<>(next++, samples.next());
    }
  }

  private static <T> MicroBatch of(int index, Iterator<Tuple2<Long, T>> numbered) {
    final SerializerInstance serializer = SparkEnv.get().serializer().newInstance();
    final CRC32C checksum = new CRC32C();
    final List<Object> samples = new ArrayList<>();
    while (numbered.hasNext()) {
      final Object sample = numbered.next()._2();
      final ByteBuffer bytes = serializer.serialize(sample, ClassTag$.MODULE$.Any());
      checksum.update(bytes);
      samples.add(sample);
    }
    return new MicroBatch(index, samples.toArray(), checksum.getValue(), null);
  }

  private MicroBatch checked(Fingerprint expected) {
    final Fingerprint actual = new Fingerprint(samples.length, checksum);
    return actual.equals(expected)
        ? this
        : new MicroBatch(
            index, new Object[0], checksum,
            changed("has in micro-batch " + index + " " + actual + " and had " + expected));
  }

  /**
   * The samples of a step. They follow those of the step before; after the last sample comes the first again.
   *
   * @param step the number of the step, from 1
   * @param count how many samples; 0 for all
   */
  @SuppressWarnings("unchecked")
  private <T> List<T> samples(long step, int count) {
    if (count == 0) {
      return (List<T>) Arrays.asList(samples);
    }
    final List<T> some = new ArrayList<>(count);
    final int first = Math.floorMod((step - 1) % samples.length * count, samples.length);
    for (int i = 0; i < count; i++) {
      some.add((T) samples[(int) (((long) first + i) % samples.length)]);
    }
    return some;
  }

  /**
   * The gradient of this micro-batch, in one piece for the ranges of each shard.
   *
   * @return the pieces, under the number {@code shard * microBatches + index}
   */
  <T> Iterator<Tuple2<Integer, Sum>> pieces(
      Cut cut, int microBatches, int count, Parameters parameters, GradientFunction<T> function)
      throws Exception {
    String wrong = refusal;
    Gradients gradients = null;
    if (wrong == null) {
      gradients = function.gradient(parameters, samples(parameters.step(), count));
      wrong = wrong(cut, gradients);
    }
    return new Pieces(
        cut, microBatches, index, wrong == null ? gradients : null,
        wrong);
  }

  private String wrong(Cut cut, Gradients gradients) {
    if (gradients == null || gradients.arrays() == null) {
      return "the gradient of micro-batch " + index + " is null: expected one";
    }
    final Map<String, ?> arrays = gradients.arrays();
    int known = 0;
    for (int i = 0; i < cut.parameters(); i++) {
      final Cut.Parameter parameter = cut.parameter(i);
      final Object array = arrays.get(parameter.name());
      known += array == null ? 0 : 1;
      if (parameter.isStepped()) {
        final Format computing = Numbers.computing(parameter.format());
        if (Numbers.formatOf(array) != computing || Numbers.length(array) != parameter.length()) {
          return "the gradient of '" + parameter.name() + "' in micro-batch " + index + " is "
              + (array == null
                  ? "null"
                  : Numbers.formatOf(array) == null
                      ? "a " + array.getClass().getSimpleName()
                      : "a " + array.getClass().getSimpleName() + " of length "
                          + Numbers.length(array))
              + ": expected a " + Numbers.typeOf(computing) + " of length " + parameter.length();
        }
      }
    }
    return known == arrays.size()
        ? null
        : "the gradient of micro-batch " + index + " has the names " + arrays.keySet()
            + ": expected those of parameters";
  }

  /** The pieces, made one after the other, as each is a copy. */
  private static final class Pieces implements Iterator<Tuple2<Integer, Sum>> {
    private final Cut cut;
    private final int microBatches;
    private final int index;
    private final Gradients gradients;
    private final String refusal;
    private int shard;

    Pieces(Cut cut, int microBatches, int index, Gradients gradients, String refusal) {
      this.cut = cut;
      this.microBatches = microBatches;
      this.index = index;
      this.gradients = gradients;
      this.refusal = refusal;
    }

    @Override
    public boolean hasNext() {
      return shard < cut.shards();
    }

    @Override
    public Tuple2<Integer, Sum> next() {
      final int key = shard * microBatches + index;
      final Cut.Range[] ranges = cut.ranges(shard++);
      if (refusal != null) {
        return new Tuple2<>(key, new Sum(0, refusal, null));
      }
      final Serializable[] arrays = new Serializable[ranges.length];
      for (int i = 0; i < arrays.length; i++) {
        final Cut.Parameter of = cut.of(ranges[i]);
        if (of.isStepped()) {
          arrays[i] =
              Numbers.range(
                  gradients.arrays().get(of.name()), ranges[i].first(), ranges[i].length());
        }
      }
      return new Tuple2<>(key, new Sum(gradients.loss(), null, arrays));
    }
  }
}
