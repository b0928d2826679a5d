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
 * Adam for parameters whose moments are spread over the executors of Spark, with the bits of one machine.
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
 * <p><b>A step</b>, of which nothing depends on how many shards, executors and tasks there are, or which of them run twice:
 *
 * <ol>
 *   <li>The driver broadcasts the parameters.
 *   <li>S tasks, one for each micro-batch, compute gradients and send to the owner of each shard its ranges of them.
 *   <li>The owners add the gradients of the micro-batches pairwise: the two halves of a range of micro-batches, the first
 *       the shorter by at most one, each sum rounded once to the type in which the step computes.
 *   <li>The owners compute the sum of squares of each block, see {@link AdamKernel#sumsOfSquares}, and count what is not
 *       finite. The driver makes the norm of the sums, times {@code 1 / lossScale}, times {@code 1 / S} for the mean, and
 *       decides about clipping, {@link NonFinite#SKIP} and {@link NonFinite#THROW}.
 *   <li>The owners step copies of what they keep, see {@link AdamKernel}, and hand back their parameters.
 * </ol>
 *
 * <p>Parameters stand in the order of the map that {@link #fit} is given, which is also the order of the norm. With one
 * micro-batch or two, the bits are those of {@link AdamOptimizer}, see {@link #optimizer}; with more, that adds in another
 * order.
 *
 * <p><b>What may fail.</b> The state of a step is never changed. Where an executor is lost, Spark computes what it kept once
 * more from the last checkpoint on, with the same bits. For that, the driver keeps the parameters of each step since then.
 * A driver that is started again goes on from the newest checkpoint. So the gradient must be a function of its arguments,
 * and the dataset the same in every pass, which is checked by a checksum.
 *
 * <p>Immutable, so any number of trainings may use it, each with a directory of its own.
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
   * @throws NullPointerException if there are none
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

  /** Says what an optimizer is to do. Its methods change the builder itself. */
  public static final class Builder {

    private final Settings settings;

    private Builder(Settings settings) {
      this.settings = settings;
    }

    /**
     * A schedule of the learning rate, see {@link AdamOptimizer.Builder#schedule}.
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
     * A schedule of beta1.
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
     * A schedule of the decay of the average of the parameters, see {@link AdamOptimizer.Builder#averageDecay}.
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
     * A group of parameters with other hyper-parameters, see {@link AdamOptimizer.Builder#group(String, Predicate,
     * UnaryOperator)}.
     *
     * @param name what the group is called
     * @param names a rule for the names of its parameters, called on the driver
     * @param change makes the hyper-parameters of the group from those of an update, on the driver
     * @return this builder
     */
    public Builder group(
        String name, Predicate<? super String> names, UnaryOperator<Adam> change) {
      return add(name, names, change, null, false);
    }

    /**
     * A group of parameters with a schedule of their own.
     *
     * @param name what the group is called
     * @param names a rule for the names of its parameters, called on the driver
     * @param change makes the hyper-parameters of the group from those of an update, on the driver
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
     * A group of parameters that are left as they are. They have neither gradients nor moments.
     *
     * @param name what the group is called
     * @param names a rule for the names of its parameters, called on the driver
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
     * A limit of the norm of all gradients, see {@link AdamStep#clipFactor}.
     *
     * @param maxNorm the limit, greater than 0
     * @return this builder
     */
    public Builder maxNorm(double maxNorm) {
      settings.maxNorm = maxNorm;
      return this;
    }

    /**
     * A limit of the norm of the gradient of each parameter.
     *
     * @param maxNorm the limit, greater than 0
     * @return this builder
     */
    public Builder maxNormPerParameter(double maxNorm) {
      settings.maxNormPerParameter = maxNorm;
      return this;
    }

    /**
     * How many micro-batches a step has; its gradient is their mean. The bits depend on it, as on the order of the dataset,
     * and on nothing else about how the work is cut.
     *
     * @param microBatches at least 1, which is what it is if nothing is said
     * @return this builder
     */
    public Builder microBatches(int microBatches) {
      return microBatches(microBatches, Accumulation.MEAN);
    }

    /**
     * How many micro-batches a step has.
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
     * How many samples a micro-batch has in one step. Micro-batch i always takes them from the i-th part of the dataset, one
     * run after the other, and after its last sample the first again.
     *
     * @param samples at least 1; without this, all of its part
     * @return this builder
     */
    public Builder samples(int samples) {
      requireAtLeast("samples", samples, 1);
      settings.samples = samples;
      return this;
    }

    /**
     * What to do about gradients that are NaN or infinite, after micro-batches were added up; decided for all shards before
     * any is stepped.
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
     * Divides gradients by a scale that the loss was multiplied by, see {@link Parameters#lossScale}, and skips steps with
     * gradients that are not finite.
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
     * How moments are written; as floats if nothing is said. Those of parameters in double are always doubles.
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
     * How what is stored in fewer bits is rounded.
     *
     * @param rounding how
     * @param seed of the random numbers, see {@link AdamStep#withSeed}
     * @return this builder
     */
    public Builder rounding(Rounding rounding, long seed) {
      requireNonNull("rounding", rounding);
      settings.rounding = rounding;
      settings.seed = seed;
      return this;
    }

    /**
     * How many shards there are. The bits do not depend on it.
     *
     * @param partitions at least 1; without this, the default parallelism of Spark
     * @return this builder
     */
    public Builder partitions(int partitions) {
      requireAtLeast("partitions", partitions, 1);
      settings.partitions = partitions;
      return this;
    }

    /**
     * Where checkpoints are written, and how often: before the first step, after every so many, and after the last. The
     * newest two are kept.
     *
     * @param directory a folder of its own in a file system that Hadoop knows and all executors reach
     * @param every after how many steps; also the largest number of steps that are done again where an executor is lost, and
     *     whose parameters the driver, and gradients the disks of the executors, keep for that
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
     * An optimizer.
     *
     * @return the optimizer
     * @throws IllegalArgumentException if what was asked for does not go together, as by {@link AdamOptimizer.Builder}, or
     *     there is no place for checkpoints
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
   * @return a builder of it
   */
  public AdamOptimizer.Builder optimizer() {
    return settings.optimizer();
  }

  /**
   * Trains, from the newest checkpoint on if the directory has one, otherwise from the beginning. Everything is checked
   * before a step changes anything.
   *
   * @param <T> the type of a sample
   * @param dataset the samples, the same in the same order whenever they are computed
   * @param parameters where it begins, in their order: {@code float[]}, {@code double[]}, or {@code short[]} with the upper
   *     halves of floats; copied. Of a training that goes on only names, types and lengths are asked about
   * @param gradient the gradient of a micro-batch
   * @param steps how many steps there are to be since the beginning, those that are skipped among them
   * @param progress hears of every step
   * @return the parameters after the last step
   * @throws IOException if a checkpoint cannot be read or, by the driver, be written
   * @throws IllegalArgumentException if a parameter is of another type or not what the checkpoint has; if the checkpoint was
   *     written with other settings; if the directory cannot be written; if the dataset has fewer samples than there are
   *     micro-batches, or is another one in another pass; if a gradient is missing, or of another type or length than its
   *     parameter. The message says which
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
   * Puts the newest checkpoint together into a file of {@link AdamOptimizer}, with the parameters, on this machine, which
   * must have the memory. {@code optimizer().load(file, params)} goes on from it, to the bit if that adds micro-batches in
   * the same order.
   *
   * @param configuration of Hadoop, as by {@code sparkContext.hadoopConfiguration()}
   * @param file the file, replaced if it is there
   * @throws IOException if there is no checkpoint, it cannot be read, or the file cannot be written
   */
  public void save(Configuration configuration, Path file) throws IOException {
    requireNonNull("configuration", configuration);
    requireNonNull("file", file);
    OptimizerFiles.save(new Store(settings.directory, configuration, null), file);
  }

  /**
   * Makes a file that {@link AdamOptimizer#save(Path, java.util.Map)} has written, with all parameters, the first checkpoint
   * of the directory: {@link #fit} goes on from it, to the bit if the other one added micro-batches in the same order.
   *
   * @param configuration of Hadoop, as by {@code sparkContext.hadoopConfiguration()}
   * @param file the file
   * @throws IOException if the file cannot be read, or the checkpoint not be written
   * @throws IllegalArgumentException if the optimizer was built in another way, see {@link
   *     AdamOptimizer.Builder#load(Path)}; if it was saved between micro-batches, without parameters or with rows of its own
   *     state; or if the directory has checkpoints
   */
  public void load(Configuration configuration, Path file) throws IOException {
    load(configuration, file, true);
  }

  /**
   * As {@link #load}, for a training that is to go on in another way, for instance with more micro-batches.
   *
   * @param configuration of Hadoop, as by {@code sparkContext.hadoopConfiguration()}
   * @param file the file
   * @throws IOException if the file cannot be read, or the checkpoint not be written
   * @throws IllegalArgumentException if the optimizer was saved between micro-batches, without parameters or with rows of its
   *     own state; or if the directory has checkpoints
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
