package org.adamant;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.adamant.Adam.AmsGrad;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operand;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialisation.Element;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.platform.Changeover;
import org.adamant.internal.platform.Changeover.Progress;
import org.adamant.internal.platform.Chooser;
import org.adamant.internal.work.GlobalNorm;
import org.adamant.internal.work.Parts;
import org.adamant.internal.work.Work;
import org.jspecify.annotations.Nullable;

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

  /** Never started: a thread that owns nothing. */
  private static final Thread OTHER = new Thread("adamant-other");

  private static final Map<LaneWidth, AdamKernel> BY_WIDTH = new ConcurrentHashMap<>();

  /** The preferred kernels, by the value of the property they were chosen under; empty for none. */
  private static final Map<String, AdamKernel> BY_PROPERTY = new ConcurrentHashMap<>();

  private final Choice choice;

  private final Map<Variant, Loops> byVariant = new ConcurrentHashMap<>();

  /** The loops of the last variant; a race only costs a look-up. */
  private @Nullable Loops last;

  private final Loops reading;

  /** Which width, and how a loop of it begins. */
  private interface Choice {
    Preference preference();

    Loop loop(Layout layout, Variant variant);

    /** Whether a loop may begin on the scalar path. */
    boolean beginsScalar();
  }

  /** The width that a call named, from the first element on. */
  private record Named(Preference preference) implements Choice {
    @Override
    public Loop loop(Layout layout, Variant variant) {
      return Changeover.createTrained(
          new Specialisation(layout, preference.width().bits(), variant));
    }

    @Override
    public boolean beginsScalar() {
      return false;
    }
  }

  /** A preferred width that is known. */
  private record Known(Preference preference) implements Choice {
    @Override
    public Loop loop(Layout layout, Variant variant) {
      return Changeover.create(new Specialisation(layout, preference.width().bits(), variant));
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
    private volatile @Nullable Preference found;

    @Override
    public Preference preference() {
      final Preference known = found;
      if (known != null) {
        return known;
      }
      final Preference said = Preference.said(null);
      found = said;
      return said;
    }

    @Override
    public Loop loop(Layout layout, Variant variant) {
      return Changeover.create(
          new Specialisation(layout, 0, variant),
          new Supplier<>() {
            @Override
            public Loop get() {
              final int bits = preference().width().bits();
              return Specialiser.loop(new Specialisation(layout, bits, variant));
            }
          });
    }

    @Override
    public boolean beginsScalar() {
      return preference().width() != LaneWidth.SCALAR;
    }
  }

  /** The loops of a variant, by the number of the layout. */
  private static final class Loops {
    private final Choice choice;
    private final Variant variant;
    private volatile Loop[] byLayout = new Loop[0];

    Loops(Choice choice, Variant variant) {
      this.choice = choice;
      this.variant = variant;
    }

    Loop of(Layout layout) {
      final Loop[] known = byLayout;
      final Loop loop = layout.id < known.length ? known[layout.id] : null;
      return loop != null ? loop : make(layout);
    }

    private synchronized Loop make(Layout layout) {
      final Loop[] loops = Arrays.copyOf(byLayout, Math.max(byLayout.length, layout.id + 1));
      if (loops[layout.id] == null) {
        loops[layout.id] = choice.loop(layout, variant);
        byLayout = loops;
      }
      return loops[layout.id];
    }
  }

  private SpecialisedKernel(Choice choice) {
    this.choice = choice;
    this.reading = new Loops(choice, Variant.BASIC);
    byVariant.put(Variant.BASIC, reading);
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
      for (Loop loop : loops.byLayout) {
        sum = sum.plus(progress(loop));
      }
    }
    final StringBuilder text = new StringBuilder();
    if (choice.beginsScalar() && sum.asked() > 0) {
      text.append("; ").append(sum.switched()).append(" of the ").append(sum.asked());
      text.append(" loops used so far have switched to it from the scalar path");
    }
    if (sum.scalar() > 0) {
      text.append("; measured to be the faster, the scalar path steps ").append(sum.scalar());
      text.append(" of ").append(sum.measured()).append(" sizes of slices of these loops");
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
    return step(Layout.FLOATS, step, params, grads, m, v, offset, length);
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
    return step(Layout.DOUBLES, step, params, grads, m, v, offset, length);
  }

  private long step(
      Layout layout,
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
    requireArrays(step, layout);
    return step(step, new Operands(layout, params, grads, m, v, offset, length));
  }

  @Override
  public long step(AdamStep step, AdamSlice slice) {
    Arguments.requireNonNull("step", step);
    Arguments.requireNonNull("slice", slice);
    requireFits(step, slice, -1, null);
    try {
      return step(step, slice.operands);
    } catch (IllegalStateException e) {
      throw closed(e, slice);
    }
  }

  private long step(AdamStep step, Operands o) {
    if (step.nonFinite() != NonFinite.PROPAGATE) {
      final long refused = refuse(step, readers(o).countNonFinite(o, 0, o.length()));
      if (refused > 0) {
        return refused;
      }
    }
    loops(step.variant()).of(o.layout()).run(step.coefficients(), o, 0, o.length());
    return 0;
  }

  @Override
  public long step(AdamStep step, AdamModel model) {
    return step(step, model, NONE, 1);
  }

  @Override
  public long step(AdamStep step, AdamModel model, Executor executor, int threads) {
    Arguments.requireNonNull("step", step);
    requireModel(model, executor, threads);
    final Thread other = other(threads);
    for (int i = 0; i < model.slices.length; i++) {
      requireFits(step, model.slices[i], i, other);
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
    final Thread other = other(threads);
    for (int i = 0; i < model.slices.length; i++) {
      final AdamStep step = steps.get(i);
      if (step == null) {
        throw new NullPointerException("steps[" + i + "] is null");
      }
      requireFits(step, model.slices[i], i, other);
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
      AdamStep step, @Nullable List<AdamStep> steps, AdamModel model, Executor executor,
      int threads) {
    if (step.nonFinite() != NonFinite.PROPAGATE) {
      final long refused = refuse(step, countNonFinite(model, executor, threads));
      if (refused > 0) {
        return refused;
      }
    }
    try {
      if (threads == 1) {
        walk(step, steps, model.work, 0, model.length());
      } else {
        Parts.run(
            model.length(), SMALLEST_PART, threads, executor, true,
            (from, to) -> walk(step, steps, model.work, from, to));
      }
    } catch (IllegalStateException e) {
      throw closed(e, model.slices);
    }
    return 0;
  }

  /** What to say where a loop failed on memory that was there when it began. */
  private static IllegalStateException closed(IllegalStateException e, AdamSlice... slices) {
    for (AdamSlice slice : slices) {
      for (MemorySegment segment : slice.segments) {
        if (!segment.scope().isAlive()) {
          return new IllegalStateException(
              "an arena was closed during the step; operands in other memory are partly updated",
              e);
        }
      }
    }
    return e;
  }

  @Override
  public double globalNorm(AdamModel model) {
    return globalNorm(model, NONE, 1);
  }

  @Override
  public double globalNorm(AdamModel model, Executor executor, int threads) {
    requireModel(model, executor, threads);
    requireAccessible(model, other(threads));
    return GlobalNorm.of(model.work, this::readers, executor, threads);
  }

  @Override
  public double[] sumsOfSquares(AdamModel model, double scale) {
    Arguments.requireNonNull("model", model);
    Arguments.requirePositiveFinite("scale", scale);
    requireAccessible(model, null);
    return GlobalNorm.sums(model.work, this::readers, scale);
  }

  @Override
  public long countNonFinite(AdamModel model) {
    Arguments.requireNonNull("model", model);
    requireAccessible(model, null);
    return countNonFinite(model, NONE, 1);
  }

  private static void requireAccessible(AdamModel model, @Nullable Thread other) {
    for (int i = 0; i < model.slices.length; i++) {
      model.slices[i].requireAccessible(i, other);
    }
  }

  /**
   * One part of a model, in the order of its elements: steps it, or where there is no step, counts the
   * gradients that are not finite. Whole blocks: what is begun by the part before is left to it.
   */
  private long walk(
      @Nullable AdamStep step, @Nullable List<AdamStep> steps, Work work, long from, long to) {
    long count = 0;
    final long end = work.cut(to);
    // A model may have no elements, and then no slice that has the first.
    int i = from < to ? work.sliceOf(from) : 0;
    for (long start = work.cut(from); start < end; i++) {
      final Operands o = work.operands(i);
      final long before = work.before(i);
      final long first = start - before;
      final long length = Math.min(o.length(), end - before) - first;
      if (step == null) {
        count += readers(o).countNonFinite(o, first, length);
      } else {
        final AdamStep ofSlice = steps == null ? step : steps.get(i);
        loops(ofSlice.variant())
            .of(o.layout())
            .run(ofSlice.coefficients(), o, first, length);
      }
      start += length;
    }
    return count;
  }

  private long countNonFinite(AdamModel model, Executor executor, int threads) {
    if (threads == 1) {
      return walk(null, null, model.work, 0, model.length());
    }
    final AtomicLong count = new AtomicLong();
    Parts.run(
        model.length(), SMALLEST_PART, threads, executor, false,
        (from, to) -> count.addAndGet(walk(null, null, model.work, from, to)));
    return count.get();
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

  /** A thread like those that are to help; null if there are none. */
  private static @Nullable Thread other(int threads) {
    return threads == 1 ? null : OTHER;
  }

  /** Refuses a step that cannot be done on four arrays. */
  private static void requireArrays(AdamStep step, Layout layout) {
    if (layout.element() == Element.FLOAT) {
      step.requireFloatRange();
    }
    requireFurther(step, false, false, -1);
  }

  /**
   * Refuses a step that cannot be done on a slice.
   *
   * @param index that of the slice in its model, or -1
   * @param other a thread like those that are to step as well, or null
   */
  private static void requireFits(
      AdamStep step, AdamSlice slice, int index, @Nullable Thread other) {
    if (slice.operands.layout().element() == Element.FLOAT) {
      step.requireFloatRange();
    }
    requireFurther(step, slice.has(Operand.MAXIMUM), slice.has(Operand.AVERAGE), index);
    if (step.updateOnly() && slice.has(Operand.COPY)) {
      throw new IllegalArgumentException(
          "updateOnly on a slice with a copy: expected one without, the new parameters are not known to"
              + " this step" + (index < 0 ? "" : "; slices[" + index + "] has one"));
    }
    if (step.writesGrads()) {
      slice.requireWritableGrads(index);
    }
    slice.requireAccessible(index, other);
  }

  private static void requireFurther(
      AdamStep step, boolean hasMaximum, boolean hasAverage, int index) {
    final Adam adam = step.adam();
    if (adam.amsgrad() != AmsGrad.NONE && !hasMaximum) {
      throw new IllegalArgumentException(
          "amsgrad = " + adam.amsgrad() + ": expected slices with the running maxima, see"
              + " AdamSlice.withMaximum" + whichOf(index));
    }
    if (adam.averageDecay() < 1 && !hasAverage) {
      throw new IllegalArgumentException(
          "averageDecay = " + adam.averageDecay() + ": expected slices with the averages, see"
              + " AdamSlice.withAverage" + whichOf(index));
    }
  }

  private static String whichOf(int index) {
    return index < 0 ? "" : "; slices[" + index + "] has none";
  }

  /** The loop that reads gradients, which all variants share, and all operands with such gradients. */
  private Loop readers(Operands o) {
    return readers(o.layout());
  }

  private Loop readers(Layout layout) {
    return reading.of(layout.ofGrads());
  }

  private Loops loops(Variant variant) {
    final Loops loops = last;
    // By reference: steps share their variants.
    return loops != null && loops.variant == variant ? loops : find(variant);
  }

  private Loops find(Variant variant) {
    Loops found = byVariant.get(variant);
    if (found == null) {
      found = new Loops(choice, variant);
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
