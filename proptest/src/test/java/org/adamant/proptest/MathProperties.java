package org.adamant.proptest;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.adamant.Adam;
import org.adamant.Adam.Arithmetic;
import org.adamant.Adam.WeightDecay;
import org.adamant.AdamKernel;
import org.adamant.NonFinite;
import org.adamant.testkit.Bits;
import org.adamant.testkit.Elements;

/** Properties of the formula of Adam, as far as they hold in floating-point numbers. */
class MathProperties {

  private static void forAllKernels(StepCase any, KernelProperty property) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      Reduction.checkInRange(
          any, tried -> property.check(tried, kernel, kernel.laneWidth().toString()));
    }
  }

  private interface KernelProperty {
    void check(StepCase tried, AdamKernel kernel, String width);
  }

  @Provide
  Arbitrary<StepCase> zeroGradients() {
    return Steps.cases(
        steps -> {
          final Settings any = Settings.random(steps.type(), steps.random());
          final double epsilon = steps.random().nextBoolean() ? 1e-8 : Float.MIN_VALUE;
          final StepCase tried =
              steps.stepCase(
                  steps.length(),
                  any.with(
                      a -> Options
                          .only(
                              a, "learningRate", "beta1", "beta2", "epsilonPlacement",
                              "rootEpsilon", "biasCorrection", "amsgrad", "nesterov",
                              "momentumDecay", "rectification", "maximize", "clipValue",
                              "averageDecay", "arithmetic")
                          .withRule(Options.ruleAmong(a, Adam.Rule.LION))
                          .withEpsilon(epsilon)));
          final State state = tried.state();
          for (int i = 0; i < state.length(); i++) {
            Elements.set(state.params(), i, steps.numbers().ordinary());
            Elements.set(state.average(), i, Elements.get(state.params(), i));
            Elements.set(state.grads(), i, steps.numbers().signed(0));
            for (int k = State.M; k <= State.MAXIMUM; k++) {
              Elements.set(state.arrays().get(k), i, 0);
            }
          }
          return tried;
        });
  }

  /**
   * Range: finite parameters, an epsilon greater than zero in the type of the elements, no weight decay, no
   * AdaMax, whose maximum is of epsilon too, and an average that has arrived. To the bit, but for the sign of a
   * zero moment, which a gradient of -0 has when beta1 is 0.
   */
  @Property(tries = 300)
  void aZeroGradientFromZeroStateChangesNothing(@ForAll("zeroGradients") StepCase any) {
    forAllKernels(
        any,
        (tried, kernel, width) -> {
          final State before = tried.state();
          final State after = tried.stepped(kernel).state();
          for (int i = tried.offset(); i < tried.end(); i++) {
            for (int k = 0; k < State.NAMES.size(); k++) {
              final Object expected = before.arrays().get(k);
              final Object actual = after.arrays().get(k);
              if (Elements.get(expected, i) != Elements.get(actual, i)) {
                throw Bits.differs(
                    width + ", zero gradient",
                    k,
                    i,
                    Elements.hex(expected, i),
                    Elements.hex(actual, i),
                    before);
              }
            }
          }
        });
  }

  @Provide
  Arbitrary<StepCase> firstSteps() {
    return Steps.cases(
        steps -> {
          final double learningRate =
              Math.scalb(1 + steps.random().nextDouble(), -steps.random().nextInt(20));
          final double[] betas = {0, 0.3, 0.5, 0.9, 0.999, 1 - 0x1p-20};
          final Settings settings =
              Settings.random(steps.type(), steps.random())
                  .withT(1)
                  .withGradientScale(1)
                  .with(
                      a -> Options
                          .only(
                              // Not rectification, whose first steps are not divided by a root.
                              a, "epsilonPlacement", "amsgrad", "nesterov", "momentumDecay",
                              "maximize", "averageDecay")
                          .withRule(Options.ruleAmong(a, Adam.Rule.ADAMAX, Adam.Rule.LION))
                          // PyTorch rounds NAdam's corrections to float.
                          .withNesterov(a.nesterov() && a.arithmetic() == Arithmetic.EXACT)
                          .withArithmetic(a.rectification() ? Arithmetic.EXACT : a.arithmetic())
                          .withLearningRate(learningRate)
                          .withEpsilon(steps.random().nextBoolean() ? 1e-8 : 0)
                          .withRootEpsilon(a.rootEpsilon() == 0 ? 0 : 1e-12)
                          .withBeta1(betas[steps.random().nextInt(betas.length)])
                          .withBeta2(betas[steps.random().nextInt(betas.length)]));
          final StepCase tried =
              steps.stepCase(
                  steps.length(),
                  new Settings(
                      settings.adam(), 1, 1, 1, settings.zeroGradient(), false,
                      NonFinite.PROPAGATE));
          final State state = tried.state();
          final int most = steps.type() == float.class ? 40 : 400;
          for (int i = 0; i < state.length(); i++) {
            final int exponent = steps.random().nextInt(-most, most);
            final double g = steps.numbers().significand(exponent);
            Elements.set(state.grads(), i, steps.numbers().signed(g));
            Elements.set(
                state.params(),
                i,
                steps.random().nextBoolean() ? 0 : steps.numbers().ordinary());
            for (int k = State.M; k <= State.MAXIMUM; k++) {
              Elements.set(state.arrays().get(k), i, 0);
            }
          }
          return tried;
        });
  }

  /**
   * From zero state m' / (1 - beta1) = g and v' / (1 - beta2) = g * g, so |update| = learningRate * |g| /
   * (|g| + epsilon), for Nesterov times 1 + beta1 / (1 + beta1). A computed update has at most 12
   * roundings in the type of the elements and 16 in double: 28 of its unit u, below the 32 u granted
   * here. The sum with p rounds monotonously, so p' lies between p and p - (1 + 32 u) * learningRate,
   * rounded.
   *
   * <p>Range: nothing under- or overflows, which 2^-40 &lt;= |g| &lt; 2^40 (double: 2^-400, 2^400), 1 - beta
   * &gt;= 2^-20 and learningRate &gt; 2^-20 ensure: v' &gt;= 2^-100, n &gt;= 2^-60. No weight decay.
   */
  @Property(tries = 300)
  void theFirstStepMovesAgainstTheGradientByAtMostTheLearningRate(
      @ForAll("firstSteps") StepCase any) {
    forAllKernels(
        any,
        (tried, kernel, width) -> {
          final State before = tried.state();
          final State after = tried.stepped(kernel).state();
          final Adam adam = tried.settings().adam();
          final double u = before.isFloat() ? 0x1p-24 : 0x1p-53;
          final double nesterov = adam.nesterov() ? 1 + adam.beta1() / (1 + adam.beta1()) : 1;
          final double most = adam.learningRate() * nesterov * (1 + 32 * u);
          for (int i = tried.offset(); i < tried.end(); i++) {
            final double p = Elements.get(before.params(), i);
            final double moved = Elements.get(after.params(), i);
            final boolean isDown = Elements.get(before.grads(), i) > 0 != adam.maximize();
            final double farthest = round(before, isDown ? p - most : p + most);
            if (!(Math.min(p, farthest) <= moved && moved <= Math.max(p, farthest))) {
              throw Bits.differs(
                  width + ", first step",
                  State.PARAMS,
                  i,
                  "between " + p + " and " + farthest,
                  Elements.hex(after.params(), i),
                  before);
            }
          }
        });
  }

  /** In our arithmetic where PyTorch's does not have every decay. */
  private static Adam asOurs(Adam adam) {
    final boolean isRelative =
        adam.rule() != Adam.Rule.ADAM
            || adam.epsilonPlacement() == Adam.EpsilonPlacement.EPSILON_HAT;
    return isRelative ? adam.withArithmetic(Arithmetic.EXACT) : adam;
  }

  private static double round(State state, double x) {
    return state.isFloat() ? (float) x : x;
  }

  /** Range: all numbers; v and the maximum are not negative before the step. */
  @Property(tries = 300)
  void theSecondMomentIsNeverNegative(@ForAll StepCase any) {
    final State state = any.state().copy();
    for (int i = 0; i < state.length(); i++) {
      Elements.set(state.v(), i, Math.abs(Elements.get(state.v(), i)));
      Elements.set(state.maximum(), i, Math.abs(Elements.get(state.maximum(), i)));
    }
    forAllKernels(
        new StepCase(state, any.settings(), any.offset(), any.length(), any.call()),
        (tried, kernel, width) -> {
          final State after = tried.stepped(kernel).state();
          for (int i = tried.offset(); i < tried.end(); i++) {
            for (int k = State.V; k <= State.MAXIMUM; k++) {
              final Object array = after.arrays().get(k);
              if (Elements.get(array, i) < 0) {
                throw Bits.differs(
                    width + ", sign of v", k, i, ">= 0", Elements.hex(array, i), tried.state());
              }
            }
          }
        });
  }

  /** A case, and the exponent of the power of two that its gradients are scaled by. */
  record Scaled(StepCase tried, int exponent) {}

  @Provide
  Arbitrary<Scaled> scaledGradients() {
    return Steps.cases(
        steps -> {
          final int most = steps.type() == float.class ? 20 : 300;
          final double[] betas = {0, 0.3, 0.5, 0.9, 0.999, 1 - 0x1p-20};
          final Settings any = Settings.random(steps.type(), steps.random());
          final Settings settings =
              new Settings(
                  any.adam(), steps.random().nextInt(1, 200), 1, 1, any.zeroGradient(),
                  any.updateOnly(), NonFinite.PROPAGATE)
                  .with(
                      a -> Options
                          .only(
                              asOurs(a), "epsilonPlacement", "biasCorrection", "amsgrad",
                              "nesterov", "momentumDecay", "maximize", "averageDecay", "arithmetic")
                          .withWeightDecay(
                              a.weightDecayMode() == WeightDecay.L2
                                  ? WeightDecay.DECOUPLED
                                  : a.weightDecayMode(),
                              a.weightDecay() == 0 ? 0 : 0x1p-7)
                          .withLearningRate(
                              Math.scalb(
                                  1 + steps.random().nextDouble(), -steps.random().nextInt(10)))
                          .withEpsilon(0)
                          .withBeta1(betas[steps.random().nextInt(betas.length)])
                          .withBeta2(betas[steps.random().nextInt(betas.length)]));
          final StepCase tried = steps.stepCase(steps.length(), settings);
          final State state = tried.state();
          final boolean isStart = steps.random().nextInt(4) == 0;
          for (int i = 0; i < state.length(); i++) {
            for (Object array : state.arrays()) {
              final double size = steps.numbers().significand(steps.random().nextInt(-6, 6));
              Elements.set(array, i, steps.numbers().signed(size));
            }
            for (int k = State.V; k <= State.MAXIMUM; k++) {
              final Object array = state.arrays().get(k);
              Elements.set(array, i, isStart ? 0 : Math.abs(Elements.get(array, i)));
            }
            Elements.set(state.m(), i, isStart ? 0 : Elements.get(state.m(), i));
          }
          return new Scaled(tried.with(state), steps.random().nextInt(-most, most + 1));
        });
  }

  /**
   * Every operation on gradients and moments is homogeneous, of degree 1 in g and m and of degree 2 in v,
   * and a power of two changes no rounding; the quotient has degree 0.
   *
   * <p>Range: no epsilon, no clipping by value, no L2 decay; numbers of which nothing, scaled or not,
   * overflows or rounds in the subnormal range. With |g|, |m| and v in [2^-6, 2^6), 1 - beta &gt;= 2^-20
   * and 24 (53) digits the smallest digit of any sum is 2^-86 (2^-172), of a scaled one 2^-126
   * (2^-772).
   */
  @Property(tries = 300)
  void withoutEpsilonAPowerOfTwoInAllGradientsScalesTheMomentsAndNothingElse(
      @ForAll("scaledGradients") Scaled any) {
    forAllKernels(
        any.tried,
        (tried, kernel, width) -> {
          final Settings s = tried.settings();
          final State expected = tried.stepped(kernel).state();
          final State scaled = tried.state().copy();
          scale(scaled, any.exponent, true);
          tried.step(kernel, scaled);
          // Zeros and updates that were written over the gradients have no scale.
          scale(scaled, -any.exponent, !s.updateOnly() && !s.zeroGradient());
          Bits.assertSame(
              width + ", gradients times 2^" + any.exponent, expected, scaled, tried.state());

          final State scaledByTheStep = tried.state().copy();
          scale(scaledByTheStep, any.exponent, false);
          tried
              .with(s.withGradientScale(Math.scalb(1.0, any.exponent)))
              .step(kernel, scaledByTheStep);
          scale(scaledByTheStep, -any.exponent, false);
          Bits.assertSame(
              width + ", gradient scale 2^" + any.exponent,
              expected,
              scaledByTheStep,
              tried.state());
        });
  }

  private static void scale(State state, int exponent, boolean withGradients) {
    for (int i = 0; i < state.length(); i++) {
      if (withGradients) {
        scale(state.grads(), i, exponent);
      }
      scale(state.m(), i, exponent);
      scale(state.v(), i, 2 * exponent);
      scale(state.maximum(), i, 2 * exponent);
    }
  }

  private static void scale(Object array, int i, int exponent) {
    Elements.set(array, i, Math.scalb(Elements.get(array, i), exponent));
  }

  /** Range: all numbers. */
  @Property(tries = 300)
  void maximizingEqualsNegatedGradients(@ForAll StepCase any) {
    forAllKernels(
        any,
        (tried, kernel, width) -> {
          final State expected =
              tried.with(tried.settings().with(a -> a.withMaximize(false))).stepped(kernel).state();
          final Settings s = tried.settings();
          final State negated = tried.state().copy();
          for (int i = 0; i < negated.length(); i++) {
            Elements.set(negated.grads(), i, -Elements.get(negated.grads(), i));
          }
          tried.with(s.with(a -> a.withMaximize(true))).step(kernel, negated);
          for (int i = 0; i < negated.length(); i++) {
            final boolean isWritten =
                tried.offset() <= i && i < tried.end() && (s.updateOnly() || s.zeroGradient());
            if (!isWritten || isRefused(tried)) {
              Elements.set(negated.grads(), i, -Elements.get(negated.grads(), i));
            }
          }
          Bits.assertSame(width + ", maximized", expected, negated, tried.state());
        });
  }

  private static boolean isRefused(StepCase tried) {
    boolean isFinite = true;
    for (int i = tried.offset(); i < tried.end(); i++) {
      isFinite &= Double.isFinite(Elements.get(tried.state().grads(), i));
    }
    return !isFinite && tried.settings().nonFinite() != NonFinite.PROPAGATE;
  }

  /** Range: all numbers. */
  @Property(tries = 300)
  void aWeightDecayOfZeroEqualsNoneWhereverItActs(@ForAll StepCase any) {
    forAllKernels(
        any,
        (tried, kernel, width) -> {
          final Settings none = tried.settings().with(a -> a.withWeightDecay(0));
          for (WeightDecay mode : WeightDecay.values()) {
            none.ifValidWith(a -> a.withWeightDecay(mode, 0))
                .ifPresent(
                    ofZero -> tried.assertSame(
                        width + ", " + mode + " of zero",
                        tried.with(none).stepped(kernel),
                        tried.with(ofZero).stepped(kernel)));
          }
        });
  }

  /**
   * Unlike a decay of zero, one that is too small to be seen is computed.
   *
   * <p>Range: parameters finite and not -0; learningRate * weightDecay at most 2^-55, below half a unit in the
   * last place of a p just above a power of two; no update only, where the decay is added to the update.
   */
  @Property(tries = 300)
  void aDecoupledDecayTooSmallToBeSeenEqualsNone(@ForAll StepCase drawn) {
    final Settings s = drawn.settings();
    final Adam adam = asOurs(s.adam());
    final WeightDecay mode =
        adam.weightDecayMode() == WeightDecay.L2
            ? WeightDecay.DECOUPLED
            : adam.weightDecayMode();
    final double small = 0x1p-55 / Math.max(1, adam.learningRate());
    final State state = drawn.state().copy();
    for (int i = 0; i < state.length(); i++) {
      final double p = Elements.get(state.params(), i);
      Elements.set(state.params(), i, Double.isFinite(p) && p != 0 ? p : 0);
    }
    final Settings applied =
        new Settings(
            adam, s.t(), s.gradientScale(), s.clipFactor(), s.zeroGradient(), false, s.nonFinite());
    forAllKernels(
        new StepCase(state, applied, drawn.offset(), drawn.length(), drawn.call()),
        (tried, kernel, width) -> tried.assertSame(
            width + ", decay of " + small,
            tried.with(applied.with(a -> a.withWeightDecay(0))).stepped(kernel),
            tried.with(applied.with(a -> a.withWeightDecay(mode, small))).stepped(kernel)));
  }

  /** A case, whose settings except t are for all steps; a gradient for each step; and where the run is cut. */
  record Trajectory(StepCase start, List<Object> grads, int cut) {}

  @Provide
  Arbitrary<Trajectory> trajectories() {
    return Steps.cases(
        steps -> {
          final Settings settings =
              Settings.random(steps.type(), steps.random())
                  .with(a -> a.withLearningRate(Math.min(1, a.learningRate())));
          final int count = steps.random().nextInt(2, 8);
          final long first =
              steps.random().nextInt(3) == 0 ? Math.max(1, settings.t() - count) : 1;
          final StepCase start =
              steps.stepCase(steps.length(),
                  settings.withT(first).withNonFinite(NonFinite.PROPAGATE));
          final List<Object> grads =
              IntStream.range(0, count)
                  .mapToObj(_ -> steps.state(start.state().length(), settings).grads())
                  .toList();
          return new Trajectory(start, grads, steps.random().nextInt(1, count));
        });
  }

  /** Range: all numbers. Whoever goes on has nothing but the arrays, a t and the hyper-parameters. */
  @Property(tries = 300)
  void goingOnFromASavedStateEqualsAnUninterruptedRun(@ForAll("trajectories") Trajectory run) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final State whole = run.start.state().copy();
      run(kernel, run, whole, 0, run.grads.size());
      final State first = run.start.state().copy();
      run(kernel, run, first, 0, run.cut);
      final State second = first.copy();
      for (AdamKernel another : List.of(Kernels.UNDER_TEST.getLast(), Kernels.REFERENCE)) {
        final State rest = second.copy();
        run(another, run, rest, run.cut, run.grads.size());
        Bits.assertSame(
            "%s, then %s from step %d of %s"
                .formatted(kernel.laneWidth(), another.laneWidth(), run.cut + 1, run.start),
            whole,
            rest,
            run.start.state());
      }
    }
  }

  private static void run(AdamKernel kernel, Trajectory run, State state, int from, int to) {
    for (int k = from; k < to; k++) {
      final State atStep = state.with(State.GRADS, Elements.copy(run.grads.get(k)));
      final Settings settings = run.start.settings();
      run.start.with(settings.withT(settings.t() + k)).step(kernel, atStep);
    }
  }
}
