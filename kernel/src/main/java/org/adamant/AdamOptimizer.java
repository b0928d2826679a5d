package org.adamant;

import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.adamant.internal.loop.Operand;

/**
 * The Adam optimizer with named parameters: keeps the moments and the step counters, and updates the
 * parameters in place.
 *
 * <pre>{@code
 * AdamOptimizer optimizer = AdamOptimizer.create(Adam.defaults());
 * optimizer.step(Map.of("w", w, "b", b), Map.of("w", gradientOfW, "b", gradientOfB));
 * }</pre>
 *
 * <p>A parameter is a {@code float[]} or a {@code double[]}. Its moments are created, all zero, when its
 * name is first seen; parameters may join at any time, and be left out of a step. Each parameter counts
 * its own steps, so that one that joins late gets the bias correction of its first step: corrected by the
 * count of all steps, its first update would be several times the learning rate.
 *
 * <p><b>Names</b> are the same if {@link String#equals} says so, whatever the maps think: only their entries
 * are read, each of them once or twice, and nothing is looked up in them.
 *
 * <p><b>Hyper-parameters that change.</b> A running maximum goes on from what it was at the last step that kept
 * one. An average does not: after a step without one, it starts again from the parameter as it is before the
 * next step that keeps one. Until then, {@link #average} returns what it was last.
 *
 * <p><b>Speed.</b> If a step is given the arrays of the step before, by the same names and in the same order,
 * nothing is checked again, and the step takes little longer than that of an {@link AdamModel}: whoever has many
 * small parameters should use their arrays again, and maps that are quick to read: thousands of entries of a
 * HashMap, or of Map.of, take as long to read as to step. Such a step allocates some 300 bytes for each count of steps
 * that occurs among the parameters. <b>Memory.</b> Arrays that came twice in a row, gradients too, are kept from
 * being collected until a step is given others, or the optimizer itself is collected. Arrays that came once are
 * not.
 *
 * <p>What one call can do besides ({@link AdamStep}'s gradient scale, clip factor and the like), several
 * threads, and moments that come from elsewhere need the arrays themselves: {@link AdamKernel}.
 *
 * <p>Not thread-safe.
 */
public final class AdamOptimizer {

  private final AdamKernel kernel;
  private final Map<String, Moments> moments = new LinkedHashMap<>();
  private Adam adam;
  private long stepCount;

  /** The plan of the last step, kept alive if it was that of the step before too. */
  private WeakReference<Plan> last;

  private Plan repeated;

  /** The number of steps that some parameters have taken, always together. */
  private static final class Counter {
    long steps;

    Counter(long steps) {
      this.steps = steps;
    }
  }

  /** The state of one parameter. */
  private static final class Moments {
    final Object m;
    final Object v;
    /** The running maximum and the average are there from the first step that needs them. */
    Object maximum;

    Object average;
    /** Whether the last step kept the average. */
    boolean isAveraged;

    /** Null until the first step is about to be done. */
    Counter counter;

    Moments(Object param) {
      m = zeros(param);
      v = zeros(param);
    }
  }

  /** What a step does to one parameter. */
  private static final class Update {
    final String name;
    final Moments state;
    final AdamSlice slice;
    /** The state's running maximum and average after the plan is made; null if not kept. */
    final Object maximum;

    final Object average;

    Update(
        String name, Moments state, Object param, Object grad, boolean isMaximum,
        boolean isAverage) {
      this.name = name;
      this.state = state;
      maximum = isMaximum && state.maximum == null ? zeros(param) : state.maximum;
      average = isAverage && !state.isAveraged ? copy(param) : state.average;
      AdamSlice made =
          param instanceof float[] floats
              ? AdamSlice.of(floats, (float[]) grad, (float[]) state.m, (float[]) state.v)
              : AdamSlice.of(
                  (double[]) param, (double[]) grad, (double[]) state.m, (double[]) state.v);
      made = isMaximum ? made.withMaximum(maximum) : made;
      slice = isAverage ? made.withAverage(average) : made;
    }
  }

  /** Parameters that have taken the same number of steps. */
  private static final class Group {
    final Counter counter;
    boolean hasFloats;

    /** Null once there is a model. */
    List<Update> updates = new ArrayList<>();

    /** The slices that need not be stepped one by one; null until the group is stepped once more. */
    AdamModel model;

    /** The slices that are not in the model, because another one there has the same gradient. */
    List<AdamSlice> others;

    Group(long steps) {
      counter = new Counter(steps);
    }

    void makeModel() {
      final Map<Object, Object> seen = new IdentityHashMap<>();
      final List<AdamSlice> together = new ArrayList<>(updates.size());
      final List<AdamSlice> alone = new ArrayList<>();
      for (Update update : updates) {
        final Object grad = update.slice.storage(Operand.GRADS).array;
        (seen.put(grad, grad) == null ? together : alone).add(update.slice);
      }
      model = AdamModel.of(together);
      others = alone;
      updates = null;
    }

    void step(AdamKernel kernel, AdamStep step) {
      if (model == null) {
        for (Update update : updates) {
          kernel.step(step, update.slice);
        }
      } else {
        kernel.step(step, model);
        for (AdamSlice slice : others) {
          kernel.step(step, slice);
        }
      }
      counter.steps = step.t();
    }
  }

  /** A step that was checked, for as long as it is given the same arrays. */
  private static final class Plan {
    final Entries params;
    final Entries grads;
    final boolean isMaximum;
    final boolean isAverage;
    final List<Group> groups = new ArrayList<>();

    Plan(Entries params, Entries grads, boolean isMaximum, boolean isAverage) {
      this.params = params;
      this.grads = grads;
      this.isMaximum = isMaximum;
      this.isAverage = isAverage;
    }
  }

  /** The entries of a map, read once. */
  private static final class Entries {
    final String[] names;
    final Object[] arrays;

    private Entries(String[] names, Object[] arrays) {
      this.names = names;
      this.arrays = arrays;
    }

    static Entries of(Map<String, ?> map, String what) {
      final List<String> names = new ArrayList<>(map.size());
      final List<Object> arrays = new ArrayList<>(map.size());
      for (Map.Entry<String, ?> entry : map.entrySet()) {
        final String name = entry.getKey();
        if (name == null) {
          throw new NullPointerException("the name of a " + what + " is null");
        }
        names.add(name);
        arrays.add(entry.getValue());
      }
      return new Entries(names.toArray(new String[0]), arrays.toArray());
    }

    /** Whether these are the entries of a map, in the order in which it has them now. */
    boolean areThoseOf(Map<String, ?> map) {
      final Comparison comparison = new Comparison(names, arrays);
      // By the map's own loop: an iterator takes four calls for each entry, and this one.
      map.forEach(comparison);
      return comparison.isSame && comparison.count == names.length;
    }

    /** The arrays by name. */
    Map<String, Object> byName(String what) {
      final Map<String, Object> byName = HashMap.newHashMap(names.length);
      for (int i = 0; i < names.length; i++) {
        byName.put(names[i], arrays[i]);
        if (byName.size() == i) {
          throw new IllegalArgumentException(
              what + " '" + names[i]
                  + "' comes twice: expected every name once, in a map that compares names by equals");
        }
      }
      return byName;
    }
  }

  /** Compares the entries of a map, one after the other, with those it had. */
  private static final class Comparison implements BiConsumer<String, Object> {
    private final String[] names;
    private final Object[] arrays;
    private int count;
    private boolean isSame = true;

    Comparison(String[] names, Object[] arrays) {
      this.names = names;
      this.arrays = arrays;
    }

    @Override
    public void accept(String name, Object array) {
      if (isSame) {
        isSame = count < names.length && array == arrays[count] && areEqual(name, names[count]);
        count++;
      }
    }

    private static boolean areEqual(String name, String other) {
      return name == other || other.equals(name);
    }
  }

  private AdamOptimizer(Adam adam, AdamKernel kernel) {
    Arguments.requireNonNull("adam", adam);
    Arguments.requireNonNull("kernel", kernel);
    this.adam = adam;
    this.kernel = kernel;
  }

  /**
   * An optimizer on the kernel that is the fastest for this machine.
   *
   * @param adam the hyper-parameters
   * @return the optimizer, with no parameters yet
   */
  public static AdamOptimizer create(Adam adam) {
    return create(adam, AdamKernel.preferred());
  }

  /**
   * An optimizer on a kernel of the caller's choice.
   *
   * @param adam the hyper-parameters
   * @param kernel the kernel
   * @return the optimizer, with no parameters yet
   */
  public static AdamOptimizer create(Adam adam, AdamKernel kernel) {
    return new AdamOptimizer(adam, kernel);
  }

  /**
   * The hyper-parameters of the next step.
   *
   * @return the hyper-parameters
   */
  public Adam adam() {
    return adam;
  }

  /**
   * Changes the hyper-parameters from the next step on, for example to follow a learning-rate schedule.
   * Moments and counters stay.
   *
   * @param newAdam the hyper-parameters
   */
  public void setAdam(Adam newAdam) {
    Arguments.requireNonNull("newAdam", newAdam);
    adam = newAdam;
  }

  /**
   * The kernel that does the steps.
   *
   * @return the kernel
   */
  public AdamKernel kernel() {
    return kernel;
  }

  /**
   * Updates the parameters in place. Everything is read, checked and allocated before anything changes.
   *
   * @param <A> {@code float[]} or {@code double[]}; {@code Object} for a mixture
   * @param params the parameters by name, updated
   * @param grads a gradient for each parameter, of its type and length, read; parameters may share one
   * @throws NullPointerException if a map, a name or an array is null
   * @throws IllegalArgumentException if a gradient is missing, or there is one without parameter; if two names
   *     in a map are equal; if a value is not a {@code float[]} or {@code double[]}; if a gradient's type or
   *     length is not the parameter's, or a parameter's not what it was at its first step; if a parameter's
   *     array is used twice; if a coefficient overflows, see {@link Adam#atStep}, or is outside the range of
   *     float, see {@link AdamKernel}
   */
  public <A> void step(Map<String, A> params, Map<String, A> grads) {
    Arguments.requireNonNull("params", params);
    Arguments.requireNonNull("grads", grads);
    final boolean isMaximum = adam.amsgrad() != Adam.AmsGrad.NONE;
    final boolean isAverage = adam.averageDecay() < 1;
    final Plan before = last == null ? null : last.get();
    if (before != null
        && before.isMaximum == isMaximum
        && before.isAverage == isAverage
        && before.params.areThoseOf(params)
        && before.grads.areThoseOf(grads)) {
      final AdamStep[] steps = steps(before);
      if (repeated == null) {
        for (Group group : before.groups) {
          // A try before this one may have ended early, for want of memory.
          if (group.model == null) {
            group.makeModel();
          }
        }
        repeated = before;
      }
      run(before, steps);
      return;
    }
    // Nothing of the step before is to be kept alive while this one allocates; it has the arrays no more.
    last = null;
    repeated = null;
    final Plan plan = plan(params, grads, isMaximum, isAverage);
    final AdamStep[] steps = steps(plan);
    final WeakReference<Plan> reference = new WeakReference<>(plan);
    register(plan);
    last = reference;
    run(plan, steps);
  }

  /** A plan of a step with arrays that are new, checked. Changes nothing. */
  private Plan plan(
      Map<String, ?> params, Map<String, ?> grads, boolean isMaximum, boolean isAverage) {
    final Plan plan =
        new Plan(
            Entries.of(params, "parameter"), Entries.of(grads, "gradient"), isMaximum, isAverage);
    final String[] names = plan.params.names;
    final Object[] arrays = plan.params.arrays;
    final Object[] gradients = gradients(plan.params, plan.grads);
    final Moments[] states = new Moments[names.length];
    final Map<Object, String> users = new IdentityHashMap<>(names.length);
    for (int i = 0; i < names.length; i++) {
      states[i] = moments.get(names[i]);
      requireValid(names[i], arrays[i], gradients[i], states[i]);
      final String other = users.put(arrays[i], names[i]);
      if (other != null) {
        throw new IllegalArgumentException(
            "parameter '" + names[i] + "' is the same array as parameter '" + other
                + "': expected an array of its own");
      }
    }
    for (int i = 0; i < names.length; i++) {
      final String param = users.get(plan.grads.arrays[i]);
      if (param != null) {
        throw new IllegalArgumentException(
            "gradient '" + plan.grads.names[i] + "' is the same array as parameter '" + param
                + "': expected an array of its own");
      }
    }
    final Map<Long, Group> groups = new HashMap<>();
    Group group = null;
    for (int i = 0; i < names.length; i++) {
      final Moments known = states[i];
      final Moments state = known != null ? known : new Moments(arrays[i]);
      final long steps = known != null ? known.counter.steps : 0;
      // Mostly that of the parameter before.
      if (group == null || group.counter.steps != steps) {
        group = groups.get(steps);
        if (group == null) {
          group = new Group(steps);
          groups.put(steps, group);
          plan.groups.add(group);
        }
      }
      group.hasFloats |= arrays[i] instanceof float[];
      group.updates.add(
          new Update(names[i], state, arrays[i], gradients[i], isMaximum, isAverage));
    }
    return plan;
  }

  /** The coefficients of each group, checked. */
  private AdamStep[] steps(Plan plan) {
    final AdamStep[] steps = new AdamStep[plan.groups.size()];
    for (int i = 0; i < steps.length; i++) {
      final Group group = plan.groups.get(i);
      steps[i] = adam.atStep(group.counter.steps + 1);
      if (group.hasFloats) {
        steps[i].requireFloatRange();
      }
    }
    return steps;
  }

  /** Makes a plan's states those of its parameters. Changes all of them or, for want of memory, none. */
  private void register(Plan plan) {
    boolean isDone = false;
    try {
      for (Group group : plan.groups) {
        for (Update update : group.updates) {
          if (update.state.counter == null) {
            moments.put(update.name, update.state);
          }
        }
      }
      isDone = true;
    } finally {
      if (!isDone) {
        for (Group group : plan.groups) {
          for (Update update : group.updates) {
            if (update.state.counter == null) {
              moments.remove(update.name);
            }
          }
        }
      }
    }
    for (Group group : plan.groups) {
      for (Update update : group.updates) {
        update.state.maximum = update.maximum;
        update.state.average = update.average;
        update.state.isAveraged = plan.isAverage;
        update.state.counter = group.counter;
      }
    }
  }

  private void run(Plan plan, AdamStep[] steps) {
    for (int i = 0; i < steps.length; i++) {
      plan.groups.get(i).step(kernel, steps[i]);
    }
    stepCount++;
  }

  /**
   * How many times {@link #step} was called with success.
   *
   * @return the number of steps so far
   */
  public long stepCount() {
    return stepCount;
  }

  /**
   * How many steps a parameter has taken, which is the t of its bias correction.
   *
   * @param name a parameter
   * @return the number of steps, 0 for a name not seen yet
   */
  public long stepCount(String name) {
    final Moments known = moments.get(name);
    return known == null ? 0 : known.counter.steps;
  }

  /**
   * The parameters seen so far, in the order in which they were first seen.
   *
   * @return their names, a view that cannot be changed
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(moments.keySet());
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
   * The running maxima of a parameter, kept with {@link Adam#amsgrad}; zero before the first step that keeps
   * them. A step without them leaves them as they are.
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
   * The averages of a parameter, kept with {@link Adam#averageDecay}. They start from the parameter as it
   * is before the first step that keeps them, and again so after steps that did not keep them. Those leave
   * them as they are.
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

  private static Object kept(String name, String what, Object array) {
    if (array == null) {
      throw new NoSuchElementException("no " + what + " is kept of parameter '" + name + "'");
    }
    return array;
  }

  /** The gradients in the order of their parameters, the names being checked. */
  private static Object[] gradients(Entries params, Entries grads) {
    if (Arrays.equals(params.names, grads.names)) {
      // As mostly. Names that come twice do so in both.
      params.byName("parameter");
      return grads.arrays;
    }
    final Map<String, Object> byName = grads.byName("gradient");
    requireNamesMatch(params.byName("parameter").keySet(), byName.keySet());
    final Object[] gradients = new Object[params.names.length];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = byName.get(params.names[i]);
    }
    return gradients;
  }

  private static void requireNamesMatch(Set<String> params, Set<String> grads) {
    if (!params.equals(grads)) {
      final Set<String> missing = new TreeSet<>(params);
      missing.removeAll(grads);
      final Set<String> extra = new TreeSet<>(grads);
      extra.removeAll(params);
      throw new IllegalArgumentException(
          "expected one gradient for each parameter, by a name that equals its own; missing gradients: "
              + missing
              + ", gradients without parameter: "
              + extra);
    }
  }

  private static void requireValid(String name, Object param, Object grad, Moments known) {
    if (param == null || grad == null) {
      throw new NullPointerException(
          (param == null ? "parameter '" : "gradient '") + name + "' is null");
    }
    if (!(param instanceof float[] || param instanceof double[])) {
      throw new IllegalArgumentException(
          "parameter '" + name + "' is a " + typeOf(param) + ": expected float[] or double[]");
    }
    requireShape("gradient", name, grad, param, "the parameter");
    if (known != null) {
      requireShape("parameter", name, param, known.m, "what it was at its first step");
    }
  }

  private static void requireShape(
      String what, String name, Object array, Object like, String whose) {
    if (array.getClass() != like.getClass()) {
      throw new IllegalArgumentException(
          what + " '" + name + "' is a " + typeOf(array) + ": expected " + typeOf(like) + ", as "
              + whose);
    }
    if (Array.getLength(array) != Array.getLength(like)) {
      throw new IllegalArgumentException(
          what + " '" + name + "' has length " + Array.getLength(array) + ": expected "
              + Array.getLength(like) + ", as " + whose);
    }
  }

  private static String typeOf(Object value) {
    return value.getClass().getSimpleName();
  }

  private Moments known(String name) {
    final Moments known = moments.get(name);
    if (known == null) {
      throw new NoSuchElementException(
          "no parameter '" + name + "' yet; seen so far: " + moments.keySet());
    }
    return known;
  }

  private static <A> A copy(String name, Object array, Class<A> type) {
    Arguments.requireNonNull("type", type);
    if (!type.isInstance(array)) {
      throw new IllegalArgumentException(
          "type = " + type.getSimpleName() + ": parameter '" + name + "' is a " + typeOf(array));
    }
    return type.cast(copy(array));
  }

  private static Object copy(Object array) {
    return array instanceof float[] floats ? floats.clone() : ((double[]) array).clone();
  }

  private static Object zeros(Object like) {
    return Array.newInstance(like.getClass().componentType(), Array.getLength(like));
  }
}
