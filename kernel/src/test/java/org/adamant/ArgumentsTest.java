package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.adamant.testkit.Bits;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The four step methods refuse bad arguments with the right exception and message, and write no bit of any array.
 */
class ArgumentsTest {

  private static final int LENGTH = 40;
  private static final AdamStep STEP = Adam.defaults().withWeightDecay(0.01).atStep(64);

  /** One of the four step methods on one kernel. */
  record Method(LaneWidth width, ElementType type, boolean takesSlice) {

    /**
     * Calls it; {@code arrays} in the order of {@link StepArrays#NAMES}, any of them may be null.
     */
    void call(AdamStep step, List<Object> arrays) {
      if (takesSlice) {
        call(step, arrays, 0, LENGTH);
      } else {
        type.step(
            AdamKernel.of(width), step, arrays.get(0), arrays.get(1), arrays.get(2), arrays.get(3));
      }
    }

    void call(AdamStep step, List<Object> arrays, int offset, int length) {
      type.step(
          AdamKernel.of(width),
          step,
          arrays.get(0),
          arrays.get(1),
          arrays.get(2),
          arrays.get(3),
          offset,
          length);
    }

    @Override
    public String toString() {
      return "step(" + type + "[], ..." + (takesSlice ? ", offset, length)" : ")") + " of " + width;
    }
  }

  static Stream<Method> methods() {
    return Stream.of(LaneWidth.SCALAR, LaneWidth.preferred())
        .distinct()
        .flatMap(
            width -> Arrays.stream(ElementType.values())
                .flatMap(
                    type -> Stream.of(
                        new Method(width, type, false), new Method(width, type, true))));
  }

  static final List<Method> SLICE_METHODS = methods().filter(Method::takesSlice).toList();

  private static void assertRefused(
      Method method,
      StepArrays arrays,
      ThrowingCallable call,
      Class<? extends Exception> exception,
      String message) {
    final StepArrays before = arrays.copy();
    assertThatThrownBy(call).as("%s", method).isInstanceOf(exception).hasMessage(message);
    Bits.assertUntouched(method + ": " + message, before, arrays);
  }

  /** The arrays with the one of the given number replaced. */
  private static List<Object> with(StepArrays arrays, int k, Object replacement) {
    final List<Object> changed = new ArrayList<>(arrays.arrays());
    changed.set(k, replacement);
    return changed;
  }

  private static StepArrays ordinary(Method method) {
    return StepArrays.ordinary(method.type, LENGTH, 7);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void refusesNull(Method method) {
    final StepArrays arrays = ordinary(method);
    for (int k = 0; k < StepArrays.NAMES.size(); k++) {
      final List<Object> changed = with(arrays, k, null);
      assertRefused(
          method,
          arrays,
          () -> method.call(STEP, changed),
          NullPointerException.class,
          StepArrays.NAMES.get(k) + " is null");
    }
    assertRefused(
        method,
        arrays,
        () -> method.call(null, arrays.arrays()),
        NullPointerException.class,
        "step is null");
  }

  @ParameterizedTest
  @MethodSource("methods")
  void refusesArraysOfAnotherLength(Method method) {
    final StepArrays arrays = ordinary(method);
    for (int otherLength : new int[] {0, LENGTH - 1, LENGTH + 1}) {
      for (int k = 1; k < StepArrays.NAMES.size(); k++) {
        final List<Object> changed = with(arrays, k, method.type.newArray(otherLength));
        assertRefused(
            method,
            arrays,
            () -> method.call(STEP, changed),
            IllegalArgumentException.class,
            StepArrays.NAMES.get(k)
                + " has length "
                + otherLength
                + ": expected 40, the length of params");
      }
      final List<Object> changed = with(arrays, 0, method.type.newArray(otherLength));
      assertRefused(
          method,
          arrays,
          () -> method.call(STEP, changed),
          IllegalArgumentException.class,
          "grads has length 40: expected " + otherLength + ", the length of params");
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void refusesTheSameArrayInTwoPlaces(Method method) {
    for (int first = 0; first < StepArrays.NAMES.size(); first++) {
      for (int second = first + 1; second < StepArrays.NAMES.size(); second++) {
        final StepArrays arrays = ordinary(method);
        final List<Object> changed = with(arrays, second, arrays.arrays().get(first));
        assertRefused(
            method,
            arrays,
            () -> method.call(STEP, changed),
            IllegalArgumentException.class,
            StepArrays.NAMES.get(second)
                + " is the same array as "
                + StepArrays.NAMES.get(first)
                + ": expected different arrays");
      }
    }
  }

  @ParameterizedTest
  @FieldSource("SLICE_METHODS")
  void refusesSlicesOutsideTheArrays(Method method) {
    final int[][] slices = {
      {-1, 1},
      {-1, 0},
      {Integer.MIN_VALUE, 1},
      {Integer.MIN_VALUE, Integer.MIN_VALUE},
      {0, -1},
      {1, Integer.MIN_VALUE},
      {0, LENGTH + 1},
      {1, LENGTH},
      {LENGTH, 1},
      {LENGTH + 1, 0},
      {LENGTH + 1, -1},
      {Integer.MAX_VALUE, 0},
      {Integer.MAX_VALUE, 1},
      {Integer.MAX_VALUE, Integer.MAX_VALUE},
      {1, Integer.MAX_VALUE},
      {2, Integer.MAX_VALUE - 1},
      {-1, Integer.MAX_VALUE},
    };
    final StepArrays arrays = ordinary(method);
    for (int[] slice : slices) {
      assertRefused(
          method,
          arrays,
          () -> method.call(STEP, arrays.arrays(), slice[0], slice[1]),
          IndexOutOfBoundsException.class,
          "offset = %d, length = %d: expected 0 <= offset, 0 <= length and offset + length <= 40,"
              .formatted(slice[0], slice[1])
              + " the length of the arrays");
    }
  }

  @ParameterizedTest
  @FieldSource("SLICE_METHODS")
  void aSliceOfNoElementsDoesNothing(Method method) {
    final StepArrays arrays = ordinary(method);
    final StepArrays before = arrays.copy();
    for (int offset : new int[] {0, 1, LENGTH - 1, LENGTH}) {
      assertThatCode(() -> method.call(STEP, arrays.arrays(), offset, 0))
          .doesNotThrowAnyException();
      Bits.assertUntouched(method + ", offset " + offset, before, arrays);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void arraysOfNoElementsAreFine(Method method) {
    final List<Object> empty = StepArrays.zeros(method.type, 0).arrays();
    assertThatCode(
        () -> {
          if (method.takesSlice) {
            method.call(STEP, empty, 0, 0);
          } else {
            method.call(STEP, empty);
          }
        })
        .doesNotThrowAnyException();
  }

  @Test
  void refusesToMakeAKernelOfNoWidth() {
    assertThatThrownBy(() -> AdamKernel.of(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("width is null");
  }

  /** A call, and the message with which it is refused. */
  record Refusal(String message, ThrowingCallable call) {

    @Override
    public String toString() {
      return message;
    }
  }

  static Stream<Refusal> refusals() {
    final Adam adam = Adam.defaults();
    final AdamStep step = adam.atStep(1);
    final AdamKernel kernel = AdamKernel.of(LaneWidth.SCALAR);
    final AdamSlice slice = VariantsTest.slice(StepArrays.zeros(ElementType.FLOAT, 1));
    final AdamModel model = AdamModel.of(slice);
    final Executor executor = Runnable::run;
    final AdamOptimizer optimizer = AdamOptimizer.create(adam, kernel);
    final Map<String, float[]> named = Map.of("w", new float[1]);
    final Map<String, float[]> nameless = Collections.singletonMap(null, new float[1]);
    return Stream.of(
        new Refusal("epsilonPlacement is null", () -> adam.withEpsilonPlacement(null)),
        new Refusal(
            "rootEpsilon = -1.0: expected a finite value >= 0", () -> adam.withRootEpsilon(-1)),
        new Refusal("weightDecayMode is null", () -> adam.withWeightDecay(null, 0.1)),
        new Refusal("amsgrad is null", () -> adam.withAmsgrad(null)),
        new Refusal("clipValue = 0.0: expected a value > 0", () -> adam.withClipValue(0)),
        new Refusal(
            "averageDecay = 1.5: expected 0 <= averageDecay <= 1",
            () -> adam.withAverageDecay(1.5)),
        new Refusal("arithmetic is null", () -> adam.withArithmetic(null)),
        new Refusal(
            "gradientScale = 0.0: expected a finite value > 0", () -> step.withGradientScale(0)),
        new Refusal(
            "gradientScale = Infinity: expected a finite value > 0",
            () -> step.withGradientScale(Double.POSITIVE_INFINITY)),
        new Refusal(
            "clipFactor = -1.0: expected a finite value >= 0", () -> step.withClipFactor(-1)),
        new Refusal("nonFinite is null", () -> step.withNonFinite(null)),
        new Refusal("slices is null", () -> AdamModel.of((AdamSlice[]) null)),
        new Refusal("slices is null", () -> AdamModel.of((List<AdamSlice>) null)),
        new Refusal("slices[1] is null", () -> AdamModel.of(slice, null)),
        new Refusal("maximum is null", () -> slice.withMaximum(null)),
        new Refusal("average is null", () -> slice.withAverage(null)),
        new Refusal("step is null", () -> kernel.step(null, slice)),
        new Refusal("slice is null", () -> kernel.step(step, (AdamSlice) null)),
        new Refusal("step is null", () -> kernel.step((AdamStep) null, model)),
        new Refusal("model is null", () -> kernel.step(step, (AdamModel) null)),
        new Refusal("model is null", () -> kernel.globalNorm(null)),
        new Refusal("executor is null", () -> kernel.step(step, model, null, 1)),
        new Refusal("executor is null", () -> kernel.globalNorm(model, null, 1)),
        new Refusal(
            "threads = 0: expected at least 1", () -> kernel.step(step, model, executor, 0)),
        new Refusal(
            "threads = 0: expected at least 1", () -> kernel.globalNorm(model, executor, 0)),
        new Refusal(
            "amsgrad = RAW: expected slices with the running maxima, see AdamSlice.withMaximum",
            () -> kernel.step(adam.withAmsgrad(Adam.AmsGrad.RAW).atStep(1), slice)),
        new Refusal(
            "averageDecay = 0.5: expected slices with the averages, see AdamSlice.withAverage;"
                + " slices[0] has none",
            () -> kernel.step(adam.withAverageDecay(0.5).atStep(1), model)),
        new Refusal("adam is null", () -> AdamOptimizer.create(null, kernel)),
        new Refusal("kernel is null", () -> AdamOptimizer.create(adam, null)),
        new Refusal("params is null", () -> optimizer.step(null, named)),
        new Refusal("grads is null", () -> optimizer.step(named, null)),
        new Refusal("the name of a parameter is null", () -> optimizer.step(nameless, named)),
        new Refusal("the name of a gradient is null", () -> optimizer.step(named, nameless)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void everyOtherMethodSaysWhatItRefuses(Refusal refusal) {
    assertThatThrownBy(refusal.call)
        .isInstanceOfAny(NullPointerException.class, IllegalArgumentException.class)
        .hasMessage(refusal.message);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void neverWritesTheGradients(Method method) {
    final StepArrays arrays = ordinary(method);
    final Object before = method.type.copy(arrays.grads());
    method.call(STEP, arrays.arrays());
    for (int i = 0; i < Array.getLength(before); i++) {
      final int index = i;
      assertThat(method.type.rawBits(arrays.grads(), i))
          .as(() -> method + ": grads[" + index + "]")
          .isEqualTo(method.type.rawBits(before, i));
    }
  }
}
