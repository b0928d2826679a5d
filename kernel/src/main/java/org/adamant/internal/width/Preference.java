package org.adamant.internal.width;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.adamant.internal.loop.Specialiser;
import org.jspecify.annotations.Nullable;

/**
 * The width that is used, and why. The preferred one is logged once: as a warning if the user could have SIMD and
 * does not, otherwise for debugging.
 *
 * @param laneBits the width in bits
 * @param explanation why, in one sentence
 * @param level how much it matters
 */
public record Preference(int laneBits, String explanation, Level level) {

  private static final AtomicBoolean IS_LOGGED = new AtomicBoolean();

  /**
   * The preference by the system property, which is read at every call, so that a wrong value is reported every
   * time.
   *
   * @return the preference
   * @throws IllegalArgumentException if the property names no width
   * @throws UnsupportedOperationException if it names a width that is not supported here
   */
  public static Preference current() {
    return resolveAndLog(System.getProperty(WidthProperty.NAME));
  }

  /** The preference for a value of the property, which may be null. The first one of a program is logged. */
  static Preference resolveAndLog(@Nullable String property) {
    final Preference preference = resolve(property);
    preference.logIfFirst();
    return preference;
  }

  /** Logs the preference unless one was logged before. */
  void logIfFirst() {
    if (IS_LOGGED.compareAndSet(false, true)) {
      log(() -> System.getLogger("org.adamant"));
    }
  }

  /**
   * The preference for a value of the property.
   *
   * @param property the value, which may be null
   * @return the preference
   */
  public static Preference resolve(@Nullable String property) {
    return property != null && WidthProperty.isSet(property)
        ? asked(WidthProperty.parse(property), WidthProperty.setting(property))
        : widest();
  }

  /** The preference for a requested width, if it is supported. */
  static Preference asked(int laneBits, String by) {
    SupportedWidths.require(laneBits, by);
    final Optional<String> obstacle =
        laneBits == SupportedWidths.SCALAR ? Specialiser.obstacle() : Optional.empty();
    return new Preference(laneBits, Sentences.askedFor(laneBits, by, obstacle), Level.DEBUG);
  }

  private static Preference widest() {
    final int laneBits = SupportedWidths.widest();
    if (laneBits == SupportedWidths.SCALAR) {
      // Every width has the same reason here; the narrowest has no "use a narrower one".
      final String reason = SupportedWidths.obstacle(SupportedWidths.NARROWEST).orElseThrow();
      return new Preference(laneBits, Sentences.onlyScalar(reason), Level.WARNING);
    }
    return new Preference(laneBits, Sentences.widest(laneBits), Level.DEBUG);
  }

  /**
   * Logs the explanation.
   *
   * @param logger gives the logger; it may fail
   */
  public void log(Supplier<Logger> logger) {
    try {
      logger.get().log(level, explanation);
    } catch (Throwable e) {
      // A logger that fails must not prevent a kernel. Any throwable: it may be written in Kotlin or Scala.
    }
  }
}
