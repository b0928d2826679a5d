package org.adamant.bench.peers;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.adamant.Adam;
import org.adamant.AdamStep;
import org.adamant.bench.results.Workload;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays.Role;

/** A peer with the paper's formula in plain double arithmetic, and with faults on demand. */
final class FakePeer implements Peer {

  private static final List<Role> STEPPED =
      List.of(Role.PARAMS, Role.FIRST_MOMENT, Role.SECOND_MOMENT);

  private final Adam adam;
  private final boolean isDead;

  /** What was called, in order. */
  final List<String> calls = new ArrayList<>();

  FakePeer(Adam adam) {
    this(adam, false);
  }

  /** One whose step does nothing, as a call that a compiler removes. */
  static FakePeer dead() {
    return new FakePeer(Adam.defaults(), true);
  }

  private FakePeer(Adam adam, boolean isDead) {
    this.adam = adam;
    this.isDead = isDead;
  }

  @Override
  public String version() {
    return "fake 1";
  }

  @Override
  public Contender start(Workload workload, KernelContender kernel) {
    final Map<Role, Object> arrays = new HashMap<>();
    for (Role role : Role.values()) {
      final Object values = kernel.array(role, 0);
      if (values != null) {
        final Object copy = workload.element().zeros(Array.getLength(values));
        System.arraycopy(values, 0, copy, 0, Array.getLength(values));
        arrays.put(role, copy);
      }
    }
    return new Contender() {
      @Override
      public boolean consumesGradients() {
        return workload.isOnePass();
      }

      @Override
      public void restoreGradients() {
        calls.add("restore");
      }

      @Override
      public void step(long t) {
        calls.add("step " + t);
        if (!isDead) {
          final int length = Array.getLength(arrays.get(Role.PARAMS));
          for (int i = 0; i < length; i++) {
            stepOne(arrays, i, adam.atStep(t));
            if (workload.isBfloat16()) {
              for (Role role : STEPPED) {
                roundToBfloat16((float[]) arrays.get(role), i);
              }
            }
          }
        }
      }

      @Override
      public Optional<Object> read(Role role, int array) {
        return Optional.ofNullable(arrays.get(role));
      }

      @Override
      public void close() {
        calls.add("close");
      }
    };
  }

  /** To nearest. */
  private static void roundToBfloat16(float[] values, int i) {
    final int bits = Float.floatToRawIntBits(values[i]);
    values[i] = Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }

  private void stepOne(Map<Role, Object> arrays, int i, AdamStep step) {
    final double g = Element.get(arrays.get(Role.GRADS), i);
    final double m =
        adam.beta1() * Element.get(arrays.get(Role.FIRST_MOMENT), i) + (1 - adam.beta1()) * g;
    final double v =
        adam.beta2() * Element.get(arrays.get(Role.SECOND_MOMENT), i)
            + (1 - adam.beta2()) * g * g;
    final double p =
        Element.get(arrays.get(Role.PARAMS), i)
            - step.stepSize() * m / (Math.sqrt(v) * step.rootScale() + adam.epsilon());
    Element.set(arrays.get(Role.FIRST_MOMENT), i, m);
    Element.set(arrays.get(Role.SECOND_MOMENT), i, v);
    Element.set(arrays.get(Role.PARAMS), i, p);
  }
}
