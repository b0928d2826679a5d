package org.adamant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The content of a file system if the machine stops, or an operation fails, anywhere while a file is written. */
class FileReplacementTest {

  private static final Path FILE = Path.of("/folder/run.safetensors");

  private static final int LENGTH = 40;

  private static byte[] old;
  private static byte[] next;

  /** The state that is found after a crash. */
  private enum Found {
    NOTHING, OLD, NEW, BROKEN
  }

  @BeforeAll
  static void make() throws IOException {
    old = Checkpoints.bytes(Checkpoints.of(1, LENGTH));
    next = Checkpoints.bytes(Checkpoints.of(2, LENGTH));
  }

  private static Found found(byte[] left) {
    if (left == null) {
      return Found.NOTHING;
    }
    try {
      final long counter = Checkpoints.counter(Checkpoints.read(left));
      if (Arrays.equals(left, counter == 1 ? old : next)) {
        return counter == 1 ? Found.OLD : Found.NEW;
      }
    } catch (CheckpointException | AssertionError e) {
      // As broken as it says.
    }
    return Found.BROKEN;
  }

  private static Set<Found> found(List<byte[]> left) {
    final Set<Found> found = EnumSet.noneOf(Found.class);
    left.forEach(bytes -> found.add(found(bytes)));
    return found;
  }

  private static FakeFiles files(boolean hasOld) {
    final FakeFiles files = new FakeFiles();
    if (hasOld) {
      files.put(FILE, old);
    }
    return files;
  }

  /** What may be found after a crash at each place of the writing, in their order. */
  private static List<Set<Found>> crashes(FakeFiles files) throws IOException {
    final List<Set<Found>> found = new ArrayList<>();
    files.afterEach = () -> found.add(found(files.afterCrash(FILE)));
    Checkpoints.of(2, LENGTH).write(FILE, files);
    return found;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCrashAnywhereLeavesTheOldFileOrTheNewOneAndAfterItsEndTheNewOne(boolean hasOld)
      throws IOException {
    final Found before = hasOld ? Found.OLD : Found.NOTHING;
    final FakeFiles files = files(hasOld);
    final List<Set<Found>> found = crashes(files);
    // Before the first, and after each; a write is two parts, and closing changes nothing.
    assertThat(found).hasSize(2 * 5 + 5);
    final int moved = found.size() - 2;
    assertThat(found.subList(0, moved)).containsOnly(EnumSet.of(before));
    assertThat(found.get(moved)).isEqualTo(EnumSet.of(before, Found.NEW));
    assertThat(found.getLast()).isEqualTo(EnumSet.of(Found.NEW));
    assertThat(files.paths()).containsExactly(FILE);
    assertThat(files.operations)
        .containsExactly(
            "resolve", "create", "write", "write", "write", "write", "write", "force", "close",
            "move", "forceFolder");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsNotForcedIsFoundBroken(boolean hasOld) throws IOException {
    final FakeFiles files = files(hasOld);
    files.ignored = Set.of("force");
    assertThat(crashes(files).getLast()).contains(Found.BROKEN);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFolderThatIsNotForcedMayStillHaveTheOldFile(boolean hasOld) throws IOException {
    final FakeFiles files = files(hasOld);
    files.ignored = Set.of("forceFolder");
    assertThat(crashes(files).getLast())
        .isEqualTo(EnumSet.of(hasOld ? Found.OLD : Found.NOTHING, Found.NEW));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyOperationThatFailsLeavesTheOldFileAloneAndSaysWhatFailed(boolean hasOld)
      throws IOException {
    final FakeFiles whole = files(hasOld);
    Checkpoints.of(2, LENGTH).write(FILE, whole);
    final int count = whole.operations.size();
    for (int i = 0; i < count; i++) {
      final FakeFiles files = files(hasOld);
      files.failing = i;
      final List<Set<Found>> found = new ArrayList<>();
      files.afterEach = () -> found.add(found(files.afterCrash(FILE)));
      final Throwable failure =
          catchThrowable(() -> Checkpoints.of(2, LENGTH).write(FILE, files));
      final String operation = whole.operations.get(i);
      assertThat(failure)
          .as(operation)
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(FILE + ": could not " + words(operation))
          .hasMessageContaining("the disk says no")
          .hasRootCauseMessage("the disk says no")
          .hasNoSuppressedExceptions();
      if (operation.equals("forceFolder")) {
        // The one that comes too late.
        assertThat(failure).hasMessageContaining("the new checkpoint is there, but a crash");
        assertThat(files.read(FILE)).isEqualTo(next);
        assertThat(files.paths()).containsExactly(FILE);
      } else {
        assertThat(failure).hasMessageEndingWith("; what was there before is unchanged");
        assertThat(files.read(FILE)).isEqualTo(hasOld ? old : null);
        assertThat(files.paths()).isEqualTo(hasOld ? Set.of(FILE) : Set.of());
        assertThat(found).containsOnly(EnumSet.of(hasOld ? Found.OLD : Found.NOTHING));
      }
    }
  }

  private static String words(String operation) {
    return switch (operation) {
      case "resolve" -> "find out what it is: ";
      case "move" -> "move " + FILE + ".";
      case "forceFolder" -> "force the folder " + FILE.getParent() + ": ";
      default -> operation + " " + FILE + ".";
    };
  }

  @Test
  void aTemporaryFileThatCannotBeDeletedIsMentioned() {
    final FakeFiles files = files(true);
    files.failing = 3;
    files.keepsAll = true;
    assertThatThrownBy(() -> Checkpoints.of(2, LENGTH).write(FILE, files))
        .hasMessageContaining("the disk says no")
        .satisfies(
            failure -> assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessage("nothing is deleted")));
    assertThat(files.read(FILE)).isEqualTo(old);
  }

  @Test
  void nobodyElsesTemporaryFileIsTaken() throws IOException {
    final FakeFiles files = files(true);
    files.taken = 2;
    Checkpoints.of(2, LENGTH).write(FILE, files);
    assertThat(files.read(FILE)).isEqualTo(next);

    final FakeFiles always = files(true);
    always.taken = Integer.MAX_VALUE;
    assertThatThrownBy(() -> Checkpoints.of(2, LENGTH).write(FILE, always))
        .hasMessageContaining("could not create " + FILE + ".")
        .hasMessageContaining("FileAlreadyExists");
  }

  @Test
  void memoryThatIsGoneLeavesTheOldFileAlone() {
    final FakeFiles files = files(true);
    final SafeTensorsWriter writer = SafeTensorsWriter.create();
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment data = arena.allocate(4);
      writer.tensor("a", DType.F32, new long[] {1}, data);
    }
    assertThatThrownBy(() -> writer.write(FILE, files)).isInstanceOf(IllegalStateException.class);
    assertThat(files.paths()).containsExactly(FILE);
    assertThat(files.read(FILE)).isEqualTo(old);
  }
}
