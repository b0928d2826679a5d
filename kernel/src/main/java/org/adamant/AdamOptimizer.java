package org.adamant;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;

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

  /** The state of one parameter, and the number of steps it has taken. */
  private static final class Moments {
    final Object m;
    final Object v;
    /** The running maximum and the average are there from the first step that needs them. */
    Object maximum;

    Object average;
    long stepCount;

    Moments(Object param) {
      m = zeros(param);
      v = zeros(param);
    }

    AdamSlice slice(Object param, Object grad, Adam adam) {
      AdamSlice slice =
          param instanceof float[] floats
              ? AdamSlice.of(floats, (float[]) grad, (float[]) m, (float[]) v)
              : AdamSlice.of((double[]) param, (double[]) grad, (double[]) m, (double[]) v);
      if (adam.amsgrad() != Adam.AmsGrad.NONE) {
        maximum = maximum == null ? zeros(param) : maximum;
        slice = slice.withMaximum(maximum);
      }
      if (adam.averageDecay() < 1) {
        average = average == null ? copy(param) : average;
        slice = slice.withAverage(average);
      }
      return slice;
    }
  }

  /** What a step does to one parameter. */
  private record Update(String name, Moments state, AdamSlice slice, AdamStep step) {}

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
   * Updates the parameters in place. Everything is checked before anything changes.
   *
   * @param <A> {@code float[]} or {@code double[]}; {@code Object} for a mixture
   * @param params the parameters by name, updated
   * @param grads a gradient for each parameter, of its type and length, read
   * @throws NullPointerException if a map, a name or an array is null
   * @throws IllegalArgumentException if a gradient is missing, or there is one without parameter; if a
   *     value is not a {@code float[]} or {@code double[]}; if a gradient's type or length is not the
   *     parameter's, or a parameter's not what it was at its first step; if a parameter's array is used
   *     twice
   */
  public <A> void step(Map<String, A> params, Map<String, A> grads) {
    requireNamesMatch(params, grads);
    final Map<Object, String> users = new IdentityHashMap<>();
    for (Map.Entry<String, A> entry : params.entrySet()) {
      requireValid(entry.getKey(), entry.getValue(), grads.get(entry.getKey()));
      final String other = users.put(entry.getValue(), entry.getKey());
      if (other != null) {
        throw new IllegalArgumentException(
            "parameter '" + entry.getKey() + "' is the same array as parameter '" + other
                + "': expected an array of its own");
      }
    }
    for (Map.Entry<String, A> entry : grads.entrySet()) {
      final String param = users.get(entry.getValue());
      if (param != null) {
        throw new IllegalArgumentException(
            "gradient '" + entry.getKey() + "' is the same array as parameter '" + param
                + "': expected an array of its own");
      }
    }
    // All that can fail, for want of memory or in a map, before the first update.
    final List<Update> updates = new ArrayList<>(params.size());
    final Map<Long, AdamStep> byCount = new HashMap<>();
    for (Map.Entry<String, A> entry : params.entrySet()) {
      final String name = entry.getKey();
      final AdamStep step = byCount.computeIfAbsent(stepCount(name) + 1, adam::atStep);
      if (entry.getValue() instanceof float[]) {
        step.requireFloatRange();
      }
      final Moments known = moments.get(name);
      final Moments state = known != null ? known : new Moments(entry.getValue());
      final AdamSlice slice = state.slice(entry.getValue(), grads.get(name), adam);
      updates.add(new Update(name, state, slice, step));
    }

    for (Update update : updates) {
      moments.put(update.name, update.state);
      kernel.step(update.step, update.slice);
      update.state.stepCount = update.step.t();
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
    return known == null ? 0 : known.stepCount;
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
   * The running maxima of a parameter, kept with {@link Adam#amsgrad}.
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
   * is before the first step that keeps them.
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

  private static void requireNamesMatch(Map<String, ?> params, Map<String, ?> grads) {
    Arguments.requireNonNull("params", params);
    Arguments.requireNonNull("grads", grads);
    params.keySet().forEach(name -> Arguments.requireNonNull("the name of a parameter", name));
    grads.keySet().forEach(name -> Arguments.requireNonNull("the name of a gradient", name));
    if (!params.keySet().equals(grads.keySet())) {
      final Set<String> missing = new TreeSet<>(params.keySet());
      missing.removeAll(grads.keySet());
      final Set<String> extra = new TreeSet<>(grads.keySet());
      extra.removeAll(params.keySet());
      throw new IllegalArgumentException(
          "expected one gradient for each parameter; missing gradients: "
              + missing
              + ", gradients without parameter: "
              + extra);
    }
  }

  private void requireValid(String name, Object param, Object grad) {
    final String parameter = "parameter '" + name + "'";
    final String gradient = "gradient '" + name + "'";
    Arguments.requireNonNull(parameter, param);
    Arguments.requireNonNull(gradient, grad);
    if (!(param instanceof float[] || param instanceof double[])) {
      throw new IllegalArgumentException(
          parameter + " is a " + typeOf(param) + ": expected float[] or double[]");
    }
    requireShape(gradient, grad, param, "the parameter");
    final Moments known = moments.get(name);
    if (known != null) {
      requireShape(parameter, param, known.m, "what it was at its first step");
    }
  }

  private static void requireShape(String what, Object array, Object like, String whose) {
    if (array.getClass() != like.getClass()) {
      throw new IllegalArgumentException(
          what + " is a " + typeOf(array) + ": expected " + typeOf(like) + ", as " + whose);
    }
    if (Array.getLength(array) != Array.getLength(like)) {
      throw new IllegalArgumentException(
          what
              + " has length "
              + Array.getLength(array)
              + ": expected "
              + Array.getLength(like)
              + ", as "
              + whose);
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
