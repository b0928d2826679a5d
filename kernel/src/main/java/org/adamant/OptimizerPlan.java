package org.adamant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.adamant.Adam.AmsGrad;
import org.adamant.internal.loop.Operand;
import org.adamant.training.SparseRows;

/**
 * A checked call of an optimizer's step, which holds for further calls with the same arrays. Making one changes
 * nothing.
 */
final class OptimizerPlan {

  /** A parameter of the call that is not frozen. */
  static final class Member {
    final String name;
    final ParameterState state;
    final int group;
    final Storage param;

    /** The gradient; null if it is one of some rows. */
    final Storage grad;

    final SparseRows rows;

    Member(
        String name, ParameterState state, int group, Storage param, Storage grad,
        SparseRows rows) {
      this.name = name;
      this.state = state;
      this.group = group;
      this.param = param;
      this.grad = grad;
      this.rows = rows;
    }

    /** All operands without the gradient. */
    Storage[] operands(Storage maximum, Storage average) {
      final Storage[] operands = new Storage[Operand.COUNT];
      operands[Operand.PARAMS.ordinal()] = param;
      operands[Operand.M.ordinal()] = state.m;
      operands[Operand.V.ordinal()] = state.v;
      operands[Operand.MAXIMUM.ordinal()] = maximum;
      operands[Operand.AVERAGE.ordinal()] = average;
      return operands;
    }
  }

  /** Members of one group that have taken the same number of steps. */
  static final class Cohort {
    final int index;
    final int group;
    final ParameterState.Counter counter;
    boolean hasFloats;

    Cohort(int index, int group, long steps) {
      this.index = index;
      this.group = group;
      this.counter = new ParameterState.Counter(steps);
    }
  }

  /** What an update does to the members, as one model. */
  final class Update {
    final boolean[] isMaximum;
    final boolean[] isAverage;
    final List<Cohort> cohorts = new ArrayList<>();
    final AdamModel model;

    /** The step of each slice, filled in before each update. */
    final AdamStep[] steps;

    final List<AdamStep> stepsOfSlices;

    /** The cohort of each member. */
    private final Cohort[] cohortOf = new Cohort[members.size()];

    private final List<AdamSlice> slices = new ArrayList<>(members.size());

    /** The cohort, and the number of the member, of each slice. */
    private final List<Cohort> cohortOfSlice = new ArrayList<>(members.size());

    private final List<Integer> memberOfSlice = new ArrayList<>(members.size());
    private final Storage[] maxima = new Storage[members.size()];
    private final Storage[] averages = new Storage[members.size()];

    /** Gradients that the step cannot read in place, and the copies that it reads. */
    private final List<Storage[]> copies = new ArrayList<>();

    /** Whether the parameters have the state that was made here; nothing else changes it while this is in use. */
    private boolean isRegistered;

    /** A model of the slices of each member, for its own norm; null until it is needed. */
    private AdamModel[] alone;

    Update(Adam[] adams, boolean areAccumulated, Rows rows) {
      isMaximum = maxima(adams);
      isAverage = averages(adams);
      final Map<Object, Object> seen = new IdentityHashMap<>();
      final List<AdamSlice> ofDense = new ArrayList<>();
      final Map<Long, Cohort>[] bySteps = newMaps(adams.length);
      for (int i = 0; i < cohortOf.length; i++) {
        final Member member = members.get(i);
        final ParameterState state = member.state;
        cohortOf[i] = cohort(bySteps, member, state.counter.steps);
        if (isMaximum[member.group]) {
          maxima[i] = state.maximum == null ? state.zeros() : state.maximum;
        }
        if (isAverage[member.group]) {
          averages[i] = state.isAveraged ? state.average : state.zeros();
          if (!state.isAveraged) {
            Numbers.copy(member.param, averages[i]);
          }
        }
        if (member.rows != null) {
          // Rows may have to catch up steps with maxima, even if this step has none.
          final SparseState sparse =
              rows.prepare(
                  member,
                  member.operands(
                      maxima[i] == null ? state.maximum : maxima[i], averages[i]));
          final List<AdamSlice> ofRows = sparse.slices();
          for (int k = 0; k < ofRows.size(); k++) {
            add(i, ofRows.get(k), cohort(bySteps, member, sparse.stepNumber(k) - 1));
          }
          continue;
        }
        Storage grad = areAccumulated ? state.accumulated : member.grad;
        final boolean isSeen =
            seen.putIfAbsent(grad.array == null ? grad : grad.array, grad) != null;
        if (isSeen
            || areAccumulated && grad.format() != Numbers.computing(state.format)) {
          // The gradient of two parameters, but a model may have every element only once; or a sum of floats in
          // double.
          grad = copyBeforeStep(grad, state);
        }
        AdamSlice slice = AdamSlice.of(member.param, grad, state.m, state.v);
        slice = maxima[i] == null ? slice : slice.withMaximum(maxima[i]);
        slice = averages[i] == null ? slice : slice.withAverage(averages[i]);
        slice = slice.operands.layout().isLossy() ? slice.numberedFrom(state.number) : slice;
        ofDense.add(slice);
        add(i, slice, cohortOf[i]);
      }
      // Rows of a parameter do not overlap, nor do parameters; gradients of rows were checked against all
      // parameters.
      model = hasRows ? AdamModel.ofDisjoint(slices, ofDense) : AdamModel.of(slices);
      steps = new AdamStep[slices.size()];
      stepsOfSlices = Arrays.asList(steps);
    }

    private void add(int member, AdamSlice slice, Cohort cohort) {
      slices.add(slice);
      cohortOfSlice.add(cohort);
      memberOfSlice.add(member);
    }

    private Cohort cohort(Map<Long, Cohort>[] bySteps, Member member, long stepsTaken) {
      final Cohort cohort =
          bySteps[member.group].computeIfAbsent(
              stepsTaken, taken -> newCohort(member.group, taken));
      cohort.hasFloats |= member.state.format != Format.FLOAT64;
      return cohort;
    }

    private Storage copyBeforeStep(Storage grad, ParameterState state) {
      final Storage copy =
          Numbers.zeros(Numbers.computing(state.format), state.length, state.arena);
      copies.add(new Storage[] {grad, copy});
      return copy;
    }

    private Cohort newCohort(int group, long steps) {
      final Cohort cohort = new Cohort(cohorts.size(), group, steps);
      cohorts.add(cohort);
      return cohort;
    }

    boolean isFor(Adam[] adams) {
      return Arrays.equals(isMaximum, maxima(adams)) && Arrays.equals(isAverage, averages(adams));
    }

    /** Copies gradients to where the step reads them. */
    void copyGradients() {
      for (Storage[] copy : copies) {
        Numbers.copy(copy[0], copy[1]);
      }
    }

    /** The step of all slices if they share one; otherwise null, and the list is filled in. */
    AdamStep spread(AdamStep[] ofCohorts) {
      if (ofCohorts.length == 1) {
        return ofCohorts[0];
      }
      for (int i = 0; i < steps.length; i++) {
        steps[i] = ofCohorts[cohortOfSlice.get(i).index];
      }
      return null;
    }

    /**
     * Multiplies the gradients of each slice by a factor of its own.
     *
     * @return the smallest factor
     */
    double clipAlone(
        AdamStep[] ofCohorts, double scale, double maxNorm, AdamKernel kernel,
        ToDoubleFunction<AdamModel> norm) {
      if (alone == null) {
        alone = new AdamModel[cohortOf.length];
        for (int i = 0, k = 0; i < alone.length; i++) {
          final List<AdamSlice> its = new ArrayList<>();
          while (k < slices.size() && memberOfSlice.get(k) == i) {
            its.add(slices.get(k++));
          }
          alone[i] = AdamModel.ofDisjoint(its, List.of());
        }
      }
      double smallest = 1;
      for (int i = 0, k = 0; i < alone.length; i++) {
        final double factor =
            AdamStep.clipFactor(norm(i, kernel, norm) * scale, maxNorm);
        while (k < steps.length && memberOfSlice.get(k) == i) {
          final AdamStep step = ofCohorts[cohortOfSlice.get(k).index];
          steps[k++] = factor == 1 ? step : step.withClipFactor(factor);
        }
        smallest = Math.min(smallest, factor);
      }
      return smallest;
    }

    /** The norm of all gradients, with the bits of dense ones. */
    double norm(AdamKernel kernel, ToDoubleFunction<AdamModel> ofModel) {
      return hasRows
          ? AdamKernel.normOfSums(scale -> sumsOfSquares(kernel, scale))
          : ofModel.applyAsDouble(model);
    }

    /** The norm of the gradients of one member. */
    private double norm(int member, AdamKernel kernel, ToDoubleFunction<AdamModel> ofModel) {
      return members.get(member).rows != null
          ? AdamKernel.normOfSums(
              scale -> members.get(member).state.sparse.sumsOfSquares(kernel, scale))
          : ofModel.applyAsDouble(alone[member]);
    }

    private double[] sumsOfSquares(AdamKernel kernel, double scale) {
      double[] all = {};
      for (int i = 0, k = 0; i < cohortOf.length; i++) {
        final Member member = members.get(i);
        final double[] sums =
            member.rows != null
                ? member.state.sparse.sumsOfSquares(kernel, scale)
                : kernel.sumsOfSquares(AdamModel.of(slices.get(k)), scale);
        while (k < slices.size() && memberOfSlice.get(k) == i) {
          k++;
        }
        final int length = all.length;
        all = Arrays.copyOf(all, length + sums.length);
        System.arraycopy(sums, 0, all, length, sums.length);
      }
      return all;
    }

    /** Gives the maxima to the parameters; zeros are right whether the update is done or not. */
    void registerMaxima() {
      for (int i = 0; !isRegistered && i < cohortOf.length; i++) {
        if (maxima[i] != null) {
          members.get(i).state.maximum = maxima[i];
        }
      }
    }

    /** Gives the averages and the counters to the parameters. */
    void register() {
      for (int i = 0; !isRegistered && i < cohortOf.length; i++) {
        final ParameterState state = members.get(i).state;
        state.isAveraged = averages[i] != null;
        state.average = state.isAveraged ? averages[i] : state.average;
        state.counter = cohortOf[i].counter;
      }
      isRegistered = true;
    }

    /** Copies rows back, or forgets them. */
    void finishRows(AdamStep[] ofCohorts, boolean isDone) {
      for (int i = 0; i < cohortOf.length; i++) {
        final Member member = members.get(i);
        if (member.rows != null && isDone) {
          member.state.sparse.finish(ofCohorts[cohortOf[i].index]);
        } else if (member.rows != null) {
          member.state.sparse.abandon();
        }
      }
    }

    /** Counts an update that was done. */
    void count() {
      for (Cohort cohort : cohorts) {
        cohort.counter.steps++;
      }
    }
  }

  /** Prepares the rows of a parameter for a step. */
  @FunctionalInterface
  interface Rows {

    /** Copies the rows that have a gradient. */
    SparseState prepare(Member member, Storage[] operands);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Map<Long, Cohort>[] newMaps(int count) {
    final Map<Long, Cohort>[] maps = new Map[count];
    for (int i = 0; i < count; i++) {
      maps[i] = new HashMap<>();
    }
    return maps;
  }

  private static boolean[] maxima(Adam[] adams) {
    final boolean[] is = new boolean[adams.length];
    for (int i = 0; i < is.length; i++) {
      is[i] = adams[i].amsgrad() != AmsGrad.NONE;
    }
    return is;
  }

  private static boolean[] averages(Adam[] adams) {
    final boolean[] is = new boolean[adams.length];
    for (int i = 0; i < is.length; i++) {
      is[i] = adams[i].averageDecay() < 1;
    }
    return is;
  }

  /** The entries of a map, read once. */
  private static final class Entries {
    final String[] names;
    final Object[] values;

    private Entries(String[] names, Object[] values) {
      this.names = names;
      this.values = values;
    }

    static Entries of(Map<String, ?> map, String what) {
      final List<String> names = new ArrayList<>(map.size());
      final List<Object> values = new ArrayList<>(map.size());
      for (Map.Entry<String, ?> entry : map.entrySet()) {
        final String name = entry.getKey();
        if (name == null) {
          throw new NullPointerException("the name of a " + what + " is null");
        }
        names.add(name);
        values.add(entry.getValue());
      }
      return new Entries(names.toArray(new String[0]), values.toArray());
    }

    /** Whether these are the entries of a map, in its present order. */
    boolean areThoseOf(Map<String, ?> map) {
      final Comparison comparison = new Comparison(names, values);
      // By the map's own loop, which takes one call per entry; an iterator takes four.
      map.forEach(comparison);
      return comparison.isSame && comparison.count == names.length;
    }

    /** The values by name. */
    Map<String, Object> byName(String what) {
      final Map<String, Object> byName = HashMap.newHashMap(names.length);
      for (int i = 0; i < names.length; i++) {
        byName.put(names[i], values[i]);
        if (byName.size() == i) {
          throw new IllegalArgumentException(
              what + " '" + names[i]
                  + "' comes twice: expected every name once, in a map that compares names by equals");
        }
      }
      return byName;
    }
  }

  /** Compares the entries of a map, one after the other, with earlier ones. */
  private static final class Comparison implements BiConsumer<String, Object> {
    private final String[] names;
    private final Object[] values;
    private int count;
    private boolean isSame = true;

    Comparison(String[] names, Object[] values) {
      this.names = names;
      this.values = values;
    }

    @Override
    public void accept(String name, Object value) {
      if (isSame) {
        isSame = count < names.length && value == values[count] && areEqual(name, names[count]);
        count++;
      }
    }

    private static boolean areEqual(String name, String other) {
      return name == other || other.equals(name);
    }
  }

  /** Stands for the number of a group if the parameter is frozen. */
  static final int FROZEN = -1;

  private final Entries params;
  private final Entries grads;
  final List<Member> members = new ArrayList<>();

  /** Whether there are gradients of rows, which are other rows each time. */
  final boolean hasRows;

  /** Whether a parameter has such gradients, or had them before. */
  final boolean hasSparse;

  /** Whether the optimizer knows the parameters; when one is removed or renamed, it forgets its plans. */
  boolean isRegistered;

  /** The update; null until it is made, or after what it was made for has changed. */
  Update update;

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
    params = Entries.of(paramsByName, "parameter");
    grads = Entries.of(gradsByName, "gradient");
    final String[] names = params.names;
    final int[] groupOf = new int[names.length];
    for (int i = 0; i < names.length; i++) {
      groupOf[i] = groups.applyAsInt(names[i]);
    }
    final Object[] gradients = gradients(params, grads, groupOf);
    final Map<Object, String> users = new IdentityHashMap<>(names.length);
    final Overlap.Finder overlap = new Overlap.Finder();
    boolean anyRows = false;
    boolean anySparse = false;
    for (int i = 0; i < names.length; i++) {
      final Storage param = requireValid(names[i], params.values[i]);
      final String other = users.put(params.values[i], names[i]);
      if (other != null) {
        throw same("parameter '" + names[i] + "'", params.values[i], other);
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
      if (member.rows != null) {
        requireRowsFit(member);
      }
    }
    for (int i = 0; i < grads.names.length; i++) {
      final String param = users.get(grads.values[i]);
      if (param != null) {
        throw same("gradient '" + grads.names[i] + "'", grads.values[i], param);
      }
    }
    overlap.requireDisjoint();
  }

  /** Whether a call with these maps is the same call. */
  boolean isFor(Map<String, ?> paramsByName, Map<String, ?> gradsByName) {
    return params.areThoseOf(paramsByName) && grads.areThoseOf(gradsByName);
  }

  private static IllegalArgumentException same(String what, Object value, String param) {
    final boolean isStorage = value instanceof Storage;
    return new IllegalArgumentException(
        what + " is the same " + (isStorage ? "storage" : "array") + " as parameter '" + param
            + "': expected " + (isStorage ? "a storage" : "an array") + " of its own");
  }

  /** The gradients in the order of their parameters; checks the names. */
  private static Object[] gradients(Entries params, Entries grads, int[] groupOf) {
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
    final Object[] gradients = new Object[params.names.length];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = byName.get(params.names[i]);
    }
    return gradients;
  }

  /** {@return a parameter as a storage; refuses other types} */
  static Storage requireValid(String name, Object param) {
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

  private static void requireGradient(String name, Object grad, Object param, Storage known) {
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
    if (!isRight) {
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
      String name, Object param, Storage storage, ParameterState known) {
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
  private void requireRowsFit(Member member) {
    final ParameterState state = member.state;
    final int rowLength = member.rows.rowLength();
    if (state.sparse != null && state.sparse.rowLength() != rowLength) {
      throw new IllegalArgumentException(
          "gradient '" + member.name + "' is " + member.rows + ": expected rows of length "
              + state.sparse.rowLength() + ", as before");
    }
    final boolean hasBlocks =
        state.m.format() == Format.BLOCK8 || state.v.format() == Format.BLOCK8;
    if (hasBlocks && rowLength % Format.BLOCK_LENGTH != 0) {
      throw new IllegalArgumentException(
          "gradient '" + member.name + "' is " + member.rows + ": expected a multiple of "
              + Format.BLOCK_LENGTH + " as rowLength, as rows of moments in BLOCK8 would share a"
              + " scale");
    }
    final Storage values = Numbers.storageOf(member.rows.values());
    for (Member other : members) {
      if (Overlap.of(values, other.param)) {
        throw inParameter(member.name, other.name);
      }
      if (other.grad != null && Overlap.of(other.grad, member.param)) {
        throw inParameter(other.name, member.name);
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
