package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks what the tests of this module have printed, from their reports. */
class OutputIT {

  private static final Path REPORTS = Path.of("target/surefire-reports");
  private static final Pattern OUTPUT =
      Pattern.compile("<system-out>(?:<!\\[CDATA\\[)?(.*?)(?:]]>)?</system-out>", Pattern.DOTALL);

  /** A green run prints how to repeat it, and nothing else. */
  @Test
  void aGreenRunPrintsItsSeedAlone() throws IOException {
    assumeTrue(Files.isDirectory(REPORTS));
    final List<Path> reports = new ArrayList<>();
    try (Stream<Path> files = Files.list(REPORTS)) {
      files.filter(file -> file.toString().endsWith(".xml")).forEach(reports::add);
    }
    assumeTrue(
        reports.stream().anyMatch(file -> file.toString().endsWith("WidthProperties.xml")));
    final List<String> lines = new ArrayList<>();
    for (Path report : reports) {
      OUTPUT.matcher(Files.readString(report))
          .results()
          .flatMap(output -> output.group(1).lines())
          .filter(line -> !line.isBlank())
          .forEach(lines::add);
    }
    // Of an earlier run, too, if this one was of some tests only.
    assertThat(lines)
        .isNotEmpty()
        .allMatch(
            line -> line.matches(
                "Properties: to repeat this run, mvn verify -Dadamant\\.seed=-?\\d+.*"));
  }
}
