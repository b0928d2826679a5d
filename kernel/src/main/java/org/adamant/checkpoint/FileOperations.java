package org.adamant.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What {@link FileReplacement} asks of a file system: little enough that a test can be one, and fail or crash anywhere. */
interface FileOperations {

  /**
   * The file that a path means: where symbolic links lead to in the end.
   *
   * @throws IOException if there is something else than a regular file
   */
  Path resolve(Path path) throws IOException;

  /**
   * Makes a file, with the permissions of another one if that is there.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of this name
   * @throws IOException if it cannot be made
   */
  Output create(Path file, Path like) throws IOException;

  /** Puts a file in the place of another one, or where there is none, in one go. */
  void move(Path from, Path to) throws IOException;

  /** Waits until the names in a folder are on the disk. An interruption does not end it, as the move is done. */
  void forceFolder(Path folder) throws IOException;

  /** Removes a file. */
  void delete(Path file) throws IOException;

  /** A file that is being written. */
  interface Output extends Closeable {

    /** Appends all that remains. */
    void write(ByteBuffer bytes) throws IOException;

    /** Waits until all is on the disk. */
    void force() throws IOException;
  }
}
