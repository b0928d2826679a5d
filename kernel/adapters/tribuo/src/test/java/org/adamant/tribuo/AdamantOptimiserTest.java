package org.adamant.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Random;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.NonFinite;
import org.adamant.measuring.Measured;
import org.junit.jupiter.api.Test;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseSparseMatrix;
import org.tribuo.math.la.SparseVector;
import org.tribuo.math.la.Tensor;

class AdamantOptimiserTest {

  private static final double ROUNDING = 0x1p-53;

  private static final int STEPS = 1_000;

  private final Random random = new Random(7);

  /**
   * Gradients of magnitudes from 0.5 to 1, weights below 2. Both sides round m with an error of at most 3 roundings per
   * step, which fades with beta1 = 0.9 to 30 in all, v with 3 that fade with 0.999 to 3,000, half of it in the root; the
   * root is at least 0.5. So updates of at most twice the rate differ by (30 / 0.5 + 2 * 1,500 + 10) roundings, on
   * either side, and a rounding of the weight is added at each step.
   */
  @Test
  void aThousandStepsAreThoseOfTribuosOperationsWithADivision() {
    final Adam adam = Adam.tribuo();
    final LinearParameters ours = parameters(3, 17);
    final LinearParameters theirs = ours.copy();
    final DividingAdam dividing = new DividingAdam(theirs, adam);
    final AdamantOptimiser optimiser = new AdamantOptimiser(adam);
    optimiser.initialise(ours);
    for (int t = 1; t <= STEPS; t++) {
      final DenseMatrix gradient = matrix(3, 17, 0.5, 1);
      ours.update(optimiser.step(new Tensor[] {gradient.copy()}, 1));
      theirs.update(dividing.step(gradient.copy()));
    }

    final double tolerance =
        STEPS * (2 * adam.learningRate() * (30 / 0.5 + 2 * 1_500 + 10) + 2) * ROUNDING;
    assertThat(tolerance).isLessThan(1e-11);
    assertClose(ours.getWeightMatrix(), theirs.getWeightMatrix(), tolerance);
    assertThat(optimiser.stepCount()).isEqualTo(STEPS);
  }

  /** A test of Tribuo, not of ours: when it fails, the sentence in the README is to go. */
  @Test
  void tribuosAdamMultipliesByTheRootWhereItShouldDivide() {
    final double rate = 0.001;
    final double gradient = 0.25;
    final LinearParameters[] both = {parameters(0), parameters(0)};
    final org.tribuo.math.optimisers.Adam their = new org.tribuo.math.optimisers.Adam(rate, 1e-6);
    their.initialise(both[0]);
    both[0].update(their.step(new Tensor[] {parameters(gradient).getWeightMatrix()}, 1));
    final AdamantOptimiser our = new AdamantOptimiser(Adam.tribuo());
    our.initialise(both[1]);
    both[1].update(our.step(new Tensor[] {parameters(gradient).getWeightMatrix()}, 1));

    final double hat = Math.sqrt(1 - 0.999);
    final double root = hat * gradient + 1e-6;
    assertThat(both[0].getWeightMatrix().get(0, 0)).isCloseTo(rate * hat * gradient * root,
        within(1e-12));
    assertThat(both[1].getWeightMatrix().get(0, 0)).isCloseTo(rate * hat * gradient / root,
        within(1e-12));
  }

  @Test
  void stepsAreThoseOfTheKernelToTheBit() {
    final Adam adam =
        Adam.defaults().withAmsgrad(AmsGrad.RAW).withAverageDecay(0.9).withWeightDecay(0.1);
    final LinearParameters parameters = parameters(2, 33);
    final double[][] weights = copyOf(parameters.getWeightMatrix());
    final double[][] average = copyOf(parameters.getWeightMatrix());
    final double[][][] state = new double[3][2][33];
    final AdamantOptimiser optimiser = new AdamantOptimiser(adam);
    optimiser.initialise(parameters);
    for (int t = 1; t <= 10; t++) {
      final DenseMatrix gradient = matrix(2, 33, 0, 1);
      for (int row = 0; row < 2; row++) {
        final double[] negated = gradient.getRow(row).scale(-1).toArray();
        AdamKernel.preferred()
            .step(
                adam.atStep(t),
                AdamSlice.of(weights[row], negated, state[0][row], state[1][row])
                    .withMaximum(state[2][row])
                    .withAverage(average[row]));
      }
      assertThat(optimiser.step(new Tensor[] {gradient}, 1)).isEmpty();
    }
    assertThat(copyOf(parameters.getWeightMatrix())).isDeepEqualTo(weights);
    optimiser.finalise();
    assertThat(copyOf(parameters.getWeightMatrix())).isDeepEqualTo(average);
  }

  @Test
  void sparseGradientsAreDenseOnesWithZeros() {
    final LinearParameters sparse = parameters(2, 9);
    final LinearParameters dense = sparse.copy();
    final AdamantOptimiser ofSparse = new AdamantOptimiser();
    final AdamantOptimiser ofDense = new AdamantOptimiser();
    ofSparse.initialise(sparse);
    ofDense.initialise(dense);
    for (int t = 0; t < 10; t++) {
      final DenseMatrix gradient = new DenseMatrix(2, 9);
      final int column = t % 9;
      gradient.set(0, column, 0.5);
      gradient.set(1, 8, t);
      final SparseVector[] rows = {
        SparseVector.createSparseVector(9, new int[] {column}, new double[] {0.5}),
        SparseVector.createSparseVector(9, new int[] {8}, new double[] {t})};
      ofSparse.step(new Tensor[] {new DenseSparseMatrix(List.of(rows))}, 1);
      ofDense.step(new Tensor[] {gradient}, 1);
    }
    assertThat(copyOf(sparse.getWeightMatrix())).isDeepEqualTo(copyOf(dense.getWeightMatrix()));
  }

  @Test
  void theArraysAreTheOnesOfTheTensorsAndNoneAreMade() {
    final LinearParameters parameters = parameters(4, 250_000);
    final double[][] before = LiveArrays.rows(parameters.getWeightMatrix()).clone();
    final double first = before[0][0];
    final AdamantOptimiser optimiser = new AdamantOptimiser();
    optimiser.initialise(parameters);
    final Tensor[] gradient = {matrix(4, 250_000, 0.5, 1)};
    final long bytes = Measured.bytes(() -> optimiser.step(gradient, 1));

    assertThat((Object[]) LiveArrays.rows(parameters.getWeightMatrix()))
        .containsExactly((Object[]) before);
    assertThat(before[0][0]).isNotEqualTo(first).isEqualTo(parameters.getWeightMatrix().get(0, 0));
    // Slices of four rows; the parameters have 8,000,000 bytes.
    assertThat(bytes).isLessThan(20_000);
  }

  @Test
  void badUseIsAnExceptionWithAdvice() {
    final AdamantOptimiser optimiser = new AdamantOptimiser();
    assertThatThrownBy(() -> optimiser.step(new Tensor[0], 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("step before initialise: expected initialise(parameters) first");
    final LinearParameters parameters = parameters(2, 3);
    optimiser.initialise(parameters);
    assertThatThrownBy(() -> optimiser.step(new Tensor[0], 1))
        .hasMessage("updates.length = 0: expected 1, the number of tensors of the parameters");
    assertThatThrownBy(() -> optimiser.step(new Tensor[] {new DenseMatrix(3, 2)}, 1))
        .hasMessage(
            "updates[0] has the shape [3, 2]: expected [2, 3], that of its parameters");
    assertThatThrownBy(() -> optimiser.step(new Tensor[] {null}, 1))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("updates[0]");
    assertThatThrownBy(
        () -> optimiser.initialise(new SparseParameters()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "parameters[0] is a SparseVector: expected a DenseMatrix or DenseVector");
    final Tensor unknown =
        (Tensor) Proxy.newProxyInstance(
            Tensor.class.getClassLoader(), new Class<?>[] {Tensor.class},
            (_, method, _) -> method.getName().equals("getShape") ? new int[] {2, 3} : null);
    assertThatThrownBy(() -> optimiser.step(new Tensor[] {unknown}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a dense or sparse tensor of Tribuo's");
    assertThatThrownBy(() -> optimiser.step(parameters.get(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(optimiser.stepCount()).isZero();
    optimiser.step(new Tensor[] {matrix(2, 3, 0.5, 1)}, 1);
    parameters.set(new Tensor[] {new DenseMatrix(2, 4)});
    assertThatThrownBy(() -> optimiser.step(new Tensor[] {new DenseMatrix(2, 4)}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0/0")
        .hasMessageContaining("3");
  }

  /** As by Tribuo's optimisers, whose updates are added to what is there. */
  @Test
  void tensorsThatAreReplacedAreStepped() {
    final LinearParameters whole = parameters(2, 3);
    final LinearParameters replaced = whole.copy();
    final AdamantOptimiser[] optimisers = {new AdamantOptimiser(), new AdamantOptimiser()};
    optimisers[0].initialise(whole);
    optimisers[1].initialise(replaced);
    for (int t = 0; t < 3; t++) {
      final Tensor[] gradient = {matrix(2, 3, 0.5, 1)};
      optimisers[0].step(gradient, 1);
      optimisers[1].step(gradient, 1);
      replaced.set(new Tensor[] {replaced.getWeightMatrix().copy()});
    }
    assertThat(copyOf(replaced.getWeightMatrix())).isDeepEqualTo(copyOf(whole.getWeightMatrix()));
  }

  @Test
  void anInstanceOfItsOwnForEachThreadTakesTheSameSteps() throws InterruptedException {
    final LinearParameters here = parameters(2, 3);
    final LinearParameters there = here.copy();
    final AdamantOptimiser optimiser = new AdamantOptimiser();
    final Tensor[] gradient = {matrix(2, 3, 0.5, 1)};
    final Thread thread = new Thread(() -> {
      final AdamantOptimiser copy = optimiser.copy();
      copy.initialise(there);
      copy.step(gradient, 1);
    });
    thread.start();
    optimiser.initialise(here);
    optimiser.step(gradient, 1);
    thread.join();
    assertThat(copyOf(there.getWeightMatrix())).isDeepEqualTo(copyOf(here.getWeightMatrix()));
  }

  @Test
  void aSkippedStepLeavesNothingBehind() throws ReflectiveOperationException {
    final AdamantOptimiser optimiser = skipping();
    final LinearParameters parameters = parameters(1, 3);
    final double[][] before = copyOf(parameters.getWeightMatrix());
    optimiser.initialise(parameters);
    optimiser.step(sparse(0, Double.NaN), 1);
    assertThat(optimiser.stepCount()).isZero();
    assertThat(copyOf(parameters.getWeightMatrix())).isDeepEqualTo(before);
    optimiser.step(sparse(1, 0.5), 1);
    assertThat(optimiser.stepCount()).isOne();
    assertThat(parameters.getWeightMatrix().get(0, 0)).isEqualTo(before[0][0]);
    assertThat(parameters.getWeightMatrix().get(0, 1)).isGreaterThan(before[0][1]);
  }

  private static AdamantOptimiser skipping() throws ReflectiveOperationException {
    final AdamantOptimiser optimiser = new AdamantOptimiser();
    final var field = AdamantOptimiser.class.getDeclaredField("nonFinite");
    field.setAccessible(true);
    field.set(optimiser, NonFinite.SKIP);
    return optimiser;
  }

  private static Tensor[] sparse(int index, double value) {
    return new Tensor[] {
      new DenseSparseMatrix(
          List.of(
              SparseVector.createSparseVector(3, new int[] {index}, new double[] {value})))};
  }

  /** Sparse parameters, which no trainer of Tribuo makes. */
  private static final class SparseParameters extends LinearParameters {
    private static final long serialVersionUID = 1;

    SparseParameters() {
      super(1, 1);
    }

    @Override
    public Tensor[] get() {
      return new Tensor[] {SparseVector.createSparseVector(2, new int[] {1}, new double[] {1})};
    }
  }

  /** Tribuo's operations on its tensors, in its order, except that it divides. */
  private static final class DividingAdam {
    private final Adam adam;
    private final Tensor m;
    private final Tensor v;
    private int t;

    DividingAdam(LinearParameters parameters, Adam adam) {
      this.adam = adam;
      m = parameters.getEmptyCopy()[0];
      v = parameters.getEmptyCopy()[0];
    }

    Tensor[] step(Tensor update) {
      t++;
      final double rate =
          adam.learningRate() * Math.sqrt(1 - Math.pow(adam.beta2(), t))
              / (1 - Math.pow(adam.beta1(), t));
      m.scaleInPlace(adam.beta1());
      m.intersectAndAddInPlace(update, g -> g * (1 - adam.beta1()));
      v.scaleInPlace(adam.beta2());
      v.intersectAndAddInPlace(update, g -> g * g * (1 - adam.beta2()));
      update.scaleInPlace(0);
      update.intersectAndAddInPlace(m, a -> a * rate);
      update.hadamardProductInPlace(v, a -> 1 / (Math.sqrt(a) + adam.epsilon()));
      return new Tensor[] {update};
    }
  }

  private static LinearParameters parameters(double weight) {
    return new LinearParameters(DenseMatrix.createDenseMatrix(new double[][] {{weight}}));
  }

  private LinearParameters parameters(int rows, int columns) {
    return new LinearParameters(matrix(rows, columns, 0, 1));
  }

  /** Of both signs. */
  private DenseMatrix matrix(int rows, int columns, double least, double most) {
    final double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextDouble(least, most) * (random.nextBoolean() ? 1 : -1);
      }
    }
    return DenseMatrix.createDenseMatrix(values);
  }

  private static double[][] copyOf(DenseMatrix matrix) {
    final double[][] values = new double[matrix.getDimension1Size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = matrix.getRow(i).toArray();
    }
    return values;
  }

  private static void assertClose(DenseMatrix actual, DenseMatrix expected, double tolerance) {
    for (int i = 0; i < actual.getDimension1Size(); i++) {
      assertThat(actual.getRow(i).toArray())
          .containsExactly(expected.getRow(i).toArray(), within(tolerance));
    }
  }
}
