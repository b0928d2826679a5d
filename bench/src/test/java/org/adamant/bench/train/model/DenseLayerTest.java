package org.adamant.bench.train.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DenseLayerTest {

  @Test
  void startsUniformWithinGlorotsBounds() {
    final DenseLayer layer = new DenseLayer(64, 128, new Random(1));
    final double bound = Math.sqrt(6.0 / (64 + 128));
    double largest = 0;
    double sumOfSquares = 0;
    final float[] weights = layer.parameters().get("weights");
    for (float weight : weights) {
      largest = Math.max(largest, Math.abs(weight));
      sumOfSquares += (double) weight * weight;
    }
    // The largest of 8,192 uniform numbers falls short of the bound by about 1 / 8,192 of it.
    assertThat(largest).isBetween(0.99 * bound, bound);
    // The variance of a uniform number is bound^2 / 3, with a standard error of 1 % here.
    assertThat(sumOfSquares / weights.length * 3 / (bound * bound)).isBetween(0.95, 1.05);
    assertThat(layer.parameters().get("biases")).hasSize(128).containsOnly(0);
  }

  @Test
  void multipliesAndAdds() {
    final DenseLayer layer = new DenseLayer(2, 3, new Random(1));
    System.arraycopy(new float[] {1, 2, 3, 4, 5, 6}, 0, layer.parameters().get("weights"), 0, 6);
    System.arraycopy(new float[] {10, 20, 30}, 0, layer.parameters().get("biases"), 0, 3);
    assertThat(layer.forward(new float[] {1, 0, 0, 1, 2, 3}, 3))
        .containsExactly(11, 22, 33, 14, 25, 36, 24, 39, 54);
  }
}
