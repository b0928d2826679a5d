package org.adamant.bench.train.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.HtmlPage;
import org.adamant.bench.support.CountingProgress;
import org.adamant.bench.train.report.Findings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgramsTest {

  @ParameterizedTest
  @EnumSource
  void everyClaimHolds(ProgramName name) {
    final Program program = name.create();
    final CountingProgress counter = new CountingProgress();
    final Findings section = program.run(new Context(counter, Optional.empty()));
    assertThat(section.claims()).isNotEmpty();
    assertThat(section.failures()).isEmpty();
    assertThat(counter.steps()).as("steps announced").isEqualTo(counter.expected());
    section.charts().forEach(ProgramsTest::assertDrawable);
    section
        .tables()
        .forEach(
            table -> assertThat(table.rows())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row).hasSameSizeAs(table.header())));
  }

  private static void assertDrawable(Chart chart) {
    final HtmlPage page = new HtmlPage("");
    page.figures(List.of(chart));
    assertThat(page.html()).contains("</svg>");
    assertThat(chart.lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.y()).isNotEmpty().doesNotContain(Double.NaN));
  }
}
