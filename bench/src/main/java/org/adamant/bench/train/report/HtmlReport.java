package org.adamant.bench.train.report;

import java.util.List;
import java.util.stream.Stream;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.HtmlPage.Item;
import org.adamant.bench.page.Section;

/** Builds the report: one self-contained HTML page. */
public final class HtmlReport {

  private HtmlReport() {}

  /** The page, with the chapters in their order. */
  public static String render(List<Chapter> chapters, String machine, String kernel) {
    final HtmlPage page = new HtmlPage("Adamant: training report");
    final long claims = chapters.stream().mapToLong(c -> c.findings().claims().size()).sum();
    final long failures = chapters.stream().mapToLong(c -> c.findings().failures().size()).sum();
    page.paragraph(
        "Programs that train with the Adam kernel, each checking its own claims: "
            + (claims - failures)
            + " of "
            + claims
            + " hold. All seeds are fixed.");
    page.paragraph(machine);
    page.paragraph(kernel);
    chapters.forEach(chapter -> page.section(section(chapter)));
    return page.html();
  }

  private static Section section(Chapter chapter) {
    final Findings findings = chapter.findings();
    return new Section(
        chapter.title(),
        List.of(chapter.introduction()),
        Stream.concat(
            findings.claims().stream().map(HtmlReport::item),
            findings.notes().stream().map(Item::new))
            .toList(),
        findings.charts(),
        findings.tables());
  }

  private static Item item(Claim claim) {
    return claim.holds()
        ? new Item("holds", "holds:", claim.text())
        : new Item("fails", "FAILS:", claim.text());
  }
}
