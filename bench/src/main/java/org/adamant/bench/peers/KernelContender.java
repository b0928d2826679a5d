package org.adamant.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;

/**
 * The kernel. A step makes its coefficients and calls the kernel as a program would: with the arrays of
 * a single one, with the model of several or of more than one thread.
 */
final class KernelContender implements Contender {

  static final double LOSS_SCALE = 1024;
  static final double CLIP_FACTOR = 0.5;
  static final double WEIGHT_DECAY = 0.01;
  static final double AVERAGE_DECAY = 0.999;

  /**
   * Bytes at the end of each array that are not stepped, to the same end as {@link
   * org.adamant.bench.support.Spacers}: here the collector does move arrays, and then next to each other.
   * About a sixth of a page, as there may be six arrays.
   */
  static final int PADDING = 680;

  private static final double LARGEST_PARAM = 1;
  private static final double LARGEST_GRAD = 0.01;

  private final AdamKernel kernel = AdamKernel.preferred();
  private final Workload workload;
  private final Adam adam;
  private final List<Arrays> arrays = new ArrayList<>();
  private final AdamModel model;

  /** The arrays of one slice, each with a padding; the average only where it is kept. */
  private record Arrays(int length, Object params, Object grads, Object m, Object v, Object average,
      Object kept) {

    AdamSlice slice() {
      final AdamSlice slice =
          params instanceof float[] p
              ? AdamSlice.of(p, (float[]) grads, (float[]) m, (float[]) v)
              : AdamSlice.of((double[]) params, (double[]) grads, (double[]) m, (double[]) v);
      return (average == null ? slice : slice.withAverage(average)).range(0, length);
    }
  }

  KernelContender(Workload workload, Adam adam) {
    this.workload = workload;
    this.adam = adam;
    for (int length : workload.lengths()) {
      arrays.add(create(length, arrays.size()));
    }
    model = AdamModel.of(arrays.stream().map(Arrays::slice).toList());
  }

  private Arrays create(int length, int seed) {
    final Element element = workload.element();
    final boolean isOnePass = workload.isOnePass();
    final double scale = isOnePass ? LOSS_SCALE : 1;
    final int padded = length + PADDING / element.bytes();
    return new Arrays(
        length,
        element.random(padded, LARGEST_PARAM, 2 * seed),
        element.random(padded, scale * LARGEST_GRAD, 2 * seed + 1),
        element.zeros(padded),
        element.zeros(padded),
        isOnePass ? element.random(padded, LARGEST_PARAM, 2 * seed) : null,
        isOnePass ? element.random(length, scale * LARGEST_GRAD, 2 * seed + 1) : null);
  }

  /** How many arrays there are of each role. */
  int count() {
    return arrays.size();
  }

  @Override
  public boolean consumesGradients() {
    return workload.isOnePass();
  }

  @Override
  public void restoreGradients() {
    for (Arrays a : arrays) {
      System.arraycopy(a.kept, 0, a.grads, 0, a.length);
    }
  }

  @Override
  public void step(long t) {
    if (workload.threads() > 1) {
      kernel.step(coefficients(t), model, ForkJoinPool.commonPool(), workload.threads());
    } else if (workload.kind() == Workload.Kind.ARRAY) {
      stepArray(coefficients(t), arrays.getFirst());
    } else {
      kernel.step(coefficients(t), model);
    }
  }

  private void stepArray(AdamStep step, Arrays a) {
    if (a.params instanceof float[] params) {
      kernel.step(
          step, params, (float[]) a.grads, (float[]) a.m, (float[]) a.v, 0, a.length);
    } else {
      kernel.step(
          step, (double[]) a.params, (double[]) a.grads, (double[]) a.m, (double[]) a.v, 0,
          a.length);
    }
  }

  private AdamStep coefficients(long t) {
    final AdamStep step = adam.atStep(t);
    return workload.isOnePass()
        ? step.withGradientScale(1 / LOSS_SCALE).withClipFactor(CLIP_FACTOR).withZeroGradient()
        : step;
  }

  /** A copy of an array, without its padding; null if there is none. */
  Object array(Role role, int array) {
    final Arrays a = arrays.get(array);
    final Object padded = switch (role) {
      case PARAMS -> a.params;
      case GRADS -> a.grads;
      case FIRST_MOMENT -> a.m;
      case SECOND_MOMENT -> a.v;
      case AVERAGE -> a.average;
    };
    return padded == null ? null : Element.copyOf(padded, a.length);
  }

  @Override
  public Optional<Object> read(Role role, int array) {
    return Optional.ofNullable(array(role, array));
  }

  @Override
  public void close() {}
}
