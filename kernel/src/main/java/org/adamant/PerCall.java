package org.adamant;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.adamant.internal.loop.Shared;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.loop.Variant.Feature;
import org.jspecify.annotations.Nullable;

/** The options of a step: what a call does beyond the hyper-parameters, and the features of the loop for it. */
record PerCall(
    double gradientScale,
    double clipFactor,
    boolean zeroGradient,
    Update update,
    NonFinite nonFinite,
    Rounding rounding,
    long seed) {

  /** The number of combinations of the options for which the loop has features. */
  private static final int COMBINATIONS = 16;

  /** The variants of steps, by the variant of their hyper-parameters. */
  private static final ConcurrentHashMap<Variant, @Nullable Variant[]> VARIANTS =
      new ConcurrentHashMap<>();

  /** What is done with the update. */
  enum Update {
    /** The update is added to the parameters. */
    APPLIED,
    /** The update overwrites the gradients. */
    WRITTEN,
    /** The negated update overwrites the gradients; the caller subtracts it. */
    NEGATED
  }

  static final PerCall NOTHING =
      new PerCall(
          1, 1, false, Update.APPLIED, NonFinite.PROPAGATE, Rounding.STOCHASTIC, 0);

  PerCall withGradientScale(double changed) {
    return new PerCall(changed, clipFactor, zeroGradient, update, nonFinite, rounding, seed);
  }

  PerCall withClipFactor(double changed) {
    return new PerCall(gradientScale, changed, zeroGradient, update, nonFinite, rounding, seed);
  }

  PerCall withZeroGradient() {
    return new PerCall(gradientScale, clipFactor, true, update, nonFinite, rounding, seed);
  }

  PerCall withUpdate(Update changed) {
    return new PerCall(
        gradientScale, clipFactor, zeroGradient, changed, nonFinite, rounding, seed);
  }

  PerCall withNonFinite(NonFinite changed) {
    return new PerCall(gradientScale, clipFactor, zeroGradient, update, changed, rounding, seed);
  }

  PerCall withRounding(Rounding changed) {
    return new PerCall(
        gradientScale, clipFactor, zeroGradient, update, nonFinite, changed, seed);
  }

  PerCall withSeed(long changed) {
    return new PerCall(
        gradientScale, clipFactor, zeroGradient, update, nonFinite, rounding, changed);
  }

  boolean updateOnly() {
    return update != Update.APPLIED;
  }

  /** The options as text, without those that have their default. */
  @Override
  public String toString() {
    final StringBuilder text = new StringBuilder("PerCall[gradientScale=").append(gradientScale);
    text.append(", clipFactor=").append(clipFactor);
    text.append(", zeroGradient=").append(zeroGradient);
    text.append(", updateOnly=").append(updateOnly());
    text.append(", nonFinite=").append(nonFinite);
    if (update == Update.NEGATED) {
      text.append(", negatedUpdate=true");
    }
    if (rounding != Rounding.STOCHASTIC) {
      text.append(", rounding=").append(rounding);
    }
    if (seed != 0) {
      text.append(", seed=").append(seed);
    }
    return text.append(']').toString();
  }

  /** The product of scale and clip factor, which is rounded once. */
  double gradientFactor() {
    return gradientScale * clipFactor;
  }

  // ---- The features of the loop. ----

  /** The variants of steps by their options; the first is that without any. An entry is null until it is used. */
  static @Nullable Variant[] variants(Variant basic) {
    final @Nullable Variant[] known = VARIANTS.get(basic);
    if (known != null) {
      return known;
    }
    final @Nullable Variant[] variants = new Variant[COMBINATIONS];
    variants[0] = basic;
    return Shared.keep(VARIANTS, basic, variants);
  }

  /** The variant of a step with these options, one of those of its hyper-parameters. */
  Variant variant(@Nullable Variant[] variants) {
    final int index = combination();
    Variant found = variants[index];
    if (found == null) {
      // A race is harmless: every thread finds the same instance.
      final Variant basic = Objects.requireNonNull(variants[0]);
      found = variant(basic);
      variants[index] = found;
    }
    return found;
  }

  private Variant variant(Variant basic) {
    return basic
        .with(Feature.SCALES, gradientFactor() != 1)
        .with(Feature.UPDATE_ONLY, updateOnly())
        .with(Feature.ZEROES_GRADIENT, zeroGradient)
        .with(Feature.ROUNDS_TO_NEAREST, rounding == Rounding.NEAREST);
  }

  /** The number of this combination, less than {@link #COMBINATIONS}. */
  private int combination() {
    return (rounding == Rounding.NEAREST ? 8 : 0)
        + (gradientFactor() != 1 ? 4 : 0)
        + (zeroGradient ? 2 : 0)
        + (updateOnly() ? 1 : 0);
  }
}
