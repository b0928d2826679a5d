package org.adamant;

import org.adamant.OptimizerSettings.Group;
import org.jspecify.annotations.Nullable;

/** The hyper-parameters of an optimizer's updates, with schedules, the plateau and the changes of groups. */
final class HyperParameters {

  private final OptimizerSettings settings;
  private final OptimizerState state;

  /** The hyper-parameters of the last update; not kept if a group has its own schedule. */
  private Adam @Nullable [] last;

  private @Nullable Adam lastBase;

  HyperParameters(OptimizerState state) {
    this.settings = state.settings;
    this.state = state;
  }

  /** The hyper-parameters of each group in an update; the last are those of all other parameters. */
  Adam[] at(long update) {
    final Adam base = base(update);
    if (last != null && base == lastBase) {
      return last;
    }
    final Adam[] all = new Adam[settings.groups.size() + 1];
    all[all.length - 1] = base;
    boolean areOfBase = true;
    for (int i = 0; i < settings.groups.size(); i++) {
      final Group group = settings.groups.get(i);
      Adam ofGroup = base;
      if (group.schedule() != null) {
        areOfBase = false;
        ofGroup = base.withLearningRate(group.schedule().at(update) * state.plateauFactor());
      }
      all[i] = group.change().apply(ofGroup);
      if (all[i] == null) {
        throw new NullPointerException(
            "group '" + group.name() + "' changes " + ofGroup + " to null");
      }
    }
    if (areOfBase) {
      lastBase = base;
      last = all;
    }
    return all;
  }

  /** The hyper-parameters of the next update. */
  Adam[] next() {
    return at(state.stepCount + 1);
  }

  private Adam base(long update) {
    Adam base = state.adam;
    if (settings.schedule != null) {
      base = base.withLearningRate(settings.schedule.at(update));
    }
    if (state.plateauFactor() != 1) {
      base = base.withLearningRate(base.learningRate() * state.plateauFactor());
    }
    if (settings.beta1 != null) {
      base = base.withBeta1(settings.beta1.at(update));
    }
    if (settings.averageDecay != null) {
      base = base.withAverageDecay(settings.averageDecay.at(update));
    }
    return base;
  }

  /** A step of a parameter without its clip factor. */
  AdamStep step(Adam adam, long t, double gradientScale) {
    AdamStep step = adam.atStep(t);
    step = gradientScale == 1 ? step : step.withGradientScale(gradientScale);
    step =
        settings.nonFinite == NonFinite.PROPAGATE ? step : step.withNonFinite(settings.nonFinite);
    step = settings.rounding == Rounding.STOCHASTIC ? step : step.withRounding(settings.rounding);
    return settings.seed == 0 ? step : step.withSeed(settings.seed);
  }
}
