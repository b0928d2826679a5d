package org.adamant.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.EpsilonPlacement;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Networks of DL4J that are trained, saved and trained further with its public methods only. */
class TrainingTest {

  private static final ISchedule SCHEDULE =
      new ExponentialSchedule(ScheduleType.ITERATION, 0.05, 0.99);

  @TempDir
  Path directory;

  @Test
  void aNetworkLearns() {
    final MultiLayerNetwork network = network(new Adamant(0.05), DataType.FLOAT);
    final DataSet data = data(DataType.FLOAT);
    final double before = network.score(data);
    fit(network, data, 200);
    assertThat(network.score(data)).isLessThan(before / 10);
    assertThat(network.evaluate(
        new org.nd4j.linalg.dataset.api.iterator.TestDataSetIterator(data)).accuracy())
        .isGreaterThan(0.97);
  }

  @Test
  void aModelFileGoesOnWithTheBitsOfNeverHavingStopped() throws IOException {
    final DataSet data = data(DataType.FLOAT);
    final Adamant updater = new Adamant(SCHEDULE);
    final MultiLayerNetwork whole = network(updater, DataType.FLOAT);
    fit(whole, data, 30);

    final MultiLayerNetwork first = network(updater, DataType.FLOAT);
    fit(first, data, 17);
    final File file = directory.resolve("model.zip").toFile();
    ModelSerializer.writeModel(first, file, true);
    final MultiLayerNetwork second = ModelSerializer.restoreMultiLayerNetwork(file, true);
    fit(second, data, 13);

    assertThat(second.params().toFloatVector()).containsExactly(whole.params().toFloatVector());
    assertThat(second.getUpdater().getStateViewArray().toFloatVector())
        .containsExactly(whole.getUpdater().getStateViewArray().toFloatVector());
    // And not because nothing matters.
    final MultiLayerNetwork without = ModelSerializer.restoreMultiLayerNetwork(file, false);
    fit(without, data, 13);
    assertThat(without.params().toFloatVector()).isNotEqualTo(whole.params().toFloatVector());
  }

  /** The file is one that DL4J's Adam has written and read, or the other way round. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aModelFileOfOneGoesOnWithTheOther(boolean isOursFirst) throws IOException {
    final DataSet data = data(DataType.DOUBLE);
    final IUpdater theirs = new org.nd4j.linalg.learning.config.Adam(0.01);
    final IUpdater[] updaters =
        isOursFirst
            ? new IUpdater[] {new Adamant(0.01), theirs}
            : new IUpdater[] {theirs, new Adamant(0.01)};
    final MultiLayerNetwork whole = network(theirs, DataType.DOUBLE);
    fit(whole, data, 12);

    final MultiLayerNetwork first = network(updaters[0], DataType.DOUBLE);
    fit(first, data, 5);
    final File file = directory.resolve("model.zip").toFile();
    ModelSerializer.writeModel(first, file, true);
    final MultiLayerNetwork read = ModelSerializer.restoreMultiLayerNetwork(file, true);
    final MultiLayerNetwork second = withUpdater(updaters[1], read);
    assertThat(second.getUpdater().getStateViewArray().toDoubleVector())
        .containsExactly(first.getUpdater().getStateViewArray().toDoubleVector());
    fit(second, data, 7);

    assertClose(second, whole);
    // And not because nothing matters: without the state the training is another.
    final MultiLayerNetwork without =
        withUpdater(updaters[1], ModelSerializer.restoreMultiLayerNetwork(file, false));
    fit(without, data, 7);
    assertThat(without.params().sub(whole.params()).norm2Number().doubleValue())
        .isGreaterThan(1e-3);
  }

  /** What the README says: the configuration with another updater, and all else of the network. */
  private static MultiLayerNetwork withUpdater(IUpdater updater, MultiLayerNetwork network) {
    final MultiLayerNetwork other = network(updater, DataType.DOUBLE);
    other.setParams(network.params());
    if (network.getUpdater().getStateViewArray() != null) {
      other.getUpdater().setStateViewArray(other, network.getUpdater().getStateViewArray(), false);
    }
    other.setIterationCount(network.getIterationCount());
    other.setEpochCount(network.getEpochCount());
    return other;
  }

  private static void assertClose(MultiLayerNetwork ours, MultiLayerNetwork theirs) {
    final INDArray our = ours.getUpdater().getStateViewArray();
    final INDArray their = theirs.getUpdater().getStateViewArray();
    assertThat(our.length()).isEqualTo(their.length());
    final double size = their.norm2Number().doubleValue();
    assertThat(our.sub(their).norm2Number().doubleValue()).isLessThan(1e-9 * size);
    assertThat(ours.params().sub(theirs.params()).norm2Number().doubleValue()).isLessThan(1e-9);
  }

  @Test
  void jsonKeepsEverything() {
    final Adam adam =
        Adam.defaults()
            .withLearningRate(0.5)
            .withBeta1(0.6)
            .withBeta2(0.7)
            .withEpsilon(0.125)
            .withEpsilonPlacement(EpsilonPlacement.ALGORITHM_1)
            .withRootEpsilon(0.25)
            .withAmsgrad(AmsGrad.CORRECTED)
            .withNesterov(true)
            .withClipValue(3);
    final Adamant updater = new Adamant(adam);
    assertThat(throughJson(updater)).isEqualTo(updater).hasSameHashCodeAs(updater);
    assertThat(((Adamant) throughJson(updater)).adam()).isEqualTo(adam);
    assertThat(throughJson(new Adamant())).isEqualTo(new Adamant()).isNotEqualTo(updater);
    final Adamant pytorch = new Adamant(Adam.pytorch());
    assertThat(throughJson(pytorch)).isEqualTo(pytorch);
    final Adamant scheduled = new Adamant(SCHEDULE);
    assertThat(throughJson(scheduled)).isEqualTo(scheduled).isNotEqualTo(new Adamant());
    assertThat(scheduled.clone()).isEqualTo(scheduled).isNotSameAs(scheduled);
  }

  @Test
  void jsonWithOtherValuesIsRefused() {
    final String json =
        network(new Adamant(), DataType.FLOAT).getLayerWiseConfigurations().toJson();
    for (String[] change : new String[][] {{"beta1=0.9", "beta1=1.5"},
      {"weightDecay=0.0", "weightDecay=0.1"}}) {
      assertThat(json).contains(change[0]);
      final MultiLayerConfiguration read =
          MultiLayerConfiguration.fromJson(json.replace(change[0], change[1]));
      final Adamant updater = (Adamant) ((DenseLayer) read.getConf(0).getLayer()).getIUpdater();
      assertThatThrownBy(updater::adam)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected");
    }
  }

  @Test
  void aRateCanBeSetBetweenSteps() {
    final MultiLayerNetwork network = network(new Adamant(0.05), DataType.FLOAT);
    final DataSet data = data(DataType.FLOAT);
    fit(network, data, 2);
    network.setLearningRate(0);
    final float[] before = network.params().toFloatVector();
    fit(network, data, 1);
    assertThat(network.params().toFloatVector()).containsExactly(before);
    network.setLearningRate(SCHEDULE);
    fit(network, data, 1);
    assertThat(network.params().toFloatVector()).isNotEqualTo(before);
  }

  @Test
  void amsgradAndDl4jsWeightDecayGoTogether() {
    final MultiLayerNetwork network =
        network(new Adamant(Adam.nd4j().withLearningRate(0.05).withAmsgrad(AmsGrad.RAW)),
            DataType.FLOAT);
    assertThat(network.getUpdater().getStateViewArray().length())
        .isEqualTo(3 * network.numParams());
    final DataSet data = data(DataType.FLOAT);
    final double before = network.score(data);
    fit(network, data, 100);
    assertThat(network.score(data)).isLessThan(before / 5);
  }

  private static IUpdater throughJson(IUpdater updater) {
    final MultiLayerConfiguration read =
        MultiLayerConfiguration.fromJson(
            network(updater, DataType.FLOAT).getLayerWiseConfigurations().toJson());
    return ((DenseLayer) read.getConf(0).getLayer()).getIUpdater();
  }

  private static MultiLayerNetwork network(IUpdater updater, DataType type) {
    final MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder().seed(1)
                .dataType(type)
                .updater(updater)
                .list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(16).activation(Activation.TANH).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT).nIn(16)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static void fit(MultiLayerNetwork network, DataSet data, int steps) {
    for (int step = 0; step < steps; step++) {
      network.fit(data);
    }
  }

  /** In the circle or out of it. */
  private static DataSet data(DataType type) {
    Nd4j.getRandom().setSeed(3);
    final int count = 200;
    final INDArray features = Nd4j.rand(DataType.DOUBLE, count, 2).muli(2).subi(1);
    final INDArray labels = Nd4j.zeros(DataType.DOUBLE, count, 2);
    for (int i = 0; i < count; i++) {
      final double x = features.getDouble(i, 0);
      final double y = features.getDouble(i, 1);
      labels.putScalar(i, x * x + y * y < 0.6 ? 1 : 0, 1);
    }
    return new DataSet(features.castTo(type), labels.castTo(type));
  }
}
