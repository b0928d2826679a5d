package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.LaneWidth;
import org.adamant.NonFinite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every benchmark body, with its result checked against the scalar path. */
class VariantBenchmarkTest {

  private final VariantBenchmark benchmark = new VariantBenchmark();

  @ParameterizedTest
  @EnumSource
  void kernelsStepTheVariantTheyName(StepVariant variant) {
    final StepBenchmark.Kernel kernel = new StepBenchmark.Kernel();
    kernel.width = "preferred";
    kernel.find();
    final StepBenchmark.Floats floats = StepBenchmarkTest.floats();
    final VariantBenchmark.FloatSlice floatSlice = new VariantBenchmark.FloatSlice();
    floatSlice.fill(steps(variant), floats);
    final StepBenchmark.Doubles doubles = StepBenchmarkTest.doubles();
    final VariantBenchmark.DoubleSlice doubleSlice = new VariantBenchmark.DoubleSlice();
    doubleSlice.fill(steps(variant), doubles);

    assertThat(benchmark.floatKernel(kernel, steps(variant), floats, floatSlice)).isZero();
    assertThat(benchmark.doubleKernel(kernel, steps(variant), doubles, doubleSlice)).isZero();

    final AdamKernel scalar = AdamKernel.of(LaneWidth.SCALAR);
    final StepBenchmark.Floats f = StepBenchmarkTest.floats();
    final float[] moreFloats = f.params.clone();
    scalar.step(
        variant.step(1000),
        variant.complete(AdamSlice.of(f.params, f.grads, f.m, f.v), moreFloats));
    assertThat(floats.params).containsExactly(f.params);
    assertThat(floats.grads).containsExactly(f.grads);
    assertThat(floatSlice.more).containsExactly(moreFloats);
    final StepBenchmark.Doubles d = StepBenchmarkTest.doubles();
    final double[] moreDoubles = d.params.clone();
    scalar.step(
        variant.step(1000),
        variant.complete(AdamSlice.of(d.params, d.grads, d.m, d.v), moreDoubles));
    assertThat(doubles.params).containsExactly(d.params);
    assertThat(doubles.grads).containsExactly(d.grads);
    assertThat(doubleSlice.more).containsExactly(moreDoubles);
  }

  /** After two steps: maxima and gradient scales do not show in the first. */
  @Test
  void variantsDiffer() {
    assertThat(StepVariant.values())
        // It differs from the basic one by what it reads.
        .filteredOn(variant -> variant != StepVariant.SKIP_NON_FINITE)
        .extracting(VariantBenchmarkTest::bitsAfterTwoSteps)
        .doesNotHaveDuplicates();
    assertThat(StepVariant.SKIP_NON_FINITE.step(1).nonFinite()).isEqualTo(NonFinite.SKIP);
  }

  private static int bitsAfterTwoSteps(StepVariant variant) {
    final StepBenchmark.Floats a = StepBenchmarkTest.floats();
    a.grads[0] = 2;
    final float[] more = a.params.clone();
    final AdamSlice slice = variant.complete(AdamSlice.of(a.params, a.grads, a.m, a.v), more);
    AdamKernel.of(LaneWidth.SCALAR).step(variant.step(1), slice);
    Arrays.fill(a.grads, 0);
    a.grads[0] = 0.5f;
    AdamKernel.of(LaneWidth.SCALAR).step(variant.step(2), slice);
    return 31 * Arrays.hashCode(a.params) + Arrays.hashCode(more);
  }

  @Test
  void onePassLeavesNoGradient() {
    final StepBenchmark.Floats a = StepBenchmarkTest.floats();
    final AdamSlice slice =
        StepVariant.ONE_PASS.complete(
            AdamSlice.of(a.params, a.grads, a.m, a.v), a.params.clone());
    AdamKernel.of(LaneWidth.SCALAR).step(StepVariant.ONE_PASS.step(1), slice);
    assertThat(a.grads).containsOnly(0);
    assertThat(a.m).isNotEqualTo(new float[a.m.length]);
  }

  @Test
  void baselinesDoWhatThoseOfTheStepDo() {
    final StepBenchmark.Floats plain = StepBenchmarkTest.floats();
    final StepBenchmark.Floats expected = StepBenchmarkTest.floats();
    benchmark.floatPlain(new StepBenchmark.Steps(), plain);
    new StepBenchmark().floatPlain(new StepBenchmark.Steps(), expected);
    assertThat(plain.params).containsExactly(expected.params);
    final StepBenchmark.Doubles plainDoubles = StepBenchmarkTest.doubles();
    final StepBenchmark.Doubles expectedDoubles = StepBenchmarkTest.doubles();
    benchmark.doublePlain(new StepBenchmark.Steps(), plainDoubles);
    new StepBenchmark().doublePlain(new StepBenchmark.Steps(), expectedDoubles);
    assertThat(plainDoubles.params).containsExactly(expectedDoubles.params);
    benchmark.floatTraffic(plain);
    new StepBenchmark().floatTraffic(expected);
    assertThat(plain.params).containsExactly(expected.params);
    benchmark.doubleTraffic(plainDoubles);
    new StepBenchmark().doubleTraffic(expectedDoubles);
    assertThat(plainDoubles.params).containsExactly(expectedDoubles.params);
  }

  @Test
  void theTrafficOfFiveReadsAndWritesTheFifth() {
    final StepBenchmark.Floats floats = StepBenchmarkTest.floats();
    final StepBenchmark.Floats four = StepBenchmarkTest.floats();
    final VariantBenchmark.MoreFloats more = new VariantBenchmark.MoreFloats();
    more.fill(floats);
    benchmark.floatTrafficOfFive(floats, more);
    benchmark.floatTraffic(four);
    assertThat(floats.params).containsExactly(four.params);
    assertThat(floats.m).containsExactly(four.m);
    assertThat(floats.v).containsExactly(four.v);
    assertThat(more.more).containsExactly(four.params);

    final StepBenchmark.Doubles doubles = StepBenchmarkTest.doubles();
    final StepBenchmark.Doubles fourDoubles = StepBenchmarkTest.doubles();
    final VariantBenchmark.MoreDoubles moreDoubles = new VariantBenchmark.MoreDoubles();
    moreDoubles.fill(doubles);
    benchmark.doubleTrafficOfFive(doubles, moreDoubles);
    benchmark.doubleTraffic(fourDoubles);
    assertThat(doubles.params).containsExactly(fourDoubles.params);
    assertThat(doubles.m).containsExactly(fourDoubles.m);
    assertThat(doubles.v).containsExactly(fourDoubles.v);
    assertThat(moreDoubles.more).containsExactly(fourDoubles.params);
  }

  private static VariantBenchmark.Steps steps(StepVariant variant) {
    final VariantBenchmark.Steps steps = new VariantBenchmark.Steps();
    steps.variant = variant;
    steps.prepare();
    return steps;
  }
}
