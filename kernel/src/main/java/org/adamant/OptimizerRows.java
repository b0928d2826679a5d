package org.adamant;

import java.util.List;
import java.util.Map;
import org.adamant.OptimizerPlan.Member;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.jspecify.annotations.Nullable;

/** Handles gradients that are {@link SparseRows} for an optimizer, around the steps of {@link SparseState}. */
final class OptimizerRows {

  private final OptimizerState state;
  private final HyperParameters hyperParameters;

  OptimizerRows(OptimizerState state, HyperParameters hyperParameters) {
    this.state = state;
    this.hyperParameters = hyperParameters;
  }

  /** Makes all rows catch up; the parameters are given as the caller's objects and as storages. */
  void catchUp(Map<String, ?> params, Map<String, Storage> storages) {
    for (Map.Entry<String, ParameterState> entry : state.parameters.entrySet()) {
      if (entry.getValue().isBehind()) {
        final Object given = params.get(entry.getKey());
        final Storage param = storages.get(entry.getKey());
        if (given == null || param == null) {
          throw new IllegalArgumentException(
              "params lacks '" + entry.getKey()
                  + "': expected it, some of its rows are to be caught up");
        }
        OptimizerPlan.requireKnown(entry.getKey(), given, param, entry.getValue());
      }
    }
    for (Map.Entry<String, ParameterState> entry : state.parameters.entrySet()) {
      if (storages.containsKey(entry.getKey())) {
        catchUp(
            new Member(
                entry.getKey(), entry.getValue(), state.settings.groupOf(entry.getKey()),
                storages.get(entry.getKey()), null, null));
      }
    }
  }

  /**
   * Makes rows catch up before a step that has a gradient for all of them, or with which their average begins or ends.
   *
   * @param adams the hyper-parameters of the groups
   */
  void catchUp(OptimizerPlan plan, Adam[] adams) {
    for (Member member : plan.hasSparse ? plan.members : List.<Member>of()) {
      final boolean isAveraged = adams[member.group()].averageDecay() < 1;
      if (member.rows() == null || isAveraged != member.state().isAveraged) {
        catchUp(member);
      }
    }
  }

  /** Forgets what was prepared; harmless after a step that was done. */
  static void abandon(OptimizerPlan plan) {
    for (Member member : plan.members) {
      final SparseState sparse = member.state().sparse;
      if (sparse != null) {
        sparse.abandon();
      }
    }
  }

  private void catchUp(Member member) {
    final ParameterState parameter = member.state();
    if (parameter.isBehind()) {
      parameter.knownRows()
          .catchUp(
              member.operands(
                  parameter.maximum, parameter.isAveraged ? parameter.average : null),
              parameter.counter.steps, past(member), state.settings.kernel);
      parameter.forgetUpdates();
    }
  }

  /** The steps that a parameter has taken, without factors of gradients. */
  private SparseState.Steps past(Member member) {
    return t -> hyperParameters.step(
        hyperParameters.at(member.state().updateOf(t))[member.group()], t, 1);
  }

  /** Prepares the rows of a gradient for a step. */
  SparseState prepare(Member member, SparseRows rows, @Nullable Storage[] operands) {
    final ParameterState parameter = member.state();
    if (parameter.sparse == null) {
      parameter.sparse =
          new SparseState(
              state.settings.sparseMode, state.settings.countsRows, parameter.length,
              rows.rowLength(), parameter.counter.steps, parameter.number);
    }
    parameter.sparse.prepare(
        gradient(member, rows), state.settings.accumulatesInDouble && state.settings.accumulates(),
        operands,
        parameter.counter.steps + 1, past(member), state.settings.kernel);
    return parameter.sparse;
  }

  /** The gradients of this call and of those before it, for one update. */
  private SparseRows gradient(Member member, SparseRows rows) {
    if (!state.settings.accumulates()) {
      return rows;
    }
    return member.state().hasGradients
        ? member.state().knownRowGradients().with(rows, false)
        : new RowGradients(rows).with(rows, true);
  }

  /** Records that the next update was the next step of the parameters that have, or had, gradients of rows. */
  void count(OptimizerPlan plan) {
    for (Member member : plan.members) {
      final SparseState sparse = member.state().sparse;
      if (sparse != null) {
        if (sparse.mode() == SparseMode.EXACT) {
          member.state().recordUpdate(state.stepCount + 1);
        }
        if (member.rows() == null) {
          sparse.tookAll(member.state().counter.steps + 1);
        }
      }
    }
  }
}
