package org.adamant.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.adamant.LaneWidth;
import org.adamant.bench.jmh.FirstStepBenchmark;
import org.adamant.bench.jmh.StepBenchmark;
import org.adamant.bench.jmh.StepStorage;
import org.adamant.bench.jmh.StepVariant;
import org.adamant.bench.jmh.StorageBenchmark;
import org.adamant.bench.jmh.VariantBenchmark;
import org.adamant.bench.support.MeasuredJvm;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import picocli.CommandLine;

class SuiteCommandTest {

  @Test
  void everythingIsThereByDefault() {
    final List<Batch> batches = batches();
    assertThat(batches)
        .extracting(Batch::benchmarks)
        .contains(
            StepBenchmark.class,
            VariantBenchmark.class,
            StorageBenchmark.class,
            FirstStepBenchmark.class);
    assertThat(batches).allSatisfy(b -> assertThat(b.profilers()).contains(GCProfiler.class));
    final List<Batch> steps =
        batches.stream().filter(b -> b.benchmarks() == StepBenchmark.class).toList();
    assertThat(values(steps, "size")).contains("1", "8", "64", "33554432");
    assertThat(values(steps, "width"))
        .isEqualTo(
            LaneWidth.supported().stream().map(LaneWidth::name).collect(Collectors.toSet()));
    assertThat(steps.stream().flatMap(b -> b.methods().stream()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            "floatKernel", "floatPlain", "floatUnvectorised", "floatTraffic", "floatDivider",
            "doubleKernel", "doublePlain", "doubleUnvectorised", "doubleTraffic", "doubleDivider");
    assertThat(values(batches, "variant")).hasSameSizeAs(StepVariant.values());
    assertThat(values(batches, "storage")).hasSameSizeAs(StepStorage.values());
    assertThat(values(batches, "threads")).contains("1");
  }

  @Test
  void quickIsMuchLess() {
    assertThat(trials(batches("--quick"))).isLessThan(40);
    assertThat(trials(batches())).isBetween(100, 400);
  }

  @Test
  void optionsChooseTheGrid() {
    final List<Batch> batches =
        batches(
            "--only", "step,threads,variants", "--sizes", "5000,70", "--element", "double",
            "--widths", "scalar", "--threads", "3", "--variant", "adamw,one_pass");
    assertThat(batches).extracting(Batch::benchmarks).doesNotContain(FirstStepBenchmark.class);
    assertThat(values(batches, "size")).containsExactlyInAnyOrder("70", "5000");
    assertThat(values(batches, "width")).containsExactlyInAnyOrder("SCALAR", "preferred");
    assertThat(values(batches, "threads")).containsExactlyInAnyOrder("1", "3");
    assertThat(values(batches, "variant")).containsExactlyInAnyOrder("BASIC", "ADAMW", "ONE_PASS");
    assertThat(batches.stream().flatMap(b -> b.methods().stream()))
        .allSatisfy(method -> assertThat(method).startsWith("double"));
  }

  private static int trials(List<Batch> batches) {
    return batches.stream().mapToInt(Batch::trials).sum();
  }

  private static Set<String> values(List<Batch> batches, String param) {
    return batches.stream()
        .flatMap(b -> b.params().getOrDefault(param, List.of()).stream())
        .collect(Collectors.toSet());
  }

  private static List<Batch> batches(String... arguments) {
    final SuiteCommand command = new SuiteCommand();
    new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return command.plan(MeasuredJvm.here()).batches();
  }
}
