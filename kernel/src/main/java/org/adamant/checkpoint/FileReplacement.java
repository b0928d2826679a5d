package org.adamant.checkpoint;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a file so that at any time, and after a crash at any time, the old file or the new file is there,
 * complete. The new file is written beside the old one, forced to the disk, and only then moved over it.
 */
final class FileReplacement {

  /** How many names are tried for the temporary file; a name is taken already once in 2^64 times. */
  private static final int TRIES = 3;

  /** The content of the file. */
  interface Content {

    /** Writes all of it. */
    void writeTo(FileOperations.Output output) throws IOException;
  }

  private final FileOperations files;

  /** The operation under way, for a message. */
  private String operation = "";

  FileReplacement(FileOperations files) {
    this.files = files;
  }

  /**
   * Replaces the file, or creates it.
   *
   * @throws CheckpointException if that failed
   */
  void replace(Path path, Content content) throws CheckpointException {
    Path temporary = null;
    boolean isMoved = false;
    try {
      operation = "find out what it is";
      final Path target = files.resolve(path);
      FileOperations.Output output = null;
      for (int i = 1; output == null; i++) {
        final Path name = temporaryFor(target);
        operation = "create " + name;
        try {
          output = files.create(name, target);
          temporary = name;
        } catch (FileAlreadyExistsException e) {
          if (i == TRIES) {
            throw e;
          }
        }
      }
      write(Objects.requireNonNull(temporary), output, content);
      operation = "move " + temporary + " to " + target;
      files.move(temporary, target);
      isMoved = true;
      operation = "force the folder " + target.getParent();
      files.forceFolder(Objects.requireNonNull(target.getParent()));
    } catch (IOException e) {
      final CheckpointException failure =
          new CheckpointException(
              path + ": could not " + operation + ": " + e
                  + (isMoved
                      ? "; the new checkpoint is there, but a crash of the machine could bring back"
                          + " what was there before"
                      : "; what was there before is unchanged"),
              e);
      cleanUp(isMoved ? null : temporary, failure);
      throw failure;
    } catch (RuntimeException | Error e) {
      cleanUp(isMoved ? null : temporary, e);
      throw e;
    }
  }

  private static Path temporaryFor(Path target) {
    final long random = ThreadLocalRandom.current().nextLong();
    return target.resolveSibling(target.getFileName() + "." + Long.toHexString(random) + ".tmp");
  }

  private void write(Path file, FileOperations.Output output, Content content)
      throws IOException {
    // The name is in every message, also in that of closing it.
    try (output) {
      operation = "write " + file;
      content.writeTo(output);
      operation = "force " + file;
      output.force();
      operation = "close " + file;
    }
  }

  /** Removes the temporary file, if there is one. */
  private void cleanUp(@Nullable Path temporary, Throwable because) {
    if (temporary != null) {
      try {
        files.delete(temporary);
      } catch (IOException | RuntimeException e) {
        because.addSuppressed(e);
      }
    }
  }
}
