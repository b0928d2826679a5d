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

/** What an optimizer was built with. */
final class OptimizerSettings implements Cloneable {

  /**
   * A group of parameters.
   *
   * @param name what it is called
   * @param names which parameters belong to it
   * @param change what it does to the hyper-parameters
   * @param schedule its learning rate; null for that of all
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

  /** The number of the group that a parameter belongs to; that of all groups if to none. */
  int groupOf(String name) {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).names.test(name)) {
        return i;
      }
    }
    return groups.size();
  }

  /** Where the state of a parameter lies: null for arrays, which have a largest length. */
  @Nullable
  Arena place(boolean isSegment, long length) {
    if (arena != null) {
      return arena;
    }
    return isSegment || length > Numbers.LONGEST_ARRAY ? Arena.ofAuto() : null;
  }

  /** Makes a state for a parameter that has not been seen before. */
  ParameterState newState(String name, Storage param) {
    final Arena place = place(param.array == null, param.length());
    final Format plain = Numbers.computing(param.format());
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
