package org.adamant.bench.results;

import java.util.List;
import java.util.stream.Stream;

/**
 * The origin of results. JMH does not write it, but it writes the options of the JVMs it measured. So the origin is
 * passed as system properties, which change nothing, and the format of JMH's file is unchanged.
 *
 * @param label the commit, or another name of the measured state
 * @param date the time, in ISO 8601
 * @param machine the processor and the system
 * @param command the command of the user
 * @param preferred the lane width that the chooser picks there
 */
public record Origin(String label, String date, String machine, String command, String preferred) {

  private static final String PREFIX = "-Dadamant.bench.";

  /**
   * The origin as options of a JVM.
   *
   * @return an option for each part that is known
   */
  public List<String> jvmArgs() {
    return Stream.of(
        option("label", label),
        option("date", date),
        option("machine", machine),
        option("command", command),
        option("preferred", preferred))
        .filter(option -> !option.endsWith("="))
        .toList();
  }

  private static String option(String name, String value) {
    return PREFIX + name + "=" + value;
  }

  /** The origin in the options of a measured JVM; unknown parts are empty. */
  public static Origin of(List<String> jvmArgs) {
    return new Origin(
        find(jvmArgs, "label"),
        find(jvmArgs, "date"),
        find(jvmArgs, "machine"),
        find(jvmArgs, "command"),
        find(jvmArgs, "preferred"));
  }

  private static String find(List<String> jvmArgs, String name) {
    final String start = option(name, "");
    return jvmArgs.stream()
        .filter(argument -> argument.startsWith(start))
        .map(argument -> argument.substring(start.length()))
        .findFirst()
        .orElse("");
  }

  /** The options that are not part of an origin. */
  public static List<String> others(List<String> jvmArgs) {
    return jvmArgs.stream().filter(argument -> !argument.startsWith(PREFIX)).toList();
  }
}
