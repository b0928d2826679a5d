package org.adamant;

import java.lang.reflect.Array;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.adamant.Adam.AmsGrad;
import org.adamant.internal.Changeover;
import org.adamant.internal.Changeover.Progress;
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

  /** The loops that read gradients, which all variants share. */
  private Loops readers;

  /** Which width, and how a loop of it begins. */
  private interface Choice {
    Preference preference();

    Loop loop(Element element, Variant variant);

    /** Whether a loop may begin on the scalar path. */
    boolean beginsScalar();
  }

  /** The width that a call named, from the first element on. */
  private record Named(Preference preference) implements Choice {
    @Override
    public Loop loop(Element element, Variant variant) {
      return Changeover.createTrained(
          new Specialisation(element, preference.width().bits(), variant));
    }

    @Override
    public boolean beginsScalar() {
      return false;
    }
  }

  /** A preferred width that is known. */
  private record Known(Preference preference) implements Choice {
    @Override
    public Loop loop(Element element, Variant variant) {
      return Changeover.create(new Specialisation(element, preference.width().bits(), variant));
    }

    @Override
    public boolean beginsScalar() {
      return preference.width() != LaneWidth.SCALAR;
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

    @Override
    public boolean beginsScalar() {
      return preference().width() != LaneWidth.SCALAR;
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
    final AdamKernel kernel = newPreferred(property);
    final AdamKernel first = BY_PROPERTY.putIfAbsent(property, kernel);
    return first == null ? kernel : first;
  }

  /** One that has stepped nothing yet, under a value of the property. */
  static AdamKernel newPreferred(String property) {
    return new SpecialisedKernel(
        Preference.isAsked(property) || Chooser.plainObstacle().isPresent()
            ? new Known(Preference.said(property))
            : new Widest());
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
    return choice.preference().explanation() + progress();
  }

  /** Which of the work asked so far is done by SIMD, for the end of a sentence. */
  private String progress() {
    Progress sum = Progress.NONE;
    for (Loops loops : byVariant.values()) {
      sum = sum.plus(progress(loops.floats)).plus(progress(loops.doubles));
    }
    final StringBuilder text = new StringBuilder();
    if (choice.beginsScalar() && sum.asked() > 0) {
      text.append("; ").append(sum.switched()).append(" of the ").append(sum.asked());
      text.append(" loops used so far have switched to it from the scalar path");
    }
    if (sum.refused() > 0) {
      text.append("; ").append(sum.refused());
      text.append(" gave other bits than the reference once compiled, please report this");
    }
    return text.toString();
  }

  private static Progress progress(Loop loop) {
    return loop instanceof Changeover changeover ? changeover.progress() : Progress.NONE;
  }

  @Override
  public long step(AdamStep step, float[] params, float[] grads, float[] m, float[] v) {
    Arguments.requireNonNull("params", params);
    return step(step, params, grads, m, v, 0, params.length);
  }

  @Override
  public long step(
      AdamStep step, float[] params, float[] grads, float[] m, float[] v, int offset, int length) {
    return step(Element.FLOAT, step, params, grads, m, v, offset, length);
  }

  @Override
  public long step(AdamStep step, double[] params, double[] grads, double[] m, double[] v) {
    Arguments.requireNonNull("params", params);
    return step(step, params, grads, m, v, 0, params.length);
  }

  @Override
  public long step(
      AdamStep step,
      double[] params,
      double[] grads,
      double[] m,
      double[] v,
      int offset,
      int length) {
    return step(Element.DOUBLE, step, params, grads, m, v, offset, length);
  }

  private long step(
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
    final int end = offset + length;
    final long refused = refused(step, element, grads, offset, end);
    if (refused == 0) {
      loops(step.variant())
          .of(element)
          .run(step.coefficients(), params, grads, m, v, null, null, offset, end);
    }
    return refused;
  }

  @Override
  public long step(AdamStep step, AdamSlice slice) {
    Arguments.requireNonNull("step", step);
    Arguments.requireNonNull("slice", slice);
    requireFits(step, slice, -1);
    final int end = slice.offset + slice.length;
    final long refused = refused(step, slice.element, slice.grads, slice.offset, end);
    if (refused == 0) {
      run(step, slice, slice.offset, end);
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
      requireFits(step, model.slices[i], i);
    }
    return step(step, null, model, executor, threads);
  }

  @Override
  public long step(List<AdamStep> steps, AdamModel model) {
    return step(steps, model, NONE, 1);
  }

  @Override
  public long step(List<AdamStep> steps, AdamModel model, Executor executor, int threads) {
    Arguments.requireNonNull("steps", steps);
    requireModel(model, executor, threads);
    if (steps.size() != model.slices.length) {
      throw new IllegalArgumentException(
          "steps has " + steps.size() + " elements: expected " + model.slices.length
              + ", one for each slice");
    }
    for (int i = 0; i < model.slices.length; i++) {
      final AdamStep step = steps.get(i);
      if (step == null) {
        throw new NullPointerException("steps[" + i + "] is null");
      }
      requireFits(step, model.slices[i], i);
      if (step.nonFinite() != steps.get(0).nonFinite()) {
        throw new IllegalArgumentException(
            "steps[" + i + "] has nonFinite = " + step.nonFinite() + ": expected "
                + steps.get(0).nonFinite() + ", as steps[0], since all slices are skipped or none");
      }
    }
    return steps.isEmpty() ? 0 : step(steps.get(0), steps, model, executor, threads);
  }

  /**
   * Steps a model, after all is checked.
   *
   * @param step the step of all slices, or of the first
   * @param steps the step of each slice, null where one is that of all
   */
  private long step(
      AdamStep step, List<AdamStep> steps, AdamModel model, Executor executor, int threads) {
    if (step.nonFinite() != NonFinite.PROPAGATE) {
      final long refused = refuse(step, countNonFinite(model, executor, threads));
      if (refused > 0) {
        return refused;
      }
    }
    if (threads == 1) {
      walk(step, steps, model, 0, model.length());
    } else {
      Parts.run(
          model.length(), SMALLEST_PART, threads, executor, true,
          (from, to) -> walk(step, steps, model, from, to));
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
    return GlobalNorm.of(model, readers()::of, executor, threads);
  }

  /**
   * One part of a model, in the order of its elements: steps it, or where there is no step, counts the
   * gradients that are not finite.
   */
  private long walk(
      AdamStep step, List<AdamStep> steps, AdamModel model, long from, long to) {
    long count = 0;
    // A model may have no elements, and then no slice that has the first.
    int i = from < to ? model.sliceOf(from) : 0;
    for (long start = from; start < to; i++) {
      final AdamSlice slice = model.slices[i];
      final long before = model.before(i);
      final int first = slice.offset + (int) (start - before);
      final int last = (int) Math.min(slice.length, to - before);
      if (step == null) {
        count +=
            readers().of(slice.element).countNonFinite(slice.grads, first, slice.offset + last);
      } else {
        run(steps == null ? step : steps.get(i), slice, first, slice.offset + last);
      }
      start = before + last;
    }
    return count;
  }

  private void run(AdamStep step, AdamSlice slice, int from, int to) {
    loops(step.variant())
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

  private long countNonFinite(AdamModel model, Executor executor, int threads) {
    if (threads == 1) {
      return walk(null, null, model, 0, model.length());
    }
    final AtomicLong count = new AtomicLong();
    Parts.run(
        model.length(), SMALLEST_PART, threads, executor, false,
        (from, to) -> count.addAndGet(walk(null, null, model, from, to)));
    return count.get();
  }

  /** The number of gradients for which a slice is not to be stepped; throws if they are to throw. */
  private long refused(AdamStep step, Element element, Object grads, int from, int to) {
    return step.nonFinite() == NonFinite.PROPAGATE
        ? 0
        : refuse(step, readers().of(element).countNonFinite(grads, from, to));
  }

  /** Throws if there are gradients that are not finite and the step wants that; otherwise their number. */
  private static long refuse(AdamStep step, long count) {
    if (count > 0 && step.nonFinite() == NonFinite.THROW) {
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

  private static void requireFits(AdamStep step, AdamSlice slice, int index) {
    requireFits(step, slice.element, slice.maximum, slice.average, index);
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

  private Loops readers() {
    final Loops known = readers;
    return known != null ? known : (readers = find(Variant.BASIC));
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
