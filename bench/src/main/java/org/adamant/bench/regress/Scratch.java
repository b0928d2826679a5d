package org.adamant.bench.regress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.stream.Stream;

/** A temporary directory, which is removed however the program ends. */
final class Scratch implements AutoCloseable {

  private final Path directory;
  private final Thread hook = new Thread(this::remove);
  private final Deque<Runnable> before = new ArrayDeque<>();

  Scratch() throws IOException {
    directory = Files.createTempDirectory("adamant-regress");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  Path directory() {
    return directory;
  }

  /** Adds an action that runs before the directory is removed. */
  void atEnd(Runnable action) {
    before.push(action);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    remove();
  }

  private void remove() {
    before.forEach(Runnable::run);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // The rest stays in the system's temporary directory.
    }
  }
}
