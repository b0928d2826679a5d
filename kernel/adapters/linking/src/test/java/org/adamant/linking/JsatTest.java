package org.adamant.linking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jsat.classifiers.CategoricalData;
import jsat.classifiers.ClassificationDataSet;
import jsat.classifiers.linear.LinearSGD;
import jsat.linear.DenseVector;
import jsat.linear.Vec;
import jsat.lossfunctions.LogisticLoss;
import jsat.math.optimization.stochastic.GradientUpdater;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.junit.jupiter.api.Test;

/** A linear classifier of JSAT, with an updater that copies JSAT's vectors, as they do not expose arrays. */
class JsatTest {

  private static final class AdamantUpdater implements GradientUpdater {
    private static final long serialVersionUID = 1;

    private double[] m;
    private double[] v;
    private long t;

    @Override
    public void setup(int dimension) {
      // And one for the bias.
      m = new double[dimension + 1];
      v = new double[dimension + 1];
    }

    @Override
    public void update(Vec w, Vec grad, double eta) {
      update(w, grad, eta, 0, 0);
    }

    @Override
    public double update(Vec w, Vec grad, double eta, double bias, double biasGrad) {
      final double[] params = new double[m.length];
      final double[] grads = new double[m.length];
      for (int i = 0; i < w.length(); i++) {
        params[i] = w.get(i);
        grads[i] = grad.get(i);
      }
      params[w.length()] = bias;
      grads[w.length()] = biasGrad;
      AdamKernel.preferred()
          .step(Adam.defaults().withLearningRate(eta).atStep(++t), params, grads, m, v);
      for (int i = 0; i < w.length(); i++) {
        w.set(i, params[i]);
      }
      return bias - params[w.length()];
    }

    @Override
    public AdamantUpdater clone() {
      return new AdamantUpdater();
    }
  }

  @Test
  void aLinearClassifierLearns() {
    final Random random = new Random(3);
    final ClassificationDataSet data =
        new ClassificationDataSet(5, new CategoricalData[0], new CategoricalData(2));
    for (int i = 0; i < 300; i++) {
      final double[] x = random.doubles(5, -1, 1).toArray();
      data.addDataPoint(new DenseVector(x), x[0] + 2 * x[1] - x[2] + 0.3 > 0 ? 1 : 0);
    }
    final LinearSGD classifier = new LinearSGD(new LogisticLoss(), 0, 0);
    classifier.setUseBias(true);
    classifier.setEta(0.05);
    classifier.setEpochs(20);
    classifier.setGradientUpdater(new AdamantUpdater());
    classifier.trainC(data);
    int right = 0;
    for (int i = 0; i < data.getSampleSize(); i++) {
      right +=
          classifier.classify(data.getDataPoint(i)).mostLikely() == data.getDataPointCategory(i)
              ? 1
              : 0;
    }
    assertThat(right).isGreaterThan(285);
  }
}
