package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * What the command {@code regress} has written.
 *
 * @param format its name and version
 * @param date when, in ISO 8601
 * @param commit what was measured; null if it is not known
 * @param processor the processor's name
 * @param java the version of the JVM
 * @param cases the measurements
 * @param accepted jumps that are known
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record GateFile(
    String format,
    String date,
    String commit,
    String processor,
    String java,
    List<Case> cases,
    List<AcceptedJump> accepted) {

  /**
   * One element type and size.
   *
   * @param name such as {@code float 1000}
   * @param nanosPerElement the median
   * @param toTraffic relative to the traffic loop
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Case(String name, double nanosPerElement, Estimate toTraffic) {}

  /**
   * An estimated ratio.
   *
   * @param ratio the estimate
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Estimate(double ratio) {}
}
