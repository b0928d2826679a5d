package org.adamant;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.adamant.OptimizerSettings.Group;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.adamant.training.SparseMode;
import org.jspecify.annotations.Nullable;

/**
 * The state and settings of an optimizer besides its parameters, by name, as exact text. Names with "built." are
 * its settings, and names with "next." the hyper-parameters of its next update; both must be the same when a
 * training resumes. The rest changes from step to step.
 */
final class OptimizerMetadata {

  private static final String BUILT = "built.";
  private static final String NEXT = "next.";
  private static final String FROZEN = "frozen.";
  private static final String NUMBERS = BUILT + "numbers";
  private static final String ADAM = "adam";
  private static final String UPDATES = "updates";
  private static final String MICRO_BATCH = "microBatch";
  private static final String LOSS_SCALE = "lossScale";
  private static final String PLATEAU = "plateau";

  private final OptimizerState state;
  private final HyperParameters hyperParameters;

  OptimizerMetadata(OptimizerState state, HyperParameters hyperParameters) {
    this.state = state;
    this.hyperParameters = hyperParameters;
  }

  // ---- Writing. ----

  /** {@return all of it} */
  Map<String, String> values() {
    final Map<String, String> values = sameWhereItGoesOn();
    values.put(ADAM, state.adam.toString());
    values.put(UPDATES, Long.toString(state.stepCount));
    values.put(MICRO_BATCH, Integer.toString(state.microBatches));
    if (state.lossScale != null) {
      values.put(LOSS_SCALE, state.lossScale.scale() + " " + state.lossScale.good());
    }
    if (state.plateau != null) {
      final Plateau.State plateau = state.plateau;
      values.put(
          PLATEAU,
          plateau.factor() + " " + plateau.best() + " " + plateau.bad() + " "
              + plateau.cooldown());
    }
    for (int i = 0; i < state.settings.groups.size(); i++) {
      values.put(FROZEN + state.settings.groups.get(i).name(), Boolean.toString(state.isFrozen[i]));
    }
    return values;
  }

  private Map<String, String> sameWhereItGoesOn() {
    final Map<String, String> values = new TreeMap<>();
    values.put(BUILT + ADAM, state.settings.adam.toString());
    values.put(
        BUILT + "gradients",
        new NamedValues.Text()
            .with("maxNorm", state.settings.maxNorm)
            .with("maxNormPerParameter", state.settings.maxNormPerParameter)
            .with("microBatches", state.settings.microBatches)
            .with("accumulation", state.settings.accumulation)
            .with("accumulatesInDouble", state.settings.accumulatesInDouble)
            .with("nonFinite", state.settings.nonFinite)
            .toString());
    values.put(
        NUMBERS,
        new NamedValues.Text()
            .with("sparse", state.settings.sparseMode)
            .with("countsRows", state.settings.countsRows)
            .with("moments", state.settings.firstMoments + "," + state.settings.secondMoments)
            .with("rounding", state.settings.rounding)
            .with("seed", state.settings.seed)
            .toString());
    values.put(BUILT + LOSS_SCALE, String.valueOf(state.settings.lossScale));
    values.put(BUILT + PLATEAU, String.valueOf(state.settings.plateau));
    final Adam[] next = hyperParameters.next();
    for (int i = 0; i < next.length; i++) {
      final String group =
          i < state.settings.groups.size()
              ? "group " + state.settings.groups.get(i).name()
              : "all others";
      values.put(NEXT + group, next[i].toString());
    }
    return values;
  }

  // ---- Reading. ----

  /** Whether rows without gradient took their steps later, see {@link SparseMode#EXACT}. */
  static boolean wasExact(String file, Map<String, String> values) throws CheckpointException {
    final String text = values.get(NUMBERS);
    if (text == null) {
      return false;
    }
    final NamedValues numbers = NamedValues.parse(file, NUMBERS, text);
    return numbers.has("sparse") && numbers.text("sparse").equals(SparseMode.EXACT.toString());
  }

  /**
   * Restores what was read into an optimizer that has no parameters yet.
   *
   * @param isStrict whether the settings must be those with which the optimizer was saved
   */
  void restore(Path file, OptimizerFile read, boolean isStrict) throws CheckpointException {
    final Map<String, String> values = read.values;
    state.parameters.putAll(read.states);
    restoreNumbers(file, values, isStrict);
    requireParametersFit(file, isStrict);
    requireThere(file, values, LOSS_SCALE, !"null".equals(values.get(BUILT + LOSS_SCALE)));
    requireThere(file, values, PLATEAU, !"null".equals(values.get(BUILT + PLATEAU)));
    if (isStrict) {
      requireSameSettings(file, values);
      restoreFrozen(file, values);
    }
    if (state.microBatches > 0 && state.microBatches >= state.settings.microBatches) {
      throw new IllegalArgumentException(
          file + " was saved after " + state.microBatches
              + " micro-batches: expected an optimizer that accumulates more");
    }
    state.dropGradientsOfFrozen();
  }

  private void restoreNumbers(Path file, Map<String, String> values, boolean isStrict)
      throws CheckpointException {
    try {
      state.stepCount = Long.parseLong(value(values, UPDATES));
      if (state.stepCount < 0 || state.stepCount == Long.MAX_VALUE) {
        throw new IllegalArgumentException(UPDATES + " = " + state.stepCount);
      }
      if (isStrict || value(values, BUILT + ADAM).equals(state.settings.adam.toString())) {
        state.adam = Adam.parse(value(values, ADAM));
      }
      if (values.containsKey(LOSS_SCALE) && state.settings.lossScale != null) {
        final String[] numbers = value(values, LOSS_SCALE).split(" ", 0);
        state.lossScale =
            new LossScale.State(Double.parseDouble(numbers[0]), Long.parseLong(numbers[1]));
      }
      if (values.containsKey(PLATEAU) && state.settings.plateau != null) {
        final String[] numbers = value(values, PLATEAU).split(" ", 0);
        state.plateau =
            new Plateau.State(
                Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]),
                Long.parseLong(numbers[2]), Long.parseLong(numbers[3]));
      }
      state.microBatches = Integer.parseInt(value(values, MICRO_BATCH));
      final boolean isPending =
          state.parameters.values().stream().anyMatch(parameter -> parameter.hasGradients);
      if (state.microBatches < 0 || state.microBatches == 0 && isPending) {
        throw new IllegalArgumentException(
            MICRO_BATCH + " = " + state.microBatches + (isPending ? " with gradients" : ""));
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException | NullPointerException e) {
      throw new CheckpointException(
          file + ": metadata that cannot be read: expected what an optimizer has written"
              + (e instanceof IllegalArgumentException ? " (" + e.getMessage() + ")" : ""),
          e);
    }
  }

  private static String value(Map<String, String> values, String name) {
    final String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }

  /** Refuses parameters whose state is impossible after so many updates, or cannot be resumed. */
  private void requireParametersFit(Path file, boolean isStrict) throws CheckpointException {
    for (Map.Entry<String, ParameterState> entry : state.parameters.entrySet()) {
      final String wrong = entry.getValue().obstacle(state.stepCount);
      if (wrong != null) {
        throw new CheckpointException(file + ": parameter '" + entry.getKey() + "' has " + wrong);
      }
      if (!isStrict && entry.getValue().isBehind()) {
        throw new IllegalArgumentException(
            file + " has rows of parameter '" + entry.getKey()
                + "' with steps to take as they were: expected it to be loaded with the settings it was"
                + " saved with, and catchUp(params)");
      }
    }
  }

  private static void requireThere(
      Path file, Map<String, String> values, String name, boolean isThere)
      throws CheckpointException {
    if (values.containsKey(name) != isThere) {
      throw invalid(file, name, values.get(name));
    }
  }

  private static CheckpointException invalid(Path file, String name, @Nullable String value) {
    return new CheckpointException(
        file + ": metadata " + name + " = " + value + ": expected what an optimizer has written");
  }

  private void requireSameSettings(Path file, Map<String, String> values) {
    final Map<String, String> here = sameWhereItGoesOn();
    for (String there : values.keySet()) {
      if ((there.startsWith(BUILT) || there.startsWith(NEXT)) && !here.containsKey(there)) {
        throw new IllegalArgumentException(
            file + " was saved with " + there + " = " + values.get(there)
                + ", and this optimizer is built without: expected the same, or"
                + " loadWithNewSettings");
      }
    }
    for (Map.Entry<String, String> setting : here.entrySet()) {
      final String there = values.get(setting.getKey());
      if (!setting.getValue().equals(there)) {
        throw new IllegalArgumentException(
            file + " was saved with " + setting.getKey() + " = " + there
                + ", and this optimizer is built with " + setting.getValue()
                + ": expected the same, or loadWithNewSettings");
      }
    }
  }

  private void restoreFrozen(Path file, Map<String, String> values) throws CheckpointException {
    int i = 0;
    for (Group group : state.settings.groups) {
      final String name = FROZEN + group.name();
      final String value = String.valueOf(values.get(name));
      if (!value.equals("true") && !value.equals("false")) {
        throw invalid(file, name, value);
      }
      state.isFrozen[i++] = value.equals("true");
    }
  }
}
