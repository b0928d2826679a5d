package org.adamant.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A file system in memory that knows what is on the disk: the forced bytes of a file, and the names of a forced
 * folder. It can fail at any operation, and say what may be left after a crash.
 */
final class FakeFiles implements FileOperations {

  /** A file, whatever its names. It only grows, so a beginning of it is on the disk. */
  private static final class Inode {
    private byte[] bytes = {};
    private int forced;
  }

  /** A change of names that may be on the disk or not; {@code to} is null if a name is removed. */
  private record Renaming(Path from, Path to, Inode inode) {

    void applyTo(Map<Path, Inode> names) {
      names.remove(from);
      if (to != null) {
        names.put(to, inode);
      }
    }
  }

  private final Map<Path, Inode> names = new HashMap<>();
  private final Map<Path, Inode> namesOnDisk = new HashMap<>();
  private final List<Renaming> pending = new ArrayList<>();

  /** The operations so far, deletions aside. */
  final List<String> operations = new ArrayList<>();

  /** Which of them fails, counted from 0; none if negative. */
  int failing = -1;

  /** Whether nothing can be deleted. */
  boolean keepsAll;

  /** How many more names are taken already. */
  int taken;

  /** Operations that do nothing, to see that it is noticed. */
  Set<String> ignored = Set.of();

  /** Called before the first operation and after each part of one. */
  Runnable afterEach = () -> {};

  /** Puts a file there that is on the disk. */
  void put(Path path, byte[] bytes) {
    final Inode inode = new Inode();
    inode.bytes = bytes;
    inode.forced = bytes.length;
    names.put(path, inode);
    namesOnDisk.put(path, inode);
  }

  /** What is in a file now; null if there is none. */
  byte[] read(Path path) {
    return names.containsKey(path) ? names.get(path).bytes : null;
  }

  /** All files there are. */
  Set<Path> paths() {
    return names.keySet();
  }

  /** What may be in a file after a crash now; null among them if it may not be there. */
  List<byte[]> afterCrash(Path path) {
    final List<byte[]> all = new ArrayList<>();
    // Any of the changes of names, in their order, may have reached the disk.
    for (int subset = 0; subset < 1 << pending.size(); subset++) {
      final Map<Path, Inode> left = new HashMap<>(namesOnDisk);
      for (int i = 0; i < pending.size(); i++) {
        if ((subset >> i & 1) == 1) {
          pending.get(i).applyTo(left);
        }
      }
      if (left.containsKey(path)) {
        addContents(left.get(path), all);
      } else {
        all.add(null);
      }
    }
    return all;
  }

  private static void addContents(Inode inode, List<byte[]> all) {
    final byte[] bytes = inode.bytes;
    if (inode.forced == bytes.length) {
      all.add(bytes);
      return;
    }
    final Set<Integer> cuts = new TreeSet<>();
    IntStream.of(0, 1, 7, 8, 9, 100, bytes.length / 2, bytes.length - 8, bytes.length - 1)
        .map(cut -> Math.clamp(cut, inode.forced, bytes.length))
        .forEach(cuts::add);
    cuts.add(bytes.length);
    for (int cut : cuts) {
      // Cut off; long enough, but zero from there; zero in one place.
      all.add(Arrays.copyOf(bytes, cut));
      all.add(Arrays.copyOf(Arrays.copyOf(bytes, cut), bytes.length));
      final byte[] hole = bytes.clone();
      Arrays.fill(hole, cut, Math.min(cut + 8, bytes.length), (byte) 0);
      all.add(hole);
    }
  }

  /** Counts an operation. Returns whether it does anything. */
  private boolean begin(String operation) throws IOException {
    operations.add(operation);
    if (operations.size() - 1 == failing) {
      throw new IOException("the disk says no");
    }
    return !ignored.contains(operation);
  }

  @Override
  public Path resolve(Path path) throws IOException {
    afterEach.run();
    begin("resolve");
    return path;
  }

  @Override
  public Output create(Path file, Path like) throws IOException {
    begin("create");
    if (taken > 0 || names.containsKey(file)) {
      taken--;
      throw new FileAlreadyExistsException(file.toString());
    }
    final Inode inode = new Inode();
    names.put(file, inode);
    pending.add(new Renaming(null, file, inode));
    afterEach.run();
    return new FakeOutput(inode);
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    begin("move");
    final Renaming renaming = new Renaming(from, to, names.get(from));
    renaming.applyTo(names);
    pending.add(renaming);
    afterEach.run();
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    if (begin("forceFolder")) {
      for (Renaming renaming : pending) {
        if (renaming.to == null || renaming.to.getParent().equals(folder)) {
          renaming.applyTo(namesOnDisk);
        }
      }
      pending.clear();
    }
    afterEach.run();
  }

  @Override
  public void delete(Path file) throws IOException {
    if (keepsAll) {
      throw new IOException("nothing is deleted");
    }
    if (names.remove(file) == null) {
      throw new NoSuchFileException(file.toString());
    }
    pending.add(new Renaming(file, null, null));
    afterEach.run();
  }

  /** Writes in two parts. */
  private final class FakeOutput implements Output {

    private final Inode inode;

    private FakeOutput(Inode inode) {
      this.inode = inode;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      append(bytes, bytes.remaining() / 2);
      begin("write");
      append(bytes, bytes.remaining());
    }

    private void append(ByteBuffer from, int count) {
      final byte[] part = new byte[count];
      from.get(part);
      final ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(inode.bytes);
      all.writeBytes(part);
      inode.bytes = all.toByteArray();
      afterEach.run();
    }

    @Override
    public void force() throws IOException {
      if (begin("force")) {
        inode.forced = inode.bytes.length;
      }
      afterEach.run();
    }

    @Override
    public void close() throws IOException {
      begin("close");
    }
  }
}
