package org.adamant.bench.peers;

import java.util.Locale;
import org.adamant.Adam;
import org.adamant.bench.results.Workload;
import org.adamant.bench.results.Workload.Kind;
import org.adamant.bench.support.Element;

/** The peers. The classes that call them are loaded by name, because an ordinary build does not have them. */
enum PeerName {
  PYTORCH("PyTorch fused", "PyTorchPeer", "org.bytedeco.pytorch.Tensor", Adam.defaults(), false),
  TENSORFLOW("TensorFlow ApplyAdam", "TensorFlowPeer", "org.tensorflow.Graph", Adam.tensorflow(),
      false),
  ND4J("ND4J", "Nd4jPeer", "org.nd4j.linalg.factory.Nd4j", Adam.nd4j(), false),
  DJL("DJL", "DjlPeer", "ai.djl.training.optimizer.Adam", Constants.DJL, true),
  TRIBUO("Tribuo", "TribuoPeer", "org.tribuo.math.optimisers.Adam", Adam.tensorflow(), false);

  private final String title;
  private final String implementation;
  private final String library;
  private final Adam adam;
  private final boolean hasFloatCoefficients;

  PeerName(
      String title, String implementation, String library, Adam adam,
      boolean hasFloatCoefficients) {
    this.title = title;
    this.implementation = PeerName.class.getPackageName() + "." + implementation;
    this.library = library;
    this.adam = adam;
    this.hasFloatCoefficients = hasFloatCoefficients;
  }

  /** The name for a table. */
  String title() {
    return title;
  }

  /** The hyper-parameters for a workload, with epsilon where this peer puts it. */
  Adam adam(Workload workload) {
    return workload.isOnePass()
        ? adam
            .withWeightDecay(Adam.WeightDecay.DECOUPLED, KernelContender.WEIGHT_DECAY)
            .withAverageDecay(KernelContender.AVERAGE_DECAY)
        : adam;
  }

  /** The largest relative error of a coefficient that this peer rounds once. */
  double coefficientRoundOff(Element element) {
    return hasFloatCoefficients ? Element.FLOAT.roundOff() : element.roundOff();
  }

  /** Whether this peer can do a workload; only PyTorch does whole models and more than the step. */
  boolean canDo(Workload workload) {
    return switch (this) {
      case PYTORCH -> true;
      case TRIBUO -> workload.kind() == Kind.ARRAY && workload.element() == Element.DOUBLE
          && workload.threads() == 1;
      default -> workload.kind() == Kind.ARRAY;
    };
  }

  /** Whether this build has the peer. */
  boolean isPresent() {
    try {
      final ClassLoader loader = PeerName.class.getClassLoader();
      Class.forName(implementation, false, loader);
      Class.forName(library, false, loader);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Loads the peer, and with it its native libraries. */
  Peer load() throws ReflectiveOperationException {
    return Class.forName(implementation)
        .asSubclass(Peer.class)
        .getDeclaredConstructor()
        .newInstance();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Constants that must exist before those of the enum. */
  private static final class Constants {
    /** DJL accepts hyper-parameters in float only. */
    static final Adam DJL =
        new Adam(1e-3f, 0.9f, 0.999f, 1e-8f, 0)
            .withEpsilonPlacement(Adam.EpsilonPlacement.EPSILON_HAT);
  }
}
