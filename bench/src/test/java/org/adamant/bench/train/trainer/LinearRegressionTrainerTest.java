package org.adamant.bench.train.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.Adam;
import org.adamant.bench.train.data.DataSets;
import org.adamant.bench.train.data.RegressionData;
import org.adamant.bench.train.model.LeastSquares;
import org.adamant.bench.train.model.LinearRegression;
import org.adamant.bench.train.model.MadeUpRegression;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LinearRegressionTrainerTest {

  /** Least squares on the standardised diabetes data, from another program. */
  private static final double[] DIABETES = {
    -0.476120786179, -11.406866923441, 24.726548860402, 15.429404131396, -37.679952611016,
    22.676162766290, 4.806138136898, 8.422039355821, 35.734445771331, 3.216673718190
  };

  private static final double DIABETES_BIAS = 152.13348416289605;
  private static final double DIABETES_LOSS = 2859.6963475867506;

  @Test
  void findsTheTrueWeights() {
    final LinearRegression model = new LinearRegression(3);
    train(model, MadeUpRegression.data(100), 1e-2, 10_000, EpochListener.NONE);
    assertThat(model.weights()).containsExactly(new double[] {2, -1, 3}, Offset.offset(1e-6));
    assertThat(model.bias()).containsExactly(new double[] {1.5}, Offset.offset(1e-6));
  }

  @Test
  void theDefaultRateIsNotThereYet() {
    final LinearRegression model = new LinearRegression(3);
    train(model, MadeUpRegression.data(100), Adam.defaults().learningRate(), 10_000,
        EpochListener.NONE);
    assertThat(model.distance(MadeUpRegression.truth())).isBetween(1e-4, 0.5);
  }

  @Test
  void reachesLeastSquaresOnTheDiabetesData() {
    final RegressionData data = DataSets.diabetes().standardised();
    final LinearRegression model = new LinearRegression(data.inputs());
    train(model, data, 1, 3_000, EpochListener.NONE);
    assertDiabetes(model, data);
  }

  @Test
  void normalEquationsGiveTheCheckValues() {
    final RegressionData data = DataSets.diabetes().standardised();
    assertDiabetes(LeastSquares.fit(data), data);
  }

  @Test
  void theFirstLossIsThatOfTheUntrainedModel() {
    final RegressionData data = MadeUpRegression.data(100);
    final double untrained = new LinearRegression(3).meanSquaredError(data);
    final double[] losses =
        train(new LinearRegression(3), data, 1e-2, 2, EpochListener.NONE);
    assertThat(losses[0]).isCloseTo(untrained, Offset.offset(1e-12));
    assertThat(losses[1]).isLessThan(losses[0]);
  }

  private static double[] train(
      LinearRegression model,
      RegressionData data,
      double rate,
      int epochs,
      EpochListener listener) {
    return new LinearRegressionTrainer(Adam.defaults().withLearningRate(rate))
        .train(model, data, epochs, listener);
  }

  private static void assertDiabetes(LinearRegression model, RegressionData data) {
    // The check values have 12 digits after the point.
    assertThat(model.weights()).containsExactly(DIABETES, Offset.offset(1e-10));
    assertThat(model.bias()[0]).isCloseTo(DIABETES_BIAS, Offset.offset(1e-10));
    assertThat(model.meanSquaredError(data)).isCloseTo(DIABETES_LOSS, Offset.offset(1e-9));
  }
}
