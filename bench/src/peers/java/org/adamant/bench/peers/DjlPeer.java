package org.adamant.bench.peers;

import org.adamant.bench.results.Workload;
import org.adamant.bench.support.StepArrays.Role;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Optional;
import org.adamant.Adam;

/** DJL's Adam on its PyTorch engine. Its moments cannot be read. */
final class DjlPeer implements Peer {

  /** Loads the native library, which is on the class path. */
  DjlPeer() {
    System.setProperty("ai.djl.offline", "true");
    Engine.getEngine("PyTorch");
  }

  @Override
  public String version() {
    return "DJL " + Versions.of("ai.djl.pytorch", "pytorch-engine") + " on PyTorch "
        + Engine.getEngine("PyTorch").getVersion();
  }

  @Override
  public Contender start(Workload workload, KernelContender kernel) {
    JniUtils.setNumThreads(workload.threads());
    return new Optimized(workload, kernel);
  }

  private static final class Optimized implements Contender {
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final NDArray params;
    private final NDArray grads;
    private final Optimizer optimizer;

    Optimized(Workload workload, KernelContender kernel) {
      params = array(kernel.array(Role.PARAMS, 0));
      grads = array(kernel.array(Role.GRADS, 0));
      final Adam adam = PeerName.DJL.adam(workload);
      optimizer =
          Optimizer.adam()
              .optLearningRateTracker(Tracker.fixed((float) adam.learningRate()))
              .optBeta1((float) adam.beta1())
              .optBeta2((float) adam.beta2())
              .optEpsilon((float) adam.epsilon())
              .build();
    }

    private NDArray array(Object values) {
      return values instanceof float[] floats
          ? manager.create(floats)
          : manager.create((double[]) values);
    }

    @Override
    public boolean consumesGradients() {
      return false;
    }

    @Override
    public void restoreGradients() {}

    /** DJL counts the steps itself. */
    @Override
    public void step(long t) {
      optimizer.update("params", params, grads);
    }

    @Override
    public Optional<Object> read(Role role, int array) {
      if (role != Role.PARAMS) {
        return Optional.empty();
      }
      return Optional.of(
          params.getDataType() == DataType.FLOAT32
              ? params.toFloatArray()
              : params.toDoubleArray());
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
