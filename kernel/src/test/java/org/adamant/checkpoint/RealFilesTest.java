package org.adamant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writing on the file system of this machine. */
class RealFilesTest {

  @TempDir
  Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("run.safetensors");
  }

  private static long counter(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return Checkpoints.counter(SafeTensors.map(file, arena));
    }
  }

  private static void save(long counter, Path file) throws IOException {
    Checkpoints.of(counter, 10).write(file);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static void assumePosix() {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
  }

  @Test
  void aFileIsMadeAndReplaced() throws IOException {
    for (int i = 1; i <= 3; i++) {
      save(i, file);
      assertThat(counter(file)).isEqualTo(i);
      assertThat(names()).containsExactly("run.safetensors");
    }
  }

  @Test
  void whoHasMappedTheOldFileKeepsIt() throws IOException {
    assumePosix();
    save(1, file);
    try (Arena arena = Arena.ofConfined()) {
      final SafeTensors old = SafeTensors.map(file, arena);
      save(2, file);
      assertThat(Checkpoints.counter(old)).isEqualTo(1);
      assertThat(counter(file)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-rw-rw-", "r--r-----", "rwxrwxrwx"})
  void permissionsAreThoseOfTheFileThatIsReplaced(String permissions) throws IOException {
    assumePosix();
    save(1, file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    save(2, file);
    assertThat(counter(file)).isEqualTo(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo(permissions);
  }

  @Test
  void aNewFileHasThePermissionsOfAnyNewFile() throws IOException {
    assumePosix();
    save(1, file);
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("other"))));
  }

  @Test
  void aSymbolicLinkIsFollowed() throws IOException {
    assumePosix();
    final Path other = Files.createDirectory(folder.resolve("other"));
    final Path direct = Files.createSymbolicLink(folder.resolve("a"), Path.of("other", "file"));
    final Path link = Files.createSymbolicLink(folder.resolve("b"), direct.getFileName());
    // At first to nothing.
    for (int i = 1; i <= 2; i++) {
      save(i, link);
      assertThat(Files.isSymbolicLink(link)).isTrue();
      assertThat(Files.isSymbolicLink(direct)).isTrue();
      assertThat(counter(other.resolve("file"))).isEqualTo(i);
      assertThat(names()).containsExactly("a", "b", "other");
    }
  }

  @Test
  void linksInACircleAreRefused() throws IOException {
    assumePosix();
    final Path a = folder.resolve("a");
    Files.createSymbolicLink(a, Files.createSymbolicLink(folder.resolve("b"), a));
    assertThatThrownBy(() -> save(1, a))
        .isInstanceOf(CheckpointException.class)
        .hasCauseInstanceOf(FileSystemLoopException.class);
    assertThat(names()).containsExactly("a", "b");
  }

  @Test
  void aNameWithoutAFolderIsInThatOfTheProgram() throws IOException {
    final Path name = Path.of("target-of-" + RealFilesTest.class.getSimpleName());
    try {
      save(1, name);
      assertThat(counter(name.toAbsolutePath())).isEqualTo(1);
    } finally {
      Files.deleteIfExists(name);
    }
  }

  @Test
  void whatIsNoFileIsRefused() throws IOException {
    assertThatThrownBy(() -> save(1, folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder + ": could not find out what it is: ")
        .hasMessageContaining("not a regular file");
    final Path device = Path.of("/dev/null");
    if (Files.exists(device)) {
      assertThatThrownBy(() -> save(1, device)).hasMessageContaining("not a regular file");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void aFolderThatIsNotThereIsNotMade() {
    final Path lost = folder.resolve("lost").resolve("file");
    assertThatThrownBy(() -> save(1, lost))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(lost + ": could not create " + lost)
        .hasMessageEndingWith("; what was there before is unchanged")
        .hasCauseInstanceOf(NoSuchFileException.class);
    assertThat(folder.resolve("lost")).doesNotExist();
  }

  @Test
  void anInterruptedThreadLeavesTheOldFileAndStaysInterrupted() throws IOException {
    save(1, file);
    final boolean isStill;
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> save(2, file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("could not write " + file)
          .hasMessageEndingWith("; what was there before is unchanged")
          .hasCauseInstanceOf(ClosedByInterruptException.class);
    } finally {
      isStill = Thread.interrupted();
    }
    assertThat(isStill).isTrue();
    assertThat(counter(file)).isEqualTo(1);
    assertThat(names()).containsExactly("run.safetensors");
  }

  @Test
  void anInterruptionAfterTheMoveIsNoFailure() throws IOException {
    final boolean isStill;
    Thread.currentThread().interrupt();
    try {
      new RealFiles().forceFolder(folder);
    } finally {
      isStill = Thread.interrupted();
    }
    assertThat(isStill).isTrue();
  }

  /** Interrupted at any time: what the call says is what the file is. */
  @Test
  void anInterruptionAtAnyTimeLeavesTheOldFileOrTheNewOne() throws Exception {
    save(0, file);
    int failures = 0;
    for (int i = 1; i <= 100; i++) {
      final int counter = i;
      final AtomicBoolean isSaved = new AtomicBoolean();
      final long before = counter(file);
      final Thread thread =
          new Thread(
              () -> {
                try {
                  Checkpoints.of(counter, 20_000).write(file);
                  isSaved.set(true);
                } catch (CheckpointException e) {
                  assertThat(e).hasMessageEndingWith("unchanged");
                }
              });
      thread.start();
      Thread.sleep(0, i * 40_000 % 1_000_000);
      thread.interrupt();
      thread.join();
      failures += isSaved.get() ? 0 : 1;
      assertThat(counter(file)).isEqualTo(isSaved.get() ? counter : before);
      assertThat(names()).containsExactly("run.safetensors");
    }
    assertThat(failures).isPositive();
  }

  @Test
  void manySaversLeaveTheFileOfOne() throws Exception {
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    final Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      final int first = 100 * i;
      threads[i] =
          new Thread(
              () -> {
                for (int k = 0; k < 10; k++) {
                  try {
                    Checkpoints.of(first + k, 1000).write(file);
                  } catch (CheckpointException e) {
                    failures.add(e);
                  }
                }
              });
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(counter(file) % 100).isEqualTo(9);
    assertThat(names()).containsExactly("run.safetensors");
  }
}
