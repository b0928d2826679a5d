package org.adamant;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.Executor;
import org.adamant.Adam.AmsGrad;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Specialisation.Element;
import org.jspecify.annotations.Nullable;

/** The checks of a kernel before it writes anything, and its messages if something fails in the middle. */
final class StepChecks {

  /** A thread that owns nothing; it is never started. */
  private static final Thread OTHER = new Thread("adamant-other");

  private StepChecks() {}

  static void requireThreads(Executor executor, int threads) {
    Arguments.requireNonNull("executor", executor);
    Arguments.requireAtLeastOne("threads", threads);
  }

  /** Any other thread, if others take part in a step; otherwise null. */
  static @Nullable Thread otherThread(int threads) {
    return threads == 1 ? null : OTHER;
  }

  /** Refuses a step that cannot be done on four arrays. */
  static void requireArraysFit(AdamStep step, Layout layout) {
    if (layout.element() == Element.FLOAT) {
      step.requireFloatRange();
    }
    requireFurther(step, false, false, -1);
  }

  /**
   * Refuses a step that cannot be done on a slice.
   *
   * @param index the index of the slice in its model, or -1
   * @param other any other thread, if others take part; otherwise null
   */
  static void requireFits(
      AdamStep step, AdamSlice slice, int index, @Nullable Thread other) {
    if (slice.operands.layout().element() == Element.FLOAT) {
      step.requireFloatRange();
    }
    requireFurther(step, slice.has(Operand.MAXIMUM), slice.has(Operand.AVERAGE), index);
    if (step.updateOnly() && slice.has(Operand.COPY)) {
      throw new IllegalArgumentException(
          "updateOnly on a slice with a copy: expected one without, the new parameters are not known to"
              + " this step" + location(index, "has one"));
    }
    if (step.writesGrads()) {
      slice.requireWritableGrads(index);
    }
    slice.requireAccessible(index, other);
  }

  /** Refuses steps unless there is one for each slice, which can be done on it. */
  static void requireOneForEach(
      List<AdamStep> steps, AdamModel model, @Nullable Thread other) {
    if (steps.size() != model.slices.length) {
      throw new IllegalArgumentException(
          "steps has " + steps.size() + " elements: expected " + model.slices.length
              + ", one for each slice");
    }
    for (int i = 0; i < model.slices.length; i++) {
      final AdamStep step = steps.get(i);
      if (step == null) {
        throw new NullPointerException("steps[" + i + "] is null");
      }
      requireFits(step, model.slices[i], i, other);
      if (step.nonFinite() != steps.get(0).nonFinite()) {
        throw new IllegalArgumentException(
            "steps[" + i + "] has nonFinite = " + step.nonFinite() + ": expected "
                + steps.get(0).nonFinite() + ", as steps[0], since all slices are skipped or none");
      }
    }
  }

  private static void requireFurther(
      AdamStep step, boolean hasMaximum, boolean hasAverage, int index) {
    final Adam adam = step.adam();
    if (adam.amsgrad() != AmsGrad.NONE && !hasMaximum) {
      throw new IllegalArgumentException(
          "amsgrad = " + adam.amsgrad() + ": expected slices with the running maxima, see"
              + " AdamSlice.withMaximum" + location(index, "has none"));
    }
    if (adam.averageDecay() < 1 && !hasAverage) {
      throw new IllegalArgumentException(
          "averageDecay = " + adam.averageDecay() + ": expected slices with the averages, see"
              + " AdamSlice.withAverage" + location(index, "has none"));
    }
  }

  /** The slice of a model, for the end of a sentence; empty without a model. */
  private static String location(int index, String what) {
    return index < 0 ? "" : "; slices[" + index + "] " + what;
  }

  static void requireAccessible(AdamModel model, @Nullable Thread other) {
    for (int i = 0; i < model.slices.length; i++) {
      model.slices[i].requireAccessible(i, other);
    }
  }

  /** Throws if there are gradients that are not finite and the step says so; otherwise returns their number. */
  static long reject(AdamStep step, long nonFinite) {
    if (nonFinite > 0 && step.nonFinite() == NonFinite.THROW) {
      throw new ArithmeticException(
          "grads has " + nonFinite
              + " elements that are NaN or infinite: expected finite gradients; "
              + "nothing was changed");
    }
    return nonFinite;
  }

  /** The exception for a loop that failed because memory was closed after it began. */
  static IllegalStateException explained(IllegalStateException e, AdamSlice... slices) {
    for (AdamSlice slice : slices) {
      for (MemorySegment segment : slice.segments) {
        if (!segment.scope().isAlive()) {
          return new IllegalStateException(
              "an arena was closed during the step; operands in other memory are partly updated",
              e);
        }
      }
    }
    return e;
  }
}
