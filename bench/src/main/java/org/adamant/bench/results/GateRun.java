package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One run of the gate, as kept in a file.
 *
 * @param format {@link #FORMAT}
 * @param date the time, such as {@code 2026-11-23T15:04:05Z}
 * @param commit the commit that was measured, with {@code +} for uncommitted changes; null if unknown
 * @param base the base it was compared with; null if none
 * @param processor the processor's name
 * @param java the JVM's name and feature version
 * @param laneBits the width of the path that the kernel took, 0 for the scalar path
 * @param forks the JVMs that gave a result
 * @param status the exit status
 * @param alarms sentences that say what is wrong
 * @param notes sentences with other facts
 * @param cases the measurements
 * @param accepted all jumps that were accepted until then
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record GateRun(
    String format,
    String date,
    String commit,
    String base,
    String processor,
    String java,
    int laneBits,
    int forks,
    int status,
    List<String> alarms,
    List<String> notes,
    List<Case> cases,
    List<Accepted> accepted) {

  public static final String FORMAT = "adamant-regress-1";

  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT.*Z");

  public GateRun {
    if (!FORMAT.equals(format)) {
      throw new IllegalArgumentException("format = " + format + ": expected " + FORMAT);
    }
    if (date == null || !DATE.matcher(date).matches()) {
      throw new IllegalArgumentException(
          "date = " + date + ": expected one such as 2026-11-23T15:04:05Z");
    }
    alarms = alarms == null ? List.of() : List.copyOf(alarms);
    notes = notes == null ? List.of() : List.copyOf(notes);
    cases = cases == null ? List.of() : List.copyOf(cases);
    accepted = accepted == null ? List.of() : List.copyOf(accepted);
  }

  /**
   * One element type and size.
   *
   * @param name such as {@code float 1000}
   * @param nanosPerElement the median over the forks
   * @param bytesPerStep what a step allocated in the median fork
   * @param toBase the time relative to the base kernel's; null without a base
   * @param toPlain the time relative to the plain loop's
   * @param toTraffic the time relative to the traffic loop's
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Case(
      String name,
      double nanosPerElement,
      double bytesPerStep,
      Estimate toBase,
      Estimate toPlain,
      Estimate toTraffic) {}

  public Optional<Case> find(String name) {
    return cases.stream().filter(c -> c.name.equals(name)).findFirst();
  }

  /** Whether times of the other machine can be compared with those of this one. */
  public boolean isFromSameMachine(String otherProcessor, String otherJava) {
    return otherProcessor.equals(processor) && otherJava.equals(java);
  }

  /** The jumps that were accepted on the day of this result or later. */
  public List<Accepted> acceptedSince(List<Accepted> jumps) {
    final String day = date.substring(0, 10);
    return jumps.stream().filter(jump -> jump.date().compareTo(day) >= 0).toList();
  }

  /** The results, with this one replacing an earlier one of the same machine. */
  public List<GateRun> replaceIn(List<GateRun> results) {
    final List<GateRun> replaced = new ArrayList<>(results);
    replaced.removeIf(other -> other.isFromSameMachine(processor, java));
    replaced.add(this);
    return replaced;
  }
}
