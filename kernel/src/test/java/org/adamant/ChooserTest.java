package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chosen width, how the user overrides it, and what the user is told about it. */
class ChooserTest {

  private String propertyBefore;

  @BeforeEach
  void clearProperty() {
    propertyBefore = System.clearProperty(LaneWidth.PROPERTY);
  }

  @AfterEach
  void restoreProperty() {
    if (propertyBefore == null) {
      System.clearProperty(LaneWidth.PROPERTY);
    } else {
      System.setProperty(LaneWidth.PROPERTY, propertyBefore);
    }
  }

  @Test
  void prefersTheWidestSupportedWidth() {
    final LaneWidth widest = LaneWidth.supported().getLast();
    assertThat(LaneWidth.preferred()).isEqualTo(widest);
    assertThat(AdamKernel.preferred().laneWidth()).isEqualTo(widest);
    assertThat(AdamKernel.preferred().explanation()).startsWith(widest.bits() + "-bit SIMD: ");
  }

  @ParameterizedTest
  @EnumSource
  void theSupportedWidthsAreThoseThatAreSupported(LaneWidth width) {
    assertThat(LaneWidth.supported().contains(width)).isEqualTo(width.isSupported());
    assertThat(LaneWidth.supported()).startsWith(LaneWidth.SCALAR).isSorted();
  }

  @Test
  void thePropertyOverridesThePreferenceAtEveryCall() {
    for (LaneWidth width : LaneWidth.supported()) {
      final String label = width == LaneWidth.SCALAR ? "scalar" : String.valueOf(width.bits());
      System.setProperty(LaneWidth.PROPERTY, label);
      assertThat(LaneWidth.preferred()).isEqualTo(width);
      assertThat(AdamKernel.preferred().laneWidth()).isEqualTo(width);
      assertThat(AdamKernel.preferred().explanation())
          .isEqualTo(
              (width == LaneWidth.SCALAR ? "scalar path" : width.bits() + "-bit SIMD")
                  + ": asked for by -Dadamant.laneWidth="
                  + label);
      assertThat(AdamKernel.preferred()).hasToString(
          "AdamKernel[" + AdamKernel.preferred().explanation() + "]");
    }
  }

  /** Otherwise it would start on the scalar path again. */
  @Test
  void thePreferredKernelIsTheSameAfterThePropertyWasSetAndCleared() {
    final AdamKernel unset = AdamKernel.preferred();
    System.setProperty(LaneWidth.PROPERTY, "64");
    final AdamKernel set = AdamKernel.preferred();
    assertThat(set).isSameAs(AdamKernel.preferred()).isNotSameAs(unset);
    System.clearProperty(LaneWidth.PROPERTY);
    assertThat(AdamKernel.preferred()).isSameAs(unset);
    System.setProperty(LaneWidth.PROPERTY, "64");
    assertThat(AdamKernel.preferred()).isSameAs(set);
  }

  @ParameterizedTest
  @ValueSource(strings = {" scalar", "SCALAR ", "Scalar"})
  void thePropertyMayBeWrittenCarelessly(String value) {
    System.setProperty(LaneWidth.PROPERTY, value);
    assertThat(LaneWidth.preferred()).isEqualTo(LaneWidth.SCALAR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void anEmptyPropertyIsNone(String value) {
    System.setProperty(LaneWidth.PROPERTY, value);
    assertThat(LaneWidth.preferred()).isEqualTo(LaneWidth.supported().getLast());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1024", "0", "-1", "BITS_256", "avx2", "256 bits", "true"})
  void aPropertyThatNamesNoWidthIsRefusedEveryTime(String value) {
    System.setProperty(LaneWidth.PROPERTY, value);
    for (int time = 0; time < 2; time++) {
      assertThatThrownBy(AdamKernel::preferred)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("-Dadamant.laneWidth=" + value + ": expected scalar, 64, 128, 256 or 512");
      assertThatThrownBy(LaneWidth::preferred).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aKernelSaysWhatItWasAskedFor() {
    for (LaneWidth width : LaneWidth.supported()) {
      final AdamKernel kernel = AdamKernel.of(width);
      assertThat(kernel.laneWidth()).isEqualTo(width);
      assertThat(kernel.explanation())
          .isEqualTo(
              (width == LaneWidth.SCALAR ? "scalar path" : width.bits() + "-bit SIMD")
                  + ": asked for by AdamKernel.of("
                  + width
                  + ")");
    }
  }

  @Test
  void aWidthIsRefusedWithItsReasonAndTheWidthsThereAre() {
    assumeTrue(ForkedJvm.isX86(), "UseAVX is a flag of x86-64");
    final ForkedJvm.Output fork =
        ForkedJvm.run(ForkedJvm.withVectorApi("-XX:UseAVX=1"), ForkedChooser.class, "256", "512");
    assertThat(fork.out().lines())
        .containsExactly(
            "java.lang.UnsupportedOperationException: -Dadamant.laneWidth=256" + ONLY_128_BITS,
            "java.lang.UnsupportedOperationException: AdamKernel.of(BITS_256)" + ONLY_128_BITS,
            "java.lang.UnsupportedOperationException: -Dadamant.laneWidth=512" + ONLY_128_BITS,
            "java.lang.UnsupportedOperationException: AdamKernel.of(BITS_512)" + ONLY_128_BITS);
    assertThat(fork.errors()).isEmpty();
  }

  private static final String ONLY_128_BITS =
      " is not supported here: the widest vector that this JVM runs natively has 128 bits; use a"
          + " narrower one. Supported: [SCALAR, BITS_64, BITS_128]";

  @Test
  void warnsOnceWhereSimdCouldBeHad() {
    final ForkedJvm.Output fork = ForkedJvm.run(List.of(), ForkedChooser.class);
    assertThat(fork.out().lines()).containsExactly("SCALAR", "SCALAR", "SCALAR");
    final String warning =
        "WARNING: scalar path, the same bits, in some variants up to ten times slower: the module"
            + " jdk.incubator.vector is not resolved; start java with --add-modules jdk.incubator.vector to get SIMD";
    // One record: a line that says when and where, and the sentence.
    assertThat(fork.errors()).hasSize(2).last().isEqualTo(warning);
  }

  @Test
  void warnsThroughTheLoggerOfThePlatform() {
    // With the platform's own logger, where the module java.logging is not there.
    final ForkedJvm.Output fork =
        ForkedJvm.run(List.of("--limit-modules", "java.base"), ForkedChooser.class);
    assertThat(fork.out().lines()).containsExactly("SCALAR", "SCALAR", "SCALAR");
    assertThat(fork.err())
        .contains("scalar path, the same bits, in some variants up to ten times slower: ");
  }

  @Test
  void isSilentWhereSimdIsOn() {
    final ForkedJvm.Output fork = ForkedJvm.run(ForkedJvm.withVectorApi(), ForkedChooser.class);
    assertThat(fork.out().lines()).hasSize(3).doesNotContain("SCALAR");
    assertThat(fork.errors()).isEmpty();
  }

  @Test
  void isSilentWhereTheScalarPathWasAskedFor() {
    final ForkedJvm.Output fork =
        ForkedJvm.run(List.of("-Dadamant.laneWidth=scalar"), ForkedChooser.class);
    assertThat(fork.out().lines()).containsExactly("SCALAR", "SCALAR", "SCALAR");
    assertThat(fork.errors()).isEmpty();
  }
}
