package org.adamant.internal.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The features of a step beyond, or instead of, the basic one. Each is a constant of the specialised loop; one that
 * is off costs nothing. There is one instance of each variant, so that variants are compared by reference: a
 * look-up takes longer than some short steps.
 *
 * <p>Features are not the enums of {@code Adam} once more. Those are what a user asks for, and these are what a loop does:
 * a value may take several features or none, and several hyper-parameters may take one together. {@code Adam.variant}
 * is the one place that translates.
 */
public final class Variant {

  private static final ConcurrentHashMap<Integer, Variant> ALL = new ConcurrentHashMap<>();

  /** The basic step. */
  public static final Variant BASIC = of(0);

  /** All features that do not exclude each other, with which a loop is checked. */
  public static final Variant EVERYTHING = everything();

  private final int features;

  private Variant(int features) {
    this.features = features;
  }

  private static Variant everything() {
    int features = 0;
    for (Feature feature : Feature.values()) {
      features |= feature.when(feature.isInEverything);
    }
    return of(features);
  }

  /**
   * The variant of these features.
   *
   * @param features the sum of the bits that {@link Feature#when} gives for each
   * @return the one instance
   */
  public static Variant of(int features) {
    final Variant known = ALL.get(features);
    return known != null ? known : Shared.keep(ALL, features, new Variant(features));
  }

  /** What a step can do. */
  public enum Feature {
    /** The arithmetic of PyTorch's unfused loop, in place of our own. */
    PYTORCH(false),
    /** PyTorch's arithmetic is that of SparseAdam. */
    SPARSE(false),
    /** PyTorch's arithmetic is that of RAdam. In our own arithmetic, the step size contains the rectification. */
    RECTIFIES(false),
    /** The update is the first moment alone, without a root: RAdam's first steps. */
    ROOTLESS(false),
    /** The second moment is AdaMax's norm, and takes the place of the root. */
    INFINITY_NORM(false),
    /** The update is Lion's, of the sign alone; there is no second moment. */
    SIGN(false),
    /** Gradients are multiplied by a factor first. */
    SCALES,
    /** Gradients are then clamped to a range. */
    CLIPS,
    /** Gradients are then negated. */
    MAXIMIZES,
    /** Weight decay is added to the gradient. */
    DECAYS_GRADIENT(false),
    /** Weight decay acts on the parameter, before the update. */
    DECAYS_PARAMETER,
    /** Weight decay acts only where it does not oppose the update. */
    CAUTIOUS,
    /** The first moment is interpolated from the gradient's end, as beta1 is at most 1/2. */
    GRADIENT_FIRST(false),
    /** The same for floats: PyTorch compares 1 - beta1 after rounding it. */
    FLOAT_GRADIENT_FIRST(false),
    /** The second moment is interpolated from the squared gradient's end, as beta2 is at most 1/2. */
    SQUARE_FIRST(false),
    /** A running maximum of the second moment replaces it. */
    MAXIMUM,
    /** The second moment is corrected before the maximum, or without a maximum before the root. */
    CORRECTED(false),
    /** An epsilon is added inside the root. */
    ROOT_EPSILON,
    /** The step looks ahead along the new first moment. */
    NESTEROV,
    /** The update is written to the gradients instead of added to the parameters. */
    UPDATE_ONLY(false),
    /** An average of the parameters is kept. */
    AVERAGES,
    /** Gradients are set to zero after use. */
    ZEROES_GRADIENT,
    /** What is stored in fewer bits is rounded to nearest, not stochastically. */
    ROUNDS_TO_NEAREST(false);

    private final int bit = 1 << ordinal();
    private final boolean isInEverything;

    Feature() {
      this(true);
    }

    Feature(boolean isInEverything) {
      this.isInEverything = isInEverything;
    }

    /**
     * The bit of the feature.
     *
     * @param isOn whether the feature is on
     * @return the bit, or 0
     */
    public int when(boolean isOn) {
      return isOn ? bit : 0;
    }
  }

  /**
   * This variant with a feature or without it.
   *
   * @param feature the feature
   * @param isOn whether it is on
   * @return the one instance
   */
  public Variant with(Feature feature, boolean isOn) {
    return of(features & ~feature.bit | feature.when(isOn));
  }

  /**
   * Whether a step has a feature.
   *
   * @param feature the feature
   * @return whether it is there
   */
  public boolean has(Feature feature) {
    return (features & feature.bit) != 0;
  }

  /**
   * Whether this is another optimizer than Adam, with operations of its own: NAdam, RAdam and SparseAdam in
   * PyTorch's arithmetic, the first steps of RAdam, AdaMax, Lion. None has a maximum.
   *
   * @return whether it needs RelativeSimdLoop
   */
  boolean isRelative() {
    return has(Feature.SPARSE)
        || has(Feature.RECTIFIES)
        || has(Feature.ROOTLESS)
        || has(Feature.INFINITY_NORM)
        || has(Feature.SIGN)
        || has(Feature.PYTORCH) && has(Feature.NESTEROV);
  }

  /**
   * Whether a step has every feature of another.
   *
   * @param other the other variant
   * @return whether it has
   */
  public boolean hasAllOf(Variant other) {
    return (other.features & ~features) == 0;
  }

  @Override
  public String toString() {
    final List<Feature> there = new ArrayList<>();
    for (Feature feature : Feature.values()) {
      if (has(feature)) {
        there.add(feature);
      }
    }
    return "Variant" + there;
  }
}
