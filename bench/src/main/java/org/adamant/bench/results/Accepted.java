package org.adamant.bench.results;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;

/**
 * A jump that is known and accepted.
 *
 * @param date the day, such as {@code 2026-11-23}
 * @param what the quantity that has jumped
 * @param cases {@code all}, an element type or a case, such as {@code float} or {@code float 1000}
 * @param factor the factor by which a time has grown, such as 1.08; 0 otherwise
 * @param reason why it was accepted
 */
public record Accepted(String date, What what, String cases, double factor, String reason) {

  /** What can jump. */
  public enum What {
    /** The time of a step. */
    TIME,
    /** The width of the vectors. */
    PATH,
    /** What a step allocates. */
    ALLOCATION
  }

  public Accepted {
    requireDate(date);
    require(what != null, "what", what, "TIME, PATH or ALLOCATION");
    require(reason != null && !reason.isBlank(), "reason", reason, "a reason");
    require(cases != null && !cases.isBlank(), "cases", cases, "all, an element type or a case");
    require(
        what == What.TIME ? factor > 0 && factor < 1000 : factor == 0,
        "factor",
        factor,
        what == What.TIME ? "by how much the time grew, such as 1.08" : "none for " + what);
  }

  private static void requireDate(String date) {
    try {
      LocalDate.parse(date == null ? "" : date);
    } catch (DateTimeParseException e) {
      require(false, "date", date, "a date such as 2026-11-23");
    }
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " = " + value + ": expected " + expected);
    }
  }

  public boolean covers(What jump, String caseName) {
    return what == jump
        && (cases.equals("all") || caseName.equals(cases) || caseName.startsWith(cases + " "));
  }
}
