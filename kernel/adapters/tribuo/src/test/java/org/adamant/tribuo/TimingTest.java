package org.adamant.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.measuring.Comparison;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.StochasticGradientOptimiser;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Times the adapter, on demand, on an idle machine. */
@Tag("timing")
class TimingTest {

  private static final int LENGTH = 1_000_000;

  @Test
  void theAdapterTakesTheTimeOfTheKernel() {
    final double[] gradients = new double[LENGTH];
    Arrays.setAll(gradients, i -> Math.sin(i));
    final AdamantOptimiser optimiser = new AdamantOptimiser();
    optimiser.initialise(new LinearParameters(new DenseMatrix(1, LENGTH)));
    final Tensor[] updates = {DenseMatrix.createDenseMatrix(new double[][] {gradients})};
    final double[] params = new double[LENGTH];
    final double[] m = new double[LENGTH];
    final double[] v = new double[LENGTH];
    final Adam adam = Adam.tribuo().withMaximize(true);
    final long[] t = new long[1];
    final double ratio =
        Measured.ratio(
            () -> optimiser.step(updates, 1),
            () -> AdamKernel.preferred().step(adam.atStep(++t[0]), params, gradients, m, v));
    System.out.println("Tribuo, 1,000,000 doubles, time over that of the kernel: " + ratio);
    assertThat(ratio).isLessThan(1.1);
  }

  @Test
  void theTable() throws IOException {
    final MutableDataset<Label> data = data();
    Comparison.write(
        "Tribuo, double",
        size -> stepper(size, new org.tribuo.math.optimisers.Adam()),
        size -> stepper(size, new AdamantOptimiser()),
        () -> train(data, new org.tribuo.math.optimisers.Adam()),
        () -> train(data, new AdamantOptimiser()));
  }

  /** What Tribuo does in a step: it adds what it gets, of ours nothing. */
  private static Comparison.Stepper stepper(int size, StochasticGradientOptimiser optimiser) {
    final LinearParameters parameters = new LinearParameters(new DenseMatrix(1, size));
    final double[] gradients = new double[size];
    Arrays.setAll(gradients, i -> Math.sin(i));
    final DenseMatrix gradient = new DenseMatrix(1, size);
    final double[] live = LiveArrays.rows(gradient)[0];
    final Tensor[] updates = {gradient};
    return new Comparison.Stepper() {
      @Override
      public void start() {
        optimiser.initialise(parameters);
      }

      @Override
      public void beforeStep() {
        System.arraycopy(gradients, 0, live, 0, size);
      }

      @Override
      public void step() {
        parameters.update(optimiser.step(updates, 1));
      }
    };
  }

  private static void train(MutableDataset<Label> data, StochasticGradientOptimiser optimiser) {
    new LinearSGDTrainer(new LogMulticlass(), optimiser, 5, 1_000, 32, 1).train(data);
  }

  /** Ten classes, 1,000 features all of which are there. */
  private static MutableDataset<Label> data() {
    final LabelFactory factory = new LabelFactory();
    final MutableDataset<Label> data =
        new MutableDataset<>(new SimpleDataSourceProvenance("random", factory), factory);
    final Random random = new Random(1);
    final String[] names = new String[1_000];
    Arrays.setAll(names, i -> "feature" + i);
    for (int i = 0; i < 1_000; i++) {
      final double[] values = random.doubles(names.length, -1, 1).toArray();
      data.addAll(List.of(new ArrayExample<>(new Label("class" + i % 10), names, values)));
    }
    return data;
  }
}
