package org.adamant.bench.peers;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.optimisers.Adam;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;

/**
 * Tribuo's Adam, which works on double alone. It turns the gradient into the update, which is then added:
 * its gradients are those of what is to be maximised, and its moments it keeps to itself.
 */
final class TribuoPeer implements Peer {

  TribuoPeer() {}

  @Override
  public String version() {
    return "Tribuo " + Versions.of("org.tribuo", "tribuo-math");
  }

  @Override
  public Contender start(Workload workload, KernelContender kernel) {
    return new Optimised(workload, kernel);
  }

  private static final class Optimised implements Contender {
    private final LinearParameters parameters;
    private final DenseMatrix keptGrads;
    private final Tensor[] grads;
    private final Adam optimiser;

    Optimised(Workload workload, KernelContender kernel) {
      parameters = new LinearParameters(matrix(kernel, Role.PARAMS));
      keptGrads = matrix(kernel, Role.GRADS);
      keptGrads.foreachInPlace(x -> -x);
      grads = parameters.getEmptyCopy();
      final org.adamant.Adam adam = PeerName.TRIBUO.adam(workload);
      optimiser = new Adam(adam.learningRate(), adam.beta1(), adam.beta2(), adam.epsilon());
      optimiser.initialise(parameters);
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

    /** It counts the steps itself. */
    @Override
    public void step(long t) {
      parameters.update(optimiser.step(grads, 1));
    }

    @Override
    public Optional<Object> read(Role role, int array) {
      return role == Role.PARAMS
          ? Optional.of(parameters.getWeightMatrix().getRow(0).toArray())
          : Optional.empty();
    }

    @Override
    public void close() {}
  }
}
