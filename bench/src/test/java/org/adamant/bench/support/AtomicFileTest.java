package org.adamant.bench.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir
  private Path directory;

  @Test
  void replacesTheOldContentAndLeavesNothingBeside() throws IOException {
    final Path file = directory.resolve("report.html");
    Files.writeString(file, "old");
    AtomicFile.write(file, "new");
    assertThat(file).hasContent("new");
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void aFailedMoveLeavesNothingBeside() throws IOException {
    final Path inTheWay = directory.resolve("report.html");
    Files.createDirectories(inTheWay.resolve("full"));
    assertThatThrownBy(() -> AtomicFile.write(inTheWay, "new")).isInstanceOf(IOException.class);
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(inTheWay));
  }

  /** Whoever has the old file open still reads it whole: it is replaced, not overwritten. */
  @Test
  void anOpenOldFileIsNotTouched() throws IOException {
    final Path file = directory.resolve("report.html");
    Files.writeString(file, "old");
    final Path sameFile = Files.createLink(directory.resolve("link"), file);
    AtomicFile.write(file, "new");
    assertThat(sameFile).hasContent("old");
  }

  @Test
  void prepareMakesTheDirectories() throws IOException {
    AtomicFile.prepare(directory.resolve("a/b/report.html"));
    assertThat(directory.resolve("a/b")).isEmptyDirectory();
  }

  @Test
  void prepareRefusesADirectory() {
    assertThatThrownBy(() -> AtomicFile.prepare(directory)).hasMessage("is a directory");
  }
}
