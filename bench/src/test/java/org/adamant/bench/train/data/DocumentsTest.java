package org.adamant.bench.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.adamant.training.SparseRows;
import org.junit.jupiter.api.Test;

class DocumentsTest {

  @Test
  void theGradientOfTheWordsThatOccurIsTheDenseOne() {
    final Random random = new Random(1);
    final Documents documents = new Documents.Source(random).draw(40);
    final float[] weights = new float[Documents.VOCABULARY];
    for (int word = 0; word < weights.length; word++) {
      weights[word] = (float) random.nextGaussian();
    }
    final float[] expected = new float[weights.length];
    documents.addGradient(weights, 3, 35, expected);
    final SparseRows rows = documents.gradientOfWords(weights, 3, 35);
    final float[] values = (float[]) rows.values();
    final float[] actual = new float[weights.length];
    for (int i = 0; i < values.length; i++) {
      actual[rows.rows()[i]] += values[i];
    }
    assertThat(rows.rows()).hasSize(32 * documents.words()[0].length);
    assertThat(actual).isEqualTo(expected);
  }
}
