package org.adamant.proptest;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamStep;
import org.adamant.testkit.Bits;

/** A step to try: its first state, settings, slice and call. */
record StepCase(State state, Settings settings, int offset, int length, Call call) {

  /** The ways to call a kernel for the same step. */
  enum Call {
    /** Four arrays, for settings that need no more. */
    ARRAYS,
    /** One slice. */
    SLICE,
    /** A model of three slices, on the calling thread. */
    MODEL,
    /** The same on four. */
    THREADS
  }

  private static final Executor POOL = ForkJoinPool.commonPool();

  int end() {
    return offset + length;
  }

  StepCase with(Settings newSettings) {
    return new StepCase(state, newSettings, offset, length, call);
  }

  StepCase with(State newState) {
    return new StepCase(newState, settings, 0, newState.length(), call);
  }

  StepCase with(Call newCall) {
    return new StepCase(state, settings, offset, length, newCall);
  }

  /** The arrays after a step, and its result if it returns one. */
  record Result(State state, Optional<String> returned) {}

  /** Steps the slice of a copy. */
  Result stepped(AdamKernel kernel) {
    final State copy = state.copy();
    return new Result(copy, step(kernel, copy));
  }

  /** Asserts that two kernels, or two calls, did the same to this case. */
  void assertSame(String what, Result expected, Result actual) {
    Bits.assertSame(what, expected.state(), actual.state(), state);
    if (expected.returned().isPresent()
        && actual.returned().isPresent()
        && !expected.returned().equals(actual.returned())) {
      throw new Bits.Difference(
          offset,
          "%s: expected %s, returned %s"
              .formatted(what, expected.returned().get(), actual.returned().get()));
    }
  }

  /** Steps the slice of a state; returns what the kernel does, or says. */
  Optional<String> step(AdamKernel kernel, State target) {
    final AdamStep step = settings.step();
    try {
      if (call == Call.ARRAYS && settings.needsNoSlice()) {
        target.step(kernel, step, offset, length);
        return Optional.empty();
      }
      if (call == Call.ARRAYS || call == Call.SLICE) {
        return Optional.of("" + kernel.step(step, target.slice(offset, length)));
      }
      final int first = length / 3;
      final int second = length / 5;
      final AdamModel model =
          AdamModel.of(
              target.slice(offset, first),
              target.slice(offset + first, second),
              target.slice(offset + first + second, length - first - second));
      return Optional.of(
          "" + (call == Call.MODEL ? kernel.step(step, model) : kernel.step(step, model, POOL, 4)));
    } catch (ArithmeticException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Override
  public String toString() {
    return "%s[], %s, %s, offset %d, length %d of %d"
        .formatted(
            state.isFloat() ? "float" : "double", settings, call, offset, length, state.length());
  }
}
