package org.adamant.bench.peers;

import org.adamant.bench.results.Workload;
import org.adamant.bench.support.StepArrays.Role;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.adamant.Adam;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;

/**
 * Tribuo's Adam, which computes in double only. Up to 4.3.2, the last release, it multiplies by the root of the
 * second moment where it should divide (oracle/tribuo, pull request 401), so it cannot be timed as it is. This
 * class does its operations on its tensors, in its order, with the division.
 */
final class TribuoPeer implements Peer {

  TribuoPeer() {}

  @Override
  public String version() {
    return "Tribuo " + Versions.of("org.tribuo", "tribuo-math")
        + " with the division that its Adam lacks";
  }

  @Override
  public Contender start(Workload workload, KernelContender kernel) {
    return new Optimised(workload, kernel);
  }

  /** Replaces the gradient by the update, which is added, as Tribuo's gradients ascend. */
  private static final class Optimised implements Contender {
    private final LinearParameters parameters;
    private final DenseMatrix keptGrads;
    private final Tensor[] grads;
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final Adam adam;

    Optimised(Workload workload, KernelContender kernel) {
      adam = PeerName.TRIBUO.adam(workload);
      parameters = new LinearParameters(matrix(kernel, Role.PARAMS));
      keptGrads = matrix(kernel, Role.GRADS);
      keptGrads.foreachInPlace(x -> -x);
      grads = parameters.getEmptyCopy();
      firstMoment = parameters.getEmptyCopy()[0];
      secondMoment = parameters.getEmptyCopy()[0];
    }

    private static DenseMatrix matrix(KernelContender kernel, Role role) {
      return DenseMatrix.createDenseMatrix(new double[][] {(double[]) kernel.array(role, 0)});
    }

    @Override
    public boolean consumesGradients() {
      return true;
    }

    @Override
    public void restoreGradients() {
      grads[0].scaleInPlace(0);
      grads[0].intersectAndAddInPlace(keptGrads, DoubleUnaryOperator.identity());
    }

    @Override
    public void step(long t) {
      final double weight1 = 1 - adam.beta1();
      final double weight2 = 1 - adam.beta2();
      final double stepSize = adam.atStep(t).stepSize();
      firstMoment.scaleInPlace(adam.beta1());
      firstMoment.intersectAndAddInPlace(grads[0], g -> g * weight1);
      secondMoment.scaleInPlace(adam.beta2());
      secondMoment.intersectAndAddInPlace(grads[0], g -> g * g * weight2);
      grads[0].scaleInPlace(0);
      grads[0].intersectAndAddInPlace(firstMoment, m -> m * stepSize);
      grads[0].hadamardProductInPlace(secondMoment, v -> 1 / (Math.sqrt(v) + adam.epsilon()));
      parameters.update(grads);
    }

    @Override
    public Optional<Object> read(Role role, int array) {
      final Tensor shown =
          switch (role) {
            case PARAMS -> parameters.getWeightMatrix();
            case SECOND_MOMENT -> secondMoment;
            // These have the other sign.
            case FIRST_MOMENT, GRADS, AVERAGE -> null;
          };
      return Optional.ofNullable(shown).map(m -> ((DenseMatrix) m).getRow(0).toArray());
    }

    @Override
    public void close() {}
  }
}
