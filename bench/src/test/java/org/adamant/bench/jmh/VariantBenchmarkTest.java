package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;
import org.adamant.NonFinite;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays;
import org.adamant.bench.support.StepArrays.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark body, with its result checked against the scalar path on one thread. */
class VariantBenchmarkTest {

  private static final int SIZE = StepBenchmarkTest.SIZE;
  private final VariantBenchmark benchmark = new VariantBenchmark();

  @ParameterizedTest
  @EnumSource
  void kernelsStepTheVariantTheyName(StepVariant variant) {
    checkKernels(team(1), variant);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void everyThreadDoesItsPart(int threads) {
    final VariantBenchmark.Team team = team(threads);
    checkKernels(team, StepVariant.ONE_PASS);
    final VariantBenchmark.FloatPlain plain = new VariantBenchmark.FloatPlain();
    plain.size = SIZE;
    plain.fill(team);
    benchmark.floatPlain(team, plain);
    assertThat(plain.parts).hasSize(threads);
    assertThat(Arrays.stream(plain.parts).mapToInt(StepArrays::length).sum()).isEqualTo(SIZE);
    for (StepArrays part : plain.parts) {
      final StepBenchmark.Floats alone = new StepBenchmark.Floats();
      alone.size = part.length();
      alone.fill();
      new StepBenchmark().floatPlain(new StepBenchmark.Steps(), alone);
      assertThat(part.floats(Role.PARAMS)).containsExactly(alone.params);
    }
    team.dismiss();
  }

  private void checkKernels(VariantBenchmark.Team team, StepVariant variant) {
    final StepBenchmark.Kernel kernel = new StepBenchmark.Kernel();
    kernel.width = "preferred";
    kernel.find();
    final VariantBenchmark.FloatModel floats = new VariantBenchmark.FloatModel();
    floats.size = SIZE;
    floats.fill(steps(variant));
    final VariantBenchmark.DoubleModel doubles = new VariantBenchmark.DoubleModel();
    doubles.size = SIZE;
    doubles.fill(steps(variant));
    assertThat(benchmark.floatKernel(kernel, steps(variant), team, floats)).isZero();
    assertThat(benchmark.doubleKernel(kernel, steps(variant), team, doubles)).isZero();
    for (StepArrays stepped : new StepArrays[] {floats.arrays, doubles.arrays}) {
      final StepArrays expected =
          new StepArrays(stepped.element(), SIZE, 0, 0, 1, variant.hasFifth());
      AdamKernel.of(LaneWidth.SCALAR).step(variant.step(1000), variant.slice(expected));
      for (Role role : Role.values()) {
        assertThat(stepped.get(role)).isEqualTo(expected.get(role));
      }
    }
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
    final StepArrays a = new StepArrays(Element.FLOAT, SIZE, 0, 0, 1, variant.hasFifth());
    a.floats(Role.GRADS)[0] = 2;
    AdamKernel.of(LaneWidth.SCALAR).step(variant.step(1), variant.slice(a));
    Arrays.fill(a.floats(Role.GRADS), 0.5f);
    AdamKernel.of(LaneWidth.SCALAR).step(variant.step(2), variant.slice(a));
    return 31 * Arrays.hashCode(a.floats(Role.PARAMS)) + Arrays.hashCode(a.floats(Role.AVERAGE));
  }

  @Test
  void onePassLeavesNoGradient() {
    final StepArrays a = new StepArrays(Element.FLOAT, SIZE, 0, 0, 1, true);
    AdamKernel.of(LaneWidth.SCALAR)
        .step(StepVariant.ONE_PASS.step(1), StepVariant.ONE_PASS.slice(a));
    assertThat(a.floats(Role.GRADS)).containsOnly(0);
    assertThat(a.floats(Role.FIRST_MOMENT)).isNotEqualTo(new float[SIZE]);
  }

  /** As many arrays as the variant has. */
  @ParameterizedTest
  @EnumSource(names = {"BASIC", "AVERAGE"})
  void trafficReadsAndWritesTheVariantsArrays(StepVariant variant) {
    final VariantBenchmark.Team team = team(1);
    final VariantBenchmark.FloatTraffic floats = new VariantBenchmark.FloatTraffic();
    final VariantBenchmark.DoubleTraffic doubles = new VariantBenchmark.DoubleTraffic();
    final VariantBenchmark.DoublePlain plain = new VariantBenchmark.DoublePlain();
    Stream.of(floats, doubles, plain).forEach(loops -> loops.size = SIZE);
    floats.fill(team, steps(variant));
    doubles.fill(team, steps(variant));
    plain.fill(team);
    benchmark.floatTraffic(team, floats);
    benchmark.doubleTraffic(team, doubles);
    benchmark.doublePlain(team, plain);
    final StepBenchmark.Floats f = StepBenchmarkTest.floats();
    new StepBenchmark().floatTraffic(f);
    assertThat(floats.parts[0].floats(Role.PARAMS)).containsExactly(f.params);
    final StepBenchmark.Doubles d = StepBenchmarkTest.doubles();
    new StepBenchmark().doubleTraffic(d);
    assertThat(doubles.parts[0].doubles(Role.SECOND_MOMENT)).containsExactly(d.v);
    final StepBenchmark.Doubles p = StepBenchmarkTest.doubles();
    new StepBenchmark().doublePlain(new StepBenchmark.Steps(), p);
    assertThat(plain.parts[0].doubles(Role.PARAMS)).containsExactly(p.params);
    // The fifth begins as the parameters do.
    if (variant.hasFifth()) {
      assertThat(floats.parts[0].floats(Role.AVERAGE)).containsExactly(f.params);
      assertThat(doubles.parts[0].doubles(Role.AVERAGE)).containsExactly(d.params);
    }
  }

  private static VariantBenchmark.Team team(int threads) {
    final VariantBenchmark.Team team = new VariantBenchmark.Team();
    team.threads = threads;
    team.hire();
    return team;
  }

  private static VariantBenchmark.Steps steps(StepVariant variant) {
    final VariantBenchmark.Steps steps = new VariantBenchmark.Steps();
    steps.variant = variant;
    steps.prepare();
    return steps;
  }
}
