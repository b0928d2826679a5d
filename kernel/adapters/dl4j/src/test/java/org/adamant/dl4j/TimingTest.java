package org.adamant.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Comparison;
import org.adamant.measuring.Measured;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Times the adapter, on demand, on an idle machine. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    final INDArray gradient = Nd4j.rand(DataType.FLOAT, LENGTH);
    final AdamantUpdater updater =
        new Adamant().instantiate(Nd4j.zeros(DataType.FLOAT, 2 * LENGTH), true);
    final float[] params = new float[LENGTH];
    final float[] gradients = gradient.toFloatVector();
    final float[] m = new float[LENGTH];
    final float[] v = new float[LENGTH];
    final Adam adam = Adam.nd4j();
    final int[] t = new int[2];
    final double ratio =
        Measured.ratio(
            () -> updater.applyUpdater(gradient, t[0]++, 0),
            () -> AdamKernel.preferred()
                .step(adam.atStep(++t[1]).withNegatedUpdate(), params, gradients, m, v));
    System.out.println("DL4J, 1,000,000 floats, time over that of the kernel: " + ratio);
    assertThat(ratio).isLessThan(1.1);
  }

  @Test
  void theTable() throws IOException {
    final DataSet data =
        new DataSet(
            Nd4j.rand(DataType.FLOAT, 32, 256),
            Nd4j.rand(DataType.FLOAT, 32, 10));
    Comparison.write(
        "DL4J, float",
        size -> stepper(size, new org.nd4j.linalg.learning.config.Adam(1e-3)),
        size -> stepper(size, new Adamant(1e-3)),
        () -> train(data, new org.nd4j.linalg.learning.config.Adam(1e-3)),
        () -> train(data, new Adamant(1e-3)));
  }

  /** The updater alone; what it makes is subtracted by DL4J, whoever has made it. */
  private static Comparison.Stepper stepper(int size, IUpdater config) {
    final INDArray gradients = Nd4j.rand(DataType.FLOAT, size);
    final INDArray gradient = gradients.dup();
    final int[] t = new int[1];
    return new Comparison.Stepper() {
      private GradientUpdater<?> updater;

      @Override
      public void start() {
        updater = config.instantiate(Nd4j.zeros(DataType.FLOAT, 1, 2 * size), true);
      }

      @Override
      public void beforeStep() {
        gradient.assign(gradients);
      }

      @Override
      public void step() {
        updater.applyUpdater(gradient, t[0]++, 0);
      }
    };
  }

  /** A network of 273,418 parameters. */
  private static void train(DataSet data, IUpdater updater) {
    final MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder().seed(1)
                .dataType(DataType.FLOAT)
                .updater(updater)
                .list()
                .layer(
                    new DenseLayer.Builder().nIn(256)
                        .nOut(1_024)
                        .activation(Activation.TANH)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE).nIn(1_024)
                        .nOut(10)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    for (int step = 0; step < 100; step++) {
      network.fit(data);
    }
  }
}
