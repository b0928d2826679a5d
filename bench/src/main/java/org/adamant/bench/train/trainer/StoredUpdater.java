package org.adamant.bench.train.trainer;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.Format;
import org.adamant.Storage;
import org.adamant.bench.results.Spread;
import org.adamant.training.Schedule;

/**
 * Adam on operands stored by a {@link Recipe}, which may also keep exact parameters in two halves.
 *
 * <p>A network computes in arrays of floats. Here each operand has one storage, in which all arrays lie one after
 * the other. Before a step the gradients are written there; after it the parameters are read back.
 */
public final class StoredUpdater implements Updater {

  private final Recipe recipe;
  private final Schedule learningRate;
  private final long seed;
  private final Operand params;
  private final Operand grads;
  private final Storage v;
  private final List<Storage> storages;
  private final AdamSlice slice;

  /** The values that v would have as floats. */
  private final float[] exactV;

  private long done;

  /**
   * An updater for the parameters of a network, which it rounds to their format.
   *
   * @param seed of stochastic rounding
   */
  public StoredUpdater(
      Recipe recipe,
      Schedule learningRate,
      long seed,
      Map<String, float[]> networkParams) {
    this.recipe = recipe;
    this.learningRate = learningRate;
    this.seed = seed;
    final int length = networkParams.values().stream().mapToInt(array -> array.length).sum();
    params = new Operand(recipe.params(), length);
    grads = new Operand(recipe.params(), length);
    final Storage m = zeros(recipe.moments(), length);
    v = zeros(recipe.moments(), length);
    exactV = new float[length];
    storages = new ArrayList<>(List.of(params.storage, grads.storage, m, v));
    AdamSlice operands = AdamSlice.of(params.storage, grads.storage, m, v);
    if (recipe.hasRemainder()) {
      final Storage remainder = zeros(Format.BFLOAT16, length);
      storages.add(remainder);
      operands = operands.withRemainder(remainder);
    }
    slice = operands;
    params.write(networkParams);
    params.read(networkParams);
  }

  private static Storage zeros(Format format, int length) {
    return switch (format) {
      case FLOAT32 -> Storage.of(new float[length]);
      case BFLOAT16 -> Storage.ofBfloat16(new short[length]);
      case FLOAT64, BLOCK8 -> Storage.allocate(format, length, Arena.ofAuto());
    };
  }

  @Override
  public void step(Map<String, float[]> networkParams, Map<String, float[]> networkGrads) {
    final AdamStep step =
        Adam.defaults()
            .withLearningRate(learningRate.at(++done))
            .atStep(done)
            .withRounding(recipe.rounding())
            .withSeed(seed);
    grads.write(networkGrads);
    AdamKernel.preferred().step(step, slice);
    params.read(networkParams);
    final float weight = (float) step.secondMomentWeight();
    for (int i = 0; i < exactV.length; i++) {
      exactV[i] += weight * (grads.floats[i] * grads.floats[i] - exactV[i]);
    }
  }

  /** The bytes of a parameter with its gradient and moments. */
  public double bytesPerParameter() {
    final long bytes =
        storages.stream()
            .mapToLong(storage -> storage.format().byteSize(storage.length()))
            .sum();
    return (double) bytes / exactV.length;
  }

  /** The median ratio of v to its value in floats for the same gradients, where there was a gradient. */
  public double ratioOfV() {
    return Spread.median(
        IntStream.range(0, exactV.length)
            .filter(i -> exactV[i] >= Float.MIN_NORMAL)
            .mapToDouble(i -> v.get(i) / exactV[i])
            .toArray());
  }

  /** An operand with a number for each parameter of a network. */
  private static final class Operand {

    private final float[] floats;
    private final short[] bits;
    private final Storage storage;

    Operand(Format format, int length) {
      final boolean isShort = format == Format.BFLOAT16;
      floats = new float[length];
      bits = new short[isShort ? length : 0];
      storage = isShort ? Storage.ofBfloat16(bits) : Storage.of(floats);
    }

    /** Writes numbers rounded to nearest, ties to even, as hardware that computes in 16 bits does. */
    void write(Map<String, float[]> network) {
      int from = 0;
      for (float[] array : inOrder(network)) {
        System.arraycopy(array, 0, floats, from, array.length);
        from += array.length;
      }
      for (int i = 0; i < bits.length; i++) {
        final int x = Float.floatToIntBits(floats[i]);
        bits[i] = (short) (x + 0x7fff + (x >>> 16 & 1) >>> 16);
      }
      decode();
    }

    void read(Map<String, float[]> network) {
      decode();
      int from = 0;
      for (float[] array : inOrder(network)) {
        System.arraycopy(floats, from, array, 0, array.length);
        from += array.length;
      }
    }

    private void decode() {
      for (int i = 0; i < bits.length; i++) {
        floats[i] = Float.intBitsToFloat(bits[i] << 16);
      }
    }

    /**
     * The arrays by name, as random numbers depend on the place of an element, and the order of maps on the JVM.
     */
    private static Iterable<float[]> inOrder(Map<String, float[]> network) {
      return new TreeMap<>(network).values();
    }
  }
}
