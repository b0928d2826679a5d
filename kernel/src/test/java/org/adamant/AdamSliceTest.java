package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arrays of a step are checked when a slice is made. */
class AdamSliceTest {

  private static final StepArrays ARRAYS = StepArrays.zeros(ElementType.FLOAT, 10);
  private static final AdamSlice WHOLE = VariantsTest.slice(ARRAYS);

  @ParameterizedTest
  @EnumSource
  void refusesArraysThatDoNotGoTogether(ElementType type) {
    final StepArrays a = StepArrays.zeros(type, 3);
    assertThatThrownBy(
        () -> VariantsTest.slice(
            new StepArrays(type, a.params(), a.grads(), a.m(), type.newArray(2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("v has length 2: expected 3, the length of params");
    assertThatThrownBy(
        () -> VariantsTest.slice(new StepArrays(type, a.params(), a.grads(), a.m(), a.m())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("v is the same array as m: expected different arrays");
    assertThatThrownBy(
        () -> VariantsTest.slice(new StepArrays(type, a.params(), null, a.m(), a.v())))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("grads is null");
  }

  @Test
  void refusesToKeepMaximaOrAveragesInAnArrayOfTheStep() {
    for (int k = 0; k < StepArrays.NAMES.size(); k++) {
      final Object array = ARRAYS.arrays().get(k);
      final String is =
          " is the same array as " + StepArrays.NAMES.get(k) + ": expected different arrays";
      assertThatThrownBy(() -> WHOLE.withMaximum(array))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maximum" + is);
      assertThatThrownBy(() -> WHOLE.withAverage(array))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("average" + is);
    }
  }

  @Test
  void saysWhichPartOfWhatItIs() {
    assertThat(WHOLE.offset()).isZero();
    assertThat(WHOLE.length()).isEqualTo(10);
    final AdamSlice range = WHOLE.range(3, 4);
    assertThat(range.offset()).isEqualTo(3);
    assertThat(range.length()).isEqualTo(4);
    assertThat(range).hasToString("AdamSlice[float[], offset = 3, length = 4]");
    assertThat(AdamModel.of(range, WHOLE.range(0, 3)))
        .hasToString("AdamModel[2 slices, 7 elements]");
  }
}
