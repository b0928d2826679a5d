package org.adamant.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.internal.Specialisation.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecialisationTest {

  @ParameterizedTest
  @CsvSource({"DOUBLE, 512, true", "DOUBLE, 256, false", "DOUBLE, 0, false", "FLOAT, 512, false"})
  void rootsAreMultipliedForDoublesInTheWidestVectorsOnly(
      Element element, int laneBits, boolean expected) {
    assertThat(new Specialisation(element, laneBits, Variant.BASIC).rootsByFma())
        .isEqualTo(expected);
  }

  @Test
  void equalVariantsAreOne() {
    final Variant unknown = unknown();
    assertThat(unknown().shared()).isEqualTo(unknown).isSameAs(unknown.shared());
    assertThat(Variant.BASIC.shared()).isSameAs(Variant.BASIC).isNotEqualTo(unknown);
  }

  /** One that no step has, so that it is new. */
  private static Variant unknown() {
    return new Variant(
        Variant.Arithmetic.EXACT,
        true,
        true,
        true,
        Variant.Decay.L2,
        true,
        false,
        true,
        Variant.Maximum.RAW,
        false,
        false,
        false,
        false,
        false);
  }
}
