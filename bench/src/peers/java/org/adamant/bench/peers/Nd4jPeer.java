package org.adamant.bench.peers;

import org.adamant.bench.results.Workload;
import org.adamant.bench.support.StepArrays.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.adamant.Adam;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.AdamUpdater;

/** ND4J's updater, as DL4J uses it: it overwrites the gradient with the update, which is then subtracted. */
final class Nd4jPeer implements Peer {

  /** Loads the native library. */
  Nd4jPeer() {
    Nd4j.getBackend();
  }

  @Override
  public String version() {
    return "ND4J " + Versions.of("org.nd4j", "nd4j-native");
  }

  @Override
  public Contender start(Workload workload, KernelContender kernel) {
    Nd4j.getEnvironment().setMaxThreads(workload.threads());
    Nd4j.getEnvironment().setMaxMasterThreads(workload.threads());
    return new Updated(workload, kernel);
  }

  private static final class Updated implements Contender {
    private final INDArray params;
    private final INDArray grads;
    private final INDArray keptGrads;
    private final INDArray m;
    private final INDArray v;
    private final AdamUpdater updater;

    Updated(Workload workload, KernelContender kernel) {
      params = array(kernel.array(Role.PARAMS, 0));
      grads = array(kernel.array(Role.GRADS, 0));
      keptGrads = grads.dup();
      m = array(kernel.array(Role.FIRST_MOMENT, 0));
      v = array(kernel.array(Role.SECOND_MOMENT, 0));
      final Adam adam = PeerName.ND4J.adam(workload);
      updater =
          new AdamUpdater(
              org.nd4j.linalg.learning.config.Adam.builder()
                  .learningRate(adam.learningRate())
                  .beta1(adam.beta1())
                  .beta2(adam.beta2())
                  .epsilon(adam.epsilon())
                  .build());
      updater.setState(Map.of(AdamUpdater.M_STATE, m, AdamUpdater.V_STATE, v), true);
    }

    private static INDArray array(Object values) {
      return values instanceof float[] floats
          ? Nd4j.createFromArray(floats)
          : Nd4j.createFromArray((double[]) values);
    }

    @Override
    public boolean consumesGradients() {
      return true;
    }

    @Override
    public void restoreGradients() {
      grads.assign(keptGrads);
    }

    @Override
    public void step(long t) {
      // ND4J counts iterations from 0.
      updater.applyUpdater(grads, (int) (t - 1), 0);
      params.subi(grads);
    }

    @Override
    public Optional<Object> read(Role role, int array) {
      return Optional.ofNullable(
          switch (role) {
            case PARAMS -> params;
            case FIRST_MOMENT -> m;
            case SECOND_MOMENT -> v;
            case GRADS, AVERAGE -> null;
          })
          .map(values -> values.data().dataType() == org.nd4j.linalg.api.buffer.DataType.FLOAT
              ? values.toFloatVector()
              : values.toDoubleVector());
    }

    @Override
    public void close() {
      List.of(params, grads, keptGrads, m, v).forEach(INDArray::close);
    }
  }
}
