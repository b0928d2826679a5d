package org.adamant.internal.width;

import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.platform.Changeover;
import org.adamant.internal.platform.Changeover.Maker;
import org.adamant.internal.platform.Changeover.Progress;
import org.jspecify.annotations.Nullable;

/** The width of a kernel's vectors, and how its loops begin. */
public interface WidthChoice {

  /**
   * The width that a call named.
   *
   * @param laneBits the width in bits
   * @param by the call, for messages
   * @return the choice
   * @throws UnsupportedOperationException if the width is not supported here
   */
  static WidthChoice asked(int laneBits, String by) {
    return new Fixed(Preference.asked(laneBits, by), true);
  }

  /**
   * The preferred width.
   *
   * @param property the value of the system property, which may be null
   * @return the choice
   * @throws IllegalArgumentException if the property names no width
   * @throws UnsupportedOperationException if it names a width that is not supported here
   */
  static WidthChoice preferred(@Nullable String property) {
    return WidthProperty.isSet(property) || SupportedWidths.plainObstacle().isPresent()
        ? new Fixed(Preference.resolveAndLog(property), false)
        : new Widest();
  }

  /** {@return the width, and the reason} */
  Preference preference();

  /**
   * A loop of this width.
   *
   * @param layout the kinds of its operands
   * @param variant the features of the step
   * @return the loop
   */
  Loop loop(Layout layout, Variant variant);

  /** {@return whether a loop may begin on the scalar path} */
  boolean beginsScalar();

  /**
   * Why a kernel works the way it does, and how much of it has switched to SIMD.
   *
   * @param progress the progress of its loops
   * @return one sentence
   */
  default String explanation(Progress progress) {
    return preference().explanation() + Sentences.progress(beginsScalar(), progress);
  }

  /**
   * A width that is known.
   *
   * @param preference that width
   * @param isAsked whether a call named it: then a loop has it from the first element on
   */
  record Fixed(Preference preference, boolean isAsked) implements WidthChoice {
    @Override
    public Loop loop(Layout layout, Variant variant) {
      final Specialisation constants =
          new Specialisation(layout, preference.laneBits(), variant);
      return isAsked ? Changeover.createTrained(constants) : Changeover.create(constants);
    }

    @Override
    public boolean beginsScalar() {
      return !isAsked && preference.laneBits() != SupportedWidths.SCALAR;
    }
  }

  /**
   * The widest vectors, whichever they are. They are found out when somebody asks, or when the first SIMD loop is
   * made, because that takes far longer than a first step.
   */
  final class Widest implements WidthChoice {
    private volatile @Nullable Preference found;

    Widest() {}

    @Override
    public Preference preference() {
      final Preference preference = resolved();
      preference.logIfFirst();
      return preference;
    }

    private Preference resolved() {
      final Preference known = found;
      if (known != null) {
        return known;
      }
      final Preference resolved = Preference.resolve(null);
      found = resolved;
      return resolved;
    }

    @Override
    public Loop loop(Layout layout, Variant variant) {
      return Changeover.create(
          new Specialisation(layout, SupportedWidths.SCALAR, variant),
          new Maker() {
            @Override
            public Loop make() {
              return Specialiser.loop(
                  new Specialisation(layout, resolved().laneBits(), variant));
            }

            @Override
            public void made() {
              // Only now, as the logger is code of the caller.
              resolved().logIfFirst();
            }
          });
    }

    @Override
    public boolean beginsScalar() {
      return preference().laneBits() != SupportedWidths.SCALAR;
    }
  }
}
