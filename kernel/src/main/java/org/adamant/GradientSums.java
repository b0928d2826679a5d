package org.adamant;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.adamant.OptimizerPlan.Member;
import org.adamant.training.SparseRows;

/** Adds the gradients of micro-batches until the last one before an update. */
final class GradientSums {

  private final OptimizerState state;

  GradientSums(OptimizerState state) {
    this.state = state;
  }

  /** Refuses an update that lacks a parameter of which micro-batches had a gradient. */
  void requirePending(OptimizerPlan plan) {
    int pending = 0;
    for (ParameterState parameter : state.parameters.values()) {
      pending += parameter.hasGradients ? 1 : 0;
    }
    for (Member member : plan.members) {
      pending -= member.state().hasGradients ? 1 : 0;
    }
    if (pending > 0) {
      final Set<ParameterState> here = Collections.newSetFromMap(new IdentityHashMap<>());
      plan.members.forEach(member -> here.add(member.state()));
      throw new IllegalArgumentException(
          "params lacks "
              + state.parameters.entrySet()
                  .stream()
                  .filter(e -> e.getValue().hasGradients && !here.contains(e.getValue()))
                  .map(Map.Entry::getKey)
                  .toList()
              + ": expected all parameters of which earlier micro-batches had gradients, this one is"
              + " the last before the update");
    }
  }

  /** Refuses to add gradients of rows and of all elements in one sum. */
  static void requireSameKind(OptimizerPlan plan) {
    for (Member member : plan.members) {
      final ParameterState parameter = member.state();
      final SparseRows rows = member.rows();
      if (parameter.hasGradients
          && (parameter.areOfRows != (rows != null)
              || rows != null
                  && parameter.knownRowGradients().rowLength() != rows.rowLength())) {
        throw new IllegalArgumentException(
            "gradient '" + member.name() + "' is "
                + (rows == null ? "dense" : rows.toString()) + ": expected "
                + (parameter.areOfRows
                    ? "SparseRows of length " + parameter.knownRowGradients().rowLength()
                    : "a dense one")
                + ", as in the earlier micro-batches of this update");
      }
    }
  }

  /** Makes room for the gradients of a call; changes nothing else. */
  void allocate(OptimizerPlan plan) {
    for (Member member : plan.members) {
      final ParameterState parameter = member.state();
      if (member.rows() != null) {
        if (!parameter.hasGradients || parameter.rowGradients == null) {
          parameter.rowGradients = new RowGradients(member.rows());
        }
        parameter.rowGradients.reserve(member.rows());
      } else if (parameter.accumulated == null) {
        parameter.accumulated =
            Numbers.zeros(
                state.settings.sumFormat(parameter.format), parameter.length, parameter.arena);
      }
    }
  }

  static void add(OptimizerPlan plan) {
    for (Member member : plan.members) {
      if (member.rows() != null) {
        member.state().knownRowGradients().add(member.rows(), !member.state().hasGradients);
      } else {
        Numbers.add(
            member.denseGrad(), member.state().knownSum(), !member.state().hasGradients);
      }
      member.state().hasGradients = true;
      member.state().areOfRows = member.rows() != null;
    }
  }

  static void drop(OptimizerPlan plan) {
    for (Member member : plan.members) {
      member.state().hasGradients = false;
      member.state().rowGradients = null;
    }
  }
}
