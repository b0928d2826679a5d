package org.adamant.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.Rounding;

/**
 * The state of an owner's ranges after a step. It is never modified: the next step makes a new one, so that a task
 * that runs twice, or on two executors at once, gives the same.
 *
 * @param index its number
 * @param step the step that made it
 * @param parts one for each of its ranges
 */
@DefaultSerializer(JavaSerializer.class)
record Shard(int index, long step, Part[] parts) implements Serializable {

  /**
   * The arrays of one range. Moments are null before the first step; the last two are null if they are not kept.
   */
  record Part(
      Serializable params, Serializable m, Serializable v, Serializable maximum,
      Serializable average)
      implements Serializable {

    /** New arrays for a step to write. A maximum begins at zero, an average at the parameters. */
    Part copy(Cut.Range range, Adam adam, Cut.Parameter of, boolean isAveraged) {
      Serializable newMaximum = maximum == null ? null : Numbers.copy(maximum);
      if (newMaximum == null && adam.amsgrad() != AmsGrad.NONE) {
        newMaximum = Numbers.zeros(Numbers.computing(of.format()), range.length());
      }
      Serializable newAverage = average;
      if (adam.averageDecay() < 1) {
        newAverage = isAveraged ? Numbers.copy(average) : Numbers.computed(params);
      }
      return new Part(
          Numbers.copy(params), Numbers.copy(m), Numbers.copy(v), newMaximum, newAverage);
    }

    AdamSlice slice(Cut.Range range, Cut.Parameter of, Serializable gradient, Adam adam) {
      AdamSlice slice =
          AdamSlice.of(
              Numbers.storage(of.format(), params),
              Numbers.storage(Numbers.computing(of.format()), gradient),
              Numbers.storage(of.m(), m),
              Numbers.storage(of.v(), v));
      if (adam != null && adam.amsgrad() != AmsGrad.NONE) {
        slice = slice.withMaximum(Numbers.storage(Numbers.computing(of.format()), maximum));
      }
      if (adam != null && adam.averageDecay() < 1) {
        slice = slice.withAverage(Numbers.storage(Numbers.computing(of.format()), average));
      }
      return slice.numberedFrom(of.number() + range.first());
    }
  }

  /**
   * The orders of the driver for a step, the same for all shards.
   *
   * @param from the step that made the shards
   * @param to the number of this step
   * @param adams the hyper-parameters of each parameter, as text; null for one that is frozen
   * @param t the t of each parameter
   * @param isAveraged whether the last step of each parameter kept its average
   * @param scale the factor of gradients
   * @param clip a further factor for each parameter
   * @param rounding the rounding of numbers stored in fewer bits
   * @param seed the seed of random numbers
   */
  record Order(
      long from, long to, String[] adams, long[] t, boolean[] isAveraged, double scale,
      double[] clip, Rounding rounding, long seed)
      implements Serializable {

    AdamStep step(int parameter) {
      AdamStep step = Adam.parse(adams[parameter]).atStep(t[parameter]);
      step = scale == 1 ? step : step.withGradientScale(scale);
      step = clip[parameter] == 1 ? step : step.withClipFactor(clip[parameter]);
      return step.withRounding(rounding).withSeed(seed);
    }
  }

  /** The state before the first step. */
  static Shard initial(Cut cut, int index, Parameters parameters) {
    final Cut.Range[] ranges = cut.ranges(index);
    final Part[] parts = new Part[ranges.length];
    for (int i = 0; i < parts.length; i++) {
      final Cut.Range range = ranges[i];
      final Cut.Parameter of = cut.of(range);
      parts[i] =
          new Part(
              Numbers.range(parameters.array(of.name()), range.first(), range.length()),
              of.m() == null ? null : Numbers.zeros(of.m(), range.length()),
              of.v() == null ? null : Numbers.zeros(of.v(), range.length()), null, null);
    }
    return new Shard(index, 0, parts);
  }

  /** {@return the state after a step; only reads the gradients} */
  Shard next(Cut cut, Order order, Sum sum) {
    if (step != order.from()) {
      throw new IllegalStateException(
          "shard " + index + " is of step " + step + ": expected " + order.from());
    }
    final Cut.Range[] ranges = cut.ranges(index);
    final Part[] next = new Part[parts.length];
    final List<AdamStep> steps = new ArrayList<>();
    final List<AdamSlice> slices = new ArrayList<>();
    for (int i = 0; i < next.length; i++) {
      final Cut.Parameter of = cut.of(ranges[i]);
      next[i] = parts[i];
      if (of.isStepped()) {
        final int parameter = ranges[i].parameter();
        final AdamStep itsStep = order.step(parameter);
        next[i] = parts[i].copy(ranges[i], itsStep.adam(), of, order.isAveraged()[parameter]);
        slices.add(next[i].slice(ranges[i], of, sum.gradients()[i], itsStep.adam()));
        steps.add(itsStep);
      }
    }
    if (!slices.isEmpty()) {
      AdamKernel.preferred().step(steps, AdamModel.of(slices));
    }
    return new Shard(index, order.to(), next);
  }

  /** The gradients of the stepped ranges, and what a slice needs besides. */
  AdamModel model(Cut cut, Sum sum) {
    final Cut.Range[] ranges = cut.ranges(index);
    final List<AdamSlice> slices = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      final Cut.Parameter of = cut.of(ranges[i]);
      if (of.isStepped()) {
        slices.add(parts[i].slice(ranges[i], of, sum.gradients()[i], null));
      }
    }
    return AdamModel.of(slices);
  }
}
