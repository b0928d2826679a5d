package org.adamant.spark;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.adamant.Adam;
import org.adamant.AdamOptimizer;
import org.adamant.Format;
import org.adamant.NonFinite;
import org.adamant.Rounding;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.adamant.training.Accumulation;
import org.adamant.training.LossScale;
import org.adamant.training.Schedule;

/** The settings with which a sharded optimizer was built. They stay on the driver. */
final class Settings implements Cloneable {

  private static final String PREFIX = "adamant.";
  private static final String VERSION = "version";

  record Group(
      String name, Predicate<? super String> names, UnaryOperator<Adam> change, Schedule schedule,
      boolean isFrozen) {}

  final Adam adam;
  Schedule schedule;
  Schedule beta1;
  Schedule averageDecay;
  List<Group> groups = new ArrayList<>();
  double maxNorm = Double.POSITIVE_INFINITY;
  double maxNormPerParameter = Double.POSITIVE_INFINITY;
  int microBatches = 1;
  Accumulation accumulation = Accumulation.MEAN;
  int samples;
  NonFinite nonFinite = NonFinite.PROPAGATE;
  LossScale lossScale;
  Format firstMoments = Format.FLOAT32;
  Format secondMoments = Format.FLOAT32;
  Rounding rounding = Rounding.STOCHASTIC;
  long seed;
  int partitions;
  String directory;
  int every;

  Settings(Adam adam) {
    this.adam = adam;
  }

  Settings copy() {
    try {
      final Settings copy = (Settings) clone();
      copy.groups = new ArrayList<>(groups);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** The optimizer of one machine with the same settings, which also checks them. */
  AdamOptimizer.Builder optimizer() {
    final AdamOptimizer.Builder builder =
        AdamOptimizer.builder(adam)
            .accumulate(microBatches, accumulation)
            .nonFinite(nonFinite)
            .moments(firstMoments, secondMoments)
            .rounding(rounding, seed);
    if (schedule != null) {
      builder.schedule(schedule);
    }
    if (beta1 != null) {
      builder.beta1(beta1);
    }
    if (averageDecay != null) {
      builder.averageDecay(averageDecay);
    }
    if (maxNorm != Double.POSITIVE_INFINITY) {
      builder.maxNorm(maxNorm);
    }
    if (maxNormPerParameter != Double.POSITIVE_INFINITY) {
      builder.maxNormPerParameter(maxNormPerParameter);
    }
    if (lossScale != null) {
      builder.lossScale(lossScale);
    }
    for (Group group : groups) {
      if (group.isFrozen()) {
        builder.frozen(group.name(), group.names());
      } else if (group.schedule() == null) {
        builder.group(group.name(), group.names(), group.change());
      } else {
        builder.group(group.name(), group.names(), group.change(), group.schedule());
      }
    }
    return builder;
  }

  private Group groupOf(String name) {
    return groups.stream().filter(group -> group.names().test(name)).findFirst().orElse(null);
  }

  boolean isFrozen(String name) {
    final Group group = groupOf(name);
    return group != null && group.isFrozen();
  }

  /** The hyper-parameters of an update, before the changes of groups. */
  Adam at(long update) {
    Adam now = adam;
    now = schedule == null ? now : now.withLearningRate(schedule.at(update));
    now = beta1 == null ? now : now.withBeta1(beta1.at(update));
    return averageDecay == null ? now : now.withAverageDecay(averageDecay.at(update));
  }

  /** The hyper-parameters of a parameter in an update. */
  Adam at(long update, String name) {
    final Group group = groupOf(name);
    Adam now = at(update);
    if (group != null && group.schedule() != null) {
      now = now.withLearningRate(group.schedule().at(update));
    }
    return group == null ? now : group.change().apply(now);
  }

  double gradientScale(double scaleOfLoss) {
    final double scale = 1 / scaleOfLoss;
    return accumulation == Accumulation.MEAN && microBatches > 1
        ? scale * (1.0 / microBatches)
        : scale;
  }

  /** As {@link AdamOptimizer}: gradients that overflow reveal a scale that is too large. */
  NonFinite nonFinite() {
    return lossScale == null ? nonFinite : NonFinite.SKIP;
  }

  /**
   * The metadata that the optimizer of one machine would write after so many updates, without parameters. That
   * optimizer makes it.
   */
  Map<String, String> metadata(long updates, LossScale.State scale) throws IOException {
    final Path file = Files.createTempFile("adamant", ".safetensors");
    try {
      optimizer().build().save(file);
      final Map<String, String> fresh = new TreeMap<>(metadata(file));
      fresh.put("updates", Long.toString(updates));
      if (scale != null) {
        fresh.put("lossScale", scale.scale() + " " + scale.good());
      }
      final SafeTensorsWriter writer = SafeTensorsWriter.create();
      put(writer, fresh);
      writer.write(file);
      optimizer().loadWithNewSettings(file, Map.of()).save(file);
      return metadata(file);
    } finally {
      Files.delete(file);
    }
  }

  /** The metadata that an optimizer wrote to a file. */
  static Map<String, String> metadata(Path file) throws IOException {
    final Map<String, String> metadata = new TreeMap<>();
    try (Arena arena = Arena.ofConfined()) {
      SafeTensors.map(file, arena).metadata().forEach((key, value) -> {
        if (key.startsWith(PREFIX)) {
          metadata.put(key.substring(PREFIX.length()), value);
        }
      });
    }
    return metadata;
  }

  /** Writes metadata in the order of the optimizer. */
  static void put(SafeTensorsWriter writer, Map<String, String> metadata) {
    writer.metadata(PREFIX + VERSION, metadata.get(VERSION));
    metadata.forEach((key, value) -> {
      if (!key.equals(VERSION)) {
        put(writer, key, value);
      }
    });
  }

  static void put(SafeTensorsWriter writer, String key, String value) {
    writer.metadata(PREFIX + key, value);
  }
}
