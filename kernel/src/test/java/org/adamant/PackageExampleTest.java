package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The example in the documentation of the package, which is the region below. */
class PackageExampleTest {

  @Test
  void findsTheMinimum() {
    // @start region=example
    float[] weights = {1, 2, 3};
    float[] gradients = new float[weights.length];
    AdamOptimizer optimizer = AdamOptimizer.create(Adam.defaults().withLearningRate(0.05));
    for (int step = 0; step < 1000; step++) {
      for (int i = 0; i < weights.length; i++) {
        gradients[i] = 2 * weights[i];
      }
      optimizer.step(Map.of("weights", weights), Map.of("weights", gradients));
    }
    // @end
    for (float weight : weights) {
      assertThat(Math.abs(weight)).isLessThan(0.01f);
    }
  }
}
