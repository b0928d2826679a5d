package org.adamant.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What {@link FileReplacement} needs of a file system. A test implements it, and fails or crashes anywhere. */
interface FileOperations {

  /**
   * The file that a path leads to, all symbolic links followed.
   *
   * @throws IOException if there is something other than a regular file
   */
  Path resolve(Path path) throws IOException;

  /**
   * Creates a file, with the permissions of another one if that exists.
   *
   * @throws java.nio.file.FileAlreadyExistsException if a file has this name
   * @throws IOException if it cannot be created
   */
  Output create(Path file, Path like) throws IOException;

  /** Moves a file atomically to a path, and replaces what is there. */
  void move(Path from, Path to) throws IOException;

  /** Waits until the names in a folder are on the disk. An interruption does not end it, since the move is done. */
  void forceFolder(Path folder) throws IOException;

  /** Removes a file. */
  void delete(Path file) throws IOException;

  /** A file that is being written. */
  interface Output extends Closeable {

    /** Appends the remaining bytes. */
    void write(ByteBuffer bytes) throws IOException;

    /** Waits until all bytes are on the disk. */
    void force() throws IOException;
  }
}
