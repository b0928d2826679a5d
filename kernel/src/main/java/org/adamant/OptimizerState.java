package org.adamant;

import java.util.LinkedHashMap;
import java.util.NoSuchElementException;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.jspecify.annotations.Nullable;

/** The state of an optimizer that changes from step to step; {@link OptimizerFile} saves it. */
final class OptimizerState {

  final OptimizerSettings settings;

  /** The state of each parameter by name, in the order in which they were first seen. */
  final LinkedHashMap<String, ParameterState> parameters = new LinkedHashMap<>();

  /** Whether each group is frozen, by its number; the last entry is that of all other parameters. */
  final boolean[] isFrozen;

  /** The hyper-parameters before schedules and groups. */
  Adam adam;

  /** The number of updates. */
  long stepCount;

  /** How many micro-batches of the next update were added. */
  int microBatches;

  /** Null where there is none. */
  LossScale.@Nullable State lossScale;

  /** Null where there is none. */
  Plateau.@Nullable State plateau;

  OptimizerState(OptimizerSettings settings) {
    this.settings = settings;
    adam = settings.adam;
    isFrozen = new boolean[settings.groups.size() + 1];
    for (int i = 0; i < settings.groups.size(); i++) {
      isFrozen[i] = settings.groups.get(i).isFrozen();
    }
    lossScale = settings.lossScale == null ? null : settings.lossScale.start();
    plateau = settings.plateau == null ? null : settings.plateau.start();
  }

  double lossScale() {
    return lossScale == null ? 1 : lossScale.scale();
  }

  double plateauFactor() {
    return plateau == null ? 1 : plateau.factor();
  }

  /** The number of the group of a parameter, or {@link OptimizerPlan#FROZEN}. */
  int groupOf(String name) {
    final int group = settings.groupOf(name);
    return isFrozen[group] ? OptimizerPlan.FROZEN : group;
  }

  /** The state of a parameter that was seen before. */
  ParameterState known(String name) {
    final ParameterState known = parameters.get(name);
    if (known == null) {
      throw new NoSuchElementException(
          "no parameter '" + name + "' yet; seen so far: " + parameters.keySet());
    }
    return known;
  }

  /** Registers a plan's states by the names of their parameters: all of them or, if memory runs out, none. */
  void register(OptimizerPlan plan) {
    if (plan.isRegistered) {
      return;
    }
    boolean isDone = false;
    int count = 0;
    try {
      for (OptimizerPlan.Member member : plan.members) {
        if (parameters.putIfAbsent(member.name(), member.state()) == null) {
          count++;
        }
      }
      isDone = true;
      plan.isRegistered = true;
    } finally {
      if (!isDone) {
        // The last entries are the new ones.
        while (count-- > 0) {
          parameters.pollLastEntry();
        }
      }
    }
  }

  /** Refuses a change of steps that rows have yet to take. */
  void requireCaughtUp(String what) {
    parameters.forEach((name, parameter) -> requireCaughtUp(what, name, parameter));
  }

  static void requireCaughtUp(String what, String name, ParameterState parameter) {
    if (parameter.isBehind()) {
      throw new IllegalStateException(
          what + " changes what steps do, and rows of parameter '" + name
              + "' have steps to take as they were: expected catchUp(params) before");
    }
  }

  /** Drops gradients that the last micro-batch would otherwise lack, or that would appear much later. */
  void dropGradientsOfFrozen() {
    parameters.forEach((name, parameter) -> {
      if (groupOf(name) == OptimizerPlan.FROZEN) {
        parameter.hasGradients = false;
      }
    });
  }
}
