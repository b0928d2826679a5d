package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.adamant.internal.work.StackOverflows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every JVM gives the same bits: with other instruction sets, without the Vector API, without the optimising
 * compiler, without any compiler, without hardware FMA. Each fork must also say which paths it ran, because a fork
 * that ran the scalar path everywhere would prove nothing.
 */
class ForkedJvmTest {

  /** All widths in compiled code, with a tail. */
  private static final String[] LONG_RUN = {"warm", "611", "60"};

  /**
   * Where every operation is slow: whole vectors, a tail, and the 64th step; on the scalar path
   * and, past the chooser that refuses it, in the loop of 128 bits.
   */
  private static final String[] SHORT_RUN = {"cold", "19", "6", "128"};

  /** Runs the steps in a fork and compares every hash with the scalar path of this JVM. */
  private static Map<String, String> runAndCompare(List<String> flags, String... run) {
    final Map<String, String> actual =
        ForkedJvm.run(flags, ForkedSteps.class, run).values();
    final Map<String, String> expected =
        ForkedSteps.hashes(
            AdamKernel.of(LaneWidth.SCALAR), Integer.parseInt(run[1]), Integer.parseInt(run[2]));
    final Map<String, String> expectedOfPaths = new HashMap<>();
    for (String width : actual.get("supported").split(" ")) {
      expected
          .forEach((variant, hash) -> expectedOfPaths.put("width " + width + ", " + variant, hash));
    }
    if (run.length > 3) {
      expected
          .forEach((variant, hash) -> expectedOfPaths.put("loop " + run[3] + ", " + variant, hash));
    }
    assertThat(actual).as("flags %s", flags).containsAllEntriesOf(expectedOfPaths);
    return actual;
  }

  /** In a JVM that has compiled nothing else, where a stack ends at other places. */
  @ParameterizedTest
  @ValueSource(strings = {"-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1", "-Xint"})
  void nobodyWritesAnyMoreWhenTheStackHasOverflown(String flag) {
    assertThat(ForkedJvm.run(List.of(flag), StackOverflows.class).values())
        .containsEntry("failed", "150")
        .containsEntry("late", "0");
  }

  @Test
  void theHashTellsOneBitFromAnother() {
    final StepArrays arrays = StepArrays.ordinary(ElementType.FLOAT, 50, 1);
    final long hash = arrays.hash();
    for (Object array : arrays.arrays()) {
      for (int i = 0; i < 50; i++) {
        final long bits = ElementType.FLOAT.rawBits(array, i);
        for (int bit = 0; bit < Float.SIZE; bit++) {
          ElementType.FLOAT.setBits(array, i, bits ^ 1L << bit);
          assertThat(arrays.hash()).isNotEqualTo(hash);
        }
        ElementType.FLOAT.setBits(array, i, bits);
      }
    }
    assertThat(arrays.hash()).isEqualTo(hash);
  }

  @ParameterizedTest(name = "-XX:UseAVX={0}: at most {1} bits")
  @CsvSource({"3, 512", "2, 256", "1, 128"})
  void sameBitsWithEveryInstructionSet(int useAvx, int widestBits) {
    assumeTrue(ForkedJvm.isX86(), "UseAVX is a flag of x86-64");
    final Map<String, String> fork =
        runAndCompare(ForkedJvm.withVectorApi("-XX:UseAVX=" + useAvx), LONG_RUN);
    // This JVM may have less than the flag allows.
    final int bits = Math.min(widestBits, LaneWidth.supported().getLast().bits());
    assertThat(fork.get("preferred")).isEqualTo(Integer.toString(bits));
    assertThat("scalar 64 128 256 512").startsWith(fork.get("supported"));
    assertThat(fork.get("supported")).endsWith(" " + bits);
    assertThat(fork.get("explanation")).startsWith(bits + "-bit SIMD");
  }

  @Test
  void sameBitsWithoutAvxWhereThereIsNoHardwareFma() {
    assumeTrue(ForkedJvm.isX86(), "UseAVX is a flag of x86-64");
    assertRefusedForNoFma(ForkedJvm.withVectorApi("-XX:UseAVX=0"));
  }

  @Test
  void sameBitsWithoutHardwareFma() {
    assertRefusedForNoFma(ForkedJvm.withVectorApi("-XX:-UseFMA"));
  }

  /** The chooser refuses SIMD, which here is a thousand times slower; its bits are the same. */
  private static void assertRefusedForNoFma(List<String> flags) {
    final Map<String, String> fork = runAndCompare(flags, SHORT_RUN);
    assertScalar(fork, "no hardware fused multiply-add");
  }

  @Test
  void sameBitsWithoutTheVectorApi() {
    final Map<String, String> fork = runAndCompare(List.of(), LONG_RUN);
    assertScalar(fork, "start java with --add-modules jdk.incubator.vector");
  }

  /** Level 1 and quick-only can be seen in the name of the virtual machine, the others cannot. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:TieredStopAtLevel=0",
        "-XX:TieredStopAtLevel=1",
        "-XX:TieredStopAtLevel=2",
        "-XX:TieredStopAtLevel=3",
        "-XX:CompilationMode=quick-only"
      })
  void sameBitsWithoutTheOptimisingCompiler(String flag) {
    final Map<String, String> fork =
        runAndCompare(ForkedJvm.withVectorApi(flag), SHORT_RUN);
    assertScalar(fork, "without its optimising compiler C2");
  }

  @Test
  void sameBitsInTheInterpreter() {
    final Map<String, String> fork =
        runAndCompare(ForkedJvm.withVectorApi("-Xint"), SHORT_RUN);
    assertScalar(fork, "only interprets");
  }

  private static void assertScalar(Map<String, String> fork, String reason) {
    assertThat(fork.get("supported")).isEqualTo("scalar");
    assertThat(fork.get("preferred")).isEqualTo("scalar");
    assertThat(fork.get("explanation"))
        .startsWith("scalar path, the same bits, in some variants up to ten times slower: ")
        .contains(reason);
  }
}
