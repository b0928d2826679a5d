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
      Schedule schedule,
      boolean isFrozen) {}

  Adam adam;
  AdamKernel kernel;
  Schedule schedule;
  Schedule beta1;
  Schedule averageDecay;
  Plateau plateau;
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
  Format firstMoments;
  Format secondMoments;
  Arena arena;
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
  Arena place(boolean isSegment, long length) {
    if (arena != null) {
      return arena;
    }
    return isSegment || length > Numbers.LONGEST_ARRAY ? Arena.ofAuto() : null;
  }

  /** Creates the state of a new parameter. */
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
