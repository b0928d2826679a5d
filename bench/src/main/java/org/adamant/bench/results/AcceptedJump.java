package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A jump in the history that is known and accepted.
 *
 * @param date when, such as {@code 2026-11-23}
 * @param what has jumped
 * @param cases where
 * @param factor by which, 0 if it is not a time
 * @param reason why it was accepted
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AcceptedJump(String date, String what, String cases, double factor, String reason) {

  /** Without a date it has no place, without a reason no meaning. */
  public AcceptedJump {
    if (date == null || !date.matches("\\d{4}-\\d\\d-\\d\\d")) {
      throw new IllegalArgumentException("date = " + date + ": expected one such as 2026-11-23");
    }
    if (reason == null || reason.isBlank()) {
      throw new IllegalArgumentException("reason = " + reason + ": expected a reason");
    }
  }
}
