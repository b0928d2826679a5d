package org.adamant.bench.train.program;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamStep;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.support.Stopwatch;
import org.adamant.bench.train.report.Claim;
import org.adamant.bench.train.report.Findings;

/** Millions of parameters in one array, stepped in slices by several threads at once. */
final class LargeProgram implements Program {

  private static final int PARAMETERS = 4 << 20;
  private static final int STEPS = 60;

  /** Not a multiple of any lane count, so that slices begin and end inside vectors. */
  private static final int SLICE = 100_003;

  private static final Adam ADAM = Adam.defaults().withLearningRate(0.05);

  @Override
  public String title() {
    return "A very large model: 4,194,304 parameters in one array";
  }

  @Override
  public String introduction() {
    return "Every parameter should reach its own target. Once the kernel steps the whole array on"
        + " one thread, once slices of 100,003 elements on all threads: the bits are the same.";
  }

  @Override
  public Findings run(Context context) {
    context.expect(2 * STEPS);
    final float[] target = new float[PARAMETERS];
    final Random random = new Random(42);
    for (int i = 0; i < PARAMETERS; i++) {
      target[i] = 2 * random.nextFloat() - 1;
    }
    final Run whole = train(target, LargeProgram::stepWhole, context);
    final Run sliced = train(target, LargeProgram::stepSlices, context);
    return new Findings(
        List.of(
            new Claim(
                "the mean distance to the targets falls from "
                    + Numbers.four(whole.firstDistance)
                    + " to less than a tenth of it: "
                    + Numbers.four(whole.lastDistance),
                whole.lastDistance < whole.firstDistance / 10),
            new Claim(
                "slices on several threads give the bits of the whole array",
                Bits.areEqual(whole.params, sliced.params))),
        List.of(
            "a step took "
                + Numbers.fixed(whole.millisecondsPerStep, 2)
                + " ms on one thread, "
                + Numbers.fixed(sliced.millisecondsPerStep, 2)
                + " ms in slices on "
                + Runtime.getRuntime().availableProcessors()
                + " processors (median)"),
        List.of(),
        List.of());
  }

  private static Run train(float[] target, Stepper stepper, Context context) {
    final AdamKernel kernel = AdamKernel.preferred();
    final State state =
        new State(
            new float[PARAMETERS],
            new float[PARAMETERS],
            new float[PARAMETERS],
            new float[PARAMETERS]);
    final double[] milliseconds = new double[STEPS];
    final double firstDistance = gradient(state, target);
    for (int t = 1; t <= STEPS; t++) {
      final Stopwatch time = new Stopwatch();
      stepper.step(kernel, ADAM.atStep(t), state);
      milliseconds[t - 1] = time.seconds() * 1e3;
      gradient(state, target);
      context.tick();
    }
    Arrays.sort(milliseconds);
    return new Run(
        state.params, firstDistance, gradient(state, target), milliseconds[STEPS / 2]);
  }

  /** The gradient of half the squared distance to the target; returns the mean distance. */
  private static double gradient(State state, float[] target) {
    double sum = 0;
    for (int i = 0; i < PARAMETERS; i++) {
      state.grads[i] = state.params[i] - target[i];
      sum += Math.abs(state.grads[i]);
    }
    return sum / PARAMETERS;
  }

  private static void stepWhole(AdamKernel kernel, AdamStep step, State s) {
    kernel.step(step, s.params, s.grads, s.m, s.v);
  }

  private static void stepSlices(AdamKernel kernel, AdamStep step, State s) {
    IntStream.range(0, (PARAMETERS + SLICE - 1) / SLICE)
        .parallel()
        .forEach(
            slice -> {
              final int offset = slice * SLICE;
              final int length = Math.min(SLICE, PARAMETERS - offset);
              kernel.step(step, s.params, s.grads, s.m, s.v, offset, length);
            });
  }

  /** A way to do one step. */
  private interface Stepper {
    void step(AdamKernel kernel, AdamStep step, State state);
  }

  /** The operands of a step. */
  private record State(float[] params, float[] grads, float[] m, float[] v) {}

  /** One training. */
  private record Run(
      float[] params, double firstDistance, double lastDistance, double millisecondsPerStep) {}
}
