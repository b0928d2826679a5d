package org.adamant.bench.regress;

import static org.adamant.bench.regress.SyntheticForks.CASE;
import static org.adamant.bench.regress.SyntheticForks.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.adamant.bench.regress.Gate.Status;
import org.adamant.bench.regress.Gate.Verdict;
import org.adamant.bench.results.Accepted;
import org.adamant.bench.results.Accepted.What;
import org.adamant.bench.results.Estimate;
import org.adamant.bench.results.GateRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GateTest {

  private static final int FORKS = 12;
  private static final int RUNS = 500;

  private static final Accepted TIME =
      new Accepted("2026-11-23", What.TIME, "float", 1.1, "a safer root");

  /** Machines. */
  enum Machine {
    QUIET(forks -> forks),
    NOISY(forks -> forks.noise(0.02)),
    DRIFTING(forks -> forks.drift(0.03)),
    TWO_MODES(forks -> forks.slowForks(0.1)),
    OUTLIERS(forks -> forks.outliers(0.04));

    private final UnaryOperator<SyntheticForks> noise;

    Machine(UnaryOperator<SyntheticForks> noise) {
      this.noise = noise;
    }

    private SyntheticForks forks(long seed, double slowdown) {
      return noise.apply(new SyntheticForks(seed, slowdown));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnchangedKernelIsNotBlamed(Machine machine) {
    assertThat(alarms(machine, 1)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void tenPercentAreFound(Machine machine) {
    assertThat(alarms(machine, 1.1)).isGreaterThanOrEqualTo(RUNS * 19 / 20);
  }

  private static long alarms(Machine machine, double slowdown) {
    long alarms = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      final SyntheticForks source = machine.forks(seed, slowdown);
      List<Fork> forks = source.take(FORKS);
      if (gate().isUndecided(forks)) {
        forks = new ArrayList<>(forks);
        forks.addAll(source.take(FORKS));
      }
      alarms += gate().decide(forks).status() == Status.SLOWER ? 1 : 0;
    }
    return alarms;
  }

  @Test
  void saysWhatAndByHowMuchAndHowSure() {
    final Verdict verdict = gate().decide(new SyntheticForks(1, 1.1).take(FORKS));
    assertThat(verdict.alarms()).hasSize(1);
    assertThat(verdict.alarms().getFirst())
        .matches(
            "float 1000: (9|10)\\.\\d % slower \\(99 %: \\+\\d\\.\\d % to \\+1\\d\\.\\d %\\) than the"
                + " base; by more than 4\\.0 % with 99\\.98 % confidence");
  }

  @Test
  void aFasterKernelPasses() {
    final Verdict verdict = gate().decide(new SyntheticForks(1, 0.7).take(FORKS));
    assertThat(verdict.status()).isEqualTo(Status.PASS);
    assertThat(verdict.cases().getFirst().toBase().high()).isLessThan(0.75);
  }

  @Test
  void whatIsToleratedIsNotBlamed() {
    assertThat(gate().decide(new SyntheticForks(1, 1.03).take(FORKS)).status())
        .isEqualTo(Status.PASS);
  }

  /** The whole interval has to lie above the threshold, not only the estimate. */
  @Test
  void anEstimateAboveTheThresholdIsNotEnough() {
    int doubtful = 0;
    for (int seed = 0; seed < 50; seed++) {
      final List<Fork> forks = new SyntheticForks(seed, 1.05).noise(0.03).take(FORKS);
      final Estimate estimate = gate().decide(forks).cases().getFirst().toBase();
      if (estimate.ratio() > 1.04 && estimate.low() < 1.04) {
        doubtful++;
        assertThat(gate().decide(forks).alarms()).isEmpty();
      }
    }
    assertThat(doubtful).isGreaterThan(10);
  }

  @Test
  void asMuchAsIsToleratedLeavesADoubt() {
    final List<Fork> forks = new SyntheticForks(1, 1.04).noise(0.03).take(FORKS);
    assertThat(gate().isUndecided(forks)).isTrue();
    assertThat(gate().decide(forks).notes()).anyMatch(note -> note.contains("not sure"));
    assertThat(gate().isUndecided(new SyntheticForks(1, 1).take(FORKS))).isFalse();
  }

  @Test
  void tooFewForksAreNoMeasurement() {
    final Verdict verdict = gate().decide(new SyntheticForks(1, 1).take(7));
    assertThat(verdict.status()).isEqualTo(Status.UNMEASURABLE);
    assertThat(verdict.notes()).containsExactly("7 JVMs gave a result; expected at least 8");
    assertThat(gate().decide(List.of()).status()).isEqualTo(Status.UNMEASURABLE);
    assertThat(gate().decide(new SyntheticForks(1, 1).take(8)).status()).isEqualTo(Status.PASS);
  }

  @Test
  void whereTenPercentWouldBeMissedNothingWasMeasured() {
    final Verdict verdict = gate().decide(new SyntheticForks(1, 1).noise(0.3).take(FORKS));
    assertThat(verdict.status()).isEqualTo(Status.UNMEASURABLE);
    assertThat(verdict.notes()).anyMatch(note -> note.contains("too noisy"));
  }

  @Test
  void nothingToCompareWithIsNoMeasurement() {
    final Gate gate = new Gate(0.04, false, Optional.empty(), List.of(), List.of());
    assertThat(gate.decide(new SyntheticForks(1, 1).take(FORKS)).status())
        .isEqualTo(Status.UNMEASURABLE);
  }

  @Test
  void anAllocationIsFoundByThreeForks() {
    final List<Fork> forks = new SyntheticForks(1, 1).bytes(64).take(3);
    assertThat(gate().isCertain(forks)).isTrue();
    final Verdict verdict = gate().decide(forks);
    assertThat(verdict.status()).isEqualTo(Status.SLOWER);
    assertThat(verdict.alarms().getFirst()).contains(CASE, "allocates 64 bytes in 3 of 3 forks");
  }

  @Test
  void anAllocationInSomeForksIsFound() {
    final List<Fork> forks = new ArrayList<>(new SyntheticForks(1, 1).take(9));
    forks.addAll(new SyntheticForks(2, 1).bytes(1e6).take(3));
    assertThat(gate().isCertain(forks)).isFalse();
    assertThat(gate().decide(forks).status()).isEqualTo(Status.SLOWER);
  }

  @Test
  void aFractionOfAByteIsTheMetersOwn() {
    assertThat(gate().decide(new SyntheticForks(1, 1).bytes(0.9).take(FORKS)).status())
        .isEqualTo(Status.PASS);
  }

  @Test
  void aNarrowerPathIsFoundByThreeForks() {
    final List<Fork> forks = new SyntheticForks(1, 1).headBits(0).take(3);
    assertThat(gate().isCertain(forks)).isTrue();
    assertThat(gate().decide(forks).alarms())
        .containsExactly(
            "the kernel takes the path auto-vectorised, narrower than 512-bit vectors before");
    assertThat(gate().isCertain(new SyntheticForks(1, 1).take(3))).isFalse();
  }

  @Test
  void aNarrowerPathThanTheBaselinesIsFound() {
    final List<Fork> forks = new SyntheticForks(1, 1).headBits(256).take(FORKS);
    final Gate gate =
        new Gate(0.04, false, Optional.of(baseline(1)), List.of(), List.of());
    assertThat(gate.decide(forks).alarms().getFirst()).contains("256-bit", "512-bit");
  }

  @Test
  void manySmallStepsAreFoundByTheBaseline() {
    final List<Fork> forks = new SyntheticForks(1, 1.25).take(FORKS);
    final Gate gate = new Gate(0.04, false, Optional.of(baseline(1)), List.of(), List.of());
    assertThat(gate.decide(forks).alarms()).hasSize(1);
    assertThat(gate.decide(forks).alarms().getFirst()).contains(CASE, "than the baseline");
    final Gate slower = new Gate(0.04, false, Optional.of(baseline(1.25)), List.of(), List.of());
    assertThat(slower.decide(forks).status()).isEqualTo(Status.PASS);
  }

  @Test
  void aFasterPlainLoopIsNoSlowerKernel() {
    final List<Fork> forks = new SyntheticForks(1, 1).slowPlainLoop(0.7).take(FORKS);
    final Gate gate = new Gate(0.04, true, Optional.of(baseline(1)), List.of(), List.of());
    final Verdict verdict = gate.decide(forks);
    assertThat(verdict.status()).isEqualTo(Status.PASS);
    assertThat(verdict.notes()).anyMatch(note -> note.contains("but not relative to the traffic"));
  }

  @Test
  void anAcceptedJumpIsAllowedForAndNoMore() {
    final Gate gate =
        new Gate(0.04, true, Optional.of(baseline(1)), List.of(TIME), List.of(TIME));
    assertThat(gate.decide(new SyntheticForks(1, 1.1).take(FORKS)).status())
        .isEqualTo(Status.PASS);
    assertThat(gate.decide(new SyntheticForks(1, 1.3).take(FORKS)).alarms()).hasSize(2);
    final Accepted other = new Accepted("2026-11-23", What.TIME, OTHER, 1.1, "another");
    final Gate unrelated =
        new Gate(0.04, true, Optional.empty(), List.of(other), List.of());
    assertThat(unrelated.decide(new SyntheticForks(1, 1.1).take(FORKS)).status())
        .isEqualTo(Status.SLOWER);
  }

  @Test
  void pathAndAllocationCanBeAccepted() {
    final List<Accepted> jumps =
        List.of(
            new Accepted("2026-11-23", What.PATH, "all", 0, "256 bits are faster here"),
            new Accepted("2026-11-23", What.ALLOCATION, "all", 0, "a report"));
    final Gate gate = new Gate(0.04, true, Optional.of(baseline(1)), jumps, jumps);
    final List<Fork> forks = new SyntheticForks(1, 1).headBits(256).bytes(64).take(FORKS);
    assertThat(gate.isCertain(forks)).isFalse();
    assertThat(gate.decide(forks).status()).isEqualTo(Status.PASS);
  }

  private static Gate gate() {
    return new Gate(0.04, true, Optional.empty(), List.of(), List.of());
  }

  static GateRun baseline(double slowdown) {
    final List<Fork> forks = new SyntheticForks(99, slowdown).take(FORKS);
    return new GateRun(
        GateRun.FORMAT,
        "2026-11-01T00:00:00Z",
        null,
        null,
        "a processor",
        "a JVM 25",
        512,
        FORKS,
        0,
        List.of(),
        List.of(),
        gate().decide(forks).cases(),
        List.of());
  }
}
