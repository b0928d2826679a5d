package org.adamant;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.adamant.internal.loop.Specialiser;
import org.jspecify.annotations.Nullable;

/**
 * The preferred width and the sentence that says why. Said once through {@link System.Logger}: as a
 * warning where the user could have SIMD and does not, otherwise for those who debug.
 */
record Preference(LaneWidth width, String explanation, Level level) {

  private static final String SCALAR =
      "scalar path, the same bits, in some variants up to ten times slower: ";

  private static final AtomicBoolean SAID = new AtomicBoolean();

  /** Read anew at every call, so that a wrong property is reported every time, not only once. */
  static Preference current() {
    return said(System.getProperty(LaneWidth.PROPERTY));
  }

  /** The preference under a value of the property, which may be null; the first is said. */
  static Preference said(@Nullable String property) {
    final Preference preference = of(property);
    if (SAID.compareAndSet(false, true)) {
      preference.sayTo(() -> System.getLogger("org.adamant"));
    }
    return preference;
  }

  /** The preference under a value of the property, which may be null. */
  static Preference of(@Nullable String property) {
    return property != null && isAsked(property) ? askedFor(property) : widest();
  }

  /** Whether a value of the property, which may be null, names a width. */
  static boolean isAsked(@Nullable String property) {
    return property != null && !property.isBlank();
  }

  void sayTo(Supplier<Logger> logger) {
    try {
      logger.get().log(level, explanation);
    } catch (RuntimeException | Error e) {
      // A logger that fails is no reason not to have a kernel.
    }
  }

  /** How a kernel of this width is called in a sentence. */
  static String nameOf(LaneWidth width) {
    return width == LaneWidth.SCALAR ? "scalar path" : width.bits() + "-bit SIMD";
  }

  private static Preference askedFor(String property) {
    final String asked = "-D" + LaneWidth.PROPERTY + "=" + property;
    return asked(LaneWidth.parse(property).requireSupported(asked), asked);
  }

  /** The preference for a supported width that somebody asked for. */
  static Preference asked(LaneWidth width, String by) {
    String explanation = nameOf(width) + ": asked for by " + by;
    if (width == LaneWidth.SCALAR && Specialiser.obstacle().isPresent()) {
      explanation += "; not specialised: " + Specialiser.obstacle().get();
    }
    return new Preference(width, explanation, Level.DEBUG);
  }

  private static Preference widest() {
    // From the widest on: the checks of those not needed would take as long again.
    final LaneWidth width =
        List.of(LaneWidth.values())
            .reversed()
            .stream()
            .filter(LaneWidth::isSupported)
            .findFirst()
            .orElseThrow();
    if (width == LaneWidth.SCALAR) {
      // Every width has the same reason here; the narrowest has no "use a narrower one".
      final String reason = LaneWidth.BITS_64.refusal().orElseThrow();
      return new Preference(width, SCALAR + reason, Level.WARNING);
    }
    return new Preference(
        width,
        nameOf(width)
            + ": the widest vector that this JVM runs natively, checked against the reference",
        Level.DEBUG);
  }
}
