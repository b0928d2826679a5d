package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.testkit.Elements;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import org.adamant.proptest.GoldenTest.Type;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Runs TensorFlow's {@code ApplyAdam} live over random configurations. Compares it with the preset {@link
 * Adam#tensorflow}, and so with the epsilon-hat family that computes the same, in float and double, with and
 * without Nesterov momentum, within the roundings of both.
 */
class TensorFlowLiveTest {

  private static final int RUNS = 15;

  @BeforeAll
  static void printVersion() {
    System.out.printf("TensorFlow %s; width %s%n", TensorFlow.version(), LaneWidth.preferred());
  }

  static Stream<Arguments> cases() {
    return Stream.of(Type.values())
        .flatMap(type -> Stream.of(false, true).map(nesterov -> Arguments.of(type, nesterov)));
  }

  /**
   * With Nesterov momentum TensorFlow corrects the momentum by 1 - beta1^t, and this library, as Dozat, by
   * 1 - beta1^(t+1). Such a run starts where both are 1 in double.
   */
  @ParameterizedTest(name = "{0}, Nesterov {1}")
  @MethodSource("cases")
  void thePresetAgreesWithApplyAdamToTheRoundingsOfBoth(Type type, boolean nesterov) {
    final String what = "ApplyAdam" + (nesterov ? " with Nesterov momentum, " : ", ") + type;
    final Agreement agreement = new Agreement("Adam.tensorflow(), " + what);
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    for (long seed : LiveRun.seeds(what, RUNS)) {
      final LiveRun run = LiveRun.tame(seed, type.element);
      final Adam adam =
          Adam.tensorflow()
              .withLearningRate(run.adam.learningRate())
              .withBeta1(run.adam.beta1())
              .withBeta2(run.adam.beta2())
              .withEpsilon(run.adam.epsilon())
              .withNesterov(nesterov);
      final State ours = State.zeros(type.element, run.length);
      run.fillParams(ours.params());
      final long first = nesterov ? stepWithoutCorrection(adam) : 1;
      if (nesterov) {
        run.fillGrads(ours.m());
        fillVariances(run, ours);
      }
      final BallRun ourBalls = new BallRun.Ours(adam, ours.params(), run.length);
      final BallRun theirBalls = new BallRun.TensorFlow(adam, ours.params(), run.length);
      ourBalls.moments(ours.m(), ours.v());
      theirBalls.moments(ours.m(), ours.v());
      try (TensorFlowRun theirs =
          new TensorFlowRun(adam, run, ours.params(), ours.m(), ours.v())) {
        for (int k = 0; k < run.steps; k++) {
          final long t = first + k;
          run.fillGrads(ours.grads());
          ours.step(kernel, adam.atStep(t));
          theirs.step(t, ours.grads());
          ourBalls.step(t, ours.grads());
          theirBalls.step(t, ours.grads());
          if (k < 3 || k % 100 == 99) {
            agreement.check(run, "m", t, ours.m(), theirs.m(), ourBalls.m, theirBalls.m);
            agreement.check(run, "v", t, ours.v(), theirs.v(), ourBalls.v, theirBalls.v);
            agreement.check(run, "p", t, ours.params(), theirs.params(), ourBalls.p, theirBalls.p);
          }
        }
      }
    }
    agreement.print();
  }

  /** From here on 1 - beta1^t and 1 - beta1^(t+1) are 1. */
  private static long stepWithoutCorrection(Adam adam) {
    return 1 + (long) Math.ceil(60 * Math.log(2) / -Math.log(adam.beta1()));
  }

  private static void fillVariances(LiveRun run, State state) {
    run.fillGrads(state.v());
    for (int i = 0; i < run.length; i++) {
      Elements.set(state.v(), i, Math.pow(Elements.get(state.v(), i), 2));
    }
  }

  /** What the bounds take for granted, and TensorFlow need not do: every significand, exhaustively. */
  @Test
  void theRootOfFloatsIsCorrectlyRounded() {
    final float[] all = new float[1 << 24];
    final int one = Float.floatToRawIntBits(1);
    for (int i = 0; i < all.length; i++) {
      all[i] = Float.intBitsToFloat(one + i);
    }
    final float[] roots = new float[all.length];
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      final Ops ops = Ops.create(graph);
      final Placeholder<TFloat32> x =
          ops.placeholder(TFloat32.class, Placeholder.shape(Shape.of(all.length)));
      try (Result result =
          session
              .runner()
              .feed(x, TFloat32.tensorOf(Shape.of(all.length), DataBuffers.of(all, true, false)))
              .fetch(ops.math.sqrt(x))
              .run()) {
        result.get(0).asRawTensor().data().asFloats().read(roots);
      }
    }
    for (int i = 0; i < all.length; i++) {
      if (roots[i] != (float) Math.sqrt(all[i])) {
        assertThat(roots[i]).as("root of %s", all[i]).isEqualTo((float) Math.sqrt(all[i]));
      }
    }
  }
}
