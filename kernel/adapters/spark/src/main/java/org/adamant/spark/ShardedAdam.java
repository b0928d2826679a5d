package org.adamant.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamOptimizer;
import org.adamant.AdamStep;
import org.adamant.Format;
import org.adamant.NonFinite;
import org.adamant.Rounding;
import org.adamant.training.Accumulation;
import org.adamant.training.LossScale;
import org.adamant.training.Schedule;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;

/**
 * Adam with its moments spread over the executors of Spark, and with the bits of one machine.
 *
 * <pre>{@code
 * ShardedAdam adam = ShardedAdam.builder(Adam.pytorchAdamW())
 *     .schedule(Schedule.warmupCosine(3e-4, 3e-5, 100, 10_000))
 *     .maxNorm(1)
 *     .microBatches(8)
 *     .samples(64)
 *     .checkpoint("hdfs:///runs/1", 10)
 *     .build();
 * Training training = adam.fit(dataset, parameters, new MyGradient(), 10_000, progress);
 * }</pre>
 *
 * <p><b>A step.</b> Its result does not depend on the number of shards, executors and tasks, nor on which tasks run
 * twice:
 *
 * <ol>
 *   <li>The driver broadcasts the parameters.
 *   <li>S tasks, one for each micro-batch, compute gradients, and send the ranges of each shard to its owner.
 *   <li>The owners add the gradients of the micro-batches pairwise: a range of micro-batches is split into two
 *   halves, of which the first is shorter by at most one. Each sum is rounded once to the type in which the step
 *   computes.
 *   <li>The owners compute the sum of squares of each block, see {@link AdamKernel#sumsOfSquares}, and count
 *   gradients that are not finite. The driver computes the norm from the sums, times {@code 1 / lossScale}, times
 *   {@code 1 / S} for the mean, and decides about clipping, {@link NonFinite#SKIP} and {@link NonFinite#THROW}.
 *   <li>The owners step copies of their state, see {@link AdamKernel}, and return their parameters.
 * </ol>
 *
 * <p>Parameters have the order of the map that {@link #fit} gets; the norm uses that order. With one or two
 * micro-batches, the bits are those of {@link AdamOptimizer}, see {@link #optimizer}; with more, {@code
 * AdamOptimizer} adds gradients in another order.
 *
 * <p><b>What may fail.</b> The state after a step is never modified. If an executor is lost, Spark computes its
 * state again from the last checkpoint on, with the same bits. For that, the driver keeps the parameters of each
 * step since then. A driver that is started again resumes from the newest checkpoint. So the gradient must be a
 * function of its arguments, and the dataset must be the same in every pass, which a checksum verifies.
 *
 * <p>Immutable. Many trainings may use one instance, each with its own directory.
 */
public final class ShardedAdam {

  private final Settings settings;

  private ShardedAdam(Settings settings) {
    this.settings = settings;
  }

  /**
   * An optimizer of these hyper-parameters.
   *
   * @param adam the hyper-parameters
   * @return a builder that needs a {@linkplain Builder#checkpoint place for checkpoints}
   * @throws NullPointerException if they are null
   */
  public static Builder builder(Adam adam) {
    requireNonNull("adam", adam);
    return new Builder(new Settings(adam));
  }

  static void requireNonNull(String name, Object value) {
    if (value == null) {
      throw new NullPointerException(name + " is null");
    }
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " = " + value + ": expected at least " + least);
    }
  }

  /** The settings of an optimizer. The methods change the builder itself. */
  public static final class Builder {

    private final Settings settings;

    private Builder(Settings settings) {
      this.settings = settings;
    }

    /**
     * Sets a schedule of the learning rate, see {@link AdamOptimizer.Builder#schedule}.
     *
     * @param schedule a function of the number of the update, called on the driver
     * @return this builder
     */
    public Builder schedule(Schedule schedule) {
      requireNonNull("schedule", schedule);
      settings.schedule = schedule;
      return this;
    }

    /**
     * Sets a schedule of beta1.
     *
     * @param schedule a function of the number of the update, called on the driver
     * @return this builder
     */
    public Builder beta1(Schedule schedule) {
      requireNonNull("schedule", schedule);
      settings.beta1 = schedule;
      return this;
    }

    /**
     * Sets a schedule of the decay of the average of the parameters, see {@link
     * AdamOptimizer.Builder#averageDecay}.
     *
     * @param schedule a function of the number of the update, called on the driver
     * @return this builder
     */
    public Builder averageDecay(Schedule schedule) {
      requireNonNull("schedule", schedule);
      settings.averageDecay = schedule;
      return this;
    }

    /**
     * Adds a group of parameters with other hyper-parameters, see {@link AdamOptimizer.Builder#group(String,
     * Predicate, UnaryOperator)}.
     *
     * @param name the name of the group
     * @param names whether a name belongs to the group, called on the driver
     * @param change makes the hyper-parameters of the group from those of the update, called on the driver
     * @return this builder
     */
    public Builder group(
        String name, Predicate<? super String> names, UnaryOperator<Adam> change) {
      return add(name, names, change, null, false);
    }

    /**
     * Adds a group of parameters with a schedule of their own.
     *
     * @param name the name of the group
     * @param names whether a name belongs to the group, called on the driver
     * @param change makes the hyper-parameters of the group from those of the update, called on the driver
     * @param schedule its learning rate
     * @return this builder
     */
    public Builder group(
        String name, Predicate<? super String> names, UnaryOperator<Adam> change,
        Schedule schedule) {
      requireNonNull("schedule", schedule);
      return add(name, names, change, schedule, false);
    }

    /**
     * Adds a group of parameters that stay as they are. They have neither gradients nor moments.
     *
     * @param name the name of the group
     * @param names whether a name belongs to the group, called on the driver
     * @return this builder
     */
    public Builder frozen(String name, Predicate<? super String> names) {
      return add(name, names, UnaryOperator.identity(), null, true);
    }

    private Builder add(
        String name, Predicate<? super String> names, UnaryOperator<Adam> change,
        Schedule schedule, boolean isFrozen) {
      requireNonNull("name", name);
      requireNonNull("names", names);
      requireNonNull("change", change);
      settings.groups.add(new Settings.Group(name, names, change, schedule, isFrozen));
      return this;
    }

    /**
     * Limits the norm of all gradients, see {@link AdamStep#clipFactor}.
     *
     * @param maxNorm the limit, greater than 0
     * @return this builder
     */
    public Builder maxNorm(double maxNorm) {
      settings.maxNorm = maxNorm;
      return this;
    }

    /**
     * Limits the norm of the gradient of each parameter.
     *
     * @param maxNorm the limit, greater than 0
     * @return this builder
     */
    public Builder maxNormPerParameter(double maxNorm) {
      settings.maxNormPerParameter = maxNorm;
      return this;
    }

    /**
     * Sets how many micro-batches a step has; its gradient is their mean. The bits depend on this number and on the
     * order of the dataset, and on nothing else about how the work is cut.
     *
     * @param microBatches at least 1, the default
     * @return this builder
     */
    public Builder microBatches(int microBatches) {
      return microBatches(microBatches, Accumulation.MEAN);
    }

    /**
     * Sets how many micro-batches a step has.
     *
     * @param microBatches at least 1
     * @param accumulation whether the gradient is their mean or their sum
     * @return this builder
     */
    public Builder microBatches(int microBatches, Accumulation accumulation) {
      requireAtLeast("microBatches", microBatches, 1);
      requireNonNull("accumulation", accumulation);
      settings.microBatches = microBatches;
      settings.accumulation = accumulation;
      return this;
    }

    /**
     * Sets how many samples a micro-batch has in one step. Micro-batch i always takes them from the i-th part of
     * the dataset, one run after the other; after the last sample comes the first again.
     *
     * @param samples at least 1; the default is all of the part
     * @return this builder
     */
    public Builder samples(int samples) {
      requireAtLeast("samples", samples, 1);
      settings.samples = samples;
      return this;
    }

    /**
     * Sets what to do about gradients that are NaN or infinite after micro-batches were added. It is decided for
     * all shards before any is stepped.
     *
     * @param nonFinite what to do
     * @return this builder
     */
    public Builder nonFinite(NonFinite nonFinite) {
      requireNonNull("nonFinite", nonFinite);
      settings.nonFinite = nonFinite;
      return this;
    }

    /**
     * Divides gradients by the scale that the loss was multiplied by, see {@link Parameters#lossScale}. Steps with
     * gradients that are not finite are skipped.
     *
     * @param lossScale how the scale changes
     * @return this builder
     */
    public Builder lossScale(LossScale lossScale) {
      requireNonNull("lossScale", lossScale);
      settings.lossScale = lossScale;
      return this;
    }

    /**
     * Sets the formats of moments; the default is FLOAT32. Moments of parameters in double are always doubles.
     *
     * @param first the format of first moments, not FLOAT64
     * @param second the format of second moments, not FLOAT64
     * @return this builder
     */
    public Builder moments(Format first, Format second) {
      settings.firstMoments = first;
      settings.secondMoments = second;
      return this;
    }

    /**
     * Sets how numbers are rounded that are stored in fewer bits.
     *
     * @param rounding the rounding
     * @param seed the seed of the random numbers, see {@link AdamStep#withSeed}
     * @return this builder
     */
    public Builder rounding(Rounding rounding, long seed) {
      requireNonNull("rounding", rounding);
      settings.rounding = rounding;
      settings.seed = seed;
      return this;
    }

    /**
     * Sets how many shards there are. The bits do not depend on it.
     *
     * @param partitions at least 1; the default is Spark's default parallelism
     * @return this builder
     */
    public Builder partitions(int partitions) {
      requireAtLeast("partitions", partitions, 1);
      settings.partitions = partitions;
      return this;
    }

    /**
     * Sets where checkpoints are written, and how often: before the first step, after every so many steps, and
     * after the last. The newest two are kept.
     *
     * @param directory a folder for this training only, in a file system that Hadoop knows and all executors reach
     * @param every after how many steps. At most so many steps are done again when an executor is lost; for that,
     *     the driver keeps their parameters, and the disks of the executors their gradients
     * @return this builder
     */
    public Builder checkpoint(String directory, int every) {
      requireNonNull("directory", directory);
      requireAtLeast("every", every, 1);
      settings.directory = directory;
      settings.every = every;
      return this;
    }

    /**
     * Builds an optimizer.
     *
     * @return the optimizer
     * @throws IllegalArgumentException if settings exclude each other, see {@link AdamOptimizer.Builder}, or there
     *     is no place for checkpoints
     * @throws NullPointerException if an argument was null
     */
    public ShardedAdam build() {
      settings.optimizer().build();
      if (settings.directory == null) {
        throw new IllegalArgumentException(
            "checkpoint directory = null: expected a folder, what an executor kept is computed again"
                + " from what is there");
      }
      return new ShardedAdam(settings.copy());
    }
  }

  /**
   * The optimizer of one machine with the same settings, which loads what {@link #save} has written.
   *
   * @return a builder of that optimizer
   */
  public AdamOptimizer.Builder optimizer() {
    return settings.optimizer();
  }

  /**
   * Trains from the newest checkpoint on if the directory has one, otherwise from the beginning. Everything is
   * checked before a step changes anything.
   *
   * @param <T> the type of a sample
   * @param dataset the samples, the same in the same order whenever they are computed
   * @param parameters the first values, in the order of the parameters: {@code float[]}, {@code double[]}, or
   *     {@code short[]} with the upper halves of floats; copied. A resumed training uses only names, types and
   *     lengths
   * @param gradient the gradient of a micro-batch
   * @param steps the number of steps since the beginning, skipped ones included
   * @param progress is told of every step
   * @return the parameters after the last step
   * @throws IOException if a checkpoint cannot be read, or the driver cannot write one
   * @throws IllegalArgumentException if a parameter is of another type or differs from the checkpoint's; if the
   *     checkpoint was written with other settings; if the directory cannot be written; if the dataset has fewer
   *     samples than there are micro-batches, or differs between passes; if a gradient is missing, or of another
   *     type or length than its parameter. The message says which
   * @throws ArithmeticException if there are gradients that are NaN or infinite, with {@link NonFinite#THROW}
   */
  public <T> Training fit(
      JavaRDD<T> dataset, SequencedMap<String, ?> parameters, GradientFunction<T> gradient,
      long steps, Progress progress)
      throws IOException {
    requireNonNull("dataset", dataset);
    requireNonNull("parameters", parameters);
    requireNonNull("gradient", gradient);
    requireNonNull("progress", progress);
    requireAtLeast("steps", steps, 0);
    return new Run<>(settings, dataset, gradient, steps, progress).fit(parameters);
  }

  /**
   * Writes the newest checkpoint, with the parameters, to one file of {@link AdamOptimizer} on this machine, which
   * must have the memory. {@code optimizer().load(file, params)} continues from it, to the bit if that adds
   * micro-batches in the same order.
   *
   * @param configuration the configuration of Hadoop, see {@code sparkContext.hadoopConfiguration()}
   * @param file the file, replaced if it exists
   * @throws IOException if there is no checkpoint, it cannot be read, or the file cannot be written
   */
  public void save(Configuration configuration, Path file) throws IOException {
    requireNonNull("configuration", configuration);
    requireNonNull("file", file);
    OptimizerFiles.save(new Store(settings.directory, configuration, null), file);
  }

  /**
   * Makes the first checkpoint of the directory from a file that {@link AdamOptimizer#save(Path, java.util.Map)}
   * has written with all parameters. {@link #fit} continues from it, to the bit if the other optimizer added
   * micro-batches in the same order.
   *
   * @param configuration the configuration of Hadoop, see {@code sparkContext.hadoopConfiguration()}
   * @param file the file
   * @throws IOException if the file cannot be read, or the checkpoint not be written
   * @throws IllegalArgumentException if the optimizer had other settings, see {@link
   *     AdamOptimizer.Builder#load(Path)}; if it was saved between micro-batches, without parameters, or with a
   *     state of rows; or if the directory has checkpoints
   */
  public void load(Configuration configuration, Path file) throws IOException {
    load(configuration, file, true);
  }

  /**
   * As {@link #load}, for a training that continues in another way, for instance with more micro-batches.
   *
   * @param configuration the configuration of Hadoop, see {@code sparkContext.hadoopConfiguration()}
   * @param file the file
   * @throws IOException if the file cannot be read, or the checkpoint not be written
   * @throws IllegalArgumentException if the optimizer was saved between micro-batches, without parameters, or with
   *     a state of rows; or if the directory has checkpoints
   */
  public void loadWithNewSettings(Configuration configuration, Path file) throws IOException {
    load(configuration, file, false);
  }

  private void load(Configuration configuration, Path file, boolean isStrict)
      throws IOException {
    requireNonNull("configuration", configuration);
    requireNonNull("file", file);
    OptimizerFiles.load(
        new Store(settings.directory, configuration, null), settings, file, isStrict);
  }
}
