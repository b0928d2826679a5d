package org.adamant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.adamant.OptimizerSettings.Group;
import org.adamant.training.Accumulation;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;
import org.adamant.training.StepReport;
import org.jspecify.annotations.Nullable;

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
  private final OptimizerState state;
  private final HyperParameters hyperParameters;
  private final OptimizerRows rows;
  private final OptimizerUpdate update;

  /** The plan of the last step; kept alive only if it was that of the step before, too. */
  private @Nullable WeakReference<OptimizerPlan> last;

  // Read by nobody: a reference that is not weak.
  @SuppressWarnings("UnusedVariable")
  private @Nullable OptimizerPlan repeated;

  private AdamOptimizer(OptimizerSettings settings) {
    this.settings = settings;
    if (settings.kernel == null) {
      settings.kernel = AdamKernel.preferred();
    }
    state = new OptimizerState(settings);
    hyperParameters = new HyperParameters(state);
    rows = new OptimizerRows(state, hyperParameters);
    update = new OptimizerUpdate(state, hyperParameters, rows);
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
        @Nullable Schedule schedule,
        boolean isFrozen) {
      Arguments.requireNonNull("name", name);
      Arguments.requireNonNull("names", names);
      Arguments.requireNonNull("change", change);
      settings.add(new Group(name, names, change, schedule, isFrozen));
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
      Arguments.requireAtLeastOne("microBatches", microBatches);
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
      Arguments.requireAtLeastOne("threads", threads);
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
      copy.checkAndComplete();
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
        optimizer.metadata().restore(file, read, isStrict);
        read.copyParamsTo(file, storages(params));
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
        final OptimizerState state = optimizer.state;
        state.parameters.putAll(PyTorchFile.read(file, mapping, optimizer.settings));
        for (ParameterState parameter : state.parameters.values()) {
          state.stepCount = Math.max(state.stepCount, parameter.counter.steps);
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
    return state.adam;
  }

  /**
   * The hyper-parameters of the next update for a parameter, with schedules and the changes of its group.
   *
   * @param name a parameter, seen or not
   * @return the hyper-parameters
   */
  public Adam adam(String name) {
    Arguments.requireNonNull("name", name);
    return hyperParameters.next()[settings.groupOf(name)];
  }

  /**
   * Changes the hyper-parameters from the next step on, for example the learning rate. Moments and counters stay.
   *
   * @param newAdam the hyper-parameters
   */
  public void setAdam(Adam newAdam) {
    Arguments.requireNonNull("newAdam", newAdam);
    if (!newAdam.equals(state.adam)) {
      state.requireCaughtUp("newAdam");
    }
    state.adam = newAdam;
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
        state.isFrozen[i] = newFrozen;
        state.dropGradientsOfFrozen();
        forgetPlans();
        return;
      }
    }
    throw new NoSuchElementException(
        "no group '" + group + "'; there are: "
            + settings.groups.stream().map(Group::name).toList());
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
    rows.catchUp(params, storages(params));
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
    return state.lossScale();
  }

  /**
   * Gives a metric to the plateau, for example the loss on held-out data.
   *
   * @param metric the metric
   * @return the factor of the learning rate from now on
   * @throws IllegalStateException if the optimizer was built without {@link Builder#plateau}
   */
  public double observe(double metric) {
    if (settings.plateau == null || state.plateau == null) {
      throw new IllegalStateException(
          "there is no plateau: expected an optimizer built with one");
    }
    final Plateau.State next = settings.plateau.observe(state.plateau, metric);
    if (next.factor() != state.plateau.factor()) {
      state.requireCaughtUp("metric");
    }
    state.plateau = next;
    return next.factor();
  }

  /**
   * Updates the parameters in place, or with {@link Builder#accumulate} adds gradients for the update. Everything
   * is read, checked and allocated before anything changes.
   *
   * <p>A message that names {@code slices[i]} counts from 0 through the parameters that are not frozen, in the
   * order of {@code params}. A parameter whose gradient is {@link SparseRows} counts as none, one or several
   * slices.
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
    // Rows are checked each time, as they are an array of the caller and may have changed.
    if (before != null && !before.hasRows && before.matches(params, grads)) {
      plan = before;
    } else {
      // The arrays of the step before must not be kept alive while this step allocates.
      forgetPlans();
      plan = new OptimizerPlan(params, grads, state.parameters, settings, state::groupOf);
    }
    final StepReport report = update.run(plan);
    if (plan == before) {
      repeated = plan;
    } else {
      last = new WeakReference<>(plan);
    }
    return report;
  }

  private void forgetPlans() {
    last = null;
    repeated = null;
  }

  /**
   * Forgets a parameter: its moments, its average and its count. If its name comes again, it is a new parameter.
   *
   * @param name a parameter seen before
   * @throws NoSuchElementException if the parameter has not been seen yet
   */
  public void remove(String name) {
    state.known(name);
    state.parameters.remove(name);
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
    final ParameterState parameter = state.known(name);
    Arguments.requireNonNull("newName", newName);
    if (state.parameters.containsKey(newName)) {
      throw new IllegalArgumentException(
          "newName = " + newName + ": expected another name, there is a parameter '" + newName
              + "'");
    }
    if (settings.groupOf(name) != settings.groupOf(newName)) {
      OptimizerState.requireCaughtUp("newName", name, parameter);
    }
    state.parameters.put(newName, parameter);
    state.parameters.remove(name);
    state.dropGradientsOfFrozen();
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
    final ParameterState parameter = state.known(name);
    if (newLength < 0) {
      throw new IllegalArgumentException("newLength = " + newLength + ": expected at least 0");
    }
    if (parameter.arena == null && newLength > Numbers.LONGEST_ARRAY) {
      throw new IllegalArgumentException(
          "newLength = " + newLength + ": expected at most " + Numbers.LONGEST_ARRAY
              + ", the moments are in arrays");
    }
    OptimizerState.requireCaughtUp("newLength", name, parameter);
    state.parameters.put(name, parameter.resized(newLength));
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
    written.states.putAll(state.parameters);
    written.values.putAll(metadata().values());
    written.write(file);
  }

  private OptimizerMetadata metadata() {
    return new OptimizerMetadata(state, hyperParameters);
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
    state.requireCaughtUp("file");
    if (state.microBatches > 0) {
      throw new IllegalStateException(
          "there are gradients of " + state.microBatches + " of " + settings.microBatches
              + " micro-batches: expected an update before, PyTorch's state has no place for them");
    }
    PyTorchFile.write(file, state.parameters, shapes);
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

  /**
   * The number of updates: calls of {@link #step} that neither failed, nor skipped, nor only accumulated.
   *
   * @return the number so far
   */
  public long stepCount() {
    return state.stepCount;
  }

  /**
   * The number of steps that a parameter has taken, which is the t of its last bias correction.
   *
   * @param name a parameter
   * @return the number of steps, 0 for a name not seen yet
   */
  public long stepCount(String name) {
    final ParameterState known = state.parameters.get(name);
    return known == null ? 0 : known.counter.steps;
  }

  /**
   * The parameters seen so far, in the order in which they were first seen.
   *
   * @return their names, a view that cannot be changed
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(state.parameters.keySet());
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
    return copy(name, state.known(name).m, type);
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
    return copy(name, state.known(name).v, type);
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
    return copy(name, kept(name, "running maximum", state.known(name).maximum), type);
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
    return copy(name, kept(name, "average", state.known(name).average), type);
  }

  private static Storage kept(String name, String what, @Nullable Storage storage) {
    if (storage == null) {
      throw new NoSuchElementException("no " + what + " is kept of parameter '" + name + "'");
    }
    return storage;
  }

  private <A> A copy(String name, Storage storage, Class<A> type) {
    Arguments.requireNonNull("type", type);
    final Format computing = Numbers.computeFormat(state.known(name).format);
    final Class<?> there = computing == Format.FLOAT64 ? double[].class : float[].class;
    if (!type.isAssignableFrom(there)) {
      throw new IllegalArgumentException(
          "type = " + type.getSimpleName() + ": parameter '" + name + "' is a "
              + OptimizerPlan.typeOf(state.known(name).format));
    }
    return type.cast(Numbers.toArray(storage));
  }
}
