package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Method;
import java.util.List;
import org.adamant.LaneWidth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Fork;

/** Runs every benchmark body once and checks its result, so that it times what its name says. */
class StepBenchmarkTest {

  /** Not divisible by any lane count, and more than one block. */
  static final int SIZE = 4096 + 1003;

  private final StepBenchmark benchmark = new StepBenchmark();

  @ParameterizedTest
  @ValueSource(strings = {"preferred", "SCALAR"})
  void kernelsGiveTheBitsOfThePlainLoops(String width) {
    final StepBenchmark.Kernel kernel = new StepBenchmark.Kernel();
    kernel.width = width;
    kernel.find();
    final StepBenchmark.Floats floats = floats();
    final StepBenchmark.Floats plainFloats = floats();
    final StepBenchmark.Doubles doubles = doubles();
    final StepBenchmark.Doubles plainDoubles = doubles();
    final StepBenchmark.Steps[] steps = new StepBenchmark.Steps[4];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = new StepBenchmark.Steps();
    }

    for (int call = 0; call < 2 * StepBenchmark.STEPS; call++) {
      benchmark.floatKernel(kernel, steps[0], floats);
      benchmark.floatPlain(steps[1], plainFloats);
      benchmark.doubleKernel(kernel, steps[2], doubles);
      benchmark.doublePlain(steps[3], plainDoubles);
    }

    assertThat(floats.params).containsExactly(plainFloats.params);
    assertThat(floats.m).containsExactly(plainFloats.m);
    assertThat(floats.v).containsExactly(plainFloats.v);
    assertThat(doubles.params).containsExactly(plainDoubles.params);
    assertThat(doubles.m).containsExactly(plainDoubles.m);
    assertThat(doubles.v).containsExactly(plainDoubles.v);
  }

  /** The loop is the same; that its JVM does not vectorise it shows in its options. */
  @Test
  void theUnvectorisedLoopIsThePlainOneInAnotherJvm() throws NoSuchMethodException {
    final StepBenchmark.Floats floats = floats();
    final StepBenchmark.Floats plainFloats = floats();
    final StepBenchmark.Doubles doubles = doubles();
    final StepBenchmark.Doubles plainDoubles = doubles();

    benchmark.floatUnvectorised(new StepBenchmark.Steps(), floats);
    benchmark.floatPlain(new StepBenchmark.Steps(), plainFloats);
    benchmark.doubleUnvectorised(new StepBenchmark.Steps(), doubles);
    benchmark.doublePlain(new StepBenchmark.Steps(), plainDoubles);

    assertThat(floats.params).containsExactly(plainFloats.params);
    assertThat(doubles.params).containsExactly(plainDoubles.params);
    for (Method method : List.of(
        StepBenchmark.class.getMethod(
            "floatUnvectorised", StepBenchmark.Steps.class, StepBenchmark.Floats.class),
        StepBenchmark.class.getMethod(
            "doubleUnvectorised", StepBenchmark.Steps.class, StepBenchmark.Doubles.class))) {
      assertThat(method.getAnnotation(Fork.class).jvmArgsPrepend())
          .containsExactly("--add-modules=jdk.incubator.vector", "-XX:-UseSuperWord");
    }
  }

  @Test
  void dividerLoopsTakeRootsAndDivideByThem() {
    final StepBenchmark.Roots roots = new StepBenchmark.Roots();
    final StepBenchmark.Floats floats = floats();
    final StepBenchmark.Doubles doubles = doubles();
    final int last = DividerLoop.ELEMENTS - 1;

    // One vector, of at most half of them.
    floats.size = 1;
    doubles.size = 1;
    benchmark.floatDivider(roots, floats);
    benchmark.doubleDivider(roots, doubles);
    assertThat(roots.floatResults[0]).isEqualTo(1 / (float) Math.sqrt(roots.floats[0]));
    assertThat(roots.doubleResults[0]).isEqualTo(1 / Math.sqrt(roots.doubles[0]));
    assertThat(roots.floatResults[last]).isZero();
    assertThat(roots.doubleResults[last]).isZero();

    floats.size = SIZE;
    doubles.size = SIZE;
    benchmark.floatDivider(roots, floats);
    benchmark.doubleDivider(roots, doubles);
    assertThat(roots.floatResults[last]).isEqualTo(100, within(1e-3f));
    assertThat(roots.doubleResults[last]).isEqualTo(100, within(1e-9));
  }

  @Test
  void trafficLoopsReadAndWriteEveryElementOnce() {
    final StepBenchmark.Floats floats = floats();
    final StepBenchmark.Doubles doubles = doubles();
    final float[] params = floats.params.clone();
    final double[] doubleParams = doubles.params.clone();

    benchmark.floatTraffic(floats);
    benchmark.doubleTraffic(doubles);

    for (int i = 0; i < SIZE; i++) {
      assertThat(floats.params[i]).isEqualTo(params[i] * 0.999f + floats.grads[i]);
      assertThat(floats.m[i]).isEqualTo(floats.grads[i]);
      assertThat(floats.v[i]).isEqualTo(floats.grads[i]);
      assertThat(doubles.params[i]).isEqualTo(doubleParams[i] * 0.999 + doubles.grads[i]);
      assertThat(doubles.m[i]).isEqualTo(doubles.grads[i]);
      assertThat(doubles.v[i]).isEqualTo(doubles.grads[i]);
    }
  }

  @Test
  void aNamedWidthIsTheOneMeasured() {
    final StepBenchmark.Kernel kernel = new StepBenchmark.Kernel();
    for (LaneWidth width : LaneWidth.supported()) {
      kernel.width = width.name();
      kernel.find();
      assertThat(kernel.kernel.laneWidth()).isEqualTo(width);
    }
  }

  static StepBenchmark.Floats floats() {
    final StepBenchmark.Floats floats = new StepBenchmark.Floats();
    floats.size = SIZE;
    floats.fill();
    return floats;
  }

  static StepBenchmark.Doubles doubles() {
    final StepBenchmark.Doubles doubles = new StepBenchmark.Doubles();
    doubles.size = SIZE;
    doubles.fill();
    return doubles;
  }
}
