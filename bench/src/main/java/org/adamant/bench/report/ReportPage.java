package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.Section;
import org.adamant.bench.page.Table;
import org.adamant.bench.regress.ResultText;
import org.adamant.bench.results.Accepted;
import org.adamant.bench.support.Widths;

/** Builds the page. */
final class ReportPage {

  private final List<Source> sources;
  private final List<Section> sections = new ArrayList<>();
  private final List<String> omissions = new ArrayList<>();

  /** The results of each file, unless a newer one repeats them, then the history of comparable results. */
  ReportPage(List<Source> sources, List<Accepted> jumps) {
    this.sources = sources;
    for (int i = 0; i < sources.size(); i++) {
      final Source source = sources.get(i);
      source.content()
          .unknown()
          .forEach(what -> omissions.add(source.fileName() + ": not drawn: " + what));
      final List<Section> own = sections(source);
      sources.subList(i + 1, sources.size())
          .stream()
          .filter(source::isCoveredBy)
          .reduce((_, last) -> last)
          .ifPresentOrElse(
              newer -> omissions.add(
                  source.fileName() + ": drawn in the history only: " + newer.fileName()
                      + " shows the same again"),
              () -> sections.addAll(own));
      if (own.isEmpty() && source.content().unknown().isEmpty()) {
        omissions.add(source.fileName() + ": there is nothing to draw in it");
      }
    }
    sources.stream()
        .collect(Collectors.groupingBy(Source::series, LinkedHashMap::new, Collectors.toList()))
        .values()
        .forEach(series -> HistorySection.of(series, jumps).ifPresent(sections::add));
  }

  private static List<Section> sections(Source source) {
    final String measured = "Measured: " + source.label() + ", on " + source.machine() + ".";
    final List<Section> own =
        new ArrayList<>(
            StepSections.of(source.content().times(), source.origin().preferred())
                .stream()
                .map(section -> section.with(measured))
                .toList());
    source.content().peers().map(PeersSection::of).ifPresent(own::add);
    source.content()
        .gate()
        .map(run -> ResultText.section(run).with(measured))
        .ifPresent(own::add);
    return own;
  }

  /** Sentences that say which contents of the files the page does not show. */
  List<String> omissions() {
    return omissions;
  }

  boolean isEmpty() {
    return sections.isEmpty();
  }

  String html() {
    final HtmlPage page = new HtmlPage("Adamant: performance report");
    page.paragraph(Widths.EXPLANATION);
    page.table(
        new Table(
            "Results on this page",
            List.of("label", "date", "file", "command", "machine"),
            sources.stream().map(ReportPage::row).toList()));
    page.list(omissions.stream().map(HtmlPage.Item::new).toList());
    sections.forEach(page::section);
    return page.html();
  }

  private static List<String> row(Source source) {
    return Stream.of(
        source.label(),
        source.origin().date(),
        source.fileName(),
        source.origin().command(),
        source.machine())
        .map(text -> text == null ? "" : text)
        .toList();
  }
}
