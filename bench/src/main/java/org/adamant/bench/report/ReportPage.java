package org.adamant.bench.report;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.Table;
import org.adamant.bench.results.AcceptedJump;

/** Builds the page. */
final class ReportPage {

  private ReportPage() {}

  /** What the newest file of each machine says, then the history of each machine. */
  static String render(List<Source> sources, List<AcceptedJump> jumps) {
    final HtmlPage page = new HtmlPage("Adamant: performance report");
    page.table(
        new Table(
            "Results on this page",
            List.of("label", "date", "file", "command", "machine"),
            sources.stream().map(ReportPage::row).toList()));
    for (String benchmarks : List.of(
        JmhSections.STEP,
        JmhSections.VARIANTS,
        JmhSections.THREADS,
        JmhSections.FIRST_STEP)) {
      newest(sources, source -> !source.benchmarks(benchmarks).isEmpty())
          .forEach(source -> new JmhSections(page, source).add(benchmarks));
    }
    newest(sources, source -> source.content().peers().isPresent())
        .forEach(
            source -> new PeersSection(page, source.content().peers().orElseThrow()).add());
    sources.stream()
        .collect(
            Collectors.groupingBy(Source::machine, LinkedHashMap::new, Collectors.toList()))
        .values()
        .forEach(ofMachine -> new HistorySection(page, ofMachine, jumps).add());
    return page.html();
  }

  private static List<String> row(Source source) {
    return Stream.of(
        source.label(),
        source.origin().date(),
        source.fileName(),
        source.origin().command(),
        source.origin().machine().isEmpty() ? source.jvm() : source.origin().machine())
        .map(text -> text == null ? "" : text)
        .toList();
  }

  /** The last such file of each machine. */
  private static Collection<Source> newest(List<Source> sources, Predicate<Source> predicate) {
    final Map<String, Source> newest = new LinkedHashMap<>();
    sources.stream().filter(predicate).forEach(source -> newest.put(source.machine(), source));
    return newest.values();
  }
}
