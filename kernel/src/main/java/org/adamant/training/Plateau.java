package org.adamant.training;

/**
 * Lowers a factor of the learning rate when a metric, such as the loss on held-out data, stops getting better.
 * Immutable: the current factor is in a {@link State} of plain numbers, which can be saved.
 *
 * <p><b>Convention.</b> That of PyTorch's {@code ReduceLROnPlateau} with a relative threshold. A metric is better
 * than the best if it is less than {@code best * (1 - threshold)}, with {@link Mode#MAX} more than {@code best * (1
 * + threshold)}; otherwise the observation is bad. So metrics must not be negative. The factor falls at the
 * observation that makes <em>more than</em> {@code patience} bad ones in a row; optax's {@code reduce_on_plateau}
 * is one observation earlier. During a cooldown no observation is bad, but one may still become the best. PyTorch
 * leaves out reductions of less than 1e-8; here there is no such limit.
 *
 * <p>A metric that is NaN is bad: no comparison with it is true.
 *
 * @param mode whether a better metric is smaller or larger
 * @param factor multiplies the factor of the state at a reduction, greater than 0 and less than 1
 * @param patience how many bad observations in a row are tolerated, at least 0
 * @param threshold by what share of the best a metric must be better, at least 0 and less than 1
 * @param cooldown how many observations after a reduction are not bad, at least 0
 * @param minFactor the least factor of the state, from 0 to 1
 */
public record Plateau(
    Mode mode, double factor, long patience, double threshold, long cooldown, double minFactor) {

  /** Which metrics are better. */
  public enum Mode {
    /** Smaller ones, as of a loss. */
    MIN,
    /** Larger ones, as of an accuracy. */
    MAX
  }

  /**
   * The current factor, and what was observed.
   *
   * @param factor the factor of the learning rate, from 0 to 1
   * @param best the best metric so far; infinite before the first
   * @param bad how many observations in a row were bad, at least 0
   * @param cooldown how many more observations are not bad, at least 0
   */
  public record State(double factor, double best, long bad, long cooldown) {

    /**
     * A state, for instance one that was saved.
     *
     * @throws IllegalArgumentException if an argument is outside its range
     */
    public State {
      Arguments.require("factor", factor, factor >= 0 && factor <= 1, "0 <= factor <= 1");
      Arguments.require("best", best, !Double.isNaN(best), "a number");
      Arguments.requireAtLeast("bad", bad, 0);
      Arguments.requireAtLeast("cooldown", cooldown, 0);
    }
  }

  /**
   * Settings.
   *
   * @throws IllegalArgumentException if an argument is outside its range
   * @throws NullPointerException if the mode is null
   */
  public Plateau {
    Arguments.requireNonNull("mode", mode);
    Arguments.require("factor", factor, factor > 0 && factor < 1, "0 < factor < 1");
    Arguments.requireAtLeast("patience", patience, 0);
    Arguments.require(
        "threshold", threshold, threshold >= 0 && threshold < 1, "0 <= threshold < 1");
    Arguments.requireAtLeast("cooldown", cooldown, 0);
    Arguments.require(
        "minFactor", minFactor, minFactor >= 0 && minFactor <= 1, "0 <= minFactor <= 1");
  }

  /**
   * The settings of PyTorch: smaller metrics are better, a factor of 0.1 after more than 10 bad observations in a
   * row, a threshold of 1e-4, no cooldown and no least factor.
   *
   * @return the settings
   */
  public static Plateau defaults() {
    return new Plateau(Mode.MIN, 0.1, 10, 1e-4, 0, 0);
  }

  /**
   * Settings with another mode.
   *
   * @param changed which metrics are better
   * @return the changed settings
   */
  public Plateau withMode(Mode changed) {
    return new Plateau(changed, factor, patience, threshold, cooldown, minFactor);
  }

  /**
   * Settings with another factor.
   *
   * @param changed greater than 0 and less than 1
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public Plateau withFactor(double changed) {
    return new Plateau(mode, changed, patience, threshold, cooldown, minFactor);
  }

  /**
   * Settings with another patience.
   *
   * @param changed at least 0
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public Plateau withPatience(long changed) {
    return new Plateau(mode, factor, changed, threshold, cooldown, minFactor);
  }

  /**
   * Settings with another threshold.
   *
   * @param changed at least 0 and less than 1
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public Plateau withThreshold(double changed) {
    return new Plateau(mode, factor, patience, changed, cooldown, minFactor);
  }

  /**
   * Settings with another cooldown.
   *
   * @param changed at least 0
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public Plateau withCooldown(long changed) {
    return new Plateau(mode, factor, patience, threshold, changed, minFactor);
  }

  /**
   * Settings with another least factor.
   *
   * @param changed from 0 to 1
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public Plateau withMinFactor(double changed) {
    return new Plateau(mode, factor, patience, threshold, cooldown, changed);
  }

  /**
   * The state before the first observation.
   *
   * @return a state with a factor of 1
   */
  public State start() {
    final double worst =
        mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    return new State(1, worst, 0, 0);
  }

  /**
   * The state after an observation.
   *
   * @param state the state before it
   * @param metric what was observed
   * @return the new state
   * @throws NullPointerException if the state is null
   */
  public State observe(State state, double metric) {
    Arguments.requireNonNull("state", state);
    final boolean isBetter =
        mode == Mode.MIN
            ? metric < state.best * (1 - threshold)
            : metric > state.best * (1 + threshold);
    final double best = isBetter ? metric : state.best;
    if (state.cooldown > 0) {
      return new State(state.factor, best, 0, state.cooldown - 1);
    }
    final long bad = isBetter ? 0 : Math.addExact(state.bad, 1);
    return bad > patience
        ? new State(
            Math.min(state.factor, Math.max(minFactor, state.factor * factor)), best, 0, cooldown)
        : new State(state.factor, best, bad, 0);
  }
}
