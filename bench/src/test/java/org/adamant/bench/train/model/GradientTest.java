package org.adamant.bench.train.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.adamant.bench.train.data.RegressionData;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Gradients against central differences, (L(x + h) - L(x - h)) / 2h.
 *
 * <p><b>Bounds.</b> L is computed from floats of about 1, so it has an error of a few 2^-24. The division by 2h =
 * 2^-8 makes that a few 2^-16, about 5e-5. The formula's own error is h^2 / 6 times the third derivative: 0 for the
 * squared error, which is quadratic in every single parameter, and less than 1e-6 for the cross-entropy. A wrong
 * gradient is wrong by 0.01 or more.
 */
class GradientTest {

  private static final float H = 0x1p-9f;
  private static final Offset<Double> CLOSE = Offset.offset(5e-4);
  private static final int SAMPLES = 5;

  private final Random random = new Random(1);

  @Test
  void denseLayerWithRespectToItsInputs() {
    final DenseLayer layer = new DenseLayer(4, 3, random);
    final float[] inputs = gaussian(SAMPLES * 4);
    final float[] weighting = gaussian(SAMPLES * 3);
    final DoubleSupplier loss = () -> dot(weighting, layer.forward(inputs, SAMPLES));
    loss.getAsDouble();
    assertGradient(loss, inputs, layer.inputGradient(weighting, SAMPLES));
  }

  @Test
  void denseLayerWithRespectToItsParameters() {
    final DenseLayer layer = new DenseLayer(4, 3, random);
    final float[] inputs = gaussian(SAMPLES * 4);
    final float[] weighting = gaussian(SAMPLES * 3);
    final DoubleSupplier loss = () -> dot(weighting, layer.forward(inputs, SAMPLES));
    loss.getAsDouble();
    // Twice: a gradient replaces the one before.
    layer.parameterGradients(weighting, SAMPLES);
    layer.parameterGradients(weighting, SAMPLES);
    layer
        .parameters()
        .forEach((name, array) -> assertGradient(loss, array, layer.gradients().get(name)));
  }

  @Test
  void reluLayer() {
    final ReluLayer layer = new ReluLayer();
    // No input nearer to the kink at 0 than h.
    final float[] inputs = {-2, -0.5f, 0.25f, 1, 3};
    final float[] weighting = gaussian(inputs.length);
    final DoubleSupplier loss = () -> dot(weighting, layer.forward(inputs, 1));
    loss.getAsDouble();
    assertGradient(loss, inputs, layer.inputGradient(weighting, 1));
  }

  @Test
  void meanSquaredError() {
    assertLoss(new MeanSquaredError(), gaussian(SAMPLES * 3), gaussian(SAMPLES * 3));
  }

  @Test
  void softmaxCrossEntropy() {
    final float[] targets = new float[SAMPLES * 3];
    for (int s = 0; s < SAMPLES; s++) {
      targets[s * 3 + s % 3] = 1;
    }
    assertLoss(new SoftmaxCrossEntropy(), gaussian(SAMPLES * 3), targets);
  }

  /** With this seed no parameter moves a hidden unit across its kink. */
  @Test
  void wholeNetwork() {
    final Network network = new Network(random, 3, 6, 5, 2);
    final float[] inputs = gaussian(SAMPLES * 3);
    final float[] targets = gaussian(SAMPLES * 2);
    final float[] outputGradient = new float[SAMPLES * 2];
    final DoubleSupplier loss =
        () -> new MeanSquaredError()
            .lossAndGradient(
                network.forward(inputs, SAMPLES), targets, SAMPLES, outputGradient);
    loss.getAsDouble();
    network.backward(outputGradient, SAMPLES);
    assertThat(network.parameters()).hasSize(6);
    network
        .parameters()
        .forEach((name, array) -> assertGradient(loss, array, network.gradients().get(name)));
  }

  @Test
  void linearRegression() {
    final RegressionData data = MadeUpRegression.data(100);
    final LinearRegression model = new LinearRegression(3);
    model.weights()[1] = 0.7;
    final double[] weightGradient = new double[3];
    final double[] biasGradient = new double[1];
    model.lossAndGradient(data, weightGradient, biasGradient);
    for (int j = 0; j < 3; j++) {
      final double at = model.weights()[j];
      model.weights()[j] = at + H;
      final double above = model.meanSquaredError(data);
      model.weights()[j] = at - H;
      final double below = model.meanSquaredError(data);
      model.weights()[j] = at;
      assertThat(weightGradient[j]).isCloseTo((above - below) / (2 * H), Offset.offset(1e-9));
    }
    // The loss falls with the bias as its mean error says.
    final double meanError =
        Arrays.stream(data.x()).mapToDouble(model::predict).average().orElseThrow()
            - Arrays.stream(data.y()).average().orElseThrow();
    assertThat(biasGradient[0]).isCloseTo(2 * meanError, Offset.offset(1e-9));
  }

  private static void assertLoss(Loss loss, float[] outputs, float[] targets) {
    final float[] gradient = new float[outputs.length];
    loss.lossAndGradient(outputs, targets, SAMPLES, gradient);
    final float[] ignored = new float[outputs.length];
    assertGradient(
        () -> loss.lossAndGradient(outputs, targets, SAMPLES, ignored), outputs, gradient);
  }

  private static void assertGradient(DoubleSupplier loss, float[] x, float[] gradient) {
    final float[] expected = gradient.clone();
    for (int i = 0; i < x.length; i++) {
      final float at = x[i];
      x[i] = at + H;
      final double above = loss.getAsDouble();
      final double upper = x[i];
      x[i] = at - H;
      final double below = loss.getAsDouble();
      // Divided by the distance that is left after rounding.
      final double difference = (above - below) / (upper - x[i]);
      x[i] = at;
      assertThat((double) expected[i]).as("element %d", i).isCloseTo(difference, CLOSE);
    }
  }

  private float[] gaussian(int length) {
    final float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
