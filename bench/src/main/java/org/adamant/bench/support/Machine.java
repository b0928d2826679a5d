package org.adamant.bench.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Describes the machine on which numbers were measured. */
public final class Machine {

  private static final Path LINUX = Path.of("/proc/cpuinfo");

  private Machine() {}

  /** Processor, system and JVM in one line. */
  public static String describe() {
    return processor()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors, "
        + System.getProperty("os.name")
        + "; "
        + System.getProperty("java.vm.name")
        + " "
        + System.getProperty("java.vm.version");
  }

  /** The processor: name, family and model, and widest vectors; the architecture if those are unknown. */
  public static String processor() {
    try {
      return processor(Files.readAllLines(LINUX));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /**
   * Reads the lines of Linux. Family and model are needed, as a name such as AMD EPYC covers several generations.
   */
  static String processor(List<String> lines) {
    final String name = value(lines, "model name");
    final String family = value(lines, "cpu family");
    final String model = value(lines, "model");
    final String features = " " + value(lines, "flags") + value(lines, "Features") + " ";
    final String bits =
        features.contains(" avx512f ") ? "512" : features.contains(" avx2 ") ? "256" : "";
    return Stream.of(
        name.isEmpty() ? System.getProperty("os.arch") : name,
        family.isEmpty() ? "" : "family " + family,
        model.isEmpty() ? "" : "model " + model,
        // On Arm.
        part(lines, "CPU implementer"),
        part(lines, "CPU part"),
        bits.isEmpty() ? "" : bits + "-bit vectors")
        .filter(part -> !part.isEmpty())
        .reduce((all, next) -> all + " " + next)
        .orElseThrow();
  }

  private static String part(List<String> lines, String key) {
    final String value = value(lines, key);
    return value.isEmpty() ? "" : key.replace("CPU ", "") + " " + value;
  }

  private static String value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.matches(key + "\\s*:.*"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }
}
