package org.adamant.bench.regress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.adamant.bench.page.HtmlPage.Item;
import org.adamant.bench.page.Section;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.Estimate;
import org.adamant.bench.results.GateRun;

/** A result as text, for the console and for a comment on a pull request. */
public final class ResultText {

  private static final List<String> HEADER =
      List.of(
          "case",
          "to base",
          "99 % interval",
          "to plain loop",
          "to traffic loop",
          "bytes/step",
          "ns/element");

  private ResultText() {}

  static List<String> lines(GateRun result) {
    final List<String> lines = new ArrayList<>(List.of(""));
    lines.addAll(table(result).textLines());
    lines.add("");
    result.notes().forEach(note -> lines.add("note: " + note));
    result.alarms().forEach(alarm -> lines.add("SLOWER: " + alarm));
    lines.add(headline(result));
    return lines;
  }

  static String markdown(GateRun result) {
    final List<String> lines = new ArrayList<>();
    lines.add("### Speed of the kernel: " + headline(result));
    lines.add("");
    result.alarms().forEach(alarm -> lines.add("- **slower:** " + alarm));
    result.notes().forEach(note -> lines.add("- " + note));
    lines.add("");
    lines.addAll(table(result).markdownLines());
    return String.join("\n", lines) + "\n";
  }

  /** A result as a section of a page. */
  public static Section section(GateRun result) {
    return new Section(
        "The gate: " + headline(result),
        List.of(),
        Stream.concat(
            result.alarms().stream().map(alarm -> new Item("fails", "slower:", alarm)),
            result.notes().stream().map(Item::new))
            .toList(),
        List.of(),
        List.of(table(result)));
  }

  private static String headline(GateRun result) {
    return switch (Gate.Status.values()[result.status()]) {
      case PASS -> "not slower";
      case SLOWER -> "slower";
      case UNMEASURABLE -> result.base() == null && result.forks() >= Estimate.FEWEST
          ? "not everything was compared"
          : "could not be measured";
    };
  }

  private static Table table(GateRun result) {
    final String caption =
        String.format(
            Locale.ROOT,
            "Times relative to %sthe plain loop and the traffic loop, medians of %d JVMs; %s, %s, %s",
            result.base() == null ? "" : "the base " + result.base() + ", ",
            result.forks(),
            Gate.path(result.laneBits()),
            result.processor(),
            result.java());
    return new Table(
        caption, HEADER, result.cases().stream().map(ResultText::row).toList());
  }

  private static List<String> row(GateRun.Case c) {
    return List.of(
        c.name(),
        c.toBase() == null ? "-" : ratio(c.toBase()),
        c.toBase() == null || c.toBase().low() == null ? "-" : Gate.interval(c.toBase()),
        ratio(c.toPlain()),
        ratio(c.toTraffic()),
        String.format(Locale.ROOT, "%,.0f", c.bytesPerStep()),
        String.format(Locale.ROOT, "%.3f", c.nanosPerElement()));
  }

  private static String ratio(Estimate e) {
    return String.format(Locale.ROOT, "%.3f", e.ratio());
  }
}
