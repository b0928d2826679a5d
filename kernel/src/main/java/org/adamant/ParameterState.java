package org.adamant;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The state that an optimizer keeps of one parameter. */
final class ParameterState {

  /** A number of updates. */
  static final class Counter {
    long steps;

    Counter(long steps) {
      this.steps = steps;
    }
  }

  /** After so many gaps between updates, those that no row needs are forgotten. */
  private static final int FORGET_AFTER = 64;

  /** The format of the parameter. */
  final Format format;

  final long length;

  /** The number of its first element, for random numbers; it differs between parameters. */
  final long number;

  /** Where the state of a parameter in a segment lies; null for one in an array. */
  final @Nullable Arena arena;

  final Storage m;
  final Storage v;

  /** The running maximum and the average exist from the first step that needs them. */
  @Nullable
  Storage maximum;

  @Nullable
  Storage average;

  /** Whether the last step kept the average. */
  boolean isAveraged;

  /** The number of updates of the parameter; shared by parameters that were always updated together. */
  Counter counter = new Counter(0);

  /** The state of its rows; null until the first gradient of rows. */
  @Nullable
  SparseState sparse;

  /**
   * Which update of the optimizer was which step of the parameter, as far as rows may have to catch up. Each entry
   * is a step and its update; from there on both count alike, up to the next entry.
   */
  final List<long[]> updates = new ArrayList<>();

  /** The sum of the gradients of micro-batches; null until there were any. */
  @Nullable
  Storage accumulated;

  /** The gradients of rows of micro-batches; null until there were any. */
  @Nullable
  RowGradients rowGradients;

  /** Whether there are gradients of micro-batches. */
  boolean hasGradients;

  /** Whether those are gradients of rows. */
  boolean areOfRows;

  ParameterState(Format format, long number, @Nullable Arena arena, Storage m, Storage v) {
    this.format = format;
    this.length = m.length();
    this.number = number;
    this.arena = arena;
    this.m = m;
    this.v = v;
  }

  /** A number that depends on the name alone, so that parameters do not share random numbers. */
  static long numberOf(String name) {
    long hash = 0;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash + name.charAt(i)) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    // Numbers that differ above 2^32 have different keys, too.
    return (hash >>> 34) << 32;
  }

  /** {@return what is known of its rows, for whoever knows that there is something} */
  SparseState knownRows() {
    return Objects.requireNonNull(sparse);
  }

  /** {@return the gradients of rows of micro-batches, for whoever knows that there are any} */
  RowGradients knownRowGradients() {
    return Objects.requireNonNull(rowGradients);
  }

  /** {@return the sum of the gradients of micro-batches, for whoever knows that there is one} */
  Storage knownSum() {
    return Objects.requireNonNull(accumulated);
  }

  /** Records that an update is the next step. */
  void recordUpdate(long update) {
    final long step = counter.steps + 1;
    if (updates.isEmpty() || step - updates.getLast()[0] != update - updates.getLast()[1]) {
      updates.add(new long[] {step, update});
      if (updates.size() % FORGET_AFTER == 0) {
        final long least = knownRows().least();
        while (updates.size() > 1 && updates.get(1)[0] <= least + 1) {
          updates.removeFirst();
        }
      }
    }
  }

  /** Forgets updates that no row needs any more, after all rows have caught up. */
  void forgetUpdates() {
    while (updates.size() > 1) {
      updates.removeFirst();
    }
  }

  /** Whether rows have missed steps that the parameter has taken. */
  boolean isBehind() {
    return sparse != null && sparse.isBehind(counter.steps);
  }

  /** {@return what in this state, read from a file, is impossible after so many updates; null if nothing} */
  @Nullable
  String obstacle(long updatesDone) {
    if (counter.steps > updatesDone) {
      return counter.steps + " steps: expected at most " + updatesDone
          + ", the updates of the optimizer";
    }
    long[] last = {0, 0};
    for (long[] pair : updates) {
      if (pair[0] <= last[0] || pair[1] - last[1] < pair[0] - last[0]
          || pair[0] > counter.steps
          || pair[1] > updatesDone - (counter.steps - pair[0])) {
        return "step " + pair[0] + " at update " + pair[1]
            + ": expected steps in their order, each at an update of its own, up to " + updatesDone;
      }
      last = pair;
    }
    if (sparse != null && isBehind()
        && (updates.isEmpty() || updates.getFirst()[0] > sparse.least() + 1)) {
      return "rows behind that took " + sparse.least()
          + " steps: expected to be told at which updates the next were";
    }
    return null;
  }

  /** {@return the update that was a step of the parameter, one of those recorded} */
  long updateOf(long step) {
    int i = updates.size() - 1;
    while (i > 0 && updates.get(i)[0] > step) {
      i--;
    }
    return updates.get(i)[1] + step - updates.get(i)[0];
  }

  /** Whether {@link #numberOf} can give such a number. */
  static boolean isNumber(long number) {
    return number >= 0 && number >>> 62 == 0 && (int) number == 0;
  }

  /** New memory, zero, in the place of the state and the format in which a step computes. */
  Storage zeros() {
    return Numbers.zeros(Numbers.computeFormat(format), length, arena);
  }

  /** {@return a copy for more or fewer elements; further elements are zero} */
  ParameterState resized(long newLength) {
    final ParameterState other =
        new ParameterState(
            format, number, arena, resized(m, newLength), resized(v, newLength));
    other.maximum = maximum == null ? null : resized(maximum, newLength);
    other.counter = new Counter(counter.steps);
    if (sparse != null) {
      other.sparse = sparse.resized(newLength, counter.steps);
      other.updates.addAll(updates);
    }
    return other;
  }

  private Storage resized(Storage storage, long newLength) {
    final Storage other = Numbers.zeros(storage.format(), newLength, arena);
    Numbers.copy(storage, other);
    return other;
  }
}
