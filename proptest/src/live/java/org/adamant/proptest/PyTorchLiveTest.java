package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.Arithmetic;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;
import org.adamant.internal.loop.Powers;
import org.adamant.proptest.GoldenTest.Type;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs PyTorch live over random configurations. Compares every bit with its unfused loop, in float and double: no
 * decay, L2 and decoupled decay, AMSGrad, maximize, every beta from 0 to almost 1, gradients of every magnitude,
 * unscaling, clipping by value and averaging around it, shapes of one to three dimensions, all lane widths.
 * Compares our default arithmetic with the unfused loop and the fused kernel, within the roundings of both.
 */
class PyTorchLiveTest {

  private static final int EXACT_RUNS = 60;
  private static final int BOUNDED_RUNS = 15;

  @BeforeAll
  static void printVersions() {
    System.out.printf(
        "PyTorch %s, %s, %d threads; widths %s%n",
        torch.class.getPackage().getImplementationVersion(),
        torch.get_cpu_capability().getString(),
        torch.get_num_threads(),
        LaneWidth.supported());
  }

  static Stream<Arguments> recordings() {
    return Stream.of(
        Arguments.of("adam", Adam.pytorch()),
        Arguments.of("adamw_wd0.01", Adam.pytorchAdamW()),
        Arguments.of("amsgrad", Adam.pytorch().withAmsgrad(AmsGrad.RAW)))
        .flatMap(
            run -> Stream.of(Type.values())
                .map(type -> Arguments.of(run.get()[0], run.get()[1], type)));
  }

  @ParameterizedTest(name = "{0}, {2}")
  @MethodSource("recordings")
  void isThePyTorchThatWasRecorded(String run, Adam adam, Type type) throws IOException {
    final GoldenTest.Inputs inputs = new GoldenTest.Inputs();
    final State state = State.zeros(type.element, GoldenTest.LENGTH);
    inputs.fillParams(state.params());
    try (PyTorchRun theirs = new PyTorchRun(adam, state.params(), GoldenTest.LENGTH)) {
      for (int t = 1; t <= GoldenTest.RECORDED.getLast(); t++) {
        inputs.fillGrads(state.grads());
        theirs.unfused(
            state.grads(),
            1,
            PyTorchRun.correction(adam.beta1(), t),
            PyTorchRun.root(PyTorchRun.correction(adam.beta2(), t)));
        if (GoldenTest.RECORDED.contains(t)) {
          final State recorded = State.zeros(type.element, GoldenTest.LENGTH);
          final List<Object> arrays = new ArrayList<>();
          arrays.addAll(List.of(recorded.params(), recorded.m(), recorded.v()));
          if (adam.amsgrad() != AmsGrad.NONE) {
            arrays.add(recorded.grads());
            type.read(run + "_forloop", t, arrays);
            assertThat(theirs.maximum()).as("max at t = %s", t).isEqualTo(recorded.grads());
          } else {
            type.read(run + "_forloop", t, arrays);
          }
          assertThat(theirs.params()).as("p at t = %s", t).isEqualTo(recorded.params());
          assertThat(theirs.m()).as("m at t = %s", t).isEqualTo(recorded.m());
          assertThat(theirs.v()).as("v at t = %s", t).isEqualTo(recorded.v());
        }
      }
    }
  }

  /** Our run of a configuration, at one width. */
  private static final class OurRun {
    private final AdamKernel kernel;
    private final LiveRun run;
    private final State state;
    private final AdamSlice slice;

    OurRun(LaneWidth width, LiveRun run, Object params) {
      kernel = AdamKernel.of(width);
      this.run = run;
      state = State.zeros(run.element, run.length);
      System.arraycopy(params, 0, state.params(), 0, run.length);
      state.startAverage();
      slice = state.slice();
    }

    /** A run at each width. */
    static List<OurRun> atAllWidths(LiveRun run, Object params) {
      return LaneWidth.supported().stream().map(width -> new OurRun(width, run, params)).toList();
    }

    void step(AdamStep step, Object grads) {
      System.arraycopy(grads, 0, state.grads(), 0, run.length);
      kernel.step(step, slice);
    }

    void requireSameMomentsAndParams(long t, Object m, Object v, Object params) {
      if (run.adam.beta1() == 0) {
        // A gradient of -0 is an m of -0 in PyTorch's vectors, and of +0 in what they leave over.
        requireSame("m", t, run.withoutSignsOfZeros(m), run.withoutSignsOfZeros(state.m()));
      } else {
        requireSame("m", t, m, state.m());
      }
      requireSame("v", t, v, state.v());
      requireSame("p", t, params, state.params());
    }

    void requireSame(String what, long t, Object theirs, Object ours) {
      run.requireSame(what + " at " + kernel.laneWidth(), t, theirs, ours);
    }
  }

  /** {@code 1 - beta^t} for t = 1, 2, ... with the power correctly rounded. */
  private static final class Correction {
    private static final MathContext DIGITS = new MathContext(60);
    private final BigDecimal beta;
    private BigDecimal power = BigDecimal.ONE;

    Correction(double beta) {
      this.beta = new BigDecimal(beta);
    }

    double next() {
      power = power.multiply(beta, DIGITS);
      return 1 - power.doubleValue();
    }

    double power() {
      return power.doubleValue();
    }
  }

  /** The half power of C, see {@link org.adamant.AdamStep}. */
  private static double root(double correction) {
    return correction == Math.nextDown(1.0) ? 1 : Math.sqrt(correction);
  }

  /**
   * The C library's pow is not correctly rounded, and which of its results are not differs from one C
   * library to the next. Where its last bit is off, less than once in a thousand steps, a run in double
   * gives PyTorch the correctly rounded one. A float cannot tell: there PyTorch takes its own.
   */
  @ParameterizedTest
  @EnumSource(Type.class)
  void theUnfusedLoopIsReproducedInEveryBit(Type type) {
    long elements = 0;
    long steps = 0;
    long powersOff = 0;
    final long[] seeds = LiveRun.seeds("unfused loop, " + type, EXACT_RUNS);
    for (long seed : seeds) {
      final LiveRun run = LiveRun.any(seed, type.element);
      final Object params = run.array();
      final Object grads = run.array();
      run.fillParams(params);
      final List<OurRun> ours = OurRun.atAllWidths(run, params);
      final Correction correction1 = new Correction(run.adam.beta1());
      final Correction correction2 = new Correction(run.adam.beta2());
      try (PyTorchRun theirs = new PyTorchRun(run.adam, params, run.shape)) {
        for (int t = 1; t <= run.steps; t++) {
          run.fillGrads(grads);
          final double c1 = correction1.next();
          final double c2 = correction2.next();
          final double pow1 = PyTorchRun.correction(run.adam.beta1(), t);
          final double pow2 = PyTorchRun.correction(run.adam.beta2(), t);
          final double root = PyTorchRun.root(pow2);
          if (pow1 != c1 || pow2 != c2 || root != root(c2)) {
            powersOff++;
            // One unit of a power below 1, and what it makes of the root.
            assertThat(Math.abs(pow1 - c1)).as("beta1^%s, %s", t, run).isLessThanOrEqualTo(0x1p-53);
            assertThat(Math.abs(pow2 - c2)).as("beta2^%s, %s", t, run).isLessThanOrEqualTo(0x1p-53);
            assertThat(Math.abs(root - Math.sqrt(pow2)))
                .as("root at t = %s, %s", t, run)
                .isLessThanOrEqualTo(Math.ulp(root));
          }
          if (type == Type.F32) {
            theirs.unfused(grads, run.gradientScale, pow1, root);
          } else {
            theirs.unfused(grads, run.gradientScale, c1, root(c2));
          }
          final AdamStep step = run.adam.atStep(t).withGradientScale(run.gradientScale);
          final Object p = theirs.params();
          final Object m = theirs.m();
          final Object v = theirs.v();
          final Object maximum = theirs.maximum();
          final Object average = theirs.average();
          for (OurRun our : ours) {
            our.step(step, grads);
            our.requireSameMomentsAndParams(t, m, v, p);
            elements += 3L * run.length;
            if (run.adam.amsgrad() != AmsGrad.NONE) {
              our.requireSame("maximum", t, maximum, our.state.maximum());
              elements += run.length;
            }
            if (run.adam.averageDecay() < 1) {
              our.requireSame("average", t, average, our.state.average());
              elements += run.length;
            }
          }
          steps++;
        }
      }
    }
    System.out.printf(
        "unfused loop, %s: %d configurations, %,d steps, %,d elements compared at %d widths, 0 bits"
            + " differ; pow or its root not correctly rounded in %d steps%n",
        type, seeds.length, steps, elements, LaneWidth.supported().size(), powersOff);
    // Rare, or something else than the rounding of pow is hidden here.
    assertThat(powersOff).isLessThan(steps / 50);
  }

  static Stream<Arguments> relatives() {
    return Stream.of(
        Arguments.of("NAdam", Adam.pytorchNAdam()),
        Arguments.of("RAdam", Adam.pytorchRAdam()),
        Arguments.of("Adamax", Adam.pytorchAdamax()),
        Arguments.of("SparseAdam", Adam.pytorchSparseAdam()))
        .flatMap(
            run -> Stream.of(Type.values())
                .map(type -> Arguments.of(run.get()[0], run.get()[1], type)));
  }

  /** As of Adam; SparseAdam on a gradient of all rows, whose operations are the same. */
  @ParameterizedTest(name = "{0}, {2}")
  @MethodSource("relatives")
  void relativesAreReproducedInEveryBit(String name, Adam preset, Type type) {
    long elements = 0;
    long steps = 0;
    long powersOff = 0;
    final long[] seeds = LiveRun.seeds(name + ", " + type, EXACT_RUNS / 2);
    for (long seed : seeds) {
      final LiveRun run = LiveRun.anyOf(preset, seed, type.element);
      final Object params = run.array();
      final Object grads = run.array();
      run.fillParams(params);
      final List<OurRun> ours = OurRun.atAllWidths(run, params);
      final Correction correction1 = new Correction(run.adam.beta1());
      final Correction correction2 = new Correction(run.adam.beta2());
      final double decay = run.adam.momentumDecay();
      try (PyTorchRun theirs = new PyTorchRun(run.adam, params, run.shape)) {
        for (int t = 1; t <= run.steps; t++) {
          run.fillGrads(grads);
          final double exact1 = correction1.next();
          final double exact2 = correction2.next();
          final double exactPower = correction2.power();
          final double pow1 = PyTorchRun.correction(run.adam.beta1(), t);
          final double pow2 = PyTorchRun.correction(run.adam.beta2(), t);
          final boolean isOff = pow1 != exact1 || pow2 != exact2;
          powersOff += isOff ? 1 : 0;
          // As above. A step of RAdam counts the power itself.
          final double c1 = isOff && type == Type.F64 ? exact1 : pow1;
          final double c2 = isOff && type == Type.F64 ? exact2 : pow2;
          if (run.adam.nesterov()) {
            theirs.relative(
                grads, c1, c2, power(t * decay, type), power((t + 1) * decay, type));
          } else if (run.adam.rectification()) {
            theirs.relative(grads, c1, c2, t, exactPower, type == Type.F64 ? 1 : 0);
          } else if (run.adam.rule() == Adam.Rule.ADAMAX) {
            theirs.relative(grads, c1, c2);
          } else {
            // Not a half power here, but the root.
            theirs.relative(grads, c1, c2, Math.sqrt(c2));
          }
          final AdamStep step = run.adam.atStep(t);
          final Object p = theirs.params();
          final Object m = theirs.m();
          final Object v = theirs.v();
          for (OurRun our : ours) {
            our.step(step, grads);
            our.requireSameMomentsAndParams(t, m, v, p);
            elements += 3L * run.length;
          }
          steps++;
        }
      }
    }
    System.out.printf(
        "%s, %s: %d configurations, %,d steps, %,d elements compared at %d widths, 0 bits differ; pow not"
            + " correctly rounded in %d steps%n",
        name, type, seeds.length, steps, elements, LaneWidth.supported().size(), powersOff);
    assertThat(powersOff).isLessThan(steps / 50);
  }

  /** A power of 0.96: PyTorch's, which is correctly rounded or off by its last bit; in double the former. */
  private static double power(double exponent, Type type) {
    final double theirs = PyTorchRun.powerOf096(exponent);
    final double exact = Powers.of096(exponent);
    assertThat(Math.abs(theirs - exact))
        .as("0.96^%s", exponent)
        .isLessThanOrEqualTo(exact == 0 ? 0x1p-58 : Math.ulp(exact));
    return type == Type.F64 ? exact : theirs;
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void theDefaultArithmeticAgreesWithTheUnfusedLoopToTheRoundingsOfBoth(Type type) {
    agreesToTheRoundingsOfBoth("unfused loop", type);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void theDefaultArithmeticAgreesWithTheFusedKernelToTheRoundingsOfBoth(Type type) {
    agreesToTheRoundingsOfBoth("fused kernel", type);
  }

  private static void agreesToTheRoundingsOfBoth(String kind, Type type) {
    final boolean isFused = kind.equals("fused kernel");
    final Agreement agreement = new Agreement("our default, PyTorch's " + kind + ", " + type);
    for (long seed : LiveRun.seeds("default and " + kind + ", " + type, BOUNDED_RUNS)) {
      final LiveRun run = LiveRun.tame(seed, type.element);
      final Adam adam = run.adam.withArithmetic(Arithmetic.EXACT);
      final Object params = run.array();
      final Object grads = run.array();
      run.fillParams(params);
      final OurRun ours = new OurRun(LaneWidth.preferred(), run, params);
      final BallRun ourBalls = new BallRun.Ours(adam, params, run.length);
      final BallRun theirBalls = new BallRun.PyTorch(adam, params, run.length);
      try (PyTorchRun theirs = new PyTorchRun(run.adam, params, run.shape)) {
        for (int t = 1; t <= run.steps; t++) {
          run.fillGrads(grads);
          ours.step(adam.atStep(t), grads);
          if (isFused) {
            theirs.fused(grads, t);
          } else {
            final double c2 = PyTorchRun.correction(adam.beta2(), t);
            theirs.unfused(
                grads, 1, PyTorchRun.correction(adam.beta1(), t), PyTorchRun.root(c2));
          }
          ourBalls.step(t, grads);
          theirBalls.step(t, grads);
          if (t <= 3 || t % 100 == 0) {
            agreement.check(run, "m", t, ours.state.m(), theirs.m(), ourBalls.m, theirBalls.m);
            agreement.check(run, "v", t, ours.state.v(), theirs.v(), ourBalls.v, theirBalls.v);
            agreement
                .check(run, "p", t, ours.state.params(), theirs.params(), ourBalls.p, theirBalls.p);
            if (adam.amsgrad() != AmsGrad.NONE) {
              agreement.check(
                  run, "max", t, ours.state.maximum(), theirs.maximum(), ourBalls.max,
                  theirBalls.max);
            }
          }
        }
      }
    }
    agreement.print();
  }
}
