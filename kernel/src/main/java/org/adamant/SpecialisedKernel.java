package org.adamant;

import java.lang.reflect.Array;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.adamant.internal.Loop;
import org.adamant.internal.Specialisation;
import org.adamant.internal.Specialisation.Element;
import org.adamant.internal.Specialiser;
import org.adamant.internal.Variant;

/** Checks the arguments of a step once, and picks the loop specialised for its variant. */
final class SpecialisedKernel implements AdamKernel {

  private static final Map<LaneWidth, AdamKernel> BY_WIDTH = new ConcurrentHashMap<>();

  /** The preferred kernel and the property value it was chosen under. */
  private static volatile Preferred preferred;

  private final LaneWidth width;
  private final String explanation;

  /** The loops of the last variant; a race only costs a look-up. */
  private Loops last;

  private record Preferred(String property, AdamKernel kernel) {}

  private record Loops(Variant variant, Loop floats, Loop doubles) {}

  private SpecialisedKernel(LaneWidth width, String explanation) {
    this.width = width;
    this.explanation = explanation;
  }

  static AdamKernel preferred() {
    final String property = System.getProperty(LaneWidth.PROPERTY);
    final Preferred known = preferred;
    if (known != null && Objects.equals(known.property, property)) {
      return known.kernel;
    }
    final Preference preference = Preference.current();
    final AdamKernel kernel = new SpecialisedKernel(preference.width(), preference.explanation());
    preferred = new Preferred(property, kernel);
    return kernel;
  }

  static AdamKernel of(LaneWidth width) {
    Arguments.requireNonNull("width", width);
    return BY_WIDTH.computeIfAbsent(width, SpecialisedKernel::create);
  }

  private static AdamKernel create(LaneWidth width) {
    final String askedFor = "AdamKernel.of(" + width + ")";
    width.requireSupported(askedFor);
    return new SpecialisedKernel(width, Preference.nameOf(width) + ": asked for by " + askedFor);
  }

  @Override
  public LaneWidth laneWidth() {
    return width;
  }

  @Override
  public String explanation() {
    return explanation;
  }

  @Override
  public void step(AdamStep step, float[] params, float[] grads, float[] m, float[] v) {
    Arguments.requireNonNull("params", params);
    step(step, params, grads, m, v, 0, params.length);
  }

  @Override
  public void step(
      AdamStep step, float[] params, float[] grads, float[] m, float[] v, int offset, int length) {
    check(step, params, grads, m, v, offset, length);
    step.requireFloatRange();
    loops(step).floats.run(step.coefficients(), params, grads, m, v, offset, offset + length);
  }

  @Override
  public void step(AdamStep step, double[] params, double[] grads, double[] m, double[] v) {
    Arguments.requireNonNull("params", params);
    step(step, params, grads, m, v, 0, params.length);
  }

  @Override
  public void step(
      AdamStep step,
      double[] params,
      double[] grads,
      double[] m,
      double[] v,
      int offset,
      int length) {
    check(step, params, grads, m, v, offset, length);
    loops(step).doubles.run(step.coefficients(), params, grads, m, v, offset, offset + length);
  }

  @Override
  public String toString() {
    return "AdamKernel[" + explanation + "]";
  }

  private static void check(
      AdamStep step, Object params, Object grads, Object m, Object v, int offset, int length) {
    Arguments.requireNonNull("step", step);
    Arguments.requireStepArrays(params, grads, m, v);
    Arguments.requireSlice(offset, length, Array.getLength(params));
  }

  private Loops loops(AdamStep step) {
    final Loops loops = last;
    return loops != null && loops.variant.equals(step.variant()) ? loops : find(step.variant());
  }

  private Loops find(Variant variant) {
    final Loop floats = Specialiser.loop(new Specialisation(Element.FLOAT, width.bits(), variant));
    final Loop doubles =
        Specialiser.loop(new Specialisation(Element.DOUBLE, width.bits(), variant));
    last = new Loops(variant, floats, doubles);
    return last;
  }
}
