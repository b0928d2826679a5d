package org.adamant.proptest;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.train.ApplyAdam;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** A run of TensorFlow's {@code ApplyAdam}, in a graph of its own. */
final class TensorFlowRun implements AutoCloseable {

  private final Adam adam;
  private final LiveRun run;
  private final Graph graph = new Graph();
  private final Session session = new Session(graph);
  private final List<? extends Variable<?>> variables;
  private final List<? extends Placeholder<?>> inputs;
  private final ApplyAdam<?> update;

  /** Starts from parameters and moments. */
  TensorFlowRun(Adam adam, LiveRun run, Object params, Object m, Object v) {
    this.adam = adam;
    this.run = run;
    final Ops ops = Ops.create(graph);
    final Class<? extends TNumber> type =
        run.element == float.class ? TFloat32.class : TFloat64.class;
    final Parts<?> parts = Parts.of(ops, type, Shape.of(run.shape), adam.nesterov());
    variables = parts.variables;
    inputs = parts.inputs;
    update = parts.update;
    final Session.Runner runner = session.runner();
    final Object[] values = {params, m, v};
    for (int k = 0; k < values.length; k++) {
      final Tensor value = tensor(values[k]);
      runner.feed(parts.initialValues.get(k), value).addTarget(parts.assignments.get(k).op());
    }
    runner.run().close();
  }

  private record Parts<T extends TNumber>(
      List<Variable<T>> variables,
      List<Placeholder<T>> initialValues,
      List<Operand<T>> assignments,
      List<Placeholder<T>> inputs,
      ApplyAdam<T> update) {

    static <T extends TNumber> Parts<T> of(Ops ops, Class<T> type, Shape shape, boolean nesterov) {
      final Function<Shape, Placeholder<T>> placeholder =
          s -> ops.placeholder(type, Placeholder.shape(s));
      final List<Variable<T>> variables =
          List.of(
              ops.variable(shape, type), ops.variable(shape, type), ops.variable(shape, type));
      final List<Placeholder<T>> initialValues =
          variables.stream().map(_ -> placeholder.apply(shape)).toList();
      final List<Operand<T>> assignments =
          List.of(0, 1, 2)
              .stream()
              .<Operand<T>>map(k -> ops.assign(variables.get(k), initialValues.get(k)))
              .toList();
      final List<Placeholder<T>> scalars =
          List.of(0, 1, 2, 3, 4, 5).stream().map(_ -> placeholder.apply(Shape.scalar())).toList();
      final Placeholder<T> grads = placeholder.apply(shape);
      final ApplyAdam<T> update =
          ops.train.applyAdam(
              variables.get(0),
              variables.get(1),
              variables.get(2),
              scalars.get(0),
              scalars.get(1),
              scalars.get(2),
              scalars.get(3),
              scalars.get(4),
              scalars.get(5),
              grads,
              ApplyAdam.useNesterov(nesterov));
      return new Parts<>(
          variables,
          initialValues,
          assignments,
          Stream.concat(scalars.stream(), Stream.of(grads)).toList(),
          update);
    }
  }

  /** Takes step t. */
  void step(long t, Object grads) {
    final Session.Runner runner = session.runner().addTarget(update.op());
    final double[] scalars = {
      StrictMath.pow(adam.beta1(), t),
      StrictMath.pow(adam.beta2(), t),
      adam.learningRate(),
      adam.beta1(),
      adam.beta2(),
      adam.epsilon()
    };
    for (int k = 0; k < scalars.length; k++) {
      runner.feed(inputs.get(k), scalar(scalars[k]));
    }
    runner.feed(inputs.get(scalars.length), tensor(grads));
    runner.run().close();
  }

  Object params() {
    return read(0);
  }

  Object m() {
    return read(1);
  }

  Object v() {
    return read(2);
  }

  private Object read(int variable) {
    final Object array = run.array();
    try (Result result = session.runner().fetch(variables.get(variable)).run()) {
      final Tensor tensor = result.get(0);
      if (array instanceof float[] floats) {
        ((TFloat32) tensor).asRawTensor().data().asFloats().read(floats);
      } else {
        ((TFloat64) tensor).asRawTensor().data().asDoubles().read((double[]) array);
      }
    }
    return array;
  }

  private Tensor scalar(double x) {
    return run.element == float.class ? TFloat32.scalarOf((float) x) : TFloat64.scalarOf(x);
  }

  private Tensor tensor(Object array) {
    final Shape shape = Shape.of(run.shape);
    return array instanceof float[] floats
        ? TFloat32.tensorOf(shape, DataBuffers.of(floats, true, false))
        : TFloat64.tensorOf(shape, DataBuffers.of((double[]) array, true, false));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
