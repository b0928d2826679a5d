package org.adamant.bench.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DataSetsTest {

  @Test
  void digitsAreGreyValuesAndOneHotTargets() {
    final Samples digits = DataSets.digits();
    assertThat(digits.count()).isEqualTo(1797);
    assertThat(digits.inputWidth()).isEqualTo(64);
    assertThat(digits.targetWidth()).isEqualTo(10);
    float largest = 0;
    for (float input : digits.inputs()) {
      assertThat(input).isBetween(0f, 1f);
      largest = Math.max(largest, input);
    }
    assertThat(largest).isEqualTo(1);
    for (int i = 0; i < digits.count(); i++) {
      final float[] target = Arrays.copyOfRange(digits.targets(), 10 * i, 10 * i + 10);
      Arrays.sort(target);
      assertThat(target).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    }
    // The file begins with the digits in order.
    assertThat(digits.targets()[3 * 10 + 3]).isEqualTo(1);
  }

  @Test
  void textIsTheLetterAfterSomeLetters() {
    final Samples text = DataSets.text(4);
    assertThat(text.inputWidth()).isEqualTo(4 * text.targetWidth());
    // The text begins with "apache license": after "apac" h, after "pach" e.
    final String letters = " !\"%'(),-./0123456789:;[]abcdefghijklmnopqrstuvwxyz";
    assertThat(text.targetWidth()).isEqualTo(letters.length());
    for (int sample = 0; sample < 10; sample++) {
      final StringBuilder read = new StringBuilder();
      for (int i = 0; i < text.inputWidth(); i++) {
        if (text.inputs()[sample * text.inputWidth() + i] == 1) {
          read.append(letters.charAt(i % letters.length()));
        }
      }
      for (int i = 0; i < text.targetWidth(); i++) {
        if (text.targets()[sample * text.targetWidth() + i] == 1) {
          read.append(letters.charAt(i));
        }
      }
      assertThat(read.toString()).isEqualTo("apache license".substring(sample, sample + 5));
    }
  }

  @Test
  void standardisedColumnsHaveMeanZeroAndDeviationOne() {
    final RegressionData data = DataSets.diabetes().standardised();
    assertThat(data.count()).isEqualTo(442);
    assertThat(data.names()).startsWith("age", "sex").hasSize(10);
    for (int j = 0; j < data.inputs(); j++) {
      double sum = 0;
      double sumOfSquares = 0;
      for (double[] row : data.x()) {
        sum += row[j];
        sumOfSquares += row[j] * row[j];
      }
      assertThat(sum / data.count()).isCloseTo(0, Offset.offset(1e-12));
      assertThat(sumOfSquares / data.count()).isCloseTo(1, Offset.offset(1e-12));
    }
  }

  @Test
  void madeDataIsTheSameEveryTime() {
    assertThat(DataSets.uniform(100, x -> x[0]).x())
        .isDeepEqualTo(DataSets.uniform(100, x -> x[1]).x());
    assertThat(DataSets.curved().targets()).isEqualTo(DataSets.curved().targets());
  }

  @Test
  void shufflingKeepsInputsAndTargetsTogether() {
    final Samples samples =
        new Samples(4, new float[] {0, 1, 10, 11, 20, 21, 30, 31}, new float[] {0, 10, 20, 30});
    final Samples shuffled = samples.shuffled(new Random(1));
    assertThat(shuffled.targets())
        .containsExactlyInAnyOrder(samples.targets())
        .isNotEqualTo(samples.targets());
    for (int i = 0; i < 4; i++) {
      assertThat(shuffled.inputs()[2 * i]).isEqualTo(shuffled.targets()[i]);
      assertThat(shuffled.inputs()[2 * i + 1]).isEqualTo(shuffled.targets()[i] + 1);
    }
    assertThat(shuffled.range(1, 3).targets())
        .containsExactly(shuffled.targets()[1], shuffled.targets()[2]);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> DataFile.rows("none.csv")).hasMessageContaining("none.csv");
  }
}
