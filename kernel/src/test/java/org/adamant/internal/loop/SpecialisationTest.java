package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.internal.loop.Specialisation.Element;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecialisationTest {

  @ParameterizedTest
  @CsvSource({"DOUBLE, 512, true", "DOUBLE, 256, false", "DOUBLE, 0, false", "FLOAT, 512, false"})
  void rootsAreMultipliedForDoublesInTheWidestVectorsOnly(
      Element element, int laneBits, boolean expected) {
    assertThat(new Specialisation(Layout.of(element), laneBits, Variant.BASIC).rootsByFma())
        .isEqualTo(expected);
  }
}
