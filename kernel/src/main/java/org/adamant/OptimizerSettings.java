package org.adamant;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.adamant.training.Accumulation;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;
import org.adamant.training.SparseMode;
import org.jspecify.annotations.Nullable;

/** The settings with which an optimizer was built. */
final class OptimizerSettings implements Cloneable {

  /**
   * A group of parameters.
   *
   * @param name its name
   * @param names which parameters belong to it
   * @param change its change of the hyper-parameters
   * @param schedule its learning rate; null for the common one
   * @param isFrozen whether it begins frozen
   */
  record Group(
      String name,
      Predicate<? super String> names,
      UnaryOperator<Adam> change,
      @Nullable Schedule schedule,
      boolean isFrozen) {}

  Adam adam;

  /** That of the builder, or the preferred one by the time there is an optimizer. */
  @SuppressWarnings("NullAway.Init")
  AdamKernel kernel;

  @Nullable
  Schedule schedule;
  @Nullable
  Schedule beta1;
  @Nullable
  Schedule averageDecay;
  @Nullable
  Plateau plateau;
  @Nullable
  LossScale lossScale;
  List<Group> groups = new ArrayList<>();
  double maxNorm = Double.POSITIVE_INFINITY;
  double maxNormPerParameter = Double.POSITIVE_INFINITY;
  int microBatches = 1;
  Accumulation accumulation = Accumulation.MEAN;
  boolean accumulatesInDouble;
  NonFinite nonFinite = NonFinite.PROPAGATE;
  SparseMode sparseMode = SparseMode.LAZY;
  boolean countsRows;
  Rounding rounding = Rounding.STOCHASTIC;
  long seed;
  @Nullable
  Format firstMoments;
  @Nullable
  Format secondMoments;
  @Nullable
  Arena arena;

  /** Of whoever asks for several threads; nobody uses it for one. */
  @SuppressWarnings("NullAway.Init")
  Executor executor;

  int threads = 1;

  OptimizerSettings(Adam adam) {
    this.adam = adam;
  }

  OptimizerSettings copy() {
    try {
      final OptimizerSettings copy = (OptimizerSettings) clone();
      copy.groups = new ArrayList<>(groups);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** Adds a group, whose name no other group may have. */
  void add(Group added) {
    for (Group group : groups) {
      if (group.name.equals(added.name)) {
        throw new IllegalArgumentException(
            "name = " + added.name + ": expected another one, there is a group of this name");
      }
    }
    groups.add(added);
  }

  /** Refuses settings that exclude each other, and adds those that others imply. */
  void checkAndComplete() {
    if (maxNorm < Double.POSITIVE_INFINITY
        && maxNormPerParameter < Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "maxNorm = " + maxNorm + " with maxNormPerParameter = " + maxNormPerParameter
              + ": expected one of them");
    }
    if (sparseMode == SparseMode.EXACT && averageDecay != null) {
      throw new IllegalArgumentException(
          "sparse = EXACT with a schedule of averageDecay: expected one of them, rows cannot be caught"
              + " up to a step at which an average began");
    }
    if (lossScale != null) {
      if (nonFinite == NonFinite.THROW) {
        throw new IllegalArgumentException(
            "nonFinite = THROW with a loss scale: expected SKIP, a scale that is too large is found"
                + " out by gradients that overflow");
      }
      nonFinite = NonFinite.SKIP;
    }
  }

  /** The number of the group of a parameter; the count of groups if it is in none. */
  int groupOf(String name) {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).names.test(name)) {
        return i;
      }
    }
    return groups.size();
  }

  /** Where the state of a parameter lies: null for arrays, whose length is limited. */
  @Nullable
  Arena arenaFor(boolean isSegment, long length) {
    if (arena != null) {
      return arena;
    }
    return isSegment || length > Numbers.LONGEST_ARRAY ? Arena.ofAuto() : null;
  }

  /** Whether several steps make one update. */
  boolean accumulates() {
    return microBatches > 1;
  }

  /** The format in which the gradients of parameters of a format are added. */
  Format sumFormat(Format params) {
    return accumulatesInDouble ? Format.FLOAT64 : Numbers.computeFormat(params);
  }

  /** Creates the state of a new parameter. */
  ParameterState newState(String name, Storage param) {
    final Arena place = arenaFor(param.array == null, param.length());
    final Format plain = Numbers.computeFormat(param.format());
    final boolean isPlain = plain == Format.FLOAT64;
    return new ParameterState(
        param.format(),
        ParameterState.numberOf(name),
        place,
        Numbers.zeros(
            isPlain || firstMoments == null ? plain : firstMoments, param.length(), place),
        Numbers.zeros(
            isPlain || secondMoments == null ? plain : secondMoments, param.length(), place));
  }
}
