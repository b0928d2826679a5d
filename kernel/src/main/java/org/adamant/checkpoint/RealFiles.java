package org.adamant.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The files of the machine. */
final class RealFiles implements FileOperations {

  /** The longest chain of links, that of Linux. */
  private static final int MAX_LINKS = 40;

  @Override
  public Path resolve(Path path) throws IOException {
    // Not toRealPath, as the file need not exist yet.
    Path file = path.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(file); links++) {
      if (links == MAX_LINKS) {
        throw new FileSystemLoopException(path.toString());
      }
      file = file.resolveSibling(Files.readSymbolicLink(file));
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new FileSystemException(file.toString(), null, "not a regular file");
    }
    return file;
  }

  @Override
  public Output create(Path file, Path like) throws IOException {
    final PosixFileAttributeView old =
        Files.getFileAttributeView(like, PosixFileAttributeView.class);
    if (old == null || !Files.exists(like)) {
      return new ChannelOutput(open(file));
    }
    final Set<PosixFilePermission> permissions = old.readAttributes().permissions();
    final FileChannel channel = open(file, PosixFilePermissions.asFileAttribute(permissions));
    try {
      // Once more, since the system removes permissions by the umask when it creates a file.
      Files.setPosixFilePermissions(file, permissions);
    } catch (IOException | RuntimeException | Error e) {
      closeAndDelete(channel, file, e);
      throw e;
    }
    return new ChannelOutput(channel);
  }

  private static FileChannel open(Path file, FileAttribute<?>... attributes) throws IOException {
    return FileChannel
        .open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes);
  }

  private static void closeAndDelete(FileChannel channel, Path file, Throwable because) {
    try (channel) {
      Files.delete(file);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted = Thread.interrupted();
        } catch (AccessDeniedException e) {
          // Windows opens no folders; or the folder may be written but not read. It cannot be forced.
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.delete(file);
  }

  /** Writes to a channel. */
  private record ChannelOutput(FileChannel channel) implements Output {

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
