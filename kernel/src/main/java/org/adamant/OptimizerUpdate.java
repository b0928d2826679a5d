package org.adamant;

import org.adamant.PlannedUpdate.Cohort;
import org.adamant.training.Accumulation;
import org.adamant.training.SparseMode;
import org.adamant.training.StepReport;
import org.adamant.training.StepReport.Outcome;
import org.jspecify.annotations.Nullable;

/** Does a call of an optimizer's step, in the order that {@link AdamOptimizer} describes. */
final class OptimizerUpdate {

  private final OptimizerSettings settings;
  private final OptimizerState state;
  private final HyperParameters hyperParameters;
  private final OptimizerRows rows;
  private final GradientSums sums;

  OptimizerUpdate(OptimizerState state, HyperParameters hyperParameters, OptimizerRows rows) {
    this.settings = state.settings;
    this.state = state;
    this.hyperParameters = hyperParameters;
    this.rows = rows;
    this.sums = new GradientSums(state);
  }

  /** Does a checked call. */
  StepReport run(OptimizerPlan plan) {
    try {
      return update(plan);
    } finally {
      if (plan.hasRows) {
        // Forgets the rows of a step that was refused, skipped or failed.
        OptimizerRows.abandon(plan);
      }
    }
  }

  private StepReport update(OptimizerPlan plan) {
    if (!settings.accumulates()) {
      final Adam[] now = hyperParameters.next();
      rows.catchUp(plan, now);
      final PlannedUpdate update = planned(plan, now);
      final AdamStep[] steps = steps(update, now);
      state.register(plan);
      return run(plan, update, steps, now);
    }
    final boolean isLast = state.microBatches + 1 == settings.microBatches;
    final Adam[] now = hyperParameters.next();
    if (isLast) {
      sums.requirePending(plan);
    }
    GradientSums.requireSameKind(plan);
    sums.allocate(plan);
    if (!isLast) {
      state.register(plan);
      GradientSums.add(plan);
      state.microBatches++;
      return report(Outcome.ACCUMULATED, now, Double.NaN, 1, 0);
    }
    rows.catchUp(plan, now);
    final PlannedUpdate update = planned(plan, now);
    final AdamStep[] steps = steps(update, now);
    state.register(plan);
    GradientSums.add(plan);
    try {
      return run(plan, update, steps, now);
    } finally {
      state.microBatches = 0;
      GradientSums.drop(plan);
    }
  }

  private StepReport report(
      Outcome outcome, Adam[] now, double norm, double factor, long nonFinite) {
    return new StepReport(
        outcome, state.stepCount + 1, now[now.length - 1].learningRate(), norm, factor,
        state.lossScale(), nonFinite);
  }

  /** The checked update of the parameters of a plan; the previous one if it is the same. */
  private PlannedUpdate planned(OptimizerPlan plan, Adam[] now) {
    if (plan.hasRows || plan.update == null || !plan.update.matches(now)) {
      plan.update = new PlannedUpdate(plan, now, settings.accumulates(), rows::prepare);
    }
    return plan.update;
  }

  /** The factor by which gradients are multiplied first. */
  private double gradientScale() {
    final double scale = 1 / state.lossScale();
    return settings.accumulation == Accumulation.MEAN && settings.accumulates()
        ? scale * (1.0 / settings.microBatches)
        : scale;
  }

  /** The coefficients of each cohort, checked. */
  private AdamStep[] steps(PlannedUpdate update, Adam[] now) {
    final double scale = gradientScale();
    final AdamStep[] steps = new AdamStep[update.cohorts.size()];
    for (int i = 0; i < steps.length; i++) {
      final Cohort cohort = update.cohorts.get(i);
      final AdamStep step =
          hyperParameters.step(now[cohort.group], cohort.counter.steps + 1, scale);
      if (cohort.hasFloats) {
        step.requireFloatRange();
      }
      steps[i] = step;
    }
    return steps;
  }

  private StepReport run(OptimizerPlan plan, PlannedUpdate update, AdamStep[] steps, Adam[] now) {
    update.copyGradients();
    double norm = Double.NaN;
    double factor = 1;
    AdamStep ofAll = null;
    final double scale = gradientScale();
    if (settings.maxNormPerParameter < Double.POSITIVE_INFINITY) {
      factor = update.clipEach(
          steps, scale, settings.maxNormPerParameter, settings.kernel, this::norm);
    } else {
      if (settings.maxNorm < Double.POSITIVE_INFINITY) {
        norm = update.norm(settings.kernel, this::norm) * scale;
        factor = AdamStep.clipFactor(norm, settings.maxNorm);
        for (int i = 0; factor != 1 && i < steps.length; i++) {
          steps[i] = steps[i].withClipFactor(factor);
        }
      }
      ofAll = update.stepOfAll(steps);
    }
    update.registerMaxima();
    final long nonFinite = step(plan, update, steps, ofAll);
    final StepReport report =
        report(nonFinite > 0 ? Outcome.SKIPPED : Outcome.UPDATED, now, norm, factor, nonFinite);
    if (settings.lossScale != null && state.lossScale != null) {
      state.lossScale = settings.lossScale.next(state.lossScale, nonFinite > 0);
    }
    if (nonFinite == 0) {
      if (plan.hasSparse) {
        rows.count(plan);
      }
      update.count();
      state.stepCount++;
    }
    return report;
  }

  /**
   * Calls the kernel.
   *
   * @param steps the steps of the cohorts
   * @param ofAll the step of all slices; null if each has its own
   * @return 0 if the step was taken; otherwise the number of gradients that are not finite, because of which
   *     nothing changed
   */
  private long step(OptimizerPlan plan, PlannedUpdate update, AdamStep[] steps,
      @Nullable AdamStep ofAll) {
    boolean isDone = false;
    boolean isRejected = false;
    try {
      final long nonFinite = ofAll != null ? step(ofAll, update) : step(update);
      isRejected = nonFinite > 0;
      isDone = nonFinite == 0;
      return nonFinite;
    } catch (ArithmeticException e) {
      isRejected = true;
      throw e;
    } catch (IllegalStateException e) {
      // Their copies are dropped, whatever was done to them.
      throw plan.hasRows && settings.sparseMode == SparseMode.EXACT
          ? new IllegalStateException(
              e.getMessage() + "; parameters with SparseRows in the mode EXACT were not changed", e)
          : e;
    } finally {
      if (plan.hasRows && isDone) {
        update.finishRows(steps);
      }
      if (isRejected) {
        // An average must start from the parameter before the update that is done in the end.
        plan.update = null;
      } else {
        update.register();
      }
    }
  }

  private double norm(AdamModel model) {
    return settings.threads == 1
        ? settings.kernel.globalNorm(model)
        : settings.kernel.globalNorm(model, settings.executor, settings.threads);
  }

  private long step(AdamStep step, PlannedUpdate update) {
    return settings.threads == 1
        ? settings.kernel.step(step, update.model)
        : settings.kernel.step(step, update.model, settings.executor, settings.threads);
  }

  private long step(PlannedUpdate update) {
    return settings.threads == 1
        ? settings.kernel.step(update.stepsOfSlices, update.model)
        : settings.kernel.step(
            update.stepsOfSlices, update.model, settings.executor, settings.threads);
  }
}
