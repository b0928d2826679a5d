package org.adamant.training;

/**
 * Scales a loss whose gradients are computed in so few bits that small ones would be lost: the loss is multiplied
 * by the scale, and the gradients are divided by it. Immutable: the current scale is in a {@link State} of plain
 * numbers, which can be saved.
 *
 * <p><b>Convention.</b> That of PyTorch's {@code GradScaler}. A step that is skipped because its gradients are not
 * finite multiplies the scale by {@code backoff}; {@code interval} steps in a row that are not skipped multiply it
 * by {@code growth}. As in PyTorch, a scale whose growth would exceed float stays as it is: so powers of two stay
 * powers of two, and both multiplications are exact. Unlike in PyTorch, it does not fall below the {@linkplain
 * Float#MIN_NORMAL smallest normal float}, because a scale of 0 would stay 0.
 *
 * @param initial the first scale, from the smallest normal float to the largest
 * @param growth the factor of growth, at least 1, finite
 * @param backoff the factor after a skipped step, greater than 0, at most 1
 * @param interval how many steps in a row make it grow, at least 1
 */
public record LossScale(double initial, double growth, double backoff, long interval) {

  /**
   * The current scale.
   *
   * @param scale the factor of the loss, from the smallest normal float to the largest
   * @param good how many steps were not skipped since the scale last changed, at least 0
   */
  public record State(double scale, long good) {

    /**
     * A state, for instance one that was saved.
     *
     * @throws IllegalArgumentException if an argument is outside its range
     */
    public State {
      requireScale("scale", scale);
      Arguments.requireAtLeast("good", good, 0);
    }
  }

  /**
   * Settings.
   *
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public LossScale {
    requireScale("initial", initial);
    Arguments.require(
        "growth", growth, growth >= 1 && growth < Double.POSITIVE_INFINITY, "a finite value >= 1");
    Arguments.require("backoff", backoff, backoff > 0 && backoff <= 1, "0 < backoff <= 1");
    Arguments.requireAtLeast("interval", interval, 1);
  }

  private static void requireScale(String name, double scale) {
    Arguments.require(
        name, scale, scale >= Float.MIN_NORMAL && scale <= Float.MAX_VALUE,
        Float.MIN_NORMAL + " <= " + name + " <= " + Float.MAX_VALUE);
  }

  /**
   * The settings of PyTorch: a scale of 65,536 at first, doubled after 2,000 good steps in a row, halved after a
   * skipped one.
   *
   * @return the settings
   */
  public static LossScale dynamic() {
    return new LossScale(65_536, 2, 0.5, 2_000);
  }

  /**
   * A scale that does not change.
   *
   * @param scale from the smallest normal float to the largest
   * @return the settings
   * @throws IllegalArgumentException if the scale is outside its range
   */
  public static LossScale constant(double scale) {
    requireScale("scale", scale);
    return new LossScale(scale, 1, 1, 1);
  }

  /**
   * Settings with another first scale.
   *
   * @param changed from the smallest normal float to the largest
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public LossScale withInitial(double changed) {
    return new LossScale(changed, growth, backoff, interval);
  }

  /**
   * Settings with another growth.
   *
   * @param changed at least 1, finite
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public LossScale withGrowth(double changed) {
    return new LossScale(initial, changed, backoff, interval);
  }

  /**
   * Settings with another backoff.
   *
   * @param changed greater than 0, at most 1
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public LossScale withBackoff(double changed) {
    return new LossScale(initial, growth, changed, interval);
  }

  /**
   * Settings with another interval.
   *
   * @param changed at least 1
   * @return the changed settings
   * @throws IllegalArgumentException if it is outside its range
   */
  public LossScale withInterval(long changed) {
    return new LossScale(initial, growth, backoff, changed);
  }

  /**
   * The state before the first step.
   *
   * @return a state with the first scale
   */
  public State start() {
    return new State(initial, 0);
  }

  /**
   * The state after a step.
   *
   * @param state the state before the step
   * @param skipped whether it was skipped because its gradients were not finite
   * @return the new state
   * @throws NullPointerException if the state is null
   */
  public State next(State state, boolean skipped) {
    Arguments.requireNonNull("state", state);
    if (skipped) {
      return new State(Math.max(Float.MIN_NORMAL, state.scale * backoff), 0);
    }
    // At least, not exactly: a state may come from a longer interval.
    if (state.good < interval - 1) {
      return new State(state.scale, state.good + 1);
    }
    final double grown = state.scale * growth;
    return new State(grown <= Float.MAX_VALUE ? grown : state.scale, 0);
  }
}
