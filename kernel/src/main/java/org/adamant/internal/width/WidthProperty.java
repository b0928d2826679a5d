package org.adamant.internal.width;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The system property by which a user names a width. */
public final class WidthProperty {

  /** Its name. */
  public static final String NAME = "adamant.laneWidth";

  private WidthProperty() {}

  /**
   * Whether a value is set.
   *
   * @param value the value, which may be null
   * @return whether it has any text
   */
  static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }

  /** How a user sets it, for messages. */
  static String setting(String value) {
    return "-D" + NAME + "=" + value;
  }

  /**
   * The width that a value names.
   *
   * @param value what the user wrote
   * @return the width in bits, {@value SupportedWidths#SCALAR} for the scalar path
   * @throws IllegalArgumentException if it names no width
   */
  public static int parse(String value) {
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "scalar" -> SupportedWidths.SCALAR;
      case "64" -> 64;
      case "128" -> 128;
      case "256" -> 256;
      case "512" -> 512;
      default -> throw new IllegalArgumentException(
          setting(value) + ": expected scalar, 64, 128, 256 or 512");
    };
  }
}
