package org.adamant;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.adamant.internal.loop.Ahead;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.work.Parts;
import org.adamant.internal.work.Work;
import org.jspecify.annotations.Nullable;

/** The way through a model, slice by slice, on one thread or in parts on several. Nothing is checked here. */
final class ModelWalk {

  /** Fewer elements than this are not worth another thread, as the hand-over takes as long. */
  private static final long SMALLEST_PART = 8192;

  private ModelWalk() {}

  /**
   * Steps all slices.
   *
   * @param step the step of all slices, or of the first
   * @param steps the step of each slice; null if one step is for all
   * @param executor null where there is one thread
   */
  static void step(
      LoopCache loops, AdamStep step, @Nullable List<AdamStep> steps, AdamModel model,
      @Nullable Executor executor, int threads) {
    final Work work = model.work;
    if (threads == 1) {
      walk(loops, step, steps, model, 0, work.length());
    } else {
      Parts.run(
          work.length(), SMALLEST_PART, threads, executor, true,
          (from, to) -> walk(loops, step, steps, model, from, to));
    }
  }

  /** Counts the gradients of all slices that are not finite. */
  static long countNonFinite(
      LoopCache loops, AdamModel model, @Nullable Executor executor, int threads) {
    final Work work = model.work;
    if (threads == 1) {
      return walk(loops, null, null, model, 0, work.length());
    }
    final AtomicLong count = new AtomicLong();
    Parts.run(
        work.length(), SMALLEST_PART, threads, executor, false,
        (from, to) -> count.addAndGet(walk(loops, null, null, model, from, to)));
    return count.get();
  }

  /**
   * One part of a model, in the order of its elements: steps it, or without a step counts the gradients that are
   * not finite. It does whole blocks: a block that the part before has begun is left to that part.
   */
  private static long walk(
      LoopCache loops, @Nullable AdamStep step, @Nullable List<AdamStep> steps, AdamModel model,
      long from, long to) {
    final Work work = model.work;
    long count = 0;
    final long end = work.cut(to);
    // A model may have no elements, and then no slice has the first one.
    int i = from < to ? work.sliceOf(from) : 0;
    for (long start = work.cut(from); start < end; i++) {
      if (step != null && model.hasRanges() && i % Ahead.ROWS == 0) {
        work.readAhead(i);
      }
      final Operands o = work.operands(i);
      final long before = work.before(i);
      final long first = start - before;
      final long length = Math.min(o.length(), end - before) - first;
      if (step == null) {
        count += loops.reading(o.layout()).countNonFinite(o, first, length);
      } else {
        final AdamStep ofSlice = steps == null ? step : steps.get(model.sliceOf(i));
        loops.stepping(ofSlice.variant(), o.layout())
            .run(ofSlice.coefficients(), o, first, length);
      }
      start += length;
    }
    return count;
  }
}
