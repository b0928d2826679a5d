package org.adamant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.adamant.Adam.AmsGrad;
import org.adamant.OptimizerPlan.Member;
import org.adamant.training.SparseRows;
import org.jspecify.annotations.Nullable;

/** What an update does to the members of an {@link OptimizerPlan}, as one model. To make it changes nothing. */
final class PlannedUpdate {

  /** Members of one group that have taken the same number of steps. */
  static final class Cohort {
    final int index;
    final int group;
    final ParameterState.Counter counter;
    boolean hasFloats;

    Cohort(int index, int group, long steps) {
      this.index = index;
      this.group = group;
      this.counter = new ParameterState.Counter(steps);
    }
  }

  /** Prepares the rows of a parameter for a step. */
  @FunctionalInterface
  interface Rows {

    /** Copies the rows that have a gradient. */
    SparseState prepare(Member member, SparseRows gradient, @Nullable Storage[] operands);
  }

  private final List<Member> members;
  private final boolean hasRows;
  final boolean[] isMaximum;
  final boolean[] isAverage;
  final List<Cohort> cohorts = new ArrayList<>();
  final AdamModel model;

  /** The step of each slice, filled in before each update. */
  final AdamStep[] steps;

  final List<AdamStep> stepsOfSlices;

  /** The cohort of each member. */
  private final Cohort[] cohortOf;

  private final List<AdamSlice> slices;

  /** The cohort, and the number of the member, of each slice. */
  private final List<Cohort> cohortOfSlice;

  private final List<Integer> memberOfSlice;
  private final @Nullable Storage[] maxima;
  private final @Nullable Storage[] averages;

  /** Gradients that the step cannot read in place, and the copies that it reads. */
  private final List<Storage[]> copies = new ArrayList<>();

  /** Whether the parameters have the state that was made here; nothing else changes it while this is in use. */
  private boolean isRegistered;

  /** A model of the slices of each member, for its own norm; null until it is needed. */
  private AdamModel @Nullable [] modelOfEach;

  /**
   * What an update does.
   *
   * @param plan the call that was checked
   * @param adams the hyper-parameters of the groups
   * @param areAccumulated whether the gradients of the call are not all there are
   * @param rows makes rows ready
   */
  PlannedUpdate(OptimizerPlan plan, Adam[] adams, boolean areAccumulated, Rows rows) {
    members = plan.members;
    hasRows = plan.hasRows;
    cohortOf = new Cohort[members.size()];
    slices = new ArrayList<>(members.size());
    cohortOfSlice = new ArrayList<>(members.size());
    memberOfSlice = new ArrayList<>(members.size());
    maxima = new Storage[members.size()];
    averages = new Storage[members.size()];
    isMaximum = maxima(adams);
    isAverage = averages(adams);
    final IdentityHashMap<Object, Object> seen = new IdentityHashMap<>();
    final List<AdamSlice> ofDense = new ArrayList<>();
    final Map<Long, Cohort>[] bySteps = newMaps(adams.length);
    for (int i = 0; i < cohortOf.length; i++) {
      final Member member = members.get(i);
      final ParameterState state = member.state();
      cohortOf[i] = cohort(bySteps, member, state.counter.steps);
      if (isMaximum[member.group()]) {
        maxima[i] = state.maximum == null ? state.zeros() : state.maximum;
      }
      if (isAverage[member.group()]) {
        averages[i] = state.isAveraged ? state.average : averageFrom(member);
      }
      final Storage maximum = maxima[i];
      final Storage average = averages[i];
      final SparseRows gradient = member.rows();
      if (gradient != null) {
        // Rows may have to catch up steps with maxima, even if this step has none.
        final SparseState sparse =
            rows.prepare(
                member, gradient,
                member.operands(maximum == null ? state.maximum : maximum, average));
        final List<AdamSlice> ofRows = sparse.slices();
        for (int k = 0; k < ofRows.size(); k++) {
          add(i, ofRows.get(k), cohort(bySteps, member, sparse.stepNumber(k) - 1));
        }
        continue;
      }
      Storage grad = areAccumulated ? state.knownSum() : member.denseGrad();
      final boolean isSeen =
          seen.putIfAbsent(grad.array == null ? grad : grad.array, grad) != null;
      if (isSeen
          || areAccumulated && grad.format() != Numbers.computeFormat(state.format)) {
        // The gradient of two parameters, but a model may have every element only once; or a sum of floats in
        // double.
        grad = copyBeforeStep(grad, state);
      }
      AdamSlice slice = AdamSlice.of(member.param(), grad, state.m, state.v);
      slice = maximum == null ? slice : slice.withMaximum(maximum);
      slice = average == null ? slice : slice.withAverage(average);
      slice = slice.operands.layout().isLossy() ? slice.numberedFrom(state.number) : slice;
      ofDense.add(slice);
      add(i, slice, cohortOf[i]);
    }
    // Rows of a parameter do not overlap, nor do parameters; gradients of rows were checked against all parameters.
    model = hasRows ? AdamModel.ofDisjoint(slices, ofDense) : AdamModel.of(slices);
    steps = new AdamStep[slices.size()];
    stepsOfSlices = Arrays.asList(steps);
  }

  /** An average, which starts from the parameter. */
  private static Storage averageFrom(Member member) {
    final Storage average = member.state().zeros();
    Numbers.copy(member.param(), average);
    return average;
  }

  private void add(int member, AdamSlice slice, Cohort cohort) {
    slices.add(slice);
    cohortOfSlice.add(cohort);
    memberOfSlice.add(member);
  }

  private Cohort cohort(Map<Long, Cohort>[] bySteps, Member member, long stepsTaken) {
    final Cohort cohort =
        bySteps[member.group()].computeIfAbsent(
            stepsTaken, taken -> newCohort(member.group(), taken));
    cohort.hasFloats |= member.state().format != Format.FLOAT64;
    return cohort;
  }

  private Storage copyBeforeStep(Storage grad, ParameterState state) {
    final Storage copy =
        Numbers.zeros(Numbers.computeFormat(state.format), state.length, state.arena);
    copies.add(new Storage[] {grad, copy});
    return copy;
  }

  private Cohort newCohort(int group, long steps) {
    final Cohort cohort = new Cohort(cohorts.size(), group, steps);
    cohorts.add(cohort);
    return cohort;
  }

  boolean matches(Adam[] adams) {
    return Arrays.equals(isMaximum, maxima(adams)) && Arrays.equals(isAverage, averages(adams));
  }

  /** Copies gradients to where the step reads them. */
  void copyGradients() {
    for (Storage[] copy : copies) {
      Numbers.copy(copy[0], copy[1]);
    }
  }

  /** The step of all slices if they share one; otherwise null, and the list is filled in. */
  @Nullable
  AdamStep stepOfAll(AdamStep[] ofCohorts) {
    if (ofCohorts.length == 1) {
      return ofCohorts[0];
    }
    for (int i = 0; i < steps.length; i++) {
      steps[i] = ofCohorts[cohortOfSlice.get(i).index];
    }
    return null;
  }

  /**
   * Multiplies the gradients of each slice by a factor of its own.
   *
   * @return the smallest factor
   */
  double clipEach(
      AdamStep[] ofCohorts, double scale, double maxNorm, AdamKernel kernel,
      ToDoubleFunction<AdamModel> norm) {
    final AdamModel[] models = modelOfEach();
    double smallest = 1;
    for (int i = 0, k = 0; i < models.length; i++) {
      final double factor =
          AdamStep.clipFactor(norm(members.get(i), models[i], kernel, norm) * scale, maxNorm);
      while (k < steps.length && memberOfSlice.get(k) == i) {
        final AdamStep step = ofCohorts[cohortOfSlice.get(k).index];
        steps[k++] = factor == 1 ? step : step.withClipFactor(factor);
      }
      smallest = Math.min(smallest, factor);
    }
    return smallest;
  }

  private AdamModel[] modelOfEach() {
    final AdamModel[] known = modelOfEach;
    if (known != null) {
      return known;
    }
    final AdamModel[] models = new AdamModel[cohortOf.length];
    for (int i = 0, k = 0; i < models.length; i++) {
      final List<AdamSlice> its = new ArrayList<>();
      while (k < slices.size() && memberOfSlice.get(k) == i) {
        its.add(slices.get(k++));
      }
      models[i] = AdamModel.ofDisjoint(its, List.of());
    }
    modelOfEach = models;
    return models;
  }

  /** The norm of all gradients, with the bits of dense ones. */
  double norm(AdamKernel kernel, ToDoubleFunction<AdamModel> ofModel) {
    return hasRows
        ? AdamKernel.normOfSums(scale -> sumsOfSquares(kernel, scale))
        : ofModel.applyAsDouble(model);
  }

  /** The norm of the gradients of one member. */
  private static double norm(
      Member member, AdamModel model, AdamKernel kernel, ToDoubleFunction<AdamModel> ofModel) {
    return member.rows() != null
        ? AdamKernel.normOfSums(
            scale -> member.state().knownRows().sumsOfSquares(kernel, scale))
        : ofModel.applyAsDouble(model);
  }

  private double[] sumsOfSquares(AdamKernel kernel, double scale) {
    double[] all = {};
    for (int i = 0, k = 0; i < cohortOf.length; i++) {
      final Member member = members.get(i);
      final double[] sums =
          member.rows() != null
              ? member.state().knownRows().sumsOfSquares(kernel, scale)
              : kernel.sumsOfSquares(AdamModel.of(slices.get(k)), scale);
      while (k < slices.size() && memberOfSlice.get(k) == i) {
        k++;
      }
      final int length = all.length;
      all = Arrays.copyOf(all, length + sums.length);
      System.arraycopy(sums, 0, all, length, sums.length);
    }
    return all;
  }

  /** Gives the maxima to the parameters; zeros are right whether the update is done or not. */
  void registerMaxima() {
    for (int i = 0; !isRegistered && i < cohortOf.length; i++) {
      if (maxima[i] != null) {
        members.get(i).state().maximum = maxima[i];
      }
    }
  }

  /** Gives the averages and the counters to the parameters. */
  void register() {
    for (int i = 0; !isRegistered && i < cohortOf.length; i++) {
      final ParameterState state = members.get(i).state();
      state.isAveraged = averages[i] != null;
      state.average = state.isAveraged ? averages[i] : state.average;
      state.counter = cohortOf[i].counter;
    }
    isRegistered = true;
  }

  /** Copies rows back and counts their steps, after a step that was done. */
  void finishRows(AdamStep[] ofCohorts) {
    for (int i = 0; i < cohortOf.length; i++) {
      final Member member = members.get(i);
      if (member.rows() != null) {
        member.state().knownRows().finish(ofCohorts[cohortOf[i].index]);
      }
    }
  }

  /** Counts an update that was done. */
  void count() {
    for (Cohort cohort : cohorts) {
      cohort.counter.steps++;
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Map<Long, Cohort>[] newMaps(int count) {
    final Map<Long, Cohort>[] maps = new Map[count];
    for (int i = 0; i < count; i++) {
      maps[i] = new HashMap<>();
    }
    return maps;
  }

  private static boolean[] maxima(Adam[] adams) {
    final boolean[] is = new boolean[adams.length];
    for (int i = 0; i < is.length; i++) {
      is[i] = adams[i].amsgrad() != AmsGrad.NONE;
    }
    return is;
  }

  private static boolean[] averages(Adam[] adams) {
    final boolean[] is = new boolean[adams.length];
    for (int i = 0; i < is.length; i++) {
      is[i] = adams[i].averageDecay() < 1;
    }
    return is;
  }
}
