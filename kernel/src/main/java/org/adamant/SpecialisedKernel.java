package org.adamant;

import java.lang.reflect.Array;
import java.util.List;
import java.util.concurrent.Executor;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.width.WidthChoice;
import org.adamant.internal.work.GlobalNorm;
import org.jspecify.annotations.Nullable;

/**
 * Does steps. {@link StepChecks} checks the arguments once. {@link LoopCache} keeps the loop that is specialised
 * for a variant and does the work. {@link ModelWalk} goes through a model.
 */
final class SpecialisedKernel implements AdamKernel {

  private final WidthChoice choice;

  private final LoopCache loops;

  private SpecialisedKernel(WidthChoice choice) {
    this.choice = choice;
    this.loops = new LoopCache(choice);
  }

  /** A new kernel of the preferred width, for a value of the property. */
  static AdamKernel newPreferred(String property) {
    return new SpecialisedKernel(WidthChoice.preferred(property));
  }

  /** A new kernel of this width. */
  static AdamKernel create(LaneWidth width) {
    return new SpecialisedKernel(
        WidthChoice.asked(width.bits(), "AdamKernel.of(" + width + ")"));
  }

  @Override
  public LaneWidth laneWidth() {
    return LaneWidth.of(choice.preference().laneBits());
  }

  @Override
  public String explanation() {
    return choice.explanation(loops.progress());
  }

  @Override
  public long step(AdamStep step, float[] params, float[] grads, float[] m, float[] v) {
    Arguments.requireNonNull("params", params);
    return step(step, params, grads, m, v, 0, params.length);
  }

  @Override
  public long step(AdamStep step, double[] params, double[] grads, double[] m, double[] v) {
    Arguments.requireNonNull("params", params);
    return step(step, params, grads, m, v, 0, params.length);
  }

  @Override
  public long step(
      AdamStep step, float[] params, float[] grads, float[] m, float[] v, int offset, int length) {
    return step(Layout.FLOATS, step, params, grads, m, v, offset, length);
  }

  @Override
  public long step(
      AdamStep step, double[] params, double[] grads, double[] m, double[] v, int offset,
      int length) {
    return step(Layout.DOUBLES, step, params, grads, m, v, offset, length);
  }

  private long step(
      Layout layout, AdamStep step, Object params, Object grads, Object m, Object v, int offset,
      int length) {
    Arguments.requireNonNull("step", step);
    Arguments.requireStepArrays(params, grads, m, v);
    Arguments.requireSlice(offset, length, Array.getLength(params));
    StepChecks.requireArraysFit(step, layout);
    return step(step, new Operands(layout, params, grads, m, v, offset, length));
  }

  @Override
  public long step(AdamStep step, AdamSlice slice) {
    Arguments.requireNonNull("step", step);
    Arguments.requireNonNull("slice", slice);
    StepChecks.requireFits(step, slice, -1, null);
    try {
      return step(step, slice.operands);
    } catch (IllegalStateException e) {
      throw StepChecks.explained(e, slice);
    }
  }

  private long step(AdamStep step, Operands o) {
    if (step.nonFinite() != NonFinite.PROPAGATE) {
      final long rejected =
          StepChecks.reject(step, loops.reading(o.layout()).countNonFinite(o, 0, o.length()));
      if (rejected > 0) {
        return rejected;
      }
    }
    loops.stepping(step.variant(), o.layout()).run(step.coefficients(), o, 0, o.length());
    return 0;
  }

  @Override
  public long step(AdamStep step, AdamModel model) {
    Arguments.requireNonNull("step", step);
    Arguments.requireNonNull("model", model);
    return checkAndStep(step, model, null, 1);
  }

  @Override
  public long step(AdamStep step, AdamModel model, Executor executor, int threads) {
    Arguments.requireNonNull("step", step);
    Arguments.requireNonNull("model", model);
    StepChecks.requireThreads(executor, threads);
    return checkAndStep(step, model, executor, threads);
  }

  private long checkAndStep(
      AdamStep step, AdamModel model, @Nullable Executor executor, int threads) {
    final Thread other = StepChecks.otherThread(threads);
    for (int i = 0; i < model.slices.length; i++) {
      StepChecks.requireFits(step, model.slices[i], i, other);
    }
    return step(step, null, model, executor, threads);
  }

  @Override
  public long step(List<AdamStep> steps, AdamModel model) {
    Arguments.requireNonNull("steps", steps);
    Arguments.requireNonNull("model", model);
    return checkAndStep(steps, model, null, 1);
  }

  @Override
  public long step(List<AdamStep> steps, AdamModel model, Executor executor, int threads) {
    Arguments.requireNonNull("steps", steps);
    Arguments.requireNonNull("model", model);
    StepChecks.requireThreads(executor, threads);
    return checkAndStep(steps, model, executor, threads);
  }

  private long checkAndStep(
      List<AdamStep> steps, AdamModel model, @Nullable Executor executor, int threads) {
    StepChecks.requireOneForEach(steps, model, StepChecks.otherThread(threads));
    return steps.isEmpty() ? 0 : step(steps.get(0), steps, model, executor, threads);
  }

  /**
   * Steps a model after all checks.
   *
   * @param step the step of all slices, or of the first
   * @param steps the step of each slice; null if one step is for all
   * @param executor null for one thread
   */
  private long step(
      AdamStep step, @Nullable List<AdamStep> steps, AdamModel model,
      @Nullable Executor executor, int threads) {
    if (step.nonFinite() != NonFinite.PROPAGATE) {
      final long rejected =
          StepChecks.reject(
              step, ModelWalk.countNonFinite(loops, model, executor, threads));
      if (rejected > 0) {
        return rejected;
      }
    }
    try {
      ModelWalk.step(loops, step, steps, model, executor, threads);
    } catch (IllegalStateException e) {
      throw StepChecks.explained(e, model.slices);
    }
    return 0;
  }

  @Override
  public double globalNorm(AdamModel model) {
    Arguments.requireNonNull("model", model);
    return checkAndAddUp(model, null, 1);
  }

  @Override
  public double globalNorm(AdamModel model, Executor executor, int threads) {
    Arguments.requireNonNull("model", model);
    StepChecks.requireThreads(executor, threads);
    return checkAndAddUp(model, executor, threads);
  }

  private double checkAndAddUp(AdamModel model, @Nullable Executor executor, int threads) {
    StepChecks.requireAccessible(model, StepChecks.otherThread(threads));
    return GlobalNorm.of(model.work, loops::reading, executor, threads);
  }

  @Override
  public double[] sumsOfSquares(AdamModel model, double scale) {
    Arguments.requireNonNull("model", model);
    Arguments.requirePositiveFinite("scale", scale);
    StepChecks.requireAccessible(model, null);
    return GlobalNorm.sums(model.work, loops::reading, scale);
  }

  @Override
  public long countNonFinite(AdamModel model) {
    Arguments.requireNonNull("model", model);
    StepChecks.requireAccessible(model, null);
    return ModelWalk.countNonFinite(loops, model, null, 1);
  }

  @Override
  public String toString() {
    return "AdamKernel[" + explanation() + "]";
  }
}
