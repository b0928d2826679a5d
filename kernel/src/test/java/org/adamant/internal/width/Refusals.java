package org.adamant.internal.width;

import java.util.Map;
import java.util.Optional;

/** Makes this JVM look like one that does not run some widths, for the duration of a test. */
public final class Refusals implements AutoCloseable {

  private final Map<Integer, Optional<String>> before = Map.copyOf(SupportedWidths.OBSTACLES);

  private Refusals() {}

  /** Refuses a width until closed. */
  public static Refusals of(String reason, int... widths) {
    final Refusals refusals = new Refusals();
    for (int width : widths) {
      SupportedWidths.OBSTACLES.put(width, Optional.of(reason));
    }
    return refusals;
  }

  @Override
  public void close() {
    SupportedWidths.OBSTACLES.clear();
    SupportedWidths.OBSTACLES.putAll(before);
  }
}
