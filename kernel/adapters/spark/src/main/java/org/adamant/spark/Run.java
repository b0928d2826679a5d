package org.adamant.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.Format;
import org.adamant.NonFinite;
import org.adamant.training.LossScale;
import org.adamant.training.StepReport;
import org.adamant.training.StepReport.Outcome;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * One training, on the driver.
 *
 * <p><b>What Spark keeps.</b> Spark keeps the shards of the last step, the sums of gradients of the running step,
 * and the micro-batches. Lost shards are computed again from the files of the last checkpoint, over the steps since
 * then. This needs the parameters of those steps, which the driver keeps, the micro-batches, and the shuffles of
 * the steps, as far as those are not lost, too. At a checkpoint the shards are read from the new files, and
 * everything before is forgotten. Shuffles are not removed earlier, as Spark removes them in the background and
 * could remove one that is just being written again.
 */
final class Run<T> {

  /** What the owner of a shard reports about its gradients. */
  @DefaultSerializer(JavaSerializer.class)
  private record Look(double loss, String refusal, long nonFinite, double[] sumsOfSquares)
      implements Serializable {}

  /** The driver's decision about a step. */
  private record Decision(StepReport report, double[] clip) {}

  private static final String DESCRIPTION = "spark.job.description";

  private final Settings settings;
  private final JavaSparkContext spark;
  private final JavaRDD<T> dataset;
  private final GradientFunction<T> function;
  private final long steps;
  private final Progress progress;
  private final Store store;

  /** The parameters after the last step, in their order; never modified, as tasks of this JVM may read them. */
  private LinkedHashMap<String, Serializable> arrays = new LinkedHashMap<>();

  private List<Index.Parameter> known;
  private Cut cut;
  private JavaRDD<MicroBatch> batches;
  private JavaRDD<Shard> shards;
  private final List<Broadcast<?>> lineage = new ArrayList<>();
  private final List<JavaRDD<Sum>> shuffles = new ArrayList<>();
  private long step;
  private long changed;
  private long updates;
  private LossScale.State lossScale;

  Run(
      Settings settings, JavaRDD<T> dataset, GradientFunction<T> function, long steps,
      Progress progress) {
    this.settings = settings;
    this.dataset = dataset;
    this.function = function;
    this.steps = steps;
    this.progress = progress;
    this.spark = JavaSparkContext.fromSparkContext(dataset.context());
    this.store = new Store(settings.directory, spark.hadoopConfiguration(), spark);
    this.lossScale = settings.lossScale == null ? null : settings.lossScale.start();
  }

  Training fit(SequencedMap<String, ?> parameters) throws IOException {
    final String description = spark.getLocalProperty(DESCRIPTION);
    try {
      begin(parameters);
      final long resumedAt = step;
      while (step < steps) {
        step();
      }
      return new Training(copies(parameters.sequencedKeySet()), step, updates, resumedAt);
    } finally {
      if (!spark.sc().isStopped()) {
        spark.setLocalProperty(DESCRIPTION, description);
        forget(shards);
        forget(batches);
        forgetLineage();
        store.close();
      }
    }
  }

  /** The caller's own, in the caller's order; serializable. */
  @SuppressWarnings("NonApiType")
  private LinkedHashMap<String, Object> copies(Iterable<String> names) {
    final LinkedHashMap<String, Object> copies = new LinkedHashMap<>();
    names.forEach(name -> copies.put(name, Numbers.copy(arrays.get(name))));
    return copies;
  }

  private static void forget(JavaRDD<?> rdd) {
    if (rdd != null) {
      rdd.unpersist(false);
    }
  }

  private void forgetLineage() {
    lineage.forEach(Broadcast::destroy);
    lineage.clear();
    shuffles.forEach(sums -> sums.rdd().cleanShuffleDependencies(false));
    shuffles.clear();
  }

  private void describe(String what) {
    spark.setLocalProperty(DESCRIPTION, "Adamant: " + what);
  }

  // ---- The beginning. ----

  private void begin(SequencedMap<String, ?> parameters) throws IOException {
    store.requireWritable();
    final Index index = store.newest();
    take(parameters, index);
    describe("dataset");
    batches = MicroBatch.cut(dataset, settings.microBatches);
    if (index != null) {
      resume(index);
      return;
    }
    final Cut all = cut;
    final Broadcast<Parameters> initial = broadcast();
    shards =
        numbers().map(shard -> Shard.initial(all, shard, initial.value()));
    checkpoint();
  }

  private JavaRDD<Integer> numbers() {
    return spark.parallelize(
        IntStream.range(0, cut.shards()).boxed().toList(), cut.shards());
  }

  /** Checks parameters, and their entries in the index. */
  private void take(SequencedMap<String, ?> parameters, Index index) {
    final List<Index.Parameter> fresh = new ArrayList<>();
    for (Map.Entry<String, ?> entry : parameters.entrySet()) {
      final String name = entry.getKey();
      ShardedAdam.requireNonNull("the name of a parameter", name);
      final Format format = Numbers.formatOf(entry.getValue());
      if (format == null) {
        throw new IllegalArgumentException(
            "parameter '" + name + "' is "
                + (entry.getValue() == null
                    ? "null"
                    : "a " + entry.getValue().getClass().getSimpleName())
                + ": expected a float[], double[] or short[]");
      }
      fresh.add(
          fresh(
              settings, name, format, Numbers.length(entry.getValue()), settings.isFrozen(name)));
      arrays.put(name, Numbers.copy(entry.getValue()));
    }
    known = fresh;
    if (index != null) {
      requireSame(fresh, index.parameters());
      known = index.parameters();
      final LinkedHashMap<String, Serializable> inOrder = new LinkedHashMap<>();
      known.forEach(p -> inOrder.put(p.name(), arrays.get(p.name())));
      arrays = inOrder;
    }
    final List<Cut.Parameter> all = new ArrayList<>();
    for (Index.Parameter p : known) {
      final boolean isFrozen = settings.isFrozen(p.name());
      final Index.Parameter its =
          p.m() == null && !isFrozen
              ? fresh(settings, p.name(), p.format(), p.length(), false)
              : p;
      all.add(its.cut(!isFrozen));
    }
    cut = new Cut(all, settings.partitions == 0 ? spark.defaultParallelism() : settings.partitions);
  }

  /** The entry of a parameter that has not been stepped. */
  static Index.Parameter fresh(
      Settings settings, String name, Format format, int length, boolean isFrozen) {
    final boolean isDouble = format == Format.FLOAT64;
    return new Index.Parameter(
        name, format, length, AdamSlice.numberOf(name), 0,
        isFrozen ? null : isDouble ? Format.FLOAT64 : settings.firstMoments,
        isFrozen ? null : isDouble ? Format.FLOAT64 : settings.secondMoments, false, false, false);
  }

  private void requireSame(List<Index.Parameter> here, List<Index.Parameter> there) {
    for (Index.Parameter p : there) {
      if (here.stream()
          .noneMatch(
              h -> h.name().equals(p.name()) && h.format() == p.format()
                  && h.length() == p.length())) {
        throw new IllegalArgumentException(
            "parameters has "
                + here.stream()
                    .filter(h -> h.name().equals(p.name()))
                    .map(h -> text(h))
                    .findFirst()
                    .orElse("no '" + p.name() + "'")
                + ": expected " + text(p) + ", as in the checkpoint in " + settings.directory);
      }
    }
    if (here.size() != there.size()) {
      throw new IllegalArgumentException(
          "parameters has " + here.stream().map(Index.Parameter::name).toList() + ": expected "
              + there.stream().map(Index.Parameter::name).toList() + ", as in the checkpoint in "
              + settings.directory);
    }
  }

  private static String text(Index.Parameter p) {
    return "'" + p.name() + "', a " + Numbers.typeOf(p.format()) + " of length " + p.length();
  }

  private void resume(Index index) throws IOException {
    step = index.step();
    changed = index.changed();
    updates = Long.parseLong(index.optimizer().get("updates"));
    lossScale = lossScale(index.optimizer(), settings);
    final Map<String, String> here = settings.metadata(updates, lossScale);
    for (Map.Entry<String, String> there : index.optimizer().entrySet()) {
      requireSame(there.getKey(), there.getValue(), here.get(there.getKey()));
    }
    for (String name : here.keySet()) {
      requireSame(name, index.optimizer().get(name), here.get(name));
    }
    requireSame(
        "samples", Integer.toString(index.samples()), Integer.toString(settings.samples));
    if (step > steps) {
      throw new IllegalArgumentException(
          "steps = " + steps + ": expected at least " + step + ", the steps of the checkpoint in "
              + settings.directory);
    }
    shards = read(index);
    take(parts(shards, true), true);
  }

  private void requireSame(String name, String there, String here) {
    if (!there.equals(here)) {
      throw new IllegalArgumentException(
          "the checkpoint in " + settings.directory + " was written with " + name + " = " + there
              + ", and this optimizer is built with " + here + ": expected the same");
    }
  }

  /** {@return the state of the loss scale in the metadata} */
  static LossScale.State lossScale(Map<String, String> optimizer, Settings settings) {
    if (settings.lossScale == null) {
      return null;
    }
    final String text = optimizer.get("lossScale");
    if (text == null) {
      return settings.lossScale.start();
    }
    final String[] numbers = text.split(" ", 0);
    return new LossScale.State(Double.parseDouble(numbers[0]), Long.parseLong(numbers[1]));
  }

  // ---- A step. ----

  private void step() throws IOException {
    step++;
    final Shard.Order order = order();
    final Broadcast<Parameters> parameters = broadcast();
    describe("gradients of step " + step);
    final JavaRDD<Sum> sums = sums(parameters);
    final double loss;
    final StepReport report;
    boolean isDone = false;
    try {
      final List<Look> looks = look(sums);
      final Decision decision = decide(looks, sums);
      final LinkedHashMap<String, Serializable> before = arrays;
      if (decision.report().isUpdated()) {
        describe("step " + step);
        update(order, decision.clip(), sums);
      }
      isDone = arrays != before;
      if (lossScale != null) {
        lossScale = settings.lossScale.next(lossScale, !isDone);
      }
      if (step % settings.every == 0 || step == steps) {
        describe("checkpoint of step " + step);
        checkpoint();
      }
      loss = looks.getFirst().loss() / settings.microBatches;
      report = decision.report();
    } finally {
      clean(sums, parameters, isDone);
    }
    progress.after(step, loss, report);
  }

  private void clean(JavaRDD<Sum> sums, Broadcast<Parameters> parameters, boolean isDone) {
    if (spark.sc().isStopped()) {
      return;
    }
    forget(sums);
    if (!isDone && lineage.remove(parameters)) {
      // No shard depends on it.
      parameters.destroy();
      sums.rdd().cleanShuffleDependencies(false);
    } else if (lineage.contains(parameters)) {
      parameters.unpersist(false);
      shuffles.add(sums);
    } else {
      sums.rdd().cleanShuffleDependencies(false);
    }
  }

  private Broadcast<Parameters> broadcast() {
    final Broadcast<Parameters> broadcast =
        spark.broadcast(
            new Parameters(step, lossScale == null ? 1 : lossScale.scale(), arrays));
    lineage.add(broadcast);
    return broadcast;
  }

  /** What a step does, checked before anything is computed. */
  private Shard.Order order() {
    final int count = cut.parameters();
    final String[] adams = new String[count];
    final long[] t = new long[count];
    final boolean[] isAveraged = new boolean[count];
    final double[] clip = new double[count];
    Arrays.fill(clip, 1);
    final Shard.Order order =
        new Shard.Order(
            changed, step, adams, t, isAveraged,
            settings.gradientScale(lossScale == null ? 1 : lossScale.scale()), clip,
            settings.rounding, settings.seed);
    for (int i = 0; i < count; i++) {
      final Cut.Parameter parameter = cut.parameter(i);
      if (parameter.isStepped()) {
        adams[i] = settings.at(updates + 1, parameter.name()).toString();
        t[i] = known.get(i).steps() + 1;
        isAveraged[i] = known.get(i).isAveraged();
        // A step of one element makes a kernel check the coefficients.
        final Cut one = new Cut(List.of(small(parameter)), 1);
        final Shard.Order ofOne =
            new Shard.Order(
                0, 0, new String[] {adams[i]}, new long[] {t[i]}, new boolean[1], order.scale(),
                new double[] {1}, order.rounding(), order.seed());
        final LinkedHashMap<String, Serializable> zero = new LinkedHashMap<>();
        zero.put(parameter.name(), Numbers.zeros(parameter.format(), 1));
        Shard.initial(one, 0, new Parameters(0, 1, zero))
            .next(
                one, ofOne,
                new Sum(
                    0, null,
                    new Serializable[] {
                      Numbers.zeros(Numbers.computing(parameter.format()), 1)}));
      }
    }
    return order;
  }

  private static Cut.Parameter small(Cut.Parameter p) {
    return new Cut.Parameter(p.name(), p.format(), 1, p.number(), true, p.m(), p.v());
  }

  /** The gradients of all micro-batches, in the partitions of their shards. */
  private JavaRDD<Sum> sums(Broadcast<Parameters> parameters) {
    final Cut all = cut;
    final int count = settings.microBatches;
    final int samples = settings.samples;
    final GradientFunction<T> gradient = function;
    final JavaRDD<Sum> added =
        batches
            .mapPartitionsToPair(
                batch -> batch.next().pieces(all, count, samples, parameters.value(), gradient))
            .repartitionAndSortWithinPartitions(
                new MicroBatch.ByNumber(cut.shards(), 1, count))
            .mapPartitions(
                pieces -> List.of(Sum.of(new Values<>(pieces), count)).iterator(), true);
    return shards
        .zipPartitions(added, (shard, sum) -> sum)
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private List<Look> look(JavaRDD<Sum> sums) {
    final Cut all = cut;
    final boolean isNorm = isNorm();
    final boolean isCounted = settings.nonFinite() != NonFinite.PROPAGATE;
    return shards
        .zipPartitions(
            sums,
            (shards, its) -> {
              final Sum sum = its.next();
              if (sum.refusal() != null) {
                return List.of(new Look(0, sum.refusal(), 0, null)).iterator();
              }
              final AdamModel model = shards.next().model(all, sum);
              final AdamKernel kernel = AdamKernel.preferred();
              return List.of(
                  new Look(
                      sum.loss(), null, isCounted ? kernel.countNonFinite(model) : 0,
                      isNorm ? kernel.sumsOfSquares(model, 1) : null))
                  .iterator();
            })
        .collect();
  }

  private boolean isNorm() {
    return settings.maxNorm < Double.POSITIVE_INFINITY
        || settings.maxNormPerParameter < Double.POSITIVE_INFINITY;
  }

  private Decision decide(List<Look> looks, JavaRDD<Sum> sums) {
    long nonFinite = 0;
    for (Look look : looks) {
      if (look.refusal() != null) {
        throw new IllegalArgumentException(look.refusal());
      }
      nonFinite += look.nonFinite();
    }
    if (nonFinite > 0 && settings.nonFinite() == NonFinite.THROW) {
      throw new ArithmeticException(
          "the gradients of step " + step + " have " + nonFinite
              + " elements that are NaN or infinite: expected finite gradients; nothing was changed");
    }
    final double[] clip = new double[cut.parameters()];
    Arrays.fill(clip, 1);
    final double ofLoss = lossScale == null ? 1 : lossScale.scale();
    final double scale = settings.gradientScale(ofLoss);
    double norm = Double.NaN;
    double factor = 1;
    if (isNorm()) {
      final Map<Double, double[]> asked = new LinkedHashMap<>();
      asked.put(
          1.0, looks.stream().flatMapToDouble(l -> Arrays.stream(l.sumsOfSquares())).toArray());
      final DoubleFunction<double[]> all =
          by -> asked.computeIfAbsent(by, other -> sumsOfSquares(sums, other));
      if (settings.maxNorm < Double.POSITIVE_INFINITY) {
        norm = AdamKernel.normOfSums(all) * scale;
        factor = AdamStep.clipFactor(norm, settings.maxNorm);
        Arrays.fill(clip, factor);
      } else {
        factor = clipAlone(clip, all, scale);
      }
    }
    final boolean isSkipped = nonFinite > 0 && settings.nonFinite() == NonFinite.SKIP;
    return new Decision(
        new StepReport(
            isSkipped ? Outcome.SKIPPED : Outcome.UPDATED, updates + 1,
            settings.at(updates + 1).learningRate(), norm, factor, ofLoss,
            isSkipped ? nonFinite : 0),
        clip);
  }

  /** Computes a factor for each parameter; returns the smallest. */
  private double clipAlone(double[] clip, DoubleFunction<double[]> all, double scale) {
    double smallest = 1;
    int before = 0;
    for (int i = 0; i < clip.length; i++) {
      if (cut.parameter(i).isStepped()) {
        final int from = before;
        before += cut.parameter(i).blocks();
        final int to = before;
        final double norm =
            AdamKernel.normOfSums(by -> Arrays.copyOfRange(all.apply(by), from, to));
        clip[i] = AdamStep.clipFactor(norm * scale, settings.maxNormPerParameter);
        smallest = Math.min(smallest, clip[i]);
      }
    }
    return smallest;
  }

  private double[] sumsOfSquares(JavaRDD<Sum> sums, double scale) {
    final Cut all = cut;
    return shards
        .zipPartitions(
            sums,
            (shards, its) -> List.of(
                AdamKernel.preferred().sumsOfSquares(shards.next().model(all, its.next()), scale))
                .iterator())
        .collect()
        .stream()
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  private void update(Shard.Order order, double[] clip, JavaRDD<Sum> sums) {
    final Cut all = cut;
    System.arraycopy(clip, 0, order.clip(), 0, clip.length);
    final JavaRDD<Shard> next =
        shards
            .zipPartitions(
                sums,
                (shards, its) -> List.of(shards.next().next(all, order, its.next())).iterator())
            .persist(StorageLevel.MEMORY_AND_DISK());
    boolean isDone = false;
    try {
      take(parts(next, false), false);
      isDone = true;
    } finally {
      forget(isDone ? shards : next);
    }
    shards = next;
    changed = step;
    updates++;
    count(order);
  }

  private void count(Shard.Order order) {
    final List<Index.Parameter> counted = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      final Index.Parameter p = known.get(i);
      if (order.adams()[i] == null) {
        counted.add(p);
        continue;
      }
      final Adam adam = Adam.parse(order.adams()[i]);
      final boolean isAveraged = adam.averageDecay() < 1;
      counted.add(
          new Index.Parameter(
              p.name(), p.format(), p.length(), p.number(), p.steps() + 1, cut.parameter(i).m(),
              cut.parameter(i).v(), p.hasMaximum() || adam.amsgrad() != AmsGrad.NONE,
              p.hasAverage() || isAveraged, isAveraged));
    }
    known = counted;
  }

  /** The parameters of each range, those of frozen parameters only if asked for. */
  private List<Serializable[]> parts(JavaRDD<Shard> from, boolean areFrozenToo) {
    final Cut all = cut;
    return from
        .map(
            shard -> {
              final Cut.Range[] ranges = all.ranges(shard.index());
              final Serializable[] parts = new Serializable[ranges.length];
              for (int i = 0; i < parts.length; i++) {
                if (areFrozenToo || all.of(ranges[i]).isStepped()) {
                  parts[i] = shard.parts()[i].params();
                }
              }
              return parts;
            })
        .collect();
  }

  /** Puts parameters together, in new arrays. */
  private void take(List<Serializable[]> parts, boolean areFrozenToo) {
    final LinkedHashMap<String, Serializable> whole = new LinkedHashMap<>(arrays);
    for (int i = 0; i < cut.parameters(); i++) {
      final Cut.Parameter p = cut.parameter(i);
      if (areFrozenToo || p.isStepped()) {
        whole.put(p.name(), Numbers.zeros(p.format(), p.length()));
      }
    }
    for (int i = 0; i < cut.shards(); i++) {
      for (int k = 0; k < parts.get(i).length; k++) {
        final Cut.Range range = cut.ranges(i)[k];
        if (parts.get(i)[k] != null) {
          System.arraycopy(
              parts.get(i)[k], 0, whole.get(cut.of(range).name()), range.first(),
              range.length());
        }
      }
    }
    arrays = whole;
  }

  // ---- Checkpoints. ----

  private void checkpoint() throws IOException {
    final Cut all = cut;
    final long now = step;
    final Store to = store;
    final List<Index.ShardFile> files =
        shards.map(shard -> to.write(now, all, shard)).collect();
    final Index index =
        new Index(
            Index.VERSION, step, changed, settings.samples,
            settings.metadata(updates, lossScale), known, files);
    store.commit(index);
    final JavaRDD<Shard> before = shards;
    shards = read(index);
    forget(before);
    forgetLineage();
  }

  private JavaRDD<Shard> read(Index index) {
    final Cut all = cut;
    final Store from = store;
    return numbers()
        .map(shard -> from.read(index, all, shard))
        .persist(StorageLevel.MEMORY_AND_DISK());
  }
}
