package org.adamant.proptest.oracle;

import java.util.ArrayList;
import java.util.List;
import org.adamant.proptest.State;
import org.adamant.proptest.witness.Variant;
import org.adamant.testkit.Elements;
import org.apache.commons.numbers.core.DD;

/**
 * The exact trajectory of some elements, from the first values of the arrays.
 *
 * @param <T> the numbers
 */
public final class ExactRun<T> {

  private final Oracle<T> oracle;
  private final boolean isFloat;
  private final int stride;
  private List<Oracle.Element<T>> elements = new ArrayList<>();

  ExactRun(Reals<T> reals, Variant variant, State start, int stride) {
    this.oracle = new Oracle<>(reals, variant);
    this.isFloat = start.params() instanceof float[];
    this.stride = stride;
    for (int i = 0; i < start.length(); i += stride) {
      elements.add(
          oracle.element(
              Elements.get(start.params(), i),
              Elements.get(start.m(), i),
              Elements.get(start.v(), i),
              Elements.get(start.maximum(), i),
              Elements.get(start.average(), i)));
    }
  }

  /**
   * A trajectory in double-double.
   *
   * @param variant what to compute
   * @param start the arrays at the start
   * @param stride follows every stride-th element, from the first
   * @return the trajectory
   */
  public static ExactRun<DD> start(Variant variant, State start, int stride) {
    return new ExactRun<>(DoubleDoubles.INSTANCE, variant, start, stride);
  }

  /**
   * Goes on by one step.
   *
   * @param t the number of the step
   * @param grads the gradients of all elements
   */
  public void step(long t, Object grads) {
    final Oracle.Corrections<T> corrections = oracle.corrections(t);
    final List<Oracle.Element<T>> next = new ArrayList<>(elements.size());
    for (int k = 0; k < elements.size(); k++) {
      next.add(oracle.step(elements.get(k), corrections, Elements.get(grads, k * stride)));
    }
    elements = next;
  }

  List<Oracle.Element<T>> elements() {
    return elements;
  }

  /**
   * Judges results.
   *
   * @param actual the arrays of all elements after the same steps
   * @return the errors of those that are followed
   */
  public Accuracy accuracy(State actual) {
    final Accuracy accuracy = new Accuracy();
    judge(actual, accuracy);
    return accuracy;
  }

  void judge(State actual, Accuracy accuracy) {
    for (int k = 0; k < elements.size(); k++) {
      final Oracle.Element<T> exact = elements.get(k);
      final Oracle.Largest largest = exact.largest();
      final int i = k * stride;
      final double errorOfV = error(actual.v(), i, exact.v());
      final double errorOfP = error(actual.params(), i, exact.p());
      accuracy.m().add(error(actual.m(), i, exact.m()) / ulp(largest.m()));
      accuracy.v().add(errorOfV / ulp(largest.v()));
      accuracy.p().add(errorOfP / ulp(largest.p()));
      accuracy.average().add(error(actual.average(), i, exact.average()) / ulp(largest.average()));
      accuracy.relativeV().add(errorOfV / oracle.approximate(exact.v()));
      accuracy.absoluteP().add(errorOfP);
      accuracy.ownP().add(errorOfP / ulp(oracle.approximate(exact.p())));
    }
  }

  private double error(Object array, int i, T exact) {
    return oracle.error(Elements.get(array, i), exact);
  }

  private double ulp(double x) {
    return isFloat ? Math.ulp((float) x) : Math.ulp(x);
  }
}
