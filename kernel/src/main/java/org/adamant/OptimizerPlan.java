package org.adamant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.adamant.internal.loop.Operand;
import org.adamant.training.SparseRows;
import org.jspecify.annotations.Nullable;

/**
 * A checked call of an optimizer's step, which holds for further calls with the same arrays. Making one changes
 * nothing.
 */
final class OptimizerPlan {

  /**
   * A parameter of the call that is not frozen.
   *
   * @param name what it is called
   * @param state what is kept of it
   * @param group the number of its group
   * @param param its numbers
   * @param grad the gradient; null where it is one of some rows
   * @param rows the gradient of some rows; otherwise null
   */
  record Member(
      String name, ParameterState state, int group, Storage param, @Nullable Storage grad,
      @Nullable SparseRows rows) {

    /** The gradient, where it is not one of some rows. */
    Storage denseGrad() {
      return Objects.requireNonNull(grad);
    }

    /** All operands without the gradient. */
    @Nullable
    Storage[] operands(@Nullable Storage maximum, @Nullable Storage average) {
      final @Nullable Storage[] operands = new Storage[Operand.COUNT];
      operands[Operand.PARAMS.ordinal()] = param;
      operands[Operand.M.ordinal()] = state.m;
      operands[Operand.V.ordinal()] = state.v;
      operands[Operand.MAXIMUM.ordinal()] = maximum;
      operands[Operand.AVERAGE.ordinal()] = average;
      return operands;
    }
  }

  /** Stands for the number of a group if the parameter is frozen. */
  static final int FROZEN = -1;

  private final MapEntries params;
  private final MapEntries grads;
  final List<Member> members = new ArrayList<>();

  /** Whether there are gradients of rows, which are other rows each time. */
  final boolean hasRows;

  /** Whether a parameter has such gradients, or had them before. */
  final boolean hasSparse;

  /** Whether the optimizer knows the parameters; when one is removed or renamed, it forgets its plans. */
  boolean isRegistered;

  /** The update; null until it is made, or after what it was made for has changed. */
  @Nullable
  PlannedUpdate update;

  /**
   * Checks a call.
   *
   * @param paramsByName the parameters
   * @param gradsByName the gradients
   * @param states the states of parameters seen before
   * @param settings the settings of the optimizer
   * @param groups gives the number of the group of a name, or {@link #FROZEN}
   */
  OptimizerPlan(
      Map<String, ?> paramsByName,
      Map<String, ?> gradsByName,
      Map<String, ParameterState> states,
      OptimizerSettings settings,
      ToIntFunction<String> groups) {
    params = MapEntries.of(paramsByName, "parameter");
    grads = MapEntries.of(gradsByName, "gradient");
    final String[] names = params.names;
    final int[] groupOf = new int[names.length];
    for (int i = 0; i < names.length; i++) {
      groupOf[i] = groups.applyAsInt(names[i]);
    }
    final @Nullable Object[] gradients = gradients(params, grads, groupOf);
    final IdentityHashMap<Object, String> users = new IdentityHashMap<>(names.length);
    final Overlap.Finder overlap = new Overlap.Finder();
    boolean anyRows = false;
    boolean anySparse = false;
    for (int i = 0; i < names.length; i++) {
      final Storage param = requireValid(names[i], params.values[i]);
      final String other = users.put(params.values[i], names[i]);
      if (other != null) {
        throw usedTwice("parameter '" + names[i] + "'", params.values[i], other);
      }
      if (groupOf[i] == FROZEN) {
        continue;
      }
      final ParameterState known = states.get(names[i]);
      requireGradient(names[i], gradients[i], params.values[i], param);
      requireKnown(names[i], params.values[i], param, known);
      requireAccessible("parameter", names[i], param);
      param.requireWritable("parameter '" + names[i] + "'");
      overlap.add(param, "parameter '" + names[i] + "'");
      final SparseRows rows = gradients[i] instanceof SparseRows its ? its : null;
      anyRows |= rows != null;
      anySparse |= rows != null || known != null && known.sparse != null;
      members.add(
          new Member(
              names[i],
              known != null ? known : settings.newState(names[i], param),
              groupOf[i],
              param,
              Numbers.storageOf(gradients[i]),
              rows));
    }
    hasRows = anyRows;
    hasSparse = anySparse;
    for (Member member : members) {
      if (member.rows() != null) {
        requireRowsFit(member, member.rows());
      }
    }
    for (int i = 0; i < grads.names.length; i++) {
      final String param = users.get(grads.values[i]);
      if (param != null) {
        throw usedTwice("gradient '" + grads.names[i] + "'", grads.values[i], param);
      }
    }
    overlap.requireDisjoint();
  }

  /** Whether a call with these maps is the same call. */
  boolean matches(Map<String, ?> paramsByName, Map<String, ?> gradsByName) {
    return params.match(paramsByName) && grads.match(gradsByName);
  }

  private static IllegalArgumentException usedTwice(String what, Object value, String param) {
    final boolean isStorage = value instanceof Storage;
    return new IllegalArgumentException(
        what + " is the same " + (isStorage ? "storage" : "array") + " as parameter '" + param
            + "': expected " + (isStorage ? "a storage" : "an array") + " of its own");
  }

  /** The gradients in the order of their parameters; checks the names. */
  private static @Nullable Object[] gradients(MapEntries params, MapEntries grads, int[] groupOf) {
    if (Arrays.equals(params.names, grads.names)) {
      // The usual case. Names that occur twice do so in both maps.
      params.byName("parameter");
      return grads.values;
    }
    final Map<String, Object> byName = grads.byName("gradient");
    final Set<String> needed = new TreeSet<>(params.byName("parameter").keySet());
    final Set<String> known = new TreeSet<>(needed);
    for (int i = 0; i < groupOf.length; i++) {
      if (groupOf[i] == FROZEN) {
        needed.remove(params.names[i]);
      }
    }
    final Set<String> extra = new TreeSet<>(byName.keySet());
    extra.removeAll(known);
    needed.removeAll(byName.keySet());
    if (!needed.isEmpty() || !extra.isEmpty()) {
      throw new IllegalArgumentException(
          "expected one gradient for each parameter, by a name that equals its own; missing gradients: "
              + needed
              + ", gradients without parameter: "
              + extra);
    }
    final @Nullable Object[] gradients = new Object[params.names.length];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = byName.get(params.names[i]);
    }
    return gradients;
  }

  /** {@return a parameter as a storage; refuses other types} */
  static Storage requireValid(String name, @Nullable Object param) {
    if (param == null) {
      throw new NullPointerException("parameter '" + name + "' is null");
    }
    final Storage storage = Numbers.storageOf(param);
    if (storage == null) {
      throw new IllegalArgumentException(
          "parameter '" + name + "' is a " + typeOf(param)
              + ": expected float[] or double[], or a Storage");
    }
    return storage;
  }

  private static void requireGradient(
      String name, @Nullable Object grad, Object param, Storage known) {
    if (grad == null) {
      throw new NullPointerException("gradient '" + name + "' is null");
    }
    if (grad instanceof SparseRows rows) {
      requireRows(name, rows, known);
      return;
    }
    final Storage storage = Numbers.storageOf(grad);
    final boolean isRight =
        storage != null
            && (storage.array == grad && known.array == param
                ? grad.getClass() == param.getClass()
                : (storage.format() == Format.FLOAT64) == (known.format() == Format.FLOAT64));
    if (storage == null || !isRight) {
      throw new IllegalArgumentException(
          "gradient '" + name + "' is a " + typeOf(grad) + ": expected " + typeOf(param)
              + ", as the parameter");
    }
    requireLength("gradient", name, storage.length(), known.length(), "the parameter");
  }

  private static void requireRows(String name, SparseRows rows, Storage param) {
    final boolean isDouble = param.format() == Format.FLOAT64;
    if (rows.values() instanceof double[] != isDouble) {
      throw new IllegalArgumentException(
          "gradient '" + name + "' is " + rows + ": expected values of "
              + (isDouble ? "double" : "float") + ", as the parameter");
    }
    if (param.length() % rows.rowLength() != 0) {
      throw new IllegalArgumentException(
          "gradient '" + name + "' is " + rows + ": expected a row length that divides "
              + param.length() + ", the length of the parameter");
    }
    final long count = param.length() / rows.rowLength();
    for (int row : rows.rows()) {
      if (row < 0 || row >= count) {
        throw new IllegalArgumentException(
            "gradient '" + name + "' has row " + row + ": expected 0 <= row < " + count
                + ", the rows of the parameter");
      }
    }
  }

  static void requireKnown(
      String name, Object param, Storage storage, @Nullable ParameterState known) {
    if (known != null) {
      if (storage.format() != known.format) {
        throw new IllegalArgumentException(
            "parameter '" + name + "' is a " + typeOf(param) + ": expected " + typeOf(known.format)
                + ", as what it was at its first step");
      }
      requireLength(
          "parameter", name, storage.length(), known.length, "what it was at its first step");
    }
  }

  /** Refuses rows that a step could not take, and memory that it would read after writing it. */
  private void requireRowsFit(Member member, SparseRows rows) {
    final ParameterState state = member.state();
    final int rowLength = rows.rowLength();
    if (state.sparse != null && state.sparse.rowLength() != rowLength) {
      throw new IllegalArgumentException(
          "gradient '" + member.name() + "' is " + rows + ": expected rows of length "
              + state.sparse.rowLength() + ", as before");
    }
    final boolean hasBlocks =
        state.m.format() == Format.BLOCK8 || state.v.format() == Format.BLOCK8;
    if (hasBlocks && rowLength % Format.BLOCK_LENGTH != 0) {
      throw new IllegalArgumentException(
          "gradient '" + member.name() + "' is " + rows + ": expected a multiple of "
              + Format.BLOCK_LENGTH + " as rowLength, as rows of moments in BLOCK8 would share a"
              + " scale");
    }
    final Storage values = Numbers.ofArray(rows.values());
    for (Member other : members) {
      if (Overlap.exists(values, other.param())) {
        throw inParameter(member.name(), other.name());
      }
      if (other.grad() != null && Overlap.exists(other.grad(), member.param())) {
        throw inParameter(other.name(), member.name());
      }
    }
  }

  private static IllegalArgumentException inParameter(String gradient, String parameter) {
    return new IllegalArgumentException(
        "gradient '" + gradient + "' lies in the memory of parameter '" + parameter
            + "': expected memory of its own");
  }

  private static void requireAccessible(String what, String name, Storage storage) {
    if (storage.segment == null) {
      return;
    }
    if (!storage.segment.scope().isAlive()) {
      throw new IllegalStateException(
          what + " '" + name + "' lies in an arena that is closed: expected an open one");
    }
    if (!storage.segment.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException(
          what + " '" + name + "' lies in another thread's confined arena: expected one of this"
              + " thread's, or a shared one");
    }
  }

  private static void requireLength(
      String what, String name, long length, long expected, String whose) {
    if (length != expected) {
      throw new IllegalArgumentException(
          what + " '" + name + "' has length " + length + ": expected " + expected + ", as "
              + whose);
    }
  }

  private static String typeOf(Object value) {
    if (value instanceof Storage storage) {
      return "Storage of " + storage.format();
    }
    return value.getClass().getSimpleName();
  }

  /** The name of the type of parameters of a format, for messages. */
  static String typeOf(Format format) {
    return switch (format) {
      case FLOAT32 -> float[].class.getSimpleName();
      case FLOAT64 -> double[].class.getSimpleName();
      default -> "Storage of " + format;
    };
  }
}
