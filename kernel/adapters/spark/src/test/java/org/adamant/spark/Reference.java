package org.adamant.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32C;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamOptimizer;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.Storage;

/** The result that the sharded optimizer must give: one machine, one thread, no shards. */
final class Reference {

  private Reference() {}

  static SequencedMap<String, Object> copy(SequencedMap<String, ?> parameters) {
    final SequencedMap<String, Object> copy = new LinkedHashMap<>();
    parameters.forEach((name, array) -> copy.put(name, Numbers.copy(array)));
    return copy;
  }

  /** The samples of one micro-batch in a step; its own formula, not that of the other side. */
  static <T> List<T> samples(List<T> dataset, int batches, int batch, long step, int count) {
    final List<T> part = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      if ((long) i * batches / dataset.size() == batch) {
        part.add(dataset.get(i));
      }
    }
    if (count == 0) {
      return part;
    }
    final List<T> some = new ArrayList<>();
    for (long i = (step - 1) * count; i < step * count; i++) {
      some.add(part.get((int) (i % part.size())));
    }
    return some;
  }

  private static Parameters parameters(long step, double scale, Map<String, Object> arrays) {
    final LinkedHashMap<String, Serializable> all = new LinkedHashMap<>();
    arrays.forEach((name, array) -> all.put(name, (Serializable) array));
    return new Parameters(step, scale, all);
  }

  /** As below, for whoever does not ask for norms. */
  static <T> List<Double> train(
      Adam adam, double maxNorm, List<T> dataset, SequencedMap<String, Object> arrays,
      GradientFunction<T> function, int batches, int count, long steps)
      throws Exception {
    return train(
        adam, maxNorm, dataset, arrays, function, batches, count, steps, new ArrayList<>());
  }

  /** Floats, by kernel and model alone, with a norm over all. Returns the mean loss of each step. */
  static <T> List<Double> train(
      Adam adam, double maxNorm, List<T> dataset, SequencedMap<String, Object> arrays,
      GradientFunction<T> function, int batches, int count, long steps,
      List<Double> norms)
      throws Exception {
    final List<Double> losses = new ArrayList<>();
    final Map<String, float[][]> moments = new LinkedHashMap<>();
    arrays.forEach((name, array) -> {
      final int length = ((float[]) array).length;
      moments.put(name, new float[][] {new float[length], new float[length]});
    });
    for (long t = 1; t <= steps; t++) {
      final List<Gradients> all = new ArrayList<>();
      for (int i = 0; i < batches; i++) {
        all.add(
            function.gradient(
                parameters(t, 1, arrays),
                samples(dataset, batches, i, t, count)));
      }
      final List<AdamSlice> slices = new ArrayList<>();
      for (String name : arrays.keySet()) {
        slices.add(
            AdamSlice.of(
                (float[]) arrays.get(name), sum(all, name), moments.get(name)[0],
                moments.get(name)[1]));
      }
      final AdamModel model = AdamModel.of(slices);
      final double mean = batches == 1 ? 1 : 1.0 / batches;
      AdamStep step = adam.atStep(t).withGradientScale(mean);
      norms.add(AdamKernel.preferred().globalNorm(model) * mean);
      step = step.withClipFactor(AdamStep.clipFactor(norms.getLast(), maxNorm));
      AdamKernel.preferred().step(step, model);
      losses.add(loss(all) / batches);
    }
    return losses;
  }

  private static float[] sum(List<Gradients> all, String name) {
    if (all.size() == 1) {
      return ((float[]) all.getFirst().arrays().get(name)).clone();
    }
    final float[] first = sum(all.subList(0, all.size() / 2), name);
    final float[] second = sum(all.subList(all.size() / 2, all.size()), name);
    for (int i = 0; i < first.length; i++) {
      first[i] = first[i] + second[i];
    }
    return first;
  }

  private static double loss(List<Gradients> all) {
    return all.size() == 1
        ? all.getFirst().loss()
        : loss(all.subList(0, all.size() / 2)) + loss(all.subList(all.size() / 2, all.size()));
  }

  /** The optimizer of one machine, with at most two micro-batches; from the step after {@code done} on. */
  static <T> void train(
      AdamOptimizer optimizer, List<T> dataset, SequencedMap<String, Object> arrays,
      GradientFunction<T> function, int batches, int count, long done, long steps)
      throws Exception {
    for (long t = done + 1; t <= steps; t++) {
      final List<Gradients> all = new ArrayList<>();
      for (int i = 0; i < batches; i++) {
        all.add(
            function.gradient(
                parameters(t, optimizer.lossScale(), arrays),
                samples(dataset, batches, i, t, count)));
      }
      for (Gradients gradients : all) {
        optimizer.step(storages(arrays), storages(gradients.arrays()));
      }
    }
  }

  static SequencedMap<String, Object> storages(Map<String, ?> arrays) {
    final SequencedMap<String, Object> storages = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> storages.put(
            name, array instanceof short[] bits ? Storage.ofBfloat16(bits) : array));
    return storages;
  }

  /** Tells one bit from another. */
  static String hash(Map<String, Object> arrays) {
    final CRC32C hash = new CRC32C();
    arrays.forEach((name, array) -> {
      hash.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      hash.update(Numbers.segment(array).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    });
    return Long.toHexString(hash.getValue());
  }
}
