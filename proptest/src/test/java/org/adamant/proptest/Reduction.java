package org.adamant.proptest;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.adamant.testkit.Bits.Difference;
import org.adamant.testkit.Elements;

/**
 * Makes a failing case smaller as long as it fails: at best to a single element with the simplest settings and
 * inputs, alone, or in a vector whose other lanes hold ones or the same number.
 */
final class Reduction {

  private static final int[] LENGTHS = {1, 2, 4, 8, 16};

  private final Consumer<StepCase> property;
  private final boolean isOfAll;

  private Reduction(Consumer<StepCase> property, boolean isOfAll) {
    this.property = property;
    this.isOfAll = isOfAll;
  }

  /** Checks a property of all cases; the error thrown is that of the smallest case that fails as well. */
  static void check(StepCase tried, Consumer<StepCase> property) {
    check(tried, property, true);
  }

  /** Checks a property of some cases only: settings and numbers stay as they are, elements are left out. */
  static void checkInRange(StepCase tried, Consumer<StepCase> property) {
    check(tried, property, false);
  }

  private static void check(StepCase tried, Consumer<StepCase> property, boolean isOfAll) {
    final Reduction reduction = new Reduction(property, isOfAll);
    final Optional<Difference> failure = reduction.failure(tried);
    if (failure.isPresent()) {
      reduction.fail(tried, failure.get());
    }
  }

  private Optional<Difference> failure(StepCase tried) {
    try {
      property.accept(tried);
      return Optional.empty();
    } catch (Difference e) {
      return Optional.of(e);
    }
  }

  private void fail(StepCase first, Difference firstFailure) {
    StepCase smallest = first;
    Difference failure = firstFailure;
    for (boolean isSmaller = true; isSmaller;) {
      isSmaller = false;
      for (StepCase candidate : candidates(smallest, failure.index()).toList()) {
        final Optional<Difference> next = failure(candidate);
        if (next.isPresent()) {
          smallest = candidate;
          failure = next.get();
          isSmaller = true;
          break;
        }
      }
    }
    throw new AssertionError(
        "%s%n  in       %s%n  first at element %d of the slice of %s%n  again    %s"
            .formatted(
                failure.getMessage(),
                smallest,
                firstFailure.index() - first.offset(),
                first,
                Run.replay()),
        firstFailure);
  }

  /** Cases with less in them, the least first; each leads to fewer others, so that this ends. */
  private Stream<StepCase> candidates(StepCase c, int index) {
    final State state = c.state();
    final int lane = index - c.offset();
    final Stream<StepCase> smaller = Stream.of(
        // The element alone, or at its place in a vector.
        IntStream.of(LENGTHS)
            .filter(n -> n < state.length())
            .mapToObj(n -> c.with(vector(state, index, Math.floorMod(lane, n), n))),
        // The slice alone; without half of what is in front of the element, or more.
        Stream.of(1, 2, 4, 8)
            .map(part -> range(c.offset() + lane / part * (part - 1), Math.max(index + 1, c.end())))
            .filter(range -> range.length < state.length())
            .map(range -> c.with(state.select(range))),
        // Without what is behind it, or half of that.
        Stream.of(0, (c.end() - index) / 2)
            .map(behind -> range(c.offset(), index + 1 + Math.max(0, behind - 1)))
            .filter(range -> range.length > 0 && range.length < state.length())
            .map(range -> c.with(state.select(range))))
        .flatMap(candidates -> candidates);
    return isOfAll ? Stream.concat(smaller, simpler(c, index)) : smaller;
  }

  private static Stream<StepCase> simpler(StepCase c, int index) {
    final State state = c.state();
    return Stream.of(
        Stream.of(StepCase.Call.ARRAYS, StepCase.Call.SLICE)
            .filter(call -> call.compareTo(c.call()) < 0)
            .map(c::with),
        c.settings().simpler().map(c::with),
        IntStream.range(0, state.arrays().size())
            .filter(k -> Elements.rawBits(state.arrays().get(k), index) != 0)
            .mapToObj(k -> withZero(c, k, index)))
        .flatMap(candidates -> candidates);
  }

  private State vector(State state, int index, int lane, int length) {
    final int[] same = new int[length];
    Arrays.fill(same, index);
    final State alone = state.select(same);
    if (!isOfAll) {
      return alone;
    }
    for (Object array : alone.arrays()) {
      final long bits = Elements.rawBits(array, lane);
      Elements.fill(array, 1);
      Elements.setBits(array, lane, bits);
    }
    return alone;
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  private static StepCase withZero(StepCase c, int array, int index) {
    final State state = c.state().copy();
    Elements.setBits(state.arrays().get(array), index, 0);
    return new StepCase(state, c.settings(), c.offset(), c.length(), c.call());
  }
}
