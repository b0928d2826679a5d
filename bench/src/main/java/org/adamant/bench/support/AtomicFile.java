package org.adamant.bench.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Replaces a file atomically: a reader sees the old content or the new, never half of it. */
public final class AtomicFile {

  private AtomicFile() {}

  /**
   * Creates the directory of the file, and fails early if it cannot be written to.
   *
   * @throws IOException if it cannot be written to; the message says why, without naming the file
   */
  public static void prepare(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("is a directory");
    }
    final Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    if (!Files.isWritable(directory)) {
      throw new IOException("its directory cannot be written to");
    }
  }

  /**
   * Writes a temporary file beside the file, then moves it over the file.
   *
   * @throws IOException if it cannot be written; nothing is left behind
   */
  public static void write(Path file, String content) throws IOException {
    final Path beside = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(beside, content);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
