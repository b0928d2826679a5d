package org.adamant.bench.train;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.page.HtmlPage.Item;
import org.adamant.bench.page.Section;

/** Builds the report: one self-contained HTML page. */
final class HtmlReport {

  private HtmlReport() {}

  /** The page, with the sections in their order. */
  static String render(Map<Program, Findings> sections, String machine, String kernel) {
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

  private static void add(HtmlPage page, Program program, Findings findings) {
    page.section(
        new Section(
            program.title(),
            List.of(program.introduction()),
            Stream.concat(
                findings.claims().stream().map(HtmlReport::item),
                findings.notes().stream().map(Item::new))
                .toList(),
            findings.charts(),
            findings.tables()));
  }

  private static Item item(Claim claim) {
    return claim.holds()
        ? new Item("holds", "holds:", claim.text())
        : new Item("fails", "FAILS:", claim.text());
  }
}
