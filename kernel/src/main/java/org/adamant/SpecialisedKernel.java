package org.adamant;

import java.lang.reflect.Array;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.adamant.Adam.AmsGrad;
import org.adamant.internal.Changeover;
import org.adamant.internal.Chooser;
import org.adamant.internal.Loop;
import org.adamant.internal.Specialisation;
import org.adamant.internal.Specialisation.Element;
import org.adamant.internal.Specialiser;
import org.adamant.internal.Variant;

/** Checks the arguments of a step once, and picks the loop specialised for its variant. */
final class SpecialisedKernel implements AdamKernel {

  /** Fewer elements than this are not worth another thread: the hand-over takes as long as they do. */
  private static final long SMALLEST_PART = 8192;

  // Neither this nor the choices below are lambdas: the first of a program takes milliseconds to link, in
  // the middle of a first step.
  private static final Executor NONE =
      new Executor() {
        @Override
        public void execute(Runnable command) {
          throw new AssertionError("one thread needs no executor");
        }
      };

  private static final Map<LaneWidth, AdamKernel> BY_WIDTH = new ConcurrentHashMap<>();

  /** The preferred kernels, by the value of the property they were chosen under; empty for none. */
  private static final Map<String, AdamKernel> BY_PROPERTY = new ConcurrentHashMap<>();

  private final Choice choice;

  private final Map<Variant, Loops> byVariant = new ConcurrentHashMap<>();

  /** The loops of the last variant; a race only costs a look-up. */
  private Loops last;

  /** Which width, and how a loop of it begins. */
  private interface Choice {
    Preference preference();

    Loop loop(Element element, Variant variant);
  }

  /** The width that a call named, from the first element on. */
  private record Named(Preference preference) implements Choice {
    @Override
    public Loop loop(Element element, Variant variant) {
      return Specialiser.loop(new Specialisation(element, preference.width().bits(), variant));
    }
  }

  /** A preferred width that is known. */
  private record Known(Preference preference) implements Choice {
    @Override
    public Loop loop(Element element, Variant variant) {
      return Changeover.create(new Specialisation(element, preference.width().bits(), variant));
    }
  }

  /**
   * The widest vectors, whichever they are: found out when they are asked about, or when the first loop
   * changes over to them, because that takes far longer than a first step.
   */
  private static final class Widest implements Choice {
    private volatile Preference found;

    @Override
    public Preference preference() {
      final Preference known = found;
      return known != null ? known : (found = Preference.said(null));
    }

    @Override
    public Loop loop(Element element, Variant variant) {
      return Changeover.create(
          new Specialisation(element, 0, variant),
          new Supplier<>() {
            @Override
            public Loop get() {
              final int bits = preference().width().bits();
              return Specialiser.loop(new Specialisation(element, bits, variant));
            }
          });
    }
  }

  private record Loops(Variant variant, Loop floats, Loop doubles) {
    Loop of(Element element) {
      return element == Element.FLOAT ? floats : doubles;
    }
  }

  private SpecialisedKernel(Choice choice) {
    this.choice = choice;
  }

  static AdamKernel preferred() {
    final String property = System.getProperty(LaneWidth.PROPERTY, "");
    final AdamKernel known = BY_PROPERTY.get(property);
    if (known != null) {
      return known;
    }
    final AdamKernel kernel =
        new SpecialisedKernel(
            Preference.isAsked(property) || Chooser.plainObstacle().isPresent()
                ? new Known(Preference.said(property))
                : new Widest());
    final AdamKernel first = BY_PROPERTY.putIfAbsent(property, kernel);
    return first == null ? kernel : first;
  }

  static AdamKernel of(LaneWidth width) {
    Arguments.requireNonNull("width", width);
    return BY_WIDTH.computeIfAbsent(width, SpecialisedKernel::create);
  }

  static AdamKernel create(LaneWidth width) {
    final String askedFor = "AdamKernel.of(" + width + ")";
    width.requireSupported(askedFor);
    return new SpecialisedKernel(new Named(Preference.asked(width, askedFor)));
  }

  @Override
  public LaneWidth laneWidth() {
    return choice.preference().width();
  }

  @Override
  public String explanation() {
    return choice.preference().explanation();
  }

  @Override
  public void step(AdamStep step, float[] params, float[] grads, float[] m, float[] v) {
    Arguments.requireNonNull("params", params);
    step(step, params, grads, m, v, 0, params.length);
  }

  @Override
  public void step(
      AdamStep step, float[] params, float[] grads, float[] m, float[] v, int offset, int length) {
    step(Element.FLOAT, step, params, grads, m, v, offset, length);
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
    step(Element.DOUBLE, step, params, grads, m, v, offset, length);
  }

  private void step(
      Element element,
      AdamStep step,
      Object params,
      Object grads,
      Object m,
      Object v,
      int offset,
      int length) {
    Arguments.requireNonNull("step", step);
    Arguments.requireStepArrays(params, grads, m, v);
    Arguments.requireSlice(offset, length, Array.getLength(params));
    requireFits(step, element, null, null, -1);
    final Loop loop = loops(step.variant()).of(element);
    final int end = offset + length;
    if (refused(step, loop, grads, offset, end) > 0) {
      return;
    }
    loop.run(step.coefficients(), params, grads, m, v, null, null, offset, end);
  }

  @Override
  public long step(AdamStep step, AdamSlice slice) {
    Arguments.requireNonNull("step", step);
    Arguments.requireNonNull("slice", slice);
    requireFits(step, slice.element, slice.maximum, slice.average, -1);
    final Loops loops = loops(step.variant());
    final int end = slice.offset + slice.length;
    final long refused =
        refused(step, loops.of(slice.element), slice.grads, slice.offset, end);
    if (refused == 0) {
      run(step, loops, slice, slice.offset, end);
    }
    return refused;
  }

  @Override
  public long step(AdamStep step, AdamModel model) {
    return step(step, model, NONE, 1);
  }

  @Override
  public long step(AdamStep step, AdamModel model, Executor executor, int threads) {
    Arguments.requireNonNull("step", step);
    requireModel(model, executor, threads);
    for (int i = 0; i < model.slices.length; i++) {
      final AdamSlice slice = model.slices[i];
      requireFits(step, slice.element, slice.maximum, slice.average, i);
    }
    if (step.nonFinite() != NonFinite.PROPAGATE && !isFinite(model, executor, threads)) {
      final Loops loops = loops(step.variant());
      long count = 0;
      for (AdamSlice slice : model.slices) {
        count +=
            loops
                .of(slice.element)
                .countNonFinite(slice.grads, slice.offset, slice.offset + slice.length);
      }
      return refuse(step, count);
    }
    if (threads == 1) {
      run(step, model, 0, model.length());
    } else {
      Parts.run(
          model.length(), SMALLEST_PART, threads, executor, true,
          (from, to) -> run(step, model, from, to));
    }
    return 0;
  }

  @Override
  public double globalNorm(AdamModel model) {
    return globalNorm(model, NONE, 1);
  }

  @Override
  public double globalNorm(AdamModel model, Executor executor, int threads) {
    requireModel(model, executor, threads);
    return GlobalNorm.of(model, loops(Variant.BASIC)::of, executor, threads);
  }

  /** One part of a model, in the order of its elements. */
  private void run(AdamStep step, AdamModel model, long from, long to) {
    final Loops loops = loops(step.variant());
    // A model may have no elements, and then no slice that has the first.
    int i = from < to ? model.sliceOf(from) : 0;
    for (long start = from; start < to; i++) {
      final AdamSlice slice = model.slices[i];
      final long before = model.before(i);
      final int first = (int) (start - before);
      final int last = (int) Math.min(slice.length, to - before);
      run(step, loops, slice, slice.offset + first, slice.offset + last);
      start = before + last;
    }
  }

  private static void run(AdamStep step, Loops loops, AdamSlice slice, int from, int to) {
    loops
        .of(slice.element)
        .run(
            step.coefficients(),
            slice.params,
            slice.grads,
            slice.m,
            slice.v,
            slice.maximum,
            slice.average,
            from,
            to);
  }

  private boolean isFinite(AdamModel model, Executor executor, int threads) {
    final Loops loops = loops(Variant.BASIC);
    final AtomicBoolean isFinite = new AtomicBoolean(true);
    Parts.run(
        model.slices.length,
        1,
        threads,
        executor,
        false,
        (from, to) -> {
          for (int i = (int) from; i < to && isFinite.get(); i++) {
            final AdamSlice slice = model.slices[i];
            final int end = slice.offset + slice.length;
            if (!loops.of(slice.element).isFinite(slice.grads, slice.offset, end)) {
              isFinite.set(false);
            }
          }
        });
    return isFinite.get();
  }

  /** The number of gradients for which a slice is not to be stepped; throws if they are to throw. */
  private static long refused(AdamStep step, Loop loop, Object grads, int from, int to) {
    return step.nonFinite() == NonFinite.PROPAGATE || loop.isFinite(grads, from, to)
        ? 0
        : refuse(step, loop.countNonFinite(grads, from, to));
  }

  /** Does what the step wants done about gradients that are not finite, which is not to step. */
  private static long refuse(AdamStep step, long count) {
    if (step.nonFinite() == NonFinite.THROW) {
      throw new ArithmeticException(
          "grads has " + count + " elements that are NaN or infinite: expected finite gradients; "
              + "nothing was changed");
    }
    return count;
  }

  private static void requireModel(AdamModel model, Executor executor, int threads) {
    Arguments.requireNonNull("model", model);
    Arguments.requireNonNull("executor", executor);
    if (threads < 1) {
      throw new IllegalArgumentException("threads = " + threads + ": expected at least 1");
    }
  }

  /** Refuses a step that cannot be done on such arrays; index is that of a slice in its model, or -1. */
  private static void requireFits(
      AdamStep step, Element element, Object maximum, Object average, int index) {
    if (element == Element.FLOAT) {
      step.requireFloatRange();
    }
    final Adam adam = step.adam();
    if (adam.amsgrad() != AmsGrad.NONE && maximum == null) {
      throw new IllegalArgumentException(
          "amsgrad = " + adam.amsgrad() + ": expected slices with the running maxima, see"
              + " AdamSlice.withMaximum" + whichOf(index));
    }
    if (adam.averageDecay() < 1 && average == null) {
      throw new IllegalArgumentException(
          "averageDecay = " + adam.averageDecay() + ": expected slices with the averages, see"
              + " AdamSlice.withAverage" + whichOf(index));
    }
  }

  private static String whichOf(int index) {
    return index < 0 ? "" : "; slices[" + index + "] has none";
  }

  private Loops loops(Variant variant) {
    final Loops loops = last;
    // By reference: steps share their variants.
    return loops != null && loops.variant == variant ? loops : find(variant);
  }

  private Loops find(Variant variant) {
    Loops found = byVariant.get(variant);
    if (found == null) {
      final Loop floats = choice.loop(Element.FLOAT, variant);
      final Loop doubles = choice.loop(Element.DOUBLE, variant);
      found = new Loops(variant, floats, doubles);
      final Loops first = byVariant.putIfAbsent(variant, found);
      found = first == null ? found : first;
    }
    last = found;
    return found;
  }

  @Override
  public String toString() {
    return "AdamKernel[" + explanation() + "]";
  }
}
