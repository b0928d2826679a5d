package org.adamant.bench.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.bench.results.GateRun;
import org.adamant.bench.results.Origin;
import org.adamant.bench.results.ResultFile;
import org.adamant.bench.results.StepTime;

/**
 * A file of results.
 *
 * @param label the commit, or another name of the measured state
 * @param fileName its name
 * @param origin where it comes from
 * @param content what it holds
 */
record Source(String label, String fileName, Origin origin, ResultFile content) {

  /** A source whose label is given by the user, or else in the file, or else the file's name. */
  static Source of(String givenLabel, Path file, ResultFile content) {
    final String fileName = file.getFileName().toString();
    final Origin origin = origin(content);
    final String label =
        Stream.of(givenLabel, origin.label(), fileName.replaceFirst("\\.json$", ""))
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElseThrow();
    return new Source(label, fileName, origin, content);
  }

  private static Origin origin(ResultFile content) {
    return content
        .peers()
        .map(p -> new Origin("", p.date(), p.machine(), p.command(), ""))
        .or(
            () -> content
                .gate()
                .map(
                    g -> new Origin(
                        g.commit() == null ? "" : shortened(g.commit()),
                        g.date(),
                        g.processor() + "; " + g.java(),
                        "regress",
                        "")))
        .orElseGet(() -> Origin.of(content.jvmArgs()));
  }

  /** A commit as git shortens it, with the mark of uncommitted changes. */
  private static String shortened(String commit) {
    return commit.replaceFirst("^(\\p{XDigit}{10})\\p{XDigit}{30}", "$1");
  }

  /** The processor, the system and the JVM, as far as they are known. */
  String machine() {
    if (!origin.machine().isEmpty()) {
      return origin.machine();
    }
    return content.jvm().isEmpty() ? "a machine that is not recorded" : content.jvm();
  }

  /** The series of comparable results: measured in the same way, in the same JVMs. */
  List<String> series() {
    return Stream.concat(
        Stream.of(
            content.gate().isPresent() ? "the gate" : content.peers().isPresent() ? "peers" : "JMH",
            machine()),
        Origin.others(content.jvmArgs()).stream())
        .toList();
  }

  /** The day, as far as it is known. */
  String day() {
    return origin.date().substring(0, Math.min(10, origin.date().length()));
  }

  /** Whether a newer file, measured in the same way, has all that this one has. */
  boolean isCoveredBy(Source newer) {
    return newer.series().equals(series()) && keys(newer).containsAll(keys(this));
  }

  private static Set<Object> keys(Source source) {
    return Stream.of(
        source.content.times().stream().map(StepTime::key),
        source.content.gate().stream().flatMap(g -> g.cases().stream()).map(GateRun.Case::name),
        source.content
            .peers()
            .stream()
            .flatMap(p -> p.measurements().stream())
            .map(m -> List.of(m.peer(), m.workload())))
        .flatMap(keys -> keys)
        .collect(Collectors.toSet());
  }
}
