package org.adamant.bench.train;

import java.util.Map;
import java.util.stream.Stream;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.HtmlPage.Item;

/** Builds the report: one HTML page that needs nothing but itself. */
final class HtmlReport {

  private HtmlReport() {}

  /** The page, with the sections in their order. */
  static String render(Map<Program, Section> sections, String machine, String kernel) {
    final HtmlPage page = new HtmlPage("Adamant: training report");
    final long claims = sections.values().stream().mapToLong(s -> s.claims().size()).sum();
    final long failures = sections.values().stream().mapToLong(s -> s.failures().size()).sum();
    page.paragraph(
        "Programs that train with the Adam kernel, each checking its own claims: "
            + (claims - failures)
            + " of "
            + claims
            + " hold. All seeds are fixed.");
    page.paragraph(machine);
    page.paragraph(kernel);
    sections.forEach((program, section) -> add(page, program, section));
    return page.html();
  }

  private static void add(HtmlPage page, Program program, Section section) {
    page.beginSection(program.title());
    page.paragraph(program.introduction());
    page.list(
        Stream.concat(
            section.claims().stream().map(HtmlReport::item),
            section.notes().stream().map(Item::new))
            .toList());
    page.figures(section.charts());
    section.tables().forEach(page::table);
    page.endSection();
  }

  private static Item item(Claim claim) {
    return claim.holds()
        ? new Item("holds", "holds:", claim.text())
        : new Item("fails", "FAILS:", claim.text());
  }
}
