package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamOptimizer;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.NonFinite;
import org.adamant.proptest.Options.Option;
import org.adamant.testkit.Bits;
import org.adamant.testkit.Elements;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * Bad arguments give the right exception and a message that names the argument, and leave every bit of every array
 * as it was.
 */
class ArgumentProperties {

  /** One way to call with a bad argument: its name, the exception that it must cause, and the call. */
  private record Defect(
      String named, Class<? extends Exception> thrown, ThrowingCallable call) {

    static Defect illegal(String named, ThrowingCallable call) {
      return new Defect(named, IllegalArgumentException.class, call);
    }

    static Defect isNull(String named, ThrowingCallable call) {
      return new Defect(named, NullPointerException.class, call);
    }

    void assertRefused(Object what) {
      final Throwable seen = catchThrowable(call);
      assertThat(seen).as("bad %s, %s", named, what).isInstanceOf(thrown);
      assertThat(seen).as("bad %s, %s", named, what).hasMessageContaining(named);
    }
  }

  /** A good call, and the randomness that spoils it. */
  record Call(StepCase good, Random random, Steps steps) {
    @Override
    public String toString() {
      return good.toString();
    }
  }

  @Provide
  Arbitrary<Call> calls() {
    return Steps.cases(
        steps -> {
          final StepCase any = steps.stepCase(1 + steps.length(), settings(steps));
          return new Call(any, steps.random(), steps);
        });
  }

  private static Settings settings(Steps steps) {
    return Settings.random(steps.type(), steps.random()).withNonFinite(NonFinite.PROPAGATE);
  }

  @Property(tries = 200)
  void everyBadArrayOrSliceIsRefusedBeforeAnythingIsWritten(@ForAll("calls") Call any) {
    final StepCase good = any.good;
    final AdamStep step = basic(good);
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final State state = good.state().copy();
      for (Defect defect : arrayDefects(kernel, step, state, any.random)) {
        defect.assertRefused(kernel.laneWidth() + ", " + good);
        Bits.assertUntouched("bad " + defect.named, good.state(), state);
      }
    }
  }

  /** Settings that need nothing but the four arrays. */
  private static AdamStep basic(StepCase good) {
    return good.settings()
        .with(a -> a.withAmsgrad(AmsGrad.NONE).withAverageDecay(1))
        .step();
  }

  private static List<Defect> arrayDefects(
      AdamKernel kernel, AdamStep step, State state, Random random) {
    final List<Defect> defects = new ArrayList<>();
    final int length = state.length();
    final Class<?> type = state.isFloat() ? float.class : double.class;
    final int wrong =
        random.nextBoolean() ? length + 1 + random.nextInt(20) : random.nextInt(length);
    final Object otherLength = State.zeros(type, wrong).params();
    defects.add(Defect.isNull("step", () -> state.step(kernel, null)));
    for (int k = 0; k < 4; k++) {
      final String name = State.NAMES.get(k);
      final State nulled = state.with(k, null);
      defects.add(
          Defect.isNull(
              name, () -> nulled.step(kernel, step, 0, length)));
      defects.add(Defect.isNull(name, () -> nulled.step(kernel, step)));
      defects.add(Defect.isNull(name, () -> nulled.slice(0, 0)));
      if (k > 0) {
        final State ofOtherLength = state.with(k, otherLength);
        defects.add(Defect.illegal(name, () -> ofOtherLength.step(kernel, step)));
        defects.add(Defect.illegal(name, () -> ofOtherLength.step(kernel, step, 0, 0)));
        defects.add(Defect.illegal(name, () -> ofOtherLength.slice(0, 0)));
        for (int j = 0; j < k; j++) {
          final State twice = state.with(k, state.arrays().get(j));
          defects.add(Defect.illegal(name, () -> twice.step(kernel, step)));
          defects.add(Defect.illegal(name, () -> twice.step(kernel, step, 0, length)));
          defects.add(Defect.illegal(State.NAMES.get(j), () -> twice.slice(0, 0)));
        }
      }
    }
    final State ofOtherParams = state.with(0, otherLength);
    defects.add(
        Defect.illegal("params", () -> ofOtherParams.step(kernel, step, 0, Math.min(wrong, 1))));
    for (int[] range : badRanges(length, random)) {
      defects.add(
          new Defect(
              "offset = " + range[0] + ", length = " + range[1],
              IndexOutOfBoundsException.class,
              () -> state.step(kernel, step, range[0], range[1])));
      defects.add(
          new Defect(
              "offset = " + range[0] + ", length = " + range[1],
              IndexOutOfBoundsException.class,
              () -> state.slice(range[0], range[1])));
    }
    return defects;
  }

  private static List<int[]> badRanges(int length, Random random) {
    final int inside = random.nextInt(length + 1);
    return List.of(
        new int[] {-1 - random.nextInt(20), inside},
        new int[] {inside, -1 - random.nextInt(20)},
        new int[] {inside, length - inside + 1 + random.nextInt(20)},
        new int[] {length + 1 + random.nextInt(20), 0},
        new int[] {Integer.MIN_VALUE, length},
        new int[] {inside, Integer.MAX_VALUE},
        new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE},
        new int[] {inside, Integer.MIN_VALUE});
  }

  @Property(tries = 100)
  void everyBadModelIsRefusedBeforeAnythingIsWritten(@ForAll("calls") Call any) {
    final StepCase good = any.good;
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final State state = good.state().copy();
      final State another = good.state().copy();
      for (Defect defect : modelDefects(kernel, good, state, another, any.random)) {
        defect.assertRefused(kernel.laneWidth() + ", " + good);
        Bits.assertUntouched("bad " + defect.named, good.state(), state);
        Bits.assertUntouched("bad " + defect.named, good.state(), another);
      }
    }
  }

  private static List<Defect> modelDefects(
      AdamKernel kernel, StepCase good, State state, State another, Random random) {
    final List<Defect> defects = new ArrayList<>();
    final AdamStep step = good.settings().step();
    final AdamSlice slice = state.slice(good.offset(), good.length());
    final AdamSlice last = another.slice(good.offset(), good.length());
    final AdamModel model = AdamModel.of(slice, last);
    final int threads = 2 + random.nextInt(8);
    defects.add(Defect.isNull("step", () -> kernel.step(null, slice)));
    defects.add(Defect.isNull("step", () -> kernel.step((AdamStep) null, model)));
    defects.add(
        Defect.isNull("step", () -> kernel.step((AdamStep) null, model, Runnable::run, threads)));
    defects.add(Defect.isNull("slice", () -> kernel.step(step, (AdamSlice) null)));
    defects.add(Defect.isNull("model", () -> kernel.step(step, (AdamModel) null)));
    defects.add(Defect.isNull("model", () -> kernel.step(step, null, Runnable::run, threads)));
    defects.add(Defect.isNull("model", () -> kernel.globalNorm(null)));
    defects.add(Defect.isNull("executor", () -> kernel.step(step, model, null, threads)));
    defects.add(Defect.isNull("executor", () -> kernel.globalNorm(model, null, threads)));
    for (int bad : new int[] {0, -1 - random.nextInt(100), Integer.MIN_VALUE}) {
      final String named = "threads = " + bad;
      defects.add(Defect.illegal(named, () -> kernel.step(step, model, Runnable::run, bad)));
      defects.add(Defect.illegal(named, () -> kernel.globalNorm(model, Runnable::run, bad)));
    }
    defects.add(Defect.isNull("slices", () -> AdamModel.of((List<AdamSlice>) null)));
    defects.add(Defect.isNull("slices[1]", () -> AdamModel.of(slice, null)));
    // Two slices with an element in common.
    final int common = good.offset() + random.nextInt(good.length());
    defects.add(
        Defect.illegal("overlap", () -> AdamModel.of(last, slice, state.slice(common, 1))));

    // Arrays that a variant needs, missing in the last slice only.
    final AdamModel bare = AdamModel.of(slice, another.bareSlice());
    final AdamStep amsgrad =
        Settings.of(Adam.defaults().withAmsgrad(AmsGrad.RAW), 1).step();
    defects.add(Defect.illegal("amsgrad", () -> kernel.step(amsgrad, bare)));
    defects
        .add(Defect.illegal("amsgrad", () -> kernel.step(amsgrad, bare, Runnable::run, threads)));
    defects.add(Defect.illegal("amsgrad", () -> kernel.step(amsgrad, another.bareSlice())));
    defects.add(
        Defect.illegal(
            "amsgrad",
            () -> another.step(kernel, amsgrad, good.offset(), good.length())));
    final AdamStep average =
        Settings.of(
            good.settings().adam().withAmsgrad(AmsGrad.NONE).withAverageDecay(0.5), 1L << 62)
            .step();
    defects.add(Defect.illegal("averageDecay", () -> kernel.step(average, bare)));
    defects.add(Defect.illegal("averageDecay", () -> kernel.step(average, another.bareSlice())));
    defects.add(Defect.illegal("averageDecay", () -> another.step(kernel, average)));

    // Coefficients that only doubles can hold, with floats in the last slice only.
    final State floats = State.zeros(float.class, 3);
    final AdamModel mixed = AdamModel.of(slice, floats.slice(0, 3));
    for (Adam tooLarge : tooLargeForFloats(
        Math.scalb(1 + random.nextDouble(), random.nextInt(129, 900)))) {
      final AdamStep large = tooLarge.atStep(1L << 62);
      defects.add(Defect.illegal("step", () -> kernel.step(large, mixed)));
      defects.add(Defect.illegal("step", () -> kernel.step(large, floats.slice(0, 3))));
      defects.add(Defect.illegal("step", () -> floats.step(kernel, large)));
    }
    for (AdamStep large : new AdamStep[] {
      Adam.defaults().atStep(1).withGradientScale(1e39),
      Adam.defaults().withClipValue(1e-46).atStep(1)}) {
      defects.add(Defect.illegal("step", () -> kernel.step(large, mixed)));
    }

    // One gradient that is not finite, in the last slice.
    final AdamStep throwing = good.settings().withNonFinite(NonFinite.THROW).step();
    final State poisoned = State.zeros(float.class, 1 + random.nextInt(70));
    final double[] bad = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    Elements.set(poisoned.grads(), random.nextInt(poisoned.length()), bad[random.nextInt(3)]);
    if (state.isFloat()) {
      final AdamModel withNaN = AdamModel.of(slice, last, poisoned.slice(0, poisoned.length()));
      defects.add(
          new Defect("grads", ArithmeticException.class, () -> kernel.step(throwing, withNaN)));
      defects.add(
          new Defect(
              "grads",
              ArithmeticException.class,
              () -> kernel.step(throwing, withNaN, Runnable::run, threads)));
    }
    defects.addAll(sliceDefects(slice, state, random));
    return defects;
  }

  private static List<Adam> tooLargeForFloats(double large) {
    final Adam adam = Adam.defaults();
    return List.of(
        adam.withLearningRate(large),
        adam.withEpsilon(large),
        adam.withRectification(false).withRule(Adam.Rule.ADAM).withRootEpsilon(large),
        adam.withWeightDecay(WeightDecay.L2, large),
        adam.withWeightDecay(WeightDecay.INDEPENDENT, large),
        adam.withWeightDecay(WeightDecay.DECOUPLED, large * 1e4));
  }

  private static List<Defect> sliceDefects(AdamSlice slice, State state, Random random) {
    final List<Defect> defects = new ArrayList<>();
    final Map<String, BiConsumer<AdamSlice, Object>> setters =
        Map.of("maximum", AdamSlice::withMaximum, "average", AdamSlice::withAverage);
    final Class<?> otherType = state.isFloat() ? double.class : float.class;
    final Class<?> type = state.isFloat() ? float.class : double.class;
    setters.forEach(
        (name, set) -> {
          defects.add(Defect.isNull(name, () -> set.accept(slice, null)));
          final Object typed = State.zeros(otherType, state.length()).params();
          defects.add(Defect.illegal(name, () -> set.accept(slice, typed)));
          defects.add(Defect.illegal(name, () -> set.accept(slice, "text")));
          final Object longer =
              State.zeros(type, state.length() + 1 + random.nextInt(9)).params();
          defects.add(Defect.illegal(name, () -> set.accept(slice, longer)));
          for (int k = 0; k < State.NAMES.size(); k++) {
            if (!State.NAMES.get(k).equals(name)) {
              final Object used = state.arrays().get(k);
              defects.add(Defect.illegal(name, () -> set.accept(slice, used)));
            }
          }
        });
    return defects;
  }

  /** What is outside its range must be refused; what is inside is tried by every other property. */
  @Property(tries = 200)
  void everyBadHyperParameterIsRefusedByName(@ForAll("calls") Call any) {
    final Random random = any.random;
    final Adam adam = any.good.settings().adam().withArithmetic(Arithmetic.EXACT);
    final double below = -Math.abs(any.steps.numbers().ordinary());
    final double above = 1 + Math.abs(any.steps.numbers().ordinary());
    // Not of these hyper-parameters, whose step size may overflow at another t than their own.
    final AdamStep step = Adam.defaults().atStep(1 + random.nextInt(99));
    final double[] notFinite = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    final Map<String, DoubleConsumer> atLeastZero =
        Map.of(
            "learningRate", adam::withLearningRate,
            "epsilon", adam::withEpsilon,
            "rootEpsilon", adam::withRootEpsilon,
            "weightDecay", adam::withWeightDecay,
            "clipFactor", step::withClipFactor);
    final Map<String, DoubleConsumer> belowOne =
        Map.of("beta1", adam::withBeta1, "beta2", adam::withBeta2);
    final List<Defect> defects = new ArrayList<>();
    final BiConsumer<Map<String, DoubleConsumer>, Double> refuse =
        (setters, bad) -> setters.forEach(
            (name, set) -> defects.add(
                Defect.illegal(name + " = " + bad, () -> set.accept(bad))));
    for (double bad : notFinite) {
      refuse.accept(atLeastZero, bad);
      refuse.accept(belowOne, bad);
      refuse.accept(Map.of("averageDecay", adam::withAverageDecay), bad);
      refuse.accept(Map.of("gradientScale", step::withGradientScale), bad);
    }
    for (double bad : new double[] {below, -Double.MIN_VALUE}) {
      refuse.accept(atLeastZero, bad);
      refuse.accept(belowOne, bad);
      refuse.accept(Map.of("averageDecay", adam::withAverageDecay), bad);
    }
    for (double bad : new double[] {1, above}) {
      refuse.accept(belowOne, bad);
    }
    refuse.accept(Map.of("averageDecay", adam::withAverageDecay), Math.nextUp(above));
    for (double bad : new double[] {0, -0.0, below, Double.NaN}) {
      refuse.accept(
          Map.of("clipValue", adam::withClipValue, "gradientScale", step::withGradientScale),
          bad);
      refuse.accept(Map.of("maxNorm", maxNorm -> AdamStep.clipFactor(1, maxNorm)), bad);
    }
    for (double bad : new double[] {below, Double.NaN, Double.NEGATIVE_INFINITY}) {
      refuse.accept(Map.of("momentumDecay", adam::withMomentumDecay), bad);
    }
    for (double bad : new double[] {below, Double.NEGATIVE_INFINITY}) {
      refuse.accept(Map.of("norm", norm -> AdamStep.clipFactor(norm, 1)), bad);
    }
    for (long bad : new long[] {0, -1 - random.nextInt(99), Long.MIN_VALUE}) {
      defects.add(Defect.illegal("t = " + bad, () -> adam.atStep(bad)));
    }
    defects.add(Defect.isNull("epsilonPlacement", () -> adam.withEpsilonPlacement(null)));
    defects.add(Defect.isNull("weightDecayMode", () -> adam.withWeightDecay(null, 0)));
    defects.add(Defect.isNull("amsgrad", () -> adam.withAmsgrad(null)));
    defects.add(Defect.isNull("arithmetic", () -> adam.withArithmetic(null)));
    defects.add(Defect.isNull("nonFinite", () -> step.withNonFinite(null)));
    defects.addAll(combinations());
    defects.forEach(defect -> defect.assertRefused(any));
  }

  /** Values each allowed by itself. */
  private static List<Defect> combinations() {
    final Adam adam = Adam.defaults();
    final Adam pytorch = Adam.pytorch();
    final AdamStep step = adam.withAverageDecay(1).atStep(1);
    final AdamStep averages = adam.withAverageDecay(0.5).atStep(1);
    return List.of(
        Defect.illegal(
            "amsgrad",
            () -> adam.withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT)
                .withAmsgrad(AmsGrad.CORRECTED)),
        Defect.illegal(
            "weightDecay",
            () -> pytorch.withWeightDecay(0.1).withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT)),
        Defect.illegal(
            "amsgrad",
            () -> Adam.pytorchSparseAdam().withAmsgrad(AmsGrad.RAW)),
        Defect.illegal(
            "epsilonPlacement",
            () -> Adam.pytorchRAdam().withEpsilonPlacement(EpsilonPlacement.ALGORITHM_1)),
        Defect.illegal(
            "amsgrad", () -> Adam.defaults().withRectification(true).withAmsgrad(AmsGrad.RAW)),
        Defect.illegal(
            "biasCorrection",
            () -> Adam.defaults().withRectification(true).withBiasCorrection(false)),
        Defect.illegal("rootEpsilon", () -> pytorch.withRootEpsilon(1e-8)),
        Defect.illegal("biasCorrection", () -> pytorch.withBiasCorrection(false)),
        Defect.illegal("nesterov", () -> Adam.pytorchSparseAdam().withNesterov(true)),
        Defect.illegal("nesterov", () -> Adam.pytorchRAdam().withNesterov(true)),
        Defect.illegal(
            "nesterov", () -> pytorch.withAmsgrad(AmsGrad.RAW).withNesterov(true)),
        Defect.illegal("amsgrad", () -> pytorch.withAmsgrad(AmsGrad.CORRECTED)),
        Defect.illegal(
            "weightDecayMode", () -> pytorch.withWeightDecay(WeightDecay.INDEPENDENT, 0)),
        Defect.illegal("updateOnly", () -> step.withUpdateOnly().withZeroGradient()),
        Defect.illegal("updateOnly", () -> step.withZeroGradient().withUpdateOnly()),
        Defect.illegal("averageDecay", averages::withUpdateOnly),
        Defect.illegal(
            "learningRate",
            () -> Adam.defaults().withLearningRate(Double.MAX_VALUE).atStep(1)),
        Defect.illegal(
            "weightDecay",
            () -> adam.withLearningRate(4)
                .withWeightDecay(WeightDecay.DECOUPLED, Double.MAX_VALUE)
                .atStep(1L << 62)),
        Defect.illegal(
            "gradientScale", () -> step.withClipFactor(0x1p-600).withGradientScale(0x1p-600)),
        Defect.illegal(
            "clipFactor", () -> step.withGradientScale(0x1p600).withClipFactor(0x1p600)));
  }

  /** A hyper-parameter and a value that is not the default. */
  private record Value(Option option, Object value) {

    static List<Value> all() {
      return Options.ALL.stream()
          .flatMap(
              option -> (option.type().isEnum()
                  ? Stream.of(option.type().getEnumConstants())
                  : option.type() == boolean.class ? Stream.of(true, false) : Stream.of(0.25))
                  .map(value -> new Value(option, value)))
          .toList();
    }

    Adam apply(Adam adam) {
      return option.apply(adam, value);
    }
  }

  /** A message for people: which value, beside which other, and what to write instead. */
  @Example
  void whatDoesNotGoTogetherIsRefusedInAnyOrderAndByName() {
    final List<Value> values = Value.all();
    int refused = 0;
    for (Adam adam : List.of(Adam.defaults(), Adam.pytorch(), Adam.pytorchRAdam(), Adam.lion())) {
      for (Value a : values) {
        for (Value b : values) {
          final Object ab = outcome(() -> b.apply(a.apply(adam)));
          final Object ba = outcome(() -> a.apply(b.apply(adam)));
          if (a.option.equals(b.option)) {
            continue;
          }
          if (ab instanceof Adam && ba instanceof Adam) {
            assertThat(ab).as("%s, %s", a, b).isEqualTo(ba);
          } else if (ab instanceof String message) {
            refused++;
            assertThat(message)
                .as("%s, %s", a, b)
                .matches("\\w+ = \\S+.*[:;] expected .+")
                .matches(text -> Options.ALL.stream().anyMatch(o -> text.startsWith(o.name())));
          }
        }
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  private static Object outcome(Supplier<Adam> change) {
    try {
      return change.get();
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  @Property(tries = 200)
  void everyBadParameterOfTheOptimizerIsRefusedBeforeAnythingIsWrittenOrCounted(
      @ForAll("calls") Call any) {
    final State before = any.good.state();
    final int length = before.length();
    final Class<?> type = before.isFloat() ? float.class : double.class;
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final State state = before.copy();
      final AdamOptimizer optimizer = AdamOptimizer.create(Adam.defaults(), kernel);
      final boolean isKnown = any.random.nextBoolean();
      final Object other = State.zeros(type, 3).params();
      final Object gradientOfOther = State.zeros(type, 3).params();
      if (isKnown) {
        // Parameters of the same shapes, so that there are moments to change.
        optimizer.step(
            Map.of("good", State.zeros(type, 3).params(), "bad",
                State.zeros(type, length).params()),
            Map.of("good", gradientOfOther, "bad", State.zeros(type, length).params()));
      }
      for (Defect defect : optimizerDefects(
          optimizer, state, other, gradientOfOther, isKnown)) {
        defect.assertRefused(kernel.laneWidth() + ", " + any);
        Bits.assertUntouched("bad " + defect.named, before, state);
        assertThat(other).isEqualTo(gradientOfOther);
        assertThat(optimizer.stepCount()).isEqualTo(isKnown ? 1 : 0);
        assertThat(optimizer.stepCount("good")).isEqualTo(isKnown ? 1 : 0);
        assertThat(optimizer.names()).hasSize(isKnown ? 2 : 0);
      }
    }
  }

  private static List<Defect> optimizerDefects(
      AdamOptimizer optimizer, State state, Object other, Object gradientOfOther, boolean isKnown) {
    final Object params = state.params();
    final Object grads = state.grads();
    final Class<?> type = state.isFloat() ? float.class : double.class;
    final Object longer = State.zeros(type, state.length() + 1).params();
    final Object typed =
        State.zeros(state.isFloat() ? double.class : float.class, state.length()).params();
    final List<Defect> defects = new ArrayList<>();
    final Map<String, Object> good = both(other, params);
    final Map<String, Object> goodGrads = both(gradientOfOther, grads);
    defects.add(Defect.isNull("params", () -> optimizer.step(null, goodGrads)));
    defects.add(Defect.isNull("grads", () -> optimizer.step(good, null)));
    defects.add(Defect.isNull("adam", () -> AdamOptimizer.create(null, optimizer.kernel())));
    defects.add(Defect.isNull("kernel", () -> AdamOptimizer.create(Adam.defaults(), null)));
    defects.add(Defect.isNull("newAdam", () -> optimizer.setAdam(null)));
    defects.add(Defect.illegal("bad", () -> optimizer.step(good, Map.of("good", gradientOfOther))));
    defects.add(Defect.illegal("bad", () -> optimizer.step(Map.of("good", other), goodGrads)));
    for (Object wrong : new Object[] {longer, typed, new int[3]}) {
      defects.add(
          Defect.illegal("'bad'", () -> optimizer.step(good, both(gradientOfOther, wrong))));
      if (isKnown) {
        defects.add(
            Defect.illegal("'bad'", () -> optimizer.step(both(other, wrong), goodGrads)));
      }
    }
    defects.add(
        Defect.isNull("'bad'", () -> optimizer.step(good, both(gradientOfOther, null))));
    defects.add(Defect.isNull("'bad'", () -> optimizer.step(both(other, null), goodGrads)));
    defects.add(
        Defect.illegal("'bad'", () -> optimizer.step(good, both(gradientOfOther, params))));
    if (!isKnown) {
      defects.add(
          Defect.illegal("parameter",
              () -> optimizer.step(both(params, params), both(grads, grads))));
    }
    defects.add(
        Defect.illegal("step", () -> {
          final Adam before = optimizer.adam();
          optimizer.setAdam(before.withLearningRate(1e300));
          try {
            // Floats after doubles, or before them.
            optimizer.step(
                Map.of("a", new double[1], "b", new float[1], "c", new double[1]),
                Map.of("a", new double[1], "b", new float[1], "c", new double[1]));
          } finally {
            optimizer.setAdam(before);
          }
        }));
    return defects;
  }

  private static Map<String, Object> both(Object good, Object bad) {
    final Map<String, Object> map = new HashMap<>();
    map.put("good", good);
    map.put("bad", bad);
    return map;
  }
}
