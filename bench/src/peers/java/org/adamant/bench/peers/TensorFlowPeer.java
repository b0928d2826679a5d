package org.adamant.bench.peers;

import org.adamant.bench.results.Workload;
import org.adamant.bench.support.StepArrays.Role;
import org.adamant.bench.support.Element;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.adamant.Adam;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.train.ApplyAdam;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/** TensorFlow's {@code ApplyAdam}, run in a session that is fed the gradient and the powers of beta. */
final class TensorFlowPeer implements Peer {

  TensorFlowPeer() {}

  @Override
  public String version() {
    return "TensorFlow " + TensorFlow.version() + " of TensorFlow Java "
        + Versions.of("org.tensorflow", "tensorflow-core-api");
  }

  @Override
  public Contender start(Workload workload, KernelContender kernel) {
    return workload.element() == Element.FLOAT
        ? new Applied<>(TFloat32.class, workload, kernel)
        : new Applied<>(TFloat64.class, workload, kernel);
  }

  private static final class Applied<T extends TType> implements Contender {
    private final Class<T> type;
    private final int length;
    private final Adam adam;
    private final Graph graph = new Graph();
    private final Session session;
    private final Map<Role, Variable<T>> variables = new EnumMap<>(Role.class);
    private final Placeholder<T> beta1Power;
    private final Placeholder<T> beta2Power;
    private final Placeholder<T> gradient;
    private final T gradientValue;
    private final ApplyAdam<T> step;

    Applied(Class<T> type, Workload workload, KernelContender kernel) {
      this.type = type;
      this.length = workload.size();
      this.adam = PeerName.TENSORFLOW.adam(workload);
      final Ops tf = Ops.create(graph);
      final Shape shape = Shape.of(length);
      final Placeholder<T> initial = tf.placeholder(type);
      final List<org.tensorflow.op.Op> assignments = new ArrayList<>();
      for (Role role : List.of(Role.PARAMS, Role.FIRST_MOMENT, Role.SECOND_MOMENT)) {
        final Variable<T> variable = tf.variable(shape, type);
        variables.put(role, variable);
        assignments.add(tf.assign(variable, initial));
      }
      beta1Power = tf.placeholder(type);
      beta2Power = tf.placeholder(type);
      gradient = tf.placeholder(type, Placeholder.shape(shape));
      step =
          tf.train.applyAdam(
              variables.get(Role.PARAMS),
              variables.get(Role.FIRST_MOMENT),
              variables.get(Role.SECOND_MOMENT),
              beta1Power,
              beta2Power,
              constant(tf, adam.learningRate()),
              constant(tf, adam.beta1()),
              constant(tf, adam.beta2()),
              constant(tf, adam.epsilon()),
              gradient);
      session =
          new Session(
              graph,
              ConfigProto.newBuilder()
                  .setIntraOpParallelismThreads(workload.threads())
                  .setInterOpParallelismThreads(1)
                  .build());
      int i = 0;
      for (Role role : variables.keySet()) {
        try (T value = tensor(kernel.array(role, 0));
            Result _ = session.runner().feed(initial, value).addTarget(assignments.get(i++)).run()) {
          // It is run, and nothing of it is wanted.
        }
      }
      gradientValue = tensor(kernel.array(Role.GRADS, 0));
    }

    private org.tensorflow.Operand<T> constant(Ops tf, double value) {
      return tf.dtypes.cast(tf.constant(value), type);
    }

    private T tensor(Object values) {
      final Shape shape = Shape.of(length);
      return type.cast(
          values instanceof float[] floats
              ? TFloat32.tensorOf(shape, DataBuffers.of(floats))
              : TFloat64.tensorOf(shape, DataBuffers.of((double[]) values)));
    }

    private T scalar(double value) {
      return type.cast(
          type == TFloat32.class ? TFloat32.scalarOf((float) value) : TFloat64.scalarOf(value));
    }

    @Override
    public boolean consumesGradients() {
      return false;
    }

    @Override
    public void restoreGradients() {}

    @Override
    public void step(long t) {
      try (T power1 = scalar(Math.pow(adam.beta1(), (double) t));
          T power2 = scalar(Math.pow(adam.beta2(), (double) t))) {
        session
            .runner()
            .feed(beta1Power, power1)
            .feed(beta2Power, power2)
            .feed(gradient, gradientValue)
            .addTarget(step)
            .run()
            .close();
      }
    }

    @Override
    public Optional<Object> read(Role role, int array) {
      final Variable<T> variable = variables.get(role);
      if (variable == null) {
        return Optional.empty();
      }
      try (Result result = session.runner().fetch(variable).run()) {
        final Tensor value = result.get(0);
        if (type == TFloat32.class) {
          final float[] floats = new float[length];
          value.asRawTensor().data().asFloats().read(floats);
          return Optional.of(floats);
        }
        final double[] doubles = new double[length];
        value.asRawTensor().data().asDoubles().read(doubles);
        return Optional.of(doubles);
      }
    }

    @Override
    public void close() {
      gradientValue.close();
      session.close();
      graph.close();
    }
  }
}
