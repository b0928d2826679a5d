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
import org.adamant.bench.jmh.StepStorage;
import org.adamant.bench.results.Workload;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays;
import org.adamant.bench.support.StepArrays.Role;
import org.adamant.bench.support.StepStorages;

/**
 * The kernel. A step computes its coefficients and calls the kernel as a program would: with the arrays of one
 * parameter, or with a model for several parameters or threads.
 */
final class KernelContender implements Contender {

  static final double LOSS_SCALE = 1024;
  static final double CLIP_FACTOR = 0.5;
  static final double WEIGHT_DECAY = 0.01;
  static final double AVERAGE_DECAY = 0.999;

  /**
   * Bytes at the end of each array that are not stepped, as here the collector moves arrays next to each other.
   * About a sixth of a page, as there may be six arrays.
   */
  static final int PADDING = 680;

  private final AdamKernel kernel = AdamKernel.preferred();
  private final Workload workload;
  private final Adam adam;
  private final List<StepArrays> arrays = new ArrayList<>();
  private final List<Object[]> first = new ArrayList<>();
  /** The operands in bfloat16; null in other workloads, which have arrays. */
  private final StepStorages storages;

  private final AdamModel model;

  KernelContender(Workload workload, Adam adam) {
    this.workload = workload;
    this.adam = adam;
    if (workload.isBfloat16()) {
      // In native memory, as those of the peer.
      storages = StepStorage.ALL_BF16.operands(workload.size());
      model = AdamModel.of(storages.slice());
      return;
    }
    storages = null;
    final boolean isOnePass = workload.isOnePass();
    for (int length : workload.lengths()) {
      final StepArrays a =
          new StepArrays(
              workload.element(), length, PADDING, arrays.size(), isOnePass ? LOSS_SCALE : 1,
              isOnePass);
      arrays.add(a);
      if (isOnePass) {
        first.add(a.copies());
      }
    }
    model = AdamModel.of(arrays.stream().map(KernelContender::slice).toList());
  }

  private static AdamSlice slice(StepArrays a) {
    final Object average = a.get(Role.AVERAGE);
    return average == null ? a.slice() : a.slice().withAverage(average);
  }

  /** How many arrays there are of each role. */
  int count() {
    return storages == null ? arrays.size() : 1;
  }

  @Override
  public boolean consumesGradients() {
    return workload.isOnePass();
  }

  @Override
  public void restoreGradients() {
    for (int i = 0; i < arrays.size(); i++) {
      arrays.get(i).restore(first.get(i), Role.GRADS);
    }
  }

  @Override
  public void step(long t) {
    if (workload.threads() > 1) {
      kernel.step(coefficients(t), model, ForkJoinPool.commonPool(), workload.threads());
    } else if (workload.kind() == Workload.Kind.ARRAY) {
      arrays.getFirst().step(kernel, coefficients(t));
    } else {
      kernel.step(coefficients(t), model);
    }
  }

  private AdamStep coefficients(long t) {
    final AdamStep step = adam.atStep(t);
    return workload.isOnePass()
        ? step.withGradientScale(1 / LOSS_SCALE).withClipFactor(CLIP_FACTOR).withZeroGradient()
        : step;
  }

  /** A copy of an array, without its padding, and in float if it is in bfloat16; null if there is none. */
  Object array(Role role, int array) {
    if (storages != null) {
      return role == Role.AVERAGE ? null : storages.floats(role);
    }
    final StepArrays a = arrays.get(array);
    return a.get(role) == null ? null : Element.copyOf(a.get(role), a.length());
  }

  @Override
  public Optional<Object> read(Role role, int array) {
    return Optional.ofNullable(array(role, array));
  }

  @Override
  public void close() {}
}
