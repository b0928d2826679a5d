package org.adamant.bench.report;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.adamant.bench.results.JmhResult;
import org.adamant.bench.results.Origin;
import org.adamant.bench.results.ResultFile;

/**
 * A file of results.
 *
 * @param label the commit, or what else names the state that was measured
 * @param fileName its name
 * @param content what it holds
 */
record Source(String label, String fileName, ResultFile content) {

  /** The name that its user gave it, or it has itself, or that of the file. */
  static Source of(String givenLabel, Path file, ResultFile content) {
    final String fileName = file.getFileName().toString();
    final String own =
        content
            .gate()
            .map(gate -> gate.commit() == null ? "" : shortened(gate.commit()))
            .orElseGet(() -> origin(content).label());
    final String label =
        Stream.of(givenLabel, own, fileName.replaceFirst("\\.json$", ""))
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElseThrow();
    return new Source(label, fileName, content);
  }

  /** A commit as git shortens it, with the mark of uncommitted changes. */
  private static String shortened(String commit) {
    return commit.replaceFirst("^(\\p{XDigit}{10})\\p{XDigit}{30}", "$1");
  }

  private static Origin origin(ResultFile content) {
    return content.jmh()
        .stream()
        .findFirst()
        .map(Origin::of)
        .orElse(new Origin("", "", "", "", ""));
  }

  Origin origin() {
    return content
        .peers()
        .map(p -> new Origin(label, p.date(), p.machine(), p.command(), ""))
        .or(
            () -> content
                .gate()
                .map(
                    g -> new Origin(label, g.date(), g.processor() + "; Java " + g.java(), "", "")))
        .orElseGet(() -> origin(content));
  }

  /** The processor, which is what makes times comparable; the name of the file if it is not known. */
  String machine() {
    final String machine = origin().machine();
    return machine.isEmpty() ? "a machine that is not recorded" : machine.split("[,;]")[0].strip();
  }

  /** The JVM, for files that do not say more. */
  String jvm() {
    return content.jmh()
        .stream()
        .findFirst()
        .map(result -> result.vmName() + " " + result.vmVersion())
        .orElse("");
  }

  /** The day, as far as it is known. */
  String day() {
    final String date = origin().date();
    return date.substring(0, Math.min(10, date.length()));
  }

  /** The results of one class of benchmarks. */
  List<JmhResult> benchmarks(String className) {
    return content.jmh()
        .stream()
        .filter(result -> result.className().equals(className))
        .toList();
  }
}
