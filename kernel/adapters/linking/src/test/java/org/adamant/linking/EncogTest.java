package org.adamant.linking;

import static org.assertj.core.api.Assertions.assertThat;

import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.encog.engine.network.activation.ActivationSigmoid;
import org.encog.mathutil.randomize.generate.MersenneTwisterGenerateRandom;
import org.encog.ml.data.basic.BasicMLDataSet;
import org.encog.neural.networks.BasicNetwork;
import org.encog.neural.networks.layers.BasicLayer;
import org.encog.neural.networks.training.propagation.sgd.StochasticGradientDescent;
import org.encog.neural.networks.training.propagation.sgd.update.UpdateRule;
import org.junit.jupiter.api.Test;

/** Encog's first example, exclusive or, with an update rule of four lines on its live arrays. */
class EncogTest {

  private static final double[][] INPUT = {{0, 0}, {1, 0}, {0, 1}, {1, 1}};

  private static final double[][] IDEAL = {{0}, {1}, {1}, {0}};

  /** Encog's gradients ascend; its number of iterations advances twice for each of these. */
  private static final class AdamantRule implements UpdateRule {
    private double[] m;
    private double[] v;
    private Adam adam;
    private long t;

    @Override
    public void init(StochasticGradientDescent training) {
      m = new double[training.getFlat().getWeights().length];
      v = m.clone();
      adam = Adam.defaults().withLearningRate(training.getLearningRate()).withMaximize(true);
    }

    @Override
    public void update(double[] gradients, double[] weights) {
      AdamKernel.preferred().step(adam.atStep(++t), weights, gradients, m, v);
    }
  }

  @Test
  void exclusiveOrIsLearned() {
    final BasicNetwork network = new BasicNetwork();
    network.addLayer(new BasicLayer(null, true, 2));
    network.addLayer(new BasicLayer(new ActivationSigmoid(), true, 6));
    network.addLayer(new BasicLayer(new ActivationSigmoid(), false, 1));
    network.getStructure().finalizeStructure();
    network.reset(42);
    final BasicMLDataSet data = new BasicMLDataSet(INPUT, IDEAL);
    final AdamantRule rule = new AdamantRule();
    final StochasticGradientDescent training =
        new StochasticGradientDescent(network, data, new MersenneTwisterGenerateRandom(7));
    training.setBatchSize(4);
    training.setLearningRate(0.05);
    training.setUpdateRule(rule);
    for (int i = 0; i < 2_000; i++) {
      training.iteration();
    }
    assertThat(rule.t).isEqualTo(2_000);
    assertThat(network.calculateError(data)).isLessThan(0.01);
  }
}
