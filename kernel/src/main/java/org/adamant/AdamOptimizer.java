package org.adamant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.adamant.OptimizerPlan.Cohort;
import org.adamant.OptimizerPlan.Member;
import org.adamant.OptimizerPlan.Update;
import org.adamant.OptimizerSettings.Group;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.training.Accumulation;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.adamant.training.StepReport;
import org.adamant.training.StepReport.Outcome;

/**
 * The Adam optimizer with named parameters. It keeps the moments and the step counters, and updates the parameters
 * in place.
 *
 * <pre>{@code
 * AdamOptimizer optimizer = AdamOptimizer.builder(Adam.pytorchAdamW())
 *     .schedule(Schedule.warmupCosine(3e-4, 3e-5, 100, 10_000))
 *     .group("no decay", name -> name.endsWith("bias"), adam -> adam.withWeightDecay(0))
 *     .maxNorm(1)
 *     .build();
 * StepReport report = optimizer.step(Map.of("w", w, "b", b), Map.of("w", gradientOfW, "b", gradientOfB));
 * }</pre>
 *
 * <p>A parameter is a {@code float[]}, a {@code double[]} or a {@link Storage}. Its moments are created, all zero,
 * when its name is first seen. Parameters may join at any time, and may be left out of a step. Each parameter
 * counts its own steps, so one that joins late gets the bias correction of its first step; the count of all steps
 * would make its first update several times the learning rate. Schedules get the number of the optimizer's update,
 * {@link #stepCount()} + 1.
 *
 * <p><b>What an update does</b>, in this order; a part that is not used costs nothing:
 *
 * <ol>
 *   <li>The gradients of the first micro-batch are copied; those of each further one are added in the order of the
 *   calls, each sum rounded once.
 *   <li>The factor of the gradients is {@code 1 / lossScale}, times {@code 1 / microBatches} for their mean,
 *   computed in double.
 *   <li>The norm of all gradients, see {@link AdamKernel#globalNorm}, is multiplied by that factor. {@link
 *   AdamStep#clipFactor} gives a further factor, which brings the norm down to its limit.
 *   <li>The learning rate is that of the schedule times the factor of the plateau. The groups change the
 *   hyper-parameters.
 *   <li>One call of the {@linkplain AdamKernel kernel} steps all parameters, or with {@link NonFinite#SKIP} none.
 * </ol>
 *
 * <p><b>Names</b> are compared by {@link String#equals}, whatever the maps use: only the entries of the maps are
 * read, each once or twice, and nothing is looked up.
 *
 * <p><b>Hyper-parameters that change.</b> A running maximum continues from the last step that kept one. An average
 * does not: after a step without one, it starts again from the parameter before the next step that keeps one. Until
 * then, {@link #average} returns its last value.
 *
 * <p><b>Speed.</b> A step with the arrays of the step before, by the same names and in the same order, checks
 * nothing again, and takes little longer than that of an {@link AdamModel}. So with many small parameters, use
 * their arrays again, and maps that are quick to read: thousands of entries of a HashMap, or of Map.of, take as
 * long to read as to step. Such a step allocates some 300 bytes for each count of steps that occurs among the
 * parameters of a group.
 *
 * <p><b>Memory.</b> Arrays, also of gradients, that came in two steps in a row cannot be collected until a step
 * gets others, or the optimizer itself is collected. Arrays that came once can.
 *
 * <p>Not thread-safe.
 */
public final class AdamOptimizer {

  private final OptimizerSettings settings;
  private final LinkedHashMap<String, ParameterState> states = new LinkedHashMap<>();
  private final boolean[] isFrozen;
  private Adam adam;
  private long stepCount;
  private int microBatches;
  private LossScale.State lossScale;
  private Plateau.State plateau;

  /** The hyper-parameters of the groups and of all others, and what they were made from; a group's own rate is new each time. */
  private Adam[] adams;

  private Adam adamsOf;

  /** The plan of the last step, kept alive if it was that of the step before too. */
  private WeakReference<OptimizerPlan> last;

  private OptimizerPlan repeated;

  private AdamOptimizer(OptimizerSettings settings) {
    this.settings = settings;
    this.adam = settings.adam;
    this.isFrozen = new boolean[settings.groups.size() + 1];
    for (int i = 0; i < settings.groups.size(); i++) {
      isFrozen[i] = settings.groups.get(i).isFrozen();
    }
    if (settings.kernel == null) {
      settings.kernel = AdamKernel.preferred();
    }
    lossScale = settings.lossScale == null ? null : settings.lossScale.start();
    plateau = settings.plateau == null ? null : settings.plateau.start();
  }

  /**
   * An optimizer on the fastest kernel for this machine.
   *
   * @param adam the hyper-parameters
   * @return the optimizer, with no parameters yet
   */
  public static AdamOptimizer create(Adam adam) {
    return builder(adam).build();
  }

  /**
   * An optimizer on a kernel of the caller's choice.
   *
   * @param adam the hyper-parameters
   * @param kernel the kernel
   * @return the optimizer, with no parameters yet
   */
  public static AdamOptimizer create(Adam adam, AdamKernel kernel) {
    return builder(adam).kernel(kernel).build();
  }

  /**
   * A builder of an optimizer with schedules, groups, clipping and more.
   *
   * @param adam the hyper-parameters
   * @return a builder of an optimizer that has none of these yet
   */
  public static Builder builder(Adam adam) {
    Arguments.requireNonNull("adam", adam);
    return new Builder(adam);
  }

  /** The settings of an optimizer. The methods change the builder itself. */
  public static final class Builder {

    private final OptimizerSettings settings;

    private Builder(Adam adam) {
      settings = new OptimizerSettings(adam);
    }

    /**
     * Sets another kernel than {@link AdamKernel#preferred()}.
     *
     * @param kernel the kernel
     * @return this builder
     */
    public Builder kernel(AdamKernel kernel) {
      Arguments.requireNonNull("kernel", kernel);
      settings.kernel = kernel;
      return this;
    }

    /**
     * Sets a schedule of the learning rate, in place of the rate of the hyper-parameters.
     *
     * @param schedule a function of the number of the update
     * @return this builder
     */
    public Builder schedule(Schedule schedule) {
      Arguments.requireNonNull("schedule", schedule);
      settings.schedule = schedule;
      return this;
    }

    /**
     * Sets a schedule of beta1, for example that of {@link org.adamant.training.OneCycle}.
     *
     * @param schedule a function of the number of the update
     * @return this builder
     */
    public Builder beta1(Schedule schedule) {
      Arguments.requireNonNull("schedule", schedule);
      settings.beta1 = schedule;
      return this;
    }

    /**
     * Sets a schedule of the decay of the {@linkplain Adam#averageDecay average of the parameters}, see {@link
     * org.adamant.training.AverageDecay}. Updates for which it is 1 keep no average.
     *
     * @param schedule a function of the number of the update
     * @return this builder
     */
    public Builder averageDecay(Schedule schedule) {
      Arguments.requireNonNull("schedule", schedule);
      settings.averageDecay = schedule;
      return this;
    }

    /**
     * Lowers the learning rate when a metric stops getting better, see {@link AdamOptimizer#observe}. The factor
     * multiplies the rates of all schedules, or that of the hyper-parameters.
     *
     * @param plateau when and by how much
     * @return this builder
     */
    public Builder plateau(Plateau plateau) {
      Arguments.requireNonNull("plateau", plateau);
      settings.plateau = plateau;
      return this;
    }

    /**
     * Adds a group of parameters with other hyper-parameters. A parameter, also one that joins later, is in the
     * first group whose rule matches its name. Parameters that no rule matches have the hyper-parameters as they
     * are.
     *
     * @param name the name of the group
     * @param names whether a name belongs to the group, a pure function
     * @param change makes the hyper-parameters of the group from those of the update, a pure function. These have
     *     the rate of the schedule, so {@code adam -> adam.withLearningRate(0.1 * adam.learningRate())} is a factor
     *     of the rate
     * @return this builder
     * @throws IllegalArgumentException if there is a group of this name
     */
    public Builder group(
        String name, Predicate<? super String> names, UnaryOperator<Adam> change) {
      return add(name, names, change, null, false);
    }

    /**
     * Adds a group of parameters with a schedule of their own.
     *
     * @param name the name of the group
     * @param names whether a name belongs to the group, a pure function
     * @param change makes the hyper-parameters of the group from those of the update, with the rate of this
     *     schedule; a pure function
     * @param schedule its learning rate
     * @return this builder
     * @throws IllegalArgumentException if there is a group of this name
     */
    public Builder group(
        String name,
        Predicate<? super String> names,
        UnaryOperator<Adam> change,
        Schedule schedule) {
      Arguments.requireNonNull("schedule", schedule);
      return add(name, names, change, schedule, false);
    }

    /**
     * Adds a group of parameters that stay as they are until {@link AdamOptimizer#setFrozen} changes that. A step
     * neither needs nor reads their gradients.
     *
     * @param name the name of the group
     * @param names whether a name belongs to the group, a pure function
     * @return this builder
     * @throws IllegalArgumentException if there is a group of this name
     */
    public Builder frozen(String name, Predicate<? super String> names) {
      return add(name, names, UnaryOperator.identity(), null, true);
    }

    private Builder add(
        String name,
        Predicate<? super String> names,
        UnaryOperator<Adam> change,
        Schedule schedule,
        boolean isFrozen) {
      Arguments.requireNonNull("name", name);
      Arguments.requireNonNull("names", names);
      Arguments.requireNonNull("change", change);
      for (Group group : settings.groups) {
        if (group.name().equals(name)) {
          throw new IllegalArgumentException(
              "name = " + name + ": expected another one, there is a group of this name");
        }
      }
      settings.groups.add(new Group(name, names, change, schedule, isFrozen));
      return this;
    }

    /**
     * Limits the norm of all gradients of an update, see {@link AdamStep#clipFactor}.
     *
     * @param maxNorm the limit, greater than 0
     * @return this builder
     */
    public Builder maxNorm(double maxNorm) {
      Arguments.requirePositiveFinite("maxNorm", maxNorm);
      settings.maxNorm = maxNorm;
      return this;
    }

    /**
     * Limits the norm of the gradient of each parameter.
     *
     * @param maxNorm the limit, greater than 0
     * @return this builder
     */
    public Builder maxNormPerParameter(double maxNorm) {
      Arguments.requirePositiveFinite("maxNormPerParameter", maxNorm);
      settings.maxNormPerParameter = maxNorm;
      return this;
    }

    /**
     * Updates only at each k-th step, with the mean of the gradients of k micro-batches.
     *
     * @param microBatches k, at least 1
     * @return this builder
     */
    public Builder accumulate(int microBatches) {
      return accumulate(microBatches, Accumulation.MEAN);
    }

    /**
     * Updates only at each k-th step, with the gradients of k micro-batches. A parameter may be left out of a
     * micro-batch, which counts as a gradient of 0, but not out of the last one. {@link SparseRows} of the same row
     * are added as dense gradients would be: first those within a micro-batch, then the micro-batches. The rows of
     * all micro-batches are kept until the update.
     *
     * @param microBatches k, at least 1
     * @param accumulation their mean or their sum
     * @return this builder
     */
    public Builder accumulate(int microBatches, Accumulation accumulation) {
      if (microBatches < 1) {
        throw new IllegalArgumentException(
            "microBatches = " + microBatches + ": expected at least 1");
      }
      Arguments.requireNonNull("accumulation", accumulation);
      settings.microBatches = microBatches;
      settings.accumulation = accumulation;
      return this;
    }

    /**
     * Adds the gradients of micro-batches in double, and rounds their sum once.
     *
     * @return this builder
     */
    public Builder accumulateInDouble() {
      settings.accumulatesInDouble = true;
      return this;
    }

    /**
     * Sets what to do about gradients that are NaN or infinite. It is decided for all parameters before the first
     * write.
     *
     * @param nonFinite what to do
     * @return this builder
     */
    public Builder nonFinite(NonFinite nonFinite) {
      Arguments.requireNonNull("nonFinite", nonFinite);
      settings.nonFinite = nonFinite;
      return this;
    }

    /**
     * Divides gradients by the scale that the loss was multiplied by, see {@link AdamOptimizer#lossScale}. Updates
     * with gradients that are not finite are skipped.
     *
     * @param lossScale how the scale changes
     * @return this builder
     */
    public Builder lossScale(LossScale lossScale) {
      Arguments.requireNonNull("lossScale", lossScale);
      settings.lossScale = lossScale;
      return this;
    }

    /**
     * Steps on several threads.
     *
     * @param executor where further threads come from, see {@link AdamKernel#step(AdamStep, AdamModel, Executor, int)}
     * @param threads the largest number of threads, the calling one included, at least 1
     * @return this builder
     */
    public Builder threads(Executor executor, int threads) {
      Arguments.requireNonNull("executor", executor);
      if (threads < 1) {
        throw new IllegalArgumentException("threads = " + threads + ": expected at least 1");
      }
      settings.executor = executor;
      settings.threads = threads;
      return this;
    }

    /**
     * Sets what {@link SparseRows} do to the rows without gradient.
     *
     * @param mode the mode; the default is {@link SparseMode#LAZY}
     * @return this builder
     */
    public Builder sparse(SparseMode mode) {
      Arguments.requireNonNull("mode", mode);
      settings.sparseMode = mode;
      settings.countsRows = false;
      return this;
    }

    /**
     * Makes every row count its own steps, in the mode LAZY: a row that seldom has a gradient then gets the bias
     * correction of its own first steps. A dense gradient is a step of all rows, and uses the count of the
     * parameter.
     *
     * @return this builder
     */
    public Builder sparseWithCounters() {
      settings.sparseMode = SparseMode.LAZY;
      settings.countsRows = true;
      return this;
    }

    /**
     * Sets the formats of moments; the default is FLOAT32. Moments of parameters in double are always doubles.
     *
     * @param first the format of first moments, not FLOAT64
     * @param second the format of second moments, not FLOAT64
     * @return this builder
     */
    public Builder moments(Format first, Format second) {
      requireMoments("first", first);
      requireMoments("second", second);
      settings.firstMoments = first;
      settings.secondMoments = second;
      return this;
    }

    private static void requireMoments(String name, Format format) {
      Arguments.requireNonNull(name, format);
      if (format == Format.FLOAT64) {
        throw new IllegalArgumentException(
            name + " = " + format + ": expected another format, the moments of doubles are doubles"
                + " and of others not");
      }
    }

    /**
     * Sets how numbers are rounded that are stored in fewer bits.
     *
     * @param rounding the rounding; the default is {@link Rounding#STOCHASTIC}
     * @param seed the seed of the random numbers, see {@link AdamStep#withSeed}
     * @return this builder
     */
    public Builder rounding(Rounding rounding, long seed) {
      Arguments.requireNonNull("rounding", rounding);
      settings.rounding = rounding;
      settings.seed = seed;
      return this;
    }

    /**
     * Sets where moments and other state lie. By default they lie in arrays, and for parameters in a segment in
     * native memory that is freed with the optimizer.
     *
     * @param arena the arena that owns the memory; it must stay open while the optimizer is used
     * @return this builder
     */
    public Builder arena(Arena arena) {
      Arguments.requireNonNull("arena", arena);
      settings.arena = arena;
      return this;
    }

    /**
     * Builds an optimizer that has not stepped yet.
     *
     * @return the optimizer
     * @throws IllegalArgumentException if settings exclude each other
     */
    public AdamOptimizer build() {
      final OptimizerSettings copy = settings.copy();
      if (copy.maxNorm < Double.POSITIVE_INFINITY
          && copy.maxNormPerParameter < Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "maxNorm = " + copy.maxNorm + " with maxNormPerParameter = " + copy.maxNormPerParameter
                + ": expected one of them");
      }
      if (copy.sparseMode == SparseMode.EXACT && copy.averageDecay != null) {
        throw new IllegalArgumentException(
            "sparse = EXACT with a schedule of averageDecay: expected one of them, rows cannot be caught"
                + " up to a step at which an average began");
      }
      if (copy.lossScale != null) {
        if (copy.nonFinite == NonFinite.THROW) {
          throw new IllegalArgumentException(
              "nonFinite = THROW with a loss scale: expected SKIP, a scale that is too large is found"
                  + " out by gradients that overflow");
        }
        copy.nonFinite = NonFinite.SKIP;
      }
      return new AdamOptimizer(copy);
    }

    /**
     * Builds an optimizer that continues where another one was {@linkplain AdamOptimizer#save saved}, to the bit.
     * Parameters in the file are ignored: use {@link #load(Path, Map)} to copy them, too.
     *
     * @param file the file
     * @return the optimizer, with the moments, counters and all other state of the saved one
     * @throws IOException if the file cannot be read, or is not one that an optimizer has written
     * @throws IllegalArgumentException if the saved one had other settings, or its groups and schedules gave other
     *     hyper-parameters for the next update
     */
    public AdamOptimizer load(Path file) throws IOException {
      return load(file, Map.of());
    }

    /**
     * Builds an optimizer that continues where another one was saved, and restores parameters.
     *
     * @param file the file
     * @param params parameters by name, to which the values in the file are copied; parameters of the file that are
     *     not in the map are ignored
     * @return the optimizer
     * @throws IOException if the file cannot be read, or is not one that an optimizer has written
     * @throws IllegalArgumentException as {@link #load(Path)}; or if the file lacks one of the parameters, or has
     *     it in another format or length. No parameter was changed
     */
    public AdamOptimizer load(Path file, Map<String, ?> params) throws IOException {
      return read(file, params, true);
    }

    /**
     * Builds an optimizer with the moments and counters of a saved one but the settings of this builder, for a
     * training that continues in another way, and restores parameters. Moments keep the format that they have in
     * the file; {@link #moments} holds only for parameters that are new.
     *
     * @param file the file
     * @param params parameters by name, to which the values in the file are copied; may be empty
     * @return the optimizer
     * @throws IOException if the file cannot be read, or is not one that an optimizer has written
     * @throws IllegalArgumentException if the file lacks one of the parameters, or has it in another format or
     *     length; if rows have steps to take, see {@link AdamOptimizer#catchUp}; or if the file has as many
     *     micro-batches as this builder accumulates. No parameter was changed
     */
    public AdamOptimizer loadWithNewSettings(Path file, Map<String, ?> params)
        throws IOException {
      return read(file, params, false);
    }

    private AdamOptimizer read(Path file, Map<String, ?> params, boolean isStrict)
        throws IOException {
      Arguments.requireNonNull("file", file);
      Arguments.requireNonNull("params", params);
      final AdamOptimizer optimizer = build();
      try (Arena mapping = Arena.ofConfined()) {
        final OptimizerFile read = OptimizerFile.read(file, mapping, optimizer.settings);
        optimizer.restore(file, read, isStrict);
        copyTo(file, read.params, params);
      }
      return optimizer;
    }

    /**
     * Builds an optimizer that continues where one of PyTorch stopped: to the bit, with the arithmetic of {@link
     * Adam#pytorch}. For every parameter the file must have the tensors {@code name.exp_avg}, {@code
     * name.exp_avg_sq}, {@code name.step} and with amsgrad {@code name.max_exp_avg_sq}, with or without {@code
     * state.} in front; {@code safetensors.torch.save_file} writes such files. Other tensors are ignored. The
     * number of updates is the largest step.
     *
     * @param file the file
     * @return the optimizer
     * @throws IOException if the file cannot be read, or holds no such state
     */
    public AdamOptimizer loadPyTorch(Path file) throws IOException {
      Arguments.requireNonNull("file", file);
      final AdamOptimizer optimizer = build();
      try (Arena mapping = Arena.ofConfined()) {
        final OptimizerFile read = OptimizerFile.readPyTorch(file, mapping, optimizer.settings);
        optimizer.states.putAll(read.states);
        for (ParameterState state : read.states.values()) {
          optimizer.stepCount = Math.max(optimizer.stepCount, state.counter.steps);
        }
      }
      return optimizer;
    }
  }

  /**
   * The hyper-parameters of the next step, before schedules and groups.
   *
   * @return the hyper-parameters
   */
  public Adam adam() {
    return adam;
  }

  /**
   * The hyper-parameters of the next update for a parameter, with schedules and the changes of its group.
   *
   * @param name a parameter, seen or not
   * @return the hyper-parameters
   */
  public Adam adam(String name) {
    Arguments.requireNonNull("name", name);
    return adams(stepCount + 1)[settings.groupOf(name)];
  }

  /**
   * Changes the hyper-parameters from the next step on, for example the learning rate. Moments and counters stay.
   *
   * @param newAdam the hyper-parameters
   */
  public void setAdam(Adam newAdam) {
    Arguments.requireNonNull("newAdam", newAdam);
    if (!newAdam.equals(adam)) {
      requireCaughtUp("newAdam");
    }
    adam = newAdam;
  }

  /**
   * Freezes a group, or updates it again. Moments and counters of its parameters stay; their gradients that were
   * accumulated for the next update are dropped.
   *
   * @param group the name of a group
   * @param newFrozen whether its parameters stay as they are
   * @throws NoSuchElementException if there is no such group
   */
  public void setFrozen(String group, boolean newFrozen) {
    for (int i = 0; i < settings.groups.size(); i++) {
      if (settings.groups.get(i).name().equals(group)) {
        isFrozen[i] = newFrozen;
        dropGradientsOfFrozen();
        forgetPlans();
        return;
      }
    }
    throw new NoSuchElementException(
        "no group '" + group + "'; there are: "
            + settings.groups.stream().map(Group::name).toList());
  }

  /** Refuses what would change steps that rows have yet to take. */
  private void requireCaughtUp(String what) {
    states.forEach((name, state) -> requireCaughtUp(what, name, state));
  }

  private static void requireCaughtUp(String what, String name, ParameterState state) {
    if (state.isBehind()) {
      throw new IllegalStateException(
          what + " changes what steps do, and rows of parameter '" + name
              + "' have steps to take as they were: expected catchUp(params) before");
    }
  }

  /**
   * Makes rows take the steps that they missed in the mode {@link SparseMode#EXACT}, where gradients are {@link
   * SparseRows}. Call it before parameters are read as a whole, for evaluation or to save them. Parameters then
   * have the bits that dense gradients would have given.
   *
   * @param params the parameters by name, among them all that have rows to catch up
   * @throws IllegalArgumentException if such a parameter is missing, or is not what it was
   */
  public void catchUp(Map<String, ?> params) {
    final Map<String, Storage> storages = storages(params);
    for (Map.Entry<String, ParameterState> entry : states.entrySet()) {
      final ParameterState state = entry.getValue();
      if (state.isBehind()) {
        final Storage param = storages.get(entry.getKey());
        if (param == null) {
          throw new IllegalArgumentException(
              "params lacks '" + entry.getKey()
                  + "': expected it, some of its rows are to be caught up");
        }
        OptimizerPlan.requireKnown(entry.getKey(), params.get(entry.getKey()), param, state);
      }
    }
    for (Map.Entry<String, ParameterState> entry : states.entrySet()) {
      final ParameterState state = entry.getValue();
      if (storages.containsKey(entry.getKey())) {
        catchUp(
            new Member(
                entry.getKey(), state, settings.groupOf(entry.getKey()),
                storages.get(entry.getKey()), null, null));
      }
    }
  }

  private void catchUp(Member member) {
    final ParameterState state = member.state;
    if (state.isBehind()) {
      state.sparse.catchUp(
          member.operands(
              state.maximum, state.isAveraged ? state.average : null),
          state.counter.steps, past(member), settings.kernel);
      state.forgetUpdates();
    }
  }

  /** The steps that a parameter has taken, but for what scales gradients. */
  private SparseState.Steps past(Member member) {
    return t -> step(adams(member.state.updateOf(t))[member.group], t, 1);
  }

  private SparseState prepare(Member member, Storage[] operands) {
    final ParameterState state = member.state;
    if (state.sparse == null) {
      state.sparse =
          new SparseState(
              settings.sparseMode, settings.countsRows, state.length, member.rows.rowLength(),
              state.counter.steps, state.number);
    }
    state.sparse.prepare(
        !accumulates()
            ? member.rows
            : state.hasGradients
                ? state.rowGradients.with(member.rows)
                : new RowGradients(member.rows).with(member.rows),
        settings.accumulatesInDouble && accumulates(), operands, state.counter.steps + 1,
        past(member),
        settings.kernel);
    return state.sparse;
  }

  /**
   * The kernel that does the steps.
   *
   * @return the kernel
   */
  public AdamKernel kernel() {
    return settings.kernel;
  }

  /**
   * The factor by which to multiply the loss of the next step, so that small gradients do not underflow.
   *
   * @return the scale; 1 without a {@link Builder#lossScale}
   */
  public double lossScale() {
    return lossScale == null ? 1 : lossScale.scale();
  }

  /**
   * Gives a metric to the plateau, for example the loss on held-out data.
   *
   * @param metric the metric
   * @return the factor of the learning rate from now on
   * @throws IllegalStateException if the optimizer was built without {@link Builder#plateau}
   */
  public double observe(double metric) {
    if (plateau == null) {
      throw new IllegalStateException(
          "there is no plateau: expected an optimizer built with one");
    }
    final Plateau.State next = settings.plateau.observe(plateau, metric);
    if (next.factor() != plateau.factor()) {
      requireCaughtUp("metric");
    }
    plateau = next;
    return plateau.factor();
  }

  /**
   * Updates the parameters in place, or with {@link Builder#accumulate} adds gradients for the update. Everything
   * is read, checked and allocated before anything changes.
   *
   * <p>A message that names {@code slices[i]} counts from 0 through the parameters that are not frozen, in the
   * order of {@code params}. A parameter whose gradient is {@link SparseRows} counts as several slices, one for
   * each run of rows.
   *
   * @param params the parameters by name, updated: each a {@code float[]}, {@code double[]} or {@link Storage}
   * @param grads a gradient for each parameter, of its type and length, read; parameters may share one. If one of
   *     the two is a storage, the other may have another format, except that both or neither must be doubles
   * @return what was done
   * @throws NullPointerException if a map, a name or an array is null
   * @throws IllegalArgumentException if a gradient or its parameter is missing; if two names in a map are equal; if
   *     a value is not of those types; if the type or length of a gradient is not that of its parameter, or that of
   *     a parameter is not what it was at its first step; if a parameter's array is used twice, or storages
   *     overlap; if a coefficient overflows, see {@link Adam#atStep}, or is outside the range of float, see {@link
   *     AdamKernel}; if the last micro-batch lacks a parameter of an earlier one
   * @throws ArithmeticException if there are gradients that are NaN or infinite, with {@link NonFinite#THROW}.
   *     Parameters and moments were not changed; accumulated gradients are dropped
   * @throws IllegalStateException if memory was closed, or a thread or the executor failed during the step, see
   *     {@link AdamKernel}
   */
  public StepReport step(Map<String, ?> params, Map<String, ?> grads) {
    Arguments.requireNonNull("params", params);
    Arguments.requireNonNull("grads", grads);
    final OptimizerPlan before = last == null ? null : last.get();
    final OptimizerPlan plan;
    // Rows are checked each time: an array of the caller, they may have changed.
    if (before != null && !before.hasRows && before.isFor(params, grads)) {
      plan = before;
    } else {
      // Nothing of the step before is to be kept alive while this one allocates; it has the arrays no more.
      forgetPlans();
      plan = new OptimizerPlan(params, grads, states, settings, this::groupOf);
    }
    final StepReport report = step(plan);
    if (plan == before) {
      repeated = plan;
    } else {
      last = new WeakReference<>(plan);
    }
    return report;
  }

  private boolean accumulates() {
    return settings.microBatches > 1;
  }

  private int groupOf(String name) {
    final int group = settings.groupOf(name);
    return isFrozen[group] ? OptimizerPlan.FROZEN : group;
  }

  /** Otherwise they would be missed in the last micro-batch, or be found in one after many others. */
  private void dropGradientsOfFrozen() {
    for (Map.Entry<String, ParameterState> entry : states.entrySet()) {
      if (groupOf(entry.getKey()) == OptimizerPlan.FROZEN) {
        entry.getValue().hasGradients = false;
      }
    }
  }

  private void forgetPlans() {
    last = null;
    repeated = null;
  }

  private StepReport step(OptimizerPlan plan) {
    final boolean accumulates = accumulates();
    if (!accumulates) {
      final Adam[] now = adams(stepCount + 1);
      catchUpDense(plan);
      final Update update = update(plan, now);
      final AdamStep[] steps = steps(update, now);
      register(plan);
      return update(plan, update, steps, now);
    }
    final boolean isLast = microBatches + 1 == settings.microBatches;
    final Adam[] now = adams(stepCount + 1);
    if (isLast) {
      requirePending(plan);
    }
    requireSameKind(plan);
    allocateSums(plan);
    if (!isLast) {
      register(plan);
      accumulate(plan);
      microBatches++;
      return new StepReport(
          Outcome.ACCUMULATED, stepCount + 1, now[now.length - 1].learningRate(), Double.NaN, 1,
          lossScale(), 0);
    }
    catchUpDense(plan);
    final Update update = update(plan, now);
    final AdamStep[] steps = steps(update, now);
    register(plan);
    accumulate(plan);
    try {
      return update(plan, update, steps, now);
    } finally {
      microBatches = 0;
      for (Member member : plan.members) {
        member.state.hasGradients = false;
        member.state.rowGradients = null;
      }
    }
  }

  /** Has rows take their steps before a gradient comes for all of them. */
  private void catchUpDense(OptimizerPlan plan) {
    for (Member member : plan.hasSparse ? plan.members : List.<Member>of()) {
      if (member.rows == null) {
        catchUp(member);
      }
    }
  }

  /** Refuses gradients of rows beside those of all elements in one sum. */
  private static void requireSameKind(OptimizerPlan plan) {
    for (Member member : plan.members) {
      final ParameterState state = member.state;
      if (state.hasGradients
          && (state.areOfRows != (member.rows != null)
              || state.areOfRows
                  && state.rowGradients.rowLength() != member.rows.rowLength())) {
        throw new IllegalArgumentException(
            "gradient '" + member.name + "' is "
                + (member.rows == null ? "dense" : member.rows.toString()) + ": expected "
                + (state.areOfRows
                    ? "SparseRows of length " + state.rowGradients.rowLength()
                    : "a dense one")
                + ", as in the earlier micro-batches of this update");
      }
    }
  }

  /** Refuses an update without a parameter that micro-batches had a gradient of. */
  private void requirePending(OptimizerPlan plan) {
    int pending = 0;
    for (ParameterState state : states.values()) {
      pending += state.hasGradients ? 1 : 0;
    }
    for (Member member : plan.members) {
      pending -= member.state.hasGradients ? 1 : 0;
    }
    if (pending > 0) {
      final Set<ParameterState> here = Collections.newSetFromMap(new IdentityHashMap<>());
      plan.members.forEach(member -> here.add(member.state));
      throw new IllegalArgumentException(
          "params lacks "
              + states.entrySet()
                  .stream()
                  .filter(e -> e.getValue().hasGradients && !here.contains(e.getValue()))
                  .map(Map.Entry::getKey)
                  .toList()
              + ": expected all parameters of which earlier micro-batches had gradients, this one is"
              + " the last before the update");
    }
  }

  private void allocateSums(OptimizerPlan plan) {
    for (Member member : plan.members) {
      final ParameterState state = member.state;
      if (member.rows != null) {
        if (!state.hasGradients || state.rowGradients == null) {
          state.rowGradients = new RowGradients(member.rows);
        }
        state.rowGradients.reserve(member.rows);
      } else if (state.accumulated == null) {
        state.accumulated =
            Numbers.zeros(
                settings.accumulatesInDouble ? Format.FLOAT64 : Numbers.computing(state.format),
                state.length, state.arena);
      }
    }
  }

  private void accumulate(OptimizerPlan plan) {
    for (Member member : plan.members) {
      if (member.rows != null) {
        member.state.rowGradients.add(member.rows);
      } else {
        Numbers.add(member.grad, member.state.accumulated, !member.state.hasGradients);
      }
      member.state.hasGradients = true;
      member.state.areOfRows = member.rows != null;
    }
  }

  /** The hyper-parameters of each group in an update, the last being those of all other parameters. */
  private Adam[] adams(long update) {
    Adam base = adam;
    if (settings.schedule != null) {
      base = base.withLearningRate(settings.schedule.at(update));
    }
    if (plateau != null && plateau.factor() != 1) {
      base = base.withLearningRate(base.learningRate() * plateau.factor());
    }
    if (settings.beta1 != null) {
      base = base.withBeta1(settings.beta1.at(update));
    }
    if (settings.averageDecay != null) {
      base = base.withAverageDecay(settings.averageDecay.at(update));
    }
    if (base == adamsOf) {
      return adams;
    }
    final Adam[] all = new Adam[settings.groups.size() + 1];
    all[all.length - 1] = base;
    boolean areOfBase = true;
    for (int i = 0; i < settings.groups.size(); i++) {
      final Group group = settings.groups.get(i);
      Adam ofGroup = base;
      if (group.schedule() != null) {
        areOfBase = false;
        ofGroup =
            base.withLearningRate(
                group.schedule().at(update) * (plateau == null ? 1 : plateau.factor()));
      }
      all[i] = group.change().apply(ofGroup);
      if (all[i] == null) {
        throw new NullPointerException(
            "group '" + group.name() + "' changes " + ofGroup + " to null");
      }
    }
    if (areOfBase) {
      adamsOf = base;
      adams = all;
    }
    return all;
  }

  /** What an update does to the parameters of a plan, checked; that of the update before if it is the same. */
  private Update update(OptimizerPlan plan, Adam[] now) {
    if (plan.hasRows || plan.update == null || !plan.update.isFor(now)) {
      plan.update = plan.new Update(now, settings.microBatches > 1, this::prepare);
    }
    return plan.update;
  }

  /** What gradients are multiplied by before anything else. */
  private double gradientScale() {
    final double scale = 1 / lossScale();
    return settings.accumulation == Accumulation.MEAN && settings.microBatches > 1
        ? scale * (1.0 / settings.microBatches)
        : scale;
  }

  private AdamStep step(Adam adam, long t, double scale) {
    AdamStep step = adam.atStep(t);
    step = scale == 1 ? step : step.withGradientScale(scale);
    step =
        settings.nonFinite == NonFinite.PROPAGATE ? step : step.withNonFinite(settings.nonFinite);
    step = settings.rounding == Rounding.STOCHASTIC ? step : step.withRounding(settings.rounding);
    return settings.seed == 0 ? step : step.withSeed(settings.seed);
  }

  /** The coefficients of each cohort, checked. */
  private AdamStep[] steps(Update update, Adam[] now) {
    final double scale = gradientScale();
    final AdamStep[] steps = new AdamStep[update.cohorts.size()];
    for (int i = 0; i < steps.length; i++) {
      final Cohort cohort = update.cohorts.get(i);
      final AdamStep step = step(now[cohort.group], cohort.counter.steps + 1, scale);
      if (cohort.hasFloats) {
        step.requireFloatRange();
      }
      steps[i] = step;
    }
    return steps;
  }

  /** Makes a plan's states those of its parameters. Changes all of them or, for want of memory, none. */
  private void register(OptimizerPlan plan) {
    if (plan.isRegistered) {
      return;
    }
    boolean isDone = false;
    int count = 0;
    try {
      for (Member member : plan.members) {
        if (states.putIfAbsent(member.name, member.state) == null) {
          count++;
        }
      }
      isDone = true;
      plan.isRegistered = true;
    } finally {
      if (!isDone) {
        // The last ones are those that are new.
        while (count-- > 0) {
          states.pollLastEntry();
        }
      }
    }
  }

  private StepReport update(OptimizerPlan plan, Update update, AdamStep[] steps, Adam[] now) {
    update.copyGradients();
    double norm = Double.NaN;
    double factor = 1;
    AdamStep ofAll = null;
    final double scale = gradientScale();
    if (settings.maxNormPerParameter < Double.POSITIVE_INFINITY) {
      factor = update.clipAlone(
          steps, scale, settings.maxNormPerParameter, settings.kernel, this::norm);
    } else {
      if (settings.maxNorm < Double.POSITIVE_INFINITY) {
        norm = update.norm(settings.kernel, this::norm) * scale;
        factor = AdamStep.clipFactor(norm, settings.maxNorm);
        for (int i = 0; factor != 1 && i < steps.length; i++) {
          steps[i] = steps[i].withClipFactor(factor);
        }
      }
      ofAll = update.spread(steps);
    }
    update.registerMaxima();
    boolean isDone = false;
    boolean isRefused = false;
    long nonFinite = 0;
    try {
      nonFinite = ofAll != null ? run(ofAll, update) : run(update);
      isRefused = nonFinite > 0;
      isDone = nonFinite == 0;
    } catch (ArithmeticException e) {
      isRefused = true;
      throw e;
    } finally {
      if (plan.hasRows) {
        update.finishRows(steps, isDone);
      }
      if (isRefused) {
        // An average is to start from the parameter as it is before the update that is done.
        plan.update = null;
      } else {
        update.register();
      }
    }
    final StepReport report =
        new StepReport(
            nonFinite > 0 ? Outcome.SKIPPED : Outcome.UPDATED,
            stepCount + 1, now[now.length - 1].learningRate(), norm, factor, lossScale(),
            nonFinite);
    if (lossScale != null) {
      lossScale = settings.lossScale.next(lossScale, nonFinite > 0);
    }
    if (nonFinite == 0) {
      if (plan.hasSparse) {
        countRows(plan);
      }
      update.count();
      stepCount++;
    }
    return report;
  }

  /** Says which update was the next step of the parameters that have, or had, gradients of rows. */
  private void countRows(OptimizerPlan plan) {
    for (Member member : plan.members) {
      final SparseState sparse = member.state.sparse;
      if (sparse != null) {
        if (sparse.mode() == SparseMode.EXACT) {
          member.state.stepsAt(stepCount + 1);
        }
        if (member.rows == null) {
          sparse.tookAll(member.state.counter.steps + 1);
        }
      }
    }
  }

  private double norm(AdamModel model) {
    return settings.threads == 1
        ? settings.kernel.globalNorm(model)
        : settings.kernel.globalNorm(model, settings.executor, settings.threads);
  }

  private long run(AdamStep step, Update update) {
    return settings.threads == 1
        ? settings.kernel.step(step, update.model)
        : settings.kernel.step(step, update.model, settings.executor, settings.threads);
  }

  private long run(Update update) {
    return settings.threads == 1
        ? settings.kernel.step(update.stepsOfSlices, update.model)
        : settings.kernel.step(
            update.stepsOfSlices, update.model, settings.executor, settings.threads);
  }

  /**
   * Forgets a parameter: its moments, its average and its count. If its name comes again, it is a new parameter.
   *
   * @param name a parameter seen before
   * @throws NoSuchElementException if the parameter has not been seen yet
   */
  public void remove(String name) {
    known(name);
    states.remove(name);
    forgetPlans();
  }

  /**
   * Gives the state of a parameter another name, and the last place among the {@link #names}.
   *
   * @param name a parameter seen before
   * @param newName its name from now on
   * @throws NoSuchElementException if the parameter has not been seen yet
   * @throws IllegalArgumentException if another parameter has the new name
   * @throws IllegalStateException if the new name is in another group, and rows have steps to take, see {@link
   *     #catchUp}
   */
  public void rename(String name, String newName) {
    final ParameterState state = known(name);
    Arguments.requireNonNull("newName", newName);
    if (states.containsKey(newName)) {
      throw new IllegalArgumentException(
          "newName = " + newName + ": expected another name, there is a parameter '" + newName
              + "'");
    }
    if (settings.groupOf(name) != settings.groupOf(newName)) {
      requireCaughtUp("newName", name, state);
    }
    states.put(newName, state);
    states.remove(name);
    dropGradientsOfFrozen();
    forgetPlans();
  }

  /**
   * Changes the number of elements of a parameter. The moments and maxima of the first elements stay, those of
   * further ones are zero. The count of steps stays. The average starts again, and accumulated gradients are
   * dropped. To drop the state of a parameter instead, use {@link #remove}.
   *
   * @param name a parameter seen before
   * @param newLength the number of its elements from now on, at least 0
   * @throws NoSuchElementException if the parameter has not been seen yet
   * @throws IllegalArgumentException if the length is negative, or is not a multiple of the row length and rows
   *     count their steps
   * @throws IllegalStateException if rows have steps to take, see {@link #catchUp}
   */
  public void resize(String name, long newLength) {
    final ParameterState state = known(name);
    if (newLength < 0) {
      throw new IllegalArgumentException("newLength = " + newLength + ": expected at least 0");
    }
    if (state.arena == null && newLength > Numbers.LONGEST_ARRAY) {
      throw new IllegalArgumentException(
          "newLength = " + newLength + ": expected at most " + Numbers.LONGEST_ARRAY
              + ", the moments are in arrays");
    }
    requireCaughtUp("newLength", name, state);
    states.put(name, state.resized(newLength));
    forgetPlans();
  }

  /**
   * Saves all that the optimizer needs to continue to the bit, also between micro-batches. The safetensors file
   * replaces the one before only when it is complete and on the disk, see {@link
   * org.adamant.checkpoint.SafeTensorsWriter#write}.
   *
   * <p>For the parameter {@code name} the file has the tensors {@code state.name.exp_avg}, {@code .exp_avg_sq},
   * {@code .step} and, if they exist, {@code .max_exp_avg_sq}, {@code .average} and {@code .gradient}, the sum of
   * micro-batches. Moments in {@link Format#BLOCK8} are bytes. Settings and counters are in the metadata.
   *
   * @param file the file
   * @throws IOException if it could not be written; what was there before is there still
   */
  public void save(Path file) throws IOException {
    save(file, Map.of());
  }

  /**
   * Saves parameters, too, as the tensors {@code param.name}.
   *
   * @param file the file
   * @param params parameters by name: {@code float[]}, {@code double[]} or {@link Storage}, read
   * @throws IOException if it could not be written; what was there before is there still
   * @throws IllegalArgumentException if a parameter is of another type
   */
  public void save(Path file, Map<String, ?> params) throws IOException {
    Arguments.requireNonNull("file", file);
    final OptimizerFile written = new OptimizerFile();
    written.params.putAll(storages(params));
    for (Map.Entry<String, Storage> param : written.params.entrySet()) {
      if (param.getValue().format() == Format.BLOCK8) {
        throw new IllegalArgumentException(
            "parameter '" + param.getKey() + "' is " + param.getValue()
                + ": expected a format of parameters");
      }
    }
    written.states.putAll(states);
    settings(written.values);
    written.values.put("adam", adam.toString());
    written.values.put("updates", Long.toString(stepCount));
    written.values.put("microBatch", Integer.toString(microBatches));
    if (lossScale != null) {
      written.values.put("lossScale", lossScale.scale() + " " + lossScale.good());
    }
    if (plateau != null) {
      written.values.put(
          "plateau",
          plateau.factor() + " " + plateau.best() + " " + plateau.bad() + " "
              + plateau.cooldown());
    }
    for (int i = 0; i < settings.groups.size(); i++) {
      written.values.put(
          "frozen." + settings.groups.get(i).name(), Boolean.toString(isFrozen[i]));
    }
    written.write(file);
  }

  /**
   * Saves moments and counts for PyTorch: the tensors {@code state.name.exp_avg} and so on, with {@code step} as a
   * float.
   *
   * @param file the file
   * @param shapes the shapes of the parameters by name; a parameter that is not in the map has one dimension
   * @throws IOException if it could not be written
   * @throws IllegalArgumentException if moments are in a format that PyTorch does not have, or a shape does not
   *     have the number of elements of its parameter
   * @throws IllegalStateException if there are gradients of micro-batches, or rows have steps to take, see {@link #catchUp}
   */
  public void savePyTorch(Path file, Map<String, long[]> shapes) throws IOException {
    Arguments.requireNonNull("file", file);
    Arguments.requireNonNull("shapes", shapes);
    requireCaughtUp("file");
    if (microBatches > 0) {
      throw new IllegalStateException(
          "there are gradients of " + microBatches + " of " + settings.microBatches
              + " micro-batches: expected an update before, PyTorch's state has no place for them");
    }
    final OptimizerFile written = new OptimizerFile();
    written.states.putAll(states);
    written.writePyTorch(file, shapes);
  }

  private static Map<String, Storage> storages(Map<String, ?> params) {
    Arguments.requireNonNull("params", params);
    final Map<String, Storage> storages = new LinkedHashMap<>();
    for (Map.Entry<String, ?> entry : params.entrySet()) {
      storages.put(
          entry.getKey(), OptimizerPlan.requireValid(entry.getKey(), entry.getValue()));
    }
    return storages;
  }

  /** What has to be the same where a training goes on, by its name. */
  private void settings(Map<String, String> values) {
    values.put("built.adam", settings.adam.toString());
    values.put(
        "built.gradients",
        "maxNorm=" + settings.maxNorm + " maxNormPerParameter=" + settings.maxNormPerParameter
            + " microBatches=" + settings.microBatches + " accumulation=" + settings.accumulation
            + " accumulatesInDouble=" + settings.accumulatesInDouble + " nonFinite="
            + settings.nonFinite);
    values.put(
        "built.numbers",
        "sparse=" + settings.sparseMode + " countsRows=" + settings.countsRows + " moments="
            + settings.firstMoments + "," + settings.secondMoments + " rounding="
            + settings.rounding + " seed=" + settings.seed);
    values.put("built.lossScale", String.valueOf(settings.lossScale));
    values.put("built.plateau", String.valueOf(settings.plateau));
    final Adam[] next = adams(stepCount + 1);
    for (int i = 0; i < next.length; i++) {
      final String group =
          i < settings.groups.size() ? "group " + settings.groups.get(i).name() : "all others";
      values.put("next." + group, next[i].toString());
    }
  }

  /** Puts back what was read; the parameters of this optimizer are none yet. */
  private void restore(Path file, OptimizerFile read, boolean isStrict) throws IOException {
    final Map<String, String> values = read.values;
    try {
      states.putAll(read.states);
      stepCount = Long.parseLong(value(values, "updates"));
      if (stepCount < 0 || stepCount == Long.MAX_VALUE) {
        throw new IllegalArgumentException("updates = " + stepCount);
      }
      if (isStrict || values.get("built.adam").equals(settings.adam.toString())) {
        adam = Adam.parse(value(values, "adam"));
      }
      if (values.containsKey("lossScale") && settings.lossScale != null) {
        final String[] numbers = values.get("lossScale").split(" ");
        lossScale =
            new LossScale.State(Double.parseDouble(numbers[0]), Long.parseLong(numbers[1]));
      }
      if (values.containsKey("plateau") && settings.plateau != null) {
        final String[] numbers = values.get("plateau").split(" ");
        plateau =
            new Plateau.State(
                Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]),
                Long.parseLong(numbers[2]), Long.parseLong(numbers[3]));
      }
      microBatches = Integer.parseInt(value(values, "microBatch"));
      final boolean isPending = states.values().stream().anyMatch(state -> state.hasGradients);
      if (microBatches < 0 || microBatches == 0 && isPending) {
        throw new IllegalArgumentException(
            "microBatch = " + microBatches + (isPending ? " with gradients" : ""));
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException | NullPointerException e) {
      throw new CheckpointException(
          file + ": metadata that cannot be read: expected what an optimizer has written"
              + (e instanceof IllegalArgumentException ? " (" + e.getMessage() + ")" : ""),
          e);
    }
    for (Map.Entry<String, ParameterState> entry : states.entrySet()) {
      final String wrong = entry.getValue().obstacle(stepCount);
      if (wrong != null) {
        throw new CheckpointException(file + ": parameter '" + entry.getKey() + "' has " + wrong);
      }
      if (!isStrict && entry.getValue().isBehind()) {
        throw new IllegalArgumentException(
            file + " has rows of parameter '" + entry.getKey()
                + "' with steps to take as they were: expected it to be loaded with the settings it was"
                + " saved with, and catchUp(params)");
      }
    }
    requireState(file, values, "lossScale", !"null".equals(values.get("built.lossScale")));
    requireState(file, values, "plateau", !"null".equals(values.get("built.plateau")));
    if (isStrict) {
      final Map<String, String> here = new TreeMap<>();
      settings(here);
      for (String there : values.keySet()) {
        if ((there.startsWith("built.") || there.startsWith("next.")) && !here.containsKey(there)) {
          throw new IllegalArgumentException(
              file + " was saved with " + there + " = " + values.get(there)
                  + ", and this optimizer is built without: expected the same, or"
                  + " loadWithNewSettings");
        }
      }
      for (Map.Entry<String, String> setting : here.entrySet()) {
        final String there = values.get(setting.getKey());
        if (!setting.getValue().equals(there)) {
          throw new IllegalArgumentException(
              file + " was saved with " + setting.getKey() + " = " + there
                  + ", and this optimizer is built with " + setting.getValue()
                  + ": expected the same, or loadWithNewSettings");
        }
      }
      for (int i = 0; i < settings.groups.size(); i++) {
        final String key = "frozen." + settings.groups.get(i).name();
        requireState(file, values, key, true);
        isFrozen[i] = Boolean.parseBoolean(values.get(key));
      }
    }
    if (microBatches > 0 && microBatches >= settings.microBatches) {
      throw new IllegalArgumentException(
          file + " was saved after " + microBatches
              + " micro-batches: expected an optimizer that accumulates more");
    }
    dropGradientsOfFrozen();
  }

  private static void requireState(
      Path file, Map<String, String> values, String name, boolean isThere)
      throws CheckpointException {
    final String value = values.get(name);
    if ((value != null) != isThere
        || name.startsWith("frozen.") && !value.equals("true") && !value.equals("false")) {
      throw new CheckpointException(
          file + ": metadata " + name + " = " + value + ": expected what an optimizer has written");
    }
  }

  private static String value(Map<String, String> values, String name) {
    final String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }

  private static void copyTo(Path file, Map<String, Storage> read, Map<String, ?> params) {
    final Map<String, Storage> to = storages(params);
    for (Map.Entry<String, Storage> entry : to.entrySet()) {
      final Storage from = read.get(entry.getKey());
      final Storage param = entry.getValue();
      if (from == null || from.format() != param.format() || from.length() != param.length()) {
        throw new IllegalArgumentException(
            "parameter '" + entry.getKey() + "' is " + param + ": expected "
                + (from == null ? "one of " + read.keySet() : from.toString()) + ", as in " + file);
      }
      param.requireWritable("parameter '" + entry.getKey() + "'");
    }
    to.forEach((name, param) -> Numbers.copy(read.get(name), param));
  }

  /**
   * The number of updates: calls of {@link #step} that neither failed, nor skipped, nor only accumulated.
   *
   * @return the number so far
   */
  public long stepCount() {
    return stepCount;
  }

  /**
   * The number of steps that a parameter has taken, which is the t of its last bias correction.
   *
   * @param name a parameter
   * @return the number of steps, 0 for a name not seen yet
   */
  public long stepCount(String name) {
    final ParameterState known = states.get(name);
    return known == null ? 0 : known.counter.steps;
  }

  /**
   * The parameters seen so far, in the order in which they were first seen.
   *
   * @return their names, a view that cannot be changed
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(states.keySet());
  }

  /**
   * The first moments of a parameter.
   *
   * @param <A> the type of the parameter
   * @param name a parameter seen before
   * @param type {@code float[].class} or {@code double[].class}
   * @return a copy of m
   * @throws NoSuchElementException if the parameter has not been seen yet
   * @throws IllegalArgumentException if the parameter is of the other type
   */
  public <A> A firstMoment(String name, Class<A> type) {
    return copy(name, known(name).m, type);
  }

  /**
   * The second moments of a parameter.
   *
   * @param <A> the type of the parameter
   * @param name a parameter seen before
   * @param type {@code float[].class} or {@code double[].class}
   * @return a copy of v
   * @throws NoSuchElementException if the parameter has not been seen yet
   * @throws IllegalArgumentException if the parameter is of the other type
   */
  public <A> A secondMoment(String name, Class<A> type) {
    return copy(name, known(name).v, type);
  }

  /**
   * The running maxima of a parameter, which {@link Adam#amsgrad} keeps. They are zero before the first step that
   * keeps them; a step without AMSGrad leaves them as they are.
   *
   * @param <A> the type of the parameter
   * @param name a parameter seen before
   * @param type {@code float[].class} or {@code double[].class}
   * @return a copy of the maxima
   * @throws NoSuchElementException if the parameter has not been seen yet, or has no maxima
   * @throws IllegalArgumentException if the parameter is of the other type
   */
  public <A> A maximum(String name, Class<A> type) {
    return copy(name, kept(name, "running maximum", known(name).maximum), type);
  }

  /**
   * The averages of a parameter, which {@link Adam#averageDecay} keeps. They start from the parameter before the
   * first step that keeps them, and start again after steps that did not keep them. Those steps leave them as they
   * are.
   *
   * @param <A> the type of the parameter
   * @param name a parameter seen before
   * @param type {@code float[].class} or {@code double[].class}
   * @return a copy of the averages
   * @throws NoSuchElementException if the parameter has not been seen yet, or has no averages
   * @throws IllegalArgumentException if the parameter is of the other type
   */
  public <A> A average(String name, Class<A> type) {
    return copy(name, kept(name, "average", known(name).average), type);
  }

  private static Storage kept(String name, String what, Storage storage) {
    if (storage == null) {
      throw new NoSuchElementException("no " + what + " is kept of parameter '" + name + "'");
    }
    return storage;
  }

  private ParameterState known(String name) {
    final ParameterState known = states.get(name);
    if (known == null) {
      throw new NoSuchElementException(
          "no parameter '" + name + "' yet; seen so far: " + states.keySet());
    }
    return known;
  }

  private <A> A copy(String name, Storage storage, Class<A> type) {
    Arguments.requireNonNull("type", type);
    final Format computing = Numbers.computing(known(name).format);
    final Class<?> there = computing == Format.FLOAT64 ? double[].class : float[].class;
    if (!type.isAssignableFrom(there)) {
      throw new IllegalArgumentException(
          "type = " + type.getSimpleName() + ": parameter '" + name + "' is a "
              + OptimizerPlan.typeOf(known(name).format));
    }
    return type.cast(Numbers.toArray(storage));
  }
}
