package org.adamant.bench.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {

  /** Both are called AMD EPYC. */
  @Test
  void generationsOfOneNameAreToldApart() {
    assertThat(Machine.processor(amd("25", "17", "fma avx2 avx512f avx512dq")))
        .isEqualTo("AMD EPYC family 25 model 17 512-bit vectors");
    assertThat(Machine.processor(amd("26", "2", "fma avx2 avx512f")))
        .isEqualTo("AMD EPYC family 26 model 2 512-bit vectors");
    assertThat(Machine.processor(amd("25", "1", "fma avx2")))
        .isEqualTo("AMD EPYC family 25 model 1 256-bit vectors");
  }

  @Test
  void anArmHasNoName() {
    assertThat(
        Machine.processor(
            List.of("CPU implementer\t: 0x41", "CPU part\t: 0xd0c", "Features\t: fp asimd")))
        .isEqualTo(System.getProperty("os.arch") + " implementer 0x41 part 0xd0c");
  }

  @Test
  void thisOneIsDescribedInOneLine() {
    assertThat(Machine.describe()).startsWith(Machine.processor()).doesNotContain("\n");
    assertThat(Machine.processor()).doesNotContain(",", ";");
  }

  private static List<String> amd(String family, String model, String flags) {
    return List.of(
        "vendor_id\t: AuthenticAMD", "cpu family\t: " + family, "model\t\t: " + model,
        "model name\t: AMD EPYC", "flags\t\t: fpu " + flags, "model name\t: the second");
  }
}
